#include "exercises/learn/watch.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <utility>

#include "10-tasks/sleep.hpp"
#include "11-gather/wait.hpp"
#include "17-subprocesses-and-signals/signals.hpp"
#include "common/columns.hpp"
#include "common/error.hpp"

namespace learn {

using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Task;

namespace {

constexpr std::chrono::milliseconds look_period(200);

std::string seconds_text(double seconds) {
  return " (" + columns::decimal(seconds, 1) + " s)";
}

// "test.cpp:12: ..." says enough below a line with the folder, and fits.
std::string without_folder(std::string text, const std::string& folder) {
  for (std::size_t at; (at = text.find(folder)) != text.npos;) {
    text.erase(at, folder.size());
  }
  return text;
}

}  // namespace

Watch::Watch(Session& session)
    : session_(session),
      look_(session.look),
      current_(session.current()) {
  if (current_ == nullptr) current_ = session.next_open(session.exercises[0]);
  if (current_ == nullptr) current_ = &session.exercises[0];
}

Coro<int> Watch::run() {
  std::exception_ptr error;
  int status = 0;
  try {
    status = co_await handle_events();
  } catch (...) {
    error = std::current_exception();
  }
  terminal_.leave();
  co_await stop();
  if (error) std::rethrow_exception(error);
  co_return status;
}

Coro<int> Watch::handle_events() {
  listen();
  terminal_.enter();
  go(current_);
  files_ = asyncio::create_task(look_at_files());
  while (exit_status_ < 0) {
    draw();
    Event event = co_await events_.get();
    switch (event.what) {
      case Event::key: co_await press(static_cast<char>(event.number)); break;
      case Event::saved: start_check(); break;
      case Event::checked:
        if (event.number == checks_) take_verdict(event.verdict);
        break;
      case Event::signal: take_signal(event.number); break;
      case Event::end_of_input: exit_status_ = 0; break;
    }
  }
  co_return exit_status_;
}

// What else is under way is over when this returns.
Coro<> Watch::stop() {
  asyncio::get_running_loop().remove_reader(STDIN_FILENO);
  cancel_check();
  if (files_.state()) {
    files_.cancel();
    cancelled_.push_back(files_);
  }
  if (!cancelled_.empty()) co_await asyncio::wait(cancelled_);
}

// ---- What puts events into the queue.

void Watch::listen() {
  EventLoop& loop = asyncio::get_running_loop();
  loop.add_reader(STDIN_FILENO, [this] { post_keys(); });
  for (const int number :
       {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH}) {
    asyncio::add_signal_handler(loop, number, [this, number] {
      events_.put_nowait({Event::signal, number});
    });
  }
}

void Watch::post_keys() {
  bool end = false;
  for (const char key : terminal_.read_keys(end)) {
    events_.put_nowait({Event::key, key});
  }
  if (!end) return;
  asyncio::get_running_loop().remove_reader(STDIN_FILENO);
  events_.put_nowait({Event::end_of_input});
}

Names Watch::edited_files() const {
  Names paths;
  for (const std::string& file : current_->edits) {
    paths.push_back(session_.work.folder(*current_) + "/" + file);
  }
  return paths;
}

// An editor may save in several steps, so a change counts once it is over. A
// new current exercise is a change, too.
Coro<> Watch::look_at_files() {
  std::string last;
  bool changed = true;
  while (true) {
    std::string now = current_->name + " " + fingerprint(edited_files());
    if (now != last) {
      last = std::move(now);
      changed = true;
    } else if (changed) {
      changed = false;
      events_.put_nowait({Event::saved});
    }
    co_await asyncio::sleep(look_period);
  }
}

Coro<> Watch::check_one(Exercise exercise, int number) {
  Event event{Event::checked, number};
  try {
    event.verdict = co_await session_.check(std::move(exercise));
  } catch (const std::exception&) {
    event.verdict.message = asyncio::describe(std::current_exception());
  }
  events_.put_nowait(std::move(event));
}

// ---- What the events do.

// Of an older answer, or of another exercise. It still has processes to end.
void Watch::cancel_check() {
  ++checks_;  // what it says does not count any more
  if (!check_.state()) return;
  check_.cancel();
  std::erase_if(cancelled_, [](const Task<>& task) { return task.done(); });
  cancelled_.push_back(check_);
}

void Watch::start_check() {
  cancel_check();
  status_ = "building and testing ...";
  colour_ = Colour::yellow;
  check_ = asyncio::create_task(check_one(*current_, checks_));
}

void Watch::take_verdict(const Verdict& verdict) {
  status_ = status_name(verdict.status) + seconds_text(verdict.seconds);
  colour_ = verdict.passed() ? Colour::green : Colour::red;
  const std::string folder = session_.work.shown(*current_) + "/";
  const std::string said = without_folder(verdict.message, folder);
  // Its beginning is what one sees, so warnings come last.
  const std::string warnings = without_folder(verdict.warnings, folder);
  message_ = failures_only(said) + warnings;
  if (!verdict.passed()) return;
  session_.work.set_done(*current_, true);
  message_ = before_claims(said) + warnings;
  const Exercise* next = session_.next_open(*current_);
  if (next == nullptr) {
    message_ += "\nThat was the last one: all are done.\n";
  } else if (next == session_.after(*current_, 1)) {
    message_ += "\nNext, with n: " + next->name + "\n";
  } else {
    message_ += "\nStill open: " + next->name + "\n";
  }
  message_ += "Why it is right: " +
              typed(session_, "solution " + current_->name) + "\n";
}

Coro<> Watch::press(char key) {
  if (asks_) {
    asks_ = false;
    if (key == 'y' || key == 'Y') co_await reset();
    co_return;
  }
  const bool listed = std::exchange(lists_, false);
  switch (key) {
    case 'h': hint_ = std::min(hint_ + 1, current_->hints.size()); break;
    case 'n': go(session_.after(*current_, 1)); break;
    case 'p': go(session_.after(*current_, -1)); break;
    case 'l': lists_ = !listed; break;
    case 'r': asks_ = true; break;
    case 'q': exit_status_ = 0; break;
    default: break;
  }
}

Coro<> Watch::reset() {
  std::string failed;
  try {
    co_await session_.work.reset(*current_);
  } catch (const std::exception& error) {
    failed = error.what();
  }
  status_ = failed.empty() ? "as it was handed out" : "was not reset";
  colour_ = failed.empty() ? Colour::plain : Colour::red;
  message_ = failed;
}

void Watch::go(const Exercise* exercise) {
  if (exercise == nullptr) return;
  current_ = exercise;
  session_.work.set_current(*exercise);
  cancel_check();
  hint_ = 0;
  message_.clear();
  status_ = "building and testing ...";
  colour_ = Colour::yellow;
}

void Watch::take_signal(int number) {
  switch (number) {
    case SIGTSTP: suspend(); break;
    case SIGCONT: terminal_.again(); break;
    case SIGWINCH: look_ = look_at(STDOUT_FILENO); break;
    default: exit_status_ = 128 + number;
  }
}

// Ctrl-Z: the shell gets its terminal back, and we stop. What follows happens
// when it lets us go on.
void Watch::suspend() {
  terminal_.leave();
  ::raise(SIGSTOP);
  terminal_.enter();
  look_ = look_at(STDOUT_FILENO);
  if (check_.state() && !check_.done()) start_check();  // its limit is over
}

Coro<int> watch_command(Session& session) {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) {
    std::fprintf(stderr,
                 "learn: to watch takes a terminal; without one, use "
                 "'%s'\n",
                 typed(session, "check NAME").c_str());
    co_return 2;
  }
  int status = 0;
  {
    Watch watch(session);
    status = co_await watch.run();
  }
  std::printf("%d of %zu exercises are done.\n", session.done(),
              session.exercises.size());
  co_return status;
}

}  // namespace learn
