// What it costs to keep ten thousand that wait: coroutines, each on a socket
// of its own, and threads.
//
//   parked [COUNT]   10000; fewer where the system gives fewer
//
// A coroutine waits for a datagram that never comes: that takes one descriptor
// and not two, as a connected pair would.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "10-tasks/sock.hpp"
#include "common/descriptor.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Pipe;
using asyncio::Socket;
using asyncio::Task;

std::atomic<long> heap_bytes{0};  // asked for and not given back

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
  long heap = heap_bytes;
  long resident = proc_kib("/proc/self/status", "VmRSS:") * 1024;
  long kernel = proc_kib("/proc/meminfo", "KernelStack:") * 1024;
};

void print(const char* what, std::size_t count, const Memory& before) {
  const Memory now;
  const auto each = [&](long a, long b) {
    return static_cast<double>(b - a) / static_cast<double>(count);
  };
  std::printf("%zu %s; each keeps\n", count, what);
  std::printf("  %8.0f bytes from the heap\n", each(before.heap, now.heap));
  std::printf("  %8.0f bytes of memory\n", each(before.resident, now.resident));
  std::printf("  %8.0f bytes of kernel stack\n",
              std::max(0.0, each(before.kernel, now.kernel)));
  std::fflush(stdout);
}

// As many descriptors as this process may have, less some that it has.
std::size_t most_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return 200;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  const auto most = static_cast<std::size_t>(limit.rlim_cur);
  return most > 64 ? most - 64 : 1;
}

Coro<> wait_for_a_message(Socket& socket) {
  char buffer[16];
  co_await asyncio::sock_recv_into(socket, buffer);
}

Coro<> park_coroutines(std::size_t count) {
  std::vector<Socket> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    sockets.push_back(Socket::create(AF_INET, SOCK_DGRAM));
    sockets.back().set_nonblocking();
  }
  std::vector<Task<>> tasks;
  tasks.reserve(count);
  const Memory before;
  for (Socket& socket : sockets) {
    tasks.push_back(asyncio::create_task(wait_for_a_message(socket)));
  }
  co_await asyncio::sleep(0s);
  print("coroutines that wait for a socket", count, before);
  for (Task<>& task : tasks) task.cancel();
  co_await asyncio::sleep(0s);
}

void wait_for_the_end(const Pipe& gate) {
  char byte;
  [[maybe_unused]] const auto size = ::read(gate.read.get(), &byte, 1);
}

void park_threads(std::size_t count) {
  Pipe gate = asyncio::make_pipe();
  std::vector<std::thread> threads;
  threads.reserve(count);
  const Memory before;
  try {
    while (threads.size() < count) {
      threads.emplace_back([&] { wait_for_the_end(gate); });
    }
  } catch (const std::system_error& error) {
    std::printf("the system gives no more threads: %s\n", error.what());
  }
  print("threads that wait for a descriptor", threads.size(), before);
  gate.write.reset();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

// Each block knows its size: it stands in front of it.
[[gnu::noinline]] void* operator new(std::size_t size) {
  constexpr std::size_t front = alignof(std::max_align_t);
  void* memory = std::malloc(size + front);
  if (!memory) throw std::bad_alloc();
  std::memcpy(memory, &size, sizeof size);
  heap_bytes += static_cast<long>(size);
  return static_cast<char*>(memory) + front;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (!memory) return;
  char* block = static_cast<char*>(memory) - alignof(std::max_align_t);
  std::size_t size;
  std::memcpy(&size, block, sizeof size);
  heap_bytes -= static_cast<long>(size);
  std::free(block);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

int main(int argc, char** argv) {
  try {
    const long asked = argc > 1 ? std::atol(argv[1]) : 10'000;
    const std::size_t count =
        std::min(static_cast<std::size_t>(std::max(1L, asked)),
                 most_descriptors());
    asyncio::run(park_coroutines(count));
    park_threads(count);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "parked: %s\n", error.what());
    return 1;
  }
}
