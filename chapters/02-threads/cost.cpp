// What it costs to have something that can wait: a function call, which cannot,
// a thread and a process. To create and end one, to switch to it and back, and
// to keep many of them waiting.
//
//   cost [THREADS]   how many threads to park at the end (10000)
//
// The memory of a thread stands in three places: in the program (the part of
// its stack that it has touched), in the address space (the stack that it may
// touch), and in the kernel (a stack of its own). The last is Linux's to tell.

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

#include "common/descriptor.hpp"
#include "common/error.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using asyncio::make_pipe;
using asyncio::Pipe;

// Nanoseconds for one of `count` rounds of `work`.
template <class Work>
double time_of(int count, Work work) {
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < count; ++i) work();
  const std::chrono::duration<double, std::nano> taken = Clock::now() - start;
  return taken.count() / count;
}

[[gnu::noinline]] void call() { asm volatile(""); }

void create_thread() {
  std::thread([] {}).join();
}

void create_process() {
  const pid_t child = ::fork();
  if (child < 0) asyncio::throw_errno("fork", "");
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
}

void pass_on(const asyncio::Descriptor& to) {
  if (::write(to.get(), "x", 1) != 1) asyncio::throw_errno("write", "pipe");
}

bool wait_for(const asyncio::Descriptor& from) {
  char byte;
  return ::read(from.get(), &byte, 1) == 1;
}

// A byte goes there and back: two switches, and the system calls to ask for
// them. The other side ends when `there` is closed.
double switch_time(Pipe& there, Pipe& back) {
  return time_of(20'000,
                 [&] {
                   pass_on(there.write);
                   wait_for(back.read);
                 }) /
         2;
}

void answer(const Pipe& there, const Pipe& back) {
  while (wait_for(there.read)) pass_on(back.write);
}

double switch_thread() {
  Pipe there = make_pipe();
  Pipe back = make_pipe();
  std::thread other([&] { answer(there, back); });
  const double time = switch_time(there, back);
  there.write.reset();
  other.join();
  return time;
}

double switch_process() {
  Pipe there = make_pipe();
  Pipe back = make_pipe();
  const pid_t child = ::fork();
  if (child < 0) asyncio::throw_errno("fork", "");
  if (child == 0) {
    there.write.reset();  // or the end would never come
    answer(there, back);
    ::_exit(0);
  }
  const double time = switch_time(there, back);
  there.write.reset();
  ::waitpid(child, nullptr, 0);
  return time;
}

// The number behind `name` in a file of /proc, in KiB; 0 where there is none.
long proc_kib(const char* path, const char* name) {
  long kib = 0;
  std::FILE* file = std::fopen(path, "re");
  char line[256];
  const std::size_t size = std::strlen(name);
  while (file && std::fgets(line, sizeof line, file)) {
    if (std::strncmp(line, name, size) == 0) kib = std::atol(line + size);
  }
  if (file) std::fclose(file);
  return kib;
}

struct Memory {
  long resident = proc_kib("/proc/self/status", "VmRSS:");
  long reserved = proc_kib("/proc/self/status", "VmSize:");
  long kernel = proc_kib("/proc/meminfo", "KernelStack:");
};

// As many threads as the system gives, and no more than `count`, each waiting
// as it would for a socket. They end when the pipe is closed.
void park(std::size_t count) {
  Pipe gate = make_pipe();
  std::vector<std::thread> threads;
  threads.reserve(count);
  const Memory before;
  const Clock::time_point start = Clock::now();
  try {
    while (threads.size() < count) {
      threads.emplace_back([&] { wait_for(gate.read); });
    }
  } catch (const std::system_error& error) {
    std::printf("the system gives no more: %s\n", error.what());
  }
  const std::chrono::duration<double> taken = Clock::now() - start;
  const Memory after;
  const auto each = [&](long now, long then) {
    return static_cast<double>(now - then) /
           static_cast<double>(threads.size());
  };
  std::printf("%zu threads that wait, started in %.2f s; each keeps\n",
              threads.size(), taken.count());
  std::printf("  %8.1f KiB of memory\n", each(after.resident, before.resident));
  std::printf("  %8.1f KiB of kernel stack\n",
              each(after.kernel, before.kernel));
  std::printf("  %8.1f KiB of address space\n",
              each(after.reserved, before.reserved));
  gate.write.reset();
  for (std::thread& thread : threads) thread.join();
}

void print_row(const char* what, double create, double change) {
  std::printf("%-14s %14.0f ns %14.0f ns\n", what, create, change);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int threads = argc > 1 ? std::atoi(argv[1]) : 10'000;
    std::printf("%-14s %17s %17s\n", "", "create and end", "switch");
    std::fflush(stdout);
    const double call_time = time_of(10'000'000, call);
    std::printf("%-14s %14.1f ns %14.1f ns\n", "function call", call_time,
                call_time);
    print_row("thread", time_of(2'000, create_thread), switch_thread());
    print_row("process", time_of(500, create_process), switch_process());
    if (threads > 0) park(static_cast<std::size_t>(threads));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cost: %s\n", error.what());
    return 1;
  }
}
