// What a process costs to start, and a signal to hear. The twin in Python is
// benchmark.py. Each row is the fastest of so many runs, of CPU and waiting
// together: a process that is started is time on some processor.
//
//   benchmark [RUNS]   (50)

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "17-subprocesses-and-signals/process.hpp"
#include "17-subprocesses-and-signals/signals.hpp"

extern char** environ;

namespace {

using asyncio::Coro;
using asyncio::Process;
using Words = std::vector<std::string>;
using Clock = std::chrono::steady_clock;

int runs = 50;
const Words command = {"/bin/true"};
const Words speaker = {"/bin/echo", "hello"};
char* const bare_command[] = {const_cast<char*>("/bin/true"), nullptr};

void report(const char* what, double seconds) {
  std::printf("%-46s %8.1f us\n", what, seconds * 1e6);
  std::fflush(stdout);
}

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <class Work>
void measure(const char* what, Work work) {
  double best = 1e9;
  for (int i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    work();
    best = std::min(best, since(start));
  }
  report(what, best);
}

Coro<> measure_each(const char* what, Coro<> (*work)()) {
  double best = 1e9;
  for (int i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    co_await work();
    best = std::min(best, since(start));
  }
  report(what, best);
}

void fork_and_exec() {
  const pid_t pid = fork();
  if (pid == 0) {
    execve(bare_command[0], bare_command, environ);
    _exit(127);
  }
  waitpid(pid, nullptr, 0);
}

void posix_spawn_it() {
  pid_t pid;
  posix_spawn(&pid, bare_command[0], nullptr, nullptr, bare_command, environ);
  waitpid(pid, nullptr, 0);
}

Coro<> start_and_wait() {
  Process process = co_await asyncio::create_subprocess_exec(command);
  co_await process.wait();
}

Coro<> communicate() {
  asyncio::SubprocessOptions options({}, asyncio::subprocess::PIPE);
  Process process = co_await asyncio::create_subprocess_exec(speaker, options);
  co_await process.communicate();
}

Coro<> ten_at_once() {
  std::vector<asyncio::Task<>> tasks;
  for (int i = 0; i < 10; ++i) {
    tasks.push_back(asyncio::create_task(start_and_wait()));
  }
  for (auto& task : tasks) co_await task;
}

Coro<> hear_a_signal() {
  asyncio::Future<> heard = asyncio::create_future();
  asyncio::add_signal_handler(asyncio::get_running_loop(), SIGUSR1,
                              [heard] { heard.set_result(); });
  raise(SIGUSR1);
  co_await heard;
}

Coro<> with_pidfd() {
  co_await measure_each("create_subprocess_exec, wait", start_and_wait);
  co_await measure_each("  ten of them at once", ten_at_once);
  co_await measure_each("  with a pipe and communicate()", communicate);
}
Coro<> with_sigchld() {
  co_await measure_each("create_subprocess_exec, wait, by SIGCHLD",
                        start_and_wait);
}
Coro<> with_memory() {
  co_await measure_each("with 256 MB in use: create_subprocess_exec",
                        start_and_wait);
}
Coro<> with_signals() {
  co_await measure_each("a signal, from raise() to its function",
                        hear_a_signal);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) runs = std::max(1, std::atoi(argv[1]));
  measure("fork, exec, waitpid", fork_and_exec);
  measure("posix_spawn, waitpid", posix_spawn_it);
  asyncio::run(with_pidfd());
  setenv("ASYNCIO_CHILD_WATCHER", "sigchld", 1);
  asyncio::run(with_sigchld());
  asyncio::run(with_signals());
  // The more memory a process has, the longer its fork takes.
  std::vector<char> memory(256 * 1024 * 1024, 'x');
  measure("with 256 MB in use: fork, exec, waitpid", fork_and_exec);
  measure("with 256 MB in use: posix_spawn, waitpid", posix_spawn_it);
  unsetenv("ASYNCIO_CHILD_WATCHER");
  asyncio::run(with_memory());
  if (memory[1000] != 'x') return 1;
}
