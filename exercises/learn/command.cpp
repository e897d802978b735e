#include "exercises/learn/command.hpp"

#include <signal.h>

#include <exception>
#include <utility>

#include "10-tasks/task.hpp"
#include "11-gather/wait.hpp"
#include "12-cancellation/wait_for.hpp"
#include "17-subprocesses-and-signals/process.hpp"

namespace learn {

using asyncio::Coro;
using asyncio::Process;

void BoundedText::append(std::string_view more) {
  const std::string_view first = more.substr(0, half_ - head_.size());
  head_ += first;
  tail_ += more.substr(first.size());
  if (tail_.size() <= 2 * half_) return;  // seldom, so that it is cheap
  left_out_ += tail_.size() - half_;
  tail_.erase(0, tail_.size() - half_);
}

std::string BoundedText::text() const {
  if (left_out_ == 0) return head_ + tail_;
  return head_ + "\n... " + std::to_string(left_out_) +
         " bytes are left out ...\n" + tail_;
}

namespace {

// It was started with a session, and so a process group, of its own.
void kill_group(const Process& process) {
  ::kill(-process.pid(), SIGKILL);
}

// To the end of its output, and its own.
Coro<> read_to_end(Process process, BoundedText& output) {
  while (true) {
    std::string piece = co_await process.out().read(64 * 1024);
    if (piece.empty()) break;
    output.append(piece);
  }
  co_await process.wait();
}

asyncio::SubprocessOptions options_for(const Command& command) {
  using namespace asyncio::subprocess;
  asyncio::SubprocessOptions options(DEVNULL, PIPE,
                                     command.errors_too ? STDOUT : DEVNULL);
  options.cwd = command.folder;
  if (!command.env.empty()) options.env = command.env;
  options.start_new_session = true;
  return options;
}

// Starts it, also if that is cancelled meanwhile: the program may already have
// started others, and whoever is to end them all must know their group.
Coro<Process> start(const Command& command, std::exception_ptr& stopped) {
  asyncio::Task<Process> starting = asyncio::create_task(
      asyncio::create_subprocess_exec(command.words, options_for(command)));
  const std::vector<asyncio::Task<Process>> one = {starting};
  while (!starting.done()) {
    try {
      co_await asyncio::wait(one);
    } catch (const asyncio::CancelledError&) {
      stopped = std::current_exception();
    }
  }
  co_return starting.result();
}

}  // namespace

Coro<Finished> run_command(Command command, asyncio::Duration limit) {
  std::exception_ptr stopped;
  Process process = co_await start(command, stopped);
  Finished finished;
  BoundedText output;
  try {
    if (!stopped) {
      co_await asyncio::wait_for(read_to_end(process, output), limit);
    }
  } catch (const asyncio::TimeoutError&) {
    finished.hung = true;
  } catch (...) {
    stopped = std::current_exception();
  }
  // Whoever is left of the group: all of it, if the program hangs. A number
  // that has become free is not given away again before all others were.
  kill_group(process);
  process.transport().close();  // a program that fled the group may hold it
  finished.returncode = co_await process.wait();
  if (stopped) std::rethrow_exception(stopped);
  finished.output = output.text();
  co_return finished;
}

}  // namespace learn
