// A Watch shows the current exercise, tests it whenever a file of it is saved,
// and does what the keys say: `learn` without a command.
//
// One task handles everything, an Event at a time. What waits elsewhere puts
// Events into its queue: the reader of the keys, the handlers of signals, the
// task that looks at the files, the task that checks.
//
// Thread: the loop's. REQUIRES: the main thread, since it handles signals.

#pragma once

#include <string>
#include <vector>

#include "10-tasks/task.hpp"
#include "13-synchronization/queue.hpp"
#include "exercises/learn/files.hpp"
#include "exercises/learn/picture.hpp"
#include "exercises/learn/session.hpp"
#include "exercises/learn/terminal.hpp"

namespace learn {

struct Event {
  enum What { key, saved, checked, signal, end_of_input } what;
  int number = 0;    // the key, the signal, or which check
  Verdict verdict{};  // of what was checked
};

class Watch {
 public:
  explicit Watch(Session& session);
  Watch(const Watch&) = delete;

  // Until q, or a signal that ends it. The exit status.
  asyncio::Coro<int> run();

 private:
  asyncio::Coro<int> handle_events();
  asyncio::Coro<> stop();
  void listen();
  void post_keys();

  asyncio::Coro<> look_at_files();
  asyncio::Coro<> check_one(Exercise exercise, int number);
  void start_check();
  void cancel_check();
  void take_verdict(const Verdict& verdict);

  asyncio::Coro<> press(char key);
  asyncio::Coro<> reset();
  void go(const Exercise* exercise);
  void take_signal(int number);
  void suspend();

  void draw();
  Picture picture() const;
  std::vector<std::string> list() const;
  Names edited_files() const;

  Session& session_;
  Look look_;
  Terminal terminal_{0, 1};
  const Exercise* current_;
  asyncio::Queue<Event> events_;
  asyncio::Task<> files_;
  asyncio::Task<> check_;
  std::vector<asyncio::Task<>> cancelled_;  // and may not have ended
  int checks_ = 0;     // the number of the check that counts
  bool asks_ = false;  // whether to reset
  bool lists_ = false;
  std::size_t hint_ = 0;  // 0: the task is shown; else that hint
  Colour colour_ = Colour::plain;
  std::string status_, message_;
  int exit_status_ = -1;  // none yet
};

// Says so, and gives 2, where there is no terminal.
asyncio::Coro<int> watch_command(Session& session);

}  // namespace learn
