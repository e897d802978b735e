#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "12-cancellation/task_group.hpp"
#include "13-synchronization/limit.hpp"
#include "18-http/json.hpp"
#include "common/arguments.hpp"
#include "common/columns.hpp"
#include "exercises/learn/commands.hpp"

#include <unistd.h>

namespace learn {

using asyncio::Coro;
using asyncio::JsonObject;
using asyncio::Task;
using asyncio::TaskGroup;

namespace {

using Exercises = std::vector<const Exercise*>;

Exercises those_to_check(const Session& session) {
  Exercises chosen;
  if (session.request.all) {
    if (!session.request.words.empty()) {
      throw cli::UsageError("check: names, or --all");
    }
    for (const Exercise& one : session.exercises) chosen.push_back(&one);
  } else if (session.request.words.empty()) {
    chosen.push_back(&session.the_one());
  }
  for (const std::string& word : session.request.words) {
    chosen.push_back(&session.named(word));
  }
  return chosen;
}

// What has come of all, so far.
struct Totals {
  int exercises = 0, passed = 0, points = 0, possible = 0;

  void add(const Exercise& exercise, const Verdict& verdict) {
    ++exercises;
    possible += exercise.points;
    passed += verdict.passed();
    points += verdict.passed() ? exercise.points : 0;
  }
};

void print(const Session& session, const Exercise& exercise,
           const Verdict& verdict) {
  const Look& look = session.look;
  const std::string head = exercise.name + ": " +
                           status_name(verdict.status) + " (" +
                           columns::decimal(verdict.seconds, 1) + " s)";
  std::puts(look.paint(verdict.passed() ? Colour::green : Colour::red, head)
                .c_str());
  // Of what has passed, only a single one may go on talking: its warnings.
  const bool talks = !verdict.passed() || !session.request.all;
  if (talks) {  // the end is what one sees
    std::fputs(look.plain(verdict.warnings + verdict.message).c_str(), stdout);
  }
  std::fflush(stdout);
}

std::string in_json(const Exercise& exercise, const Verdict& verdict) {
  return JsonObject()
      .add("name", exercise.name)
      .add("chapter", exercise.chapter())
      .add("kind", kind_name(exercise.kind))
      .add("points", verdict.passed() ? exercise.points : 0)
      .add("possible", exercise.points)
      .add("status", status_word(verdict.status))
      .add("seconds", verdict.seconds)
      .add("message", verdict.warnings + verdict.message)
      .str();
}

std::string in_json(const Totals& totals) {
  return JsonObject()
      .add("exercises", totals.exercises)
      .add("passed", totals.passed)
      .add("points", totals.points)
      .add("possible", totals.possible)
      .str();
}

// A line that is written over again and again, for a person who waits.
void show_progress(const Session& session, const Totals& totals,
                   std::size_t all) {
  if (!session.request.all || ::isatty(STDERR_FILENO) != 1) return;
  const std::size_t done = static_cast<std::size_t>(totals.exercises);
  std::fprintf(stderr, "\r%s%s", session.look.bar(done, all, 30).c_str(),
               done == all ? "\r\x1b[K" : "");
}

// Checks them, at most `jobs` at a time, and hands over each as soon as all
// before it are done.
template <class Use>
Coro<> check_each(const Session& session, const Exercises& chosen, Use use) {
  asyncio::Semaphore jobs(session.request.jobs);
  const auto one_of_few = asyncio::with_semaphore(
      jobs, [&session](Exercise one) { return session.check(one); });
  const auto body = [&](TaskGroup& group) -> Coro<> {
    std::vector<Task<Verdict>> tasks;
    for (const Exercise* one : chosen) {
      tasks.push_back(group.create_task(one_of_few(*one)));
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      Verdict verdict = co_await tasks[i];
      use(*chosen[i], verdict);
    }
  };
  co_await asyncio::task_group(body);
}

}  // namespace

Coro<int> check_command(Session& session) {
  const Exercises chosen = those_to_check(session);
  Totals totals;
  std::string list;
  const auto use = [&](const Exercise& exercise, const Verdict& verdict) {
    totals.add(exercise, verdict);
    show_progress(session, totals, chosen.size());
    if (verdict.passed()) session.work.set_done(exercise, true);
    if (session.request.json) {
      list += (list.empty() ? "" : ",\n") + in_json(exercise, verdict);
    } else {
      print(session, exercise, verdict);
    }
  };
  show_progress(session, totals, chosen.size());
  co_await check_each(session, chosen, use);
  if (session.request.json) {
    std::puts(JsonObject()
                  .add_raw("exercises", "[\n" + list + "]")
                  .add_raw("totals", in_json(totals))
                  .str()
                  .c_str());
  } else if (chosen.size() > 1) {
    std::printf("\n%d of %d passed, %d of %d points\n", totals.passed,
                totals.exercises, totals.points, totals.possible);
  }
  co_return totals.passed == totals.exercises ? 0 : 1;
}

}  // namespace learn
