#include "exercises/learn/commands.hpp"

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include "common/arguments.hpp"
#include "common/columns.hpp"
#include "common/lesson.hpp"
#include "exercises/learn/files.hpp"

namespace learn {

using asyncio::Coro;

namespace {

void say(const std::string& text) { std::puts(text.c_str()); }

void say_prose(const Look& look, std::string_view text) {
  for (const std::string& line : look.lines(text, look.columns, true)) {
    say(line);
  }
}

void list_one(const Session& session, const Exercise& exercise) {
  const Look& look = session.look;
  const bool done = session.work.is_done(exercise);
  const bool here = session.current() == &exercise;
  std::string line = here ? "> " : "  ";
  line += look.mark(done);
  line += " " + columns::left(exercise.short_name(), 24) + " " +
          facts(exercise);
  say(look.paint(here   ? Colour::bold
                 : done ? Colour::green
                        : Colour::plain,
                 line));
}

}  // namespace

int list_command(const Session& session) {
  std::string chapter;
  for (const Exercise& exercise : session.exercises) {
    if (exercise.chapter() != chapter) {
      chapter = exercise.chapter();
      say(session.look.paint(Colour::bold, chapter));
    }
    list_one(session, exercise);
  }
  say("");
  say(session.look.bar(static_cast<std::size_t>(session.done()),
                       session.exercises.size(), 40) +
      " done");
  return 0;
}

int hint_command(const Session& session) {
  // `hint NAME 2`: the second one.
  std::vector<std::string> words = session.request.words;
  std::size_t number = 1;
  if (!words.empty() && words.back().size() == 1 && words.back()[0] >= '1' &&
      words.back()[0] <= '9') {
    number = static_cast<std::size_t>(words.back()[0] - '0');
    words.pop_back();
  }
  if (words.size() > 1) throw cli::UsageError("hint: takes one name");
  const Exercise* exercise =
      words.empty() ? session.current() : &session.named(words[0]);
  if (exercise == nullptr) throw cli::UsageError("hint: which exercise?");
  if (number > exercise->hints.size()) {
    throw cli::UsageError("hint: " + exercise->name + " has " +
                          columns::count(exercise->hints.size(), "hint"));
  }
  const Hint& hint = exercise->hints[number - 1];
  say(session.look.paint(Colour::bold, session.look.plain(hint.title)));
  say("");
  say_prose(session.look, hint.text);
  if (number < exercise->hints.size()) {
    say("\nThe next one: " +
        typed(session, "hint " + exercise->name + " " +
                           std::to_string(number + 1)));
  }
  return 0;
}

int solution_command(const Session& session) {
  const Exercise& exercise = session.the_one();
  if (!session.work.is_done(exercise) && !session.request.anyway) {
    say(exercise.name + " has not passed yet. To see its solution all the "
        "same:\n  " +
        typed(session, "solution " + exercise.name + " --anyway"));
    return 1;
  }
  const std::string folder =
      session.checker.toolchain().solutions() + "/" + exercise.name;
  for (const std::string& file : exercise.edits) {
    say(session.look.paint(Colour::bold, "== " + file) + "\n");
    say(session.look.plain(lesson::read_file(folder + "/" + file)));
  }
  say(session.look.paint(Colour::bold, "== why") + "\n");
  say(session.look.plain(lesson::read_file(folder + "/README.md")));
  return 0;
}

int copy_command(const Session& session) {
  if (session.request.words.size() != 1) {
    throw cli::UsageError("copy: where to? 'learn copy DIR'");
  }
  const std::string& to = session.request.words[0];
  const Copied copied =
      copy_exercises(session.checker.toolchain(), session.exercises, to);
  std::printf("%s: %d exercises added, %d texts and tests brought up to date, "
              "%d files of yours left alone\n",
              to.c_str(), copied.added, copied.refreshed, copied.kept);
  say("Begin with:\n  cd " + to + "\n  " +
      real_path(session.request.program));
  return 0;
}

int start_command(Session& session) {
  if (session.request.words.empty()) {
    throw cli::UsageError("start: which exercise? 'learn list' shows all");
  }
  const Exercise& exercise = session.the_one();
  session.work.set_current(exercise);
  say(session.look.paint(Colour::bold, session.look.plain(exercise.title)));
  say(exercise.name + ": " + facts(exercise));
  say("Edit: " + file_to_edit(session, exercise) + "\n");
  say_prose(session.look, exercise.task);
  say("\nTo test it whenever you save it, or once:\n  " + typed(session, "") +
      "\n  " + typed(session, "check"));
  return 0;
}

Coro<int> reset_command(Session& session) {
  const Exercise& exercise = session.the_one();
  if (!session.request.yes) {
    std::printf("What you have written in %s is lost. Reset it? [y/N] ",
                file_to_edit(session, exercise).c_str());
    std::fflush(stdout);
    const int answer = std::getchar();
    if (answer != 'y' && answer != 'Y') {
      say("Nothing was changed.");
      co_return 1;
    }
  }
  co_await session.work.reset(exercise);
  say(exercise.name + " is as it was handed out.");
  co_return 0;
}

}  // namespace learn
