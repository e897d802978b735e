// What a machine costs: a call that ends at once, a wait, and the memory of a
// frame. Chapter 08's coroutines are measured against these.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>

#include "06-state-machines/echo_machine.hpp"
#include "06-state-machines/socket_machines.hpp"

namespace {

using asyncio::EventLoop;
using asyncio::Machine;

long allocations = 0;

class Nothing final : public Machine {
 public:
  using Machine::Machine;

 private:
  Machine* step() override { return finish(); }
};

// Calls Nothing, `times` times.
class Caller final : public Machine {
 public:
  Caller(EventLoop& loop, long times) : Machine(loop), times_(times) {}

 private:
  Machine* step() override {
    if (times_-- == 0) {
      loop().stop();
      return finish();
    }
    return call(callee_.emplace(loop()), 0);
  }
  long times_;
  std::optional<Nothing> callee_;
};

// Goes through the loop's queue, `times` times.
class Waiter final : public Machine {
 public:
  Waiter(EventLoop& loop, long times) : Machine(loop), times_(times) {}

 private:
  Machine* step() override {
    if (times_-- == 0) {
      loop().stop();
      return finish();
    }
    loop().schedule(*this);
    return pause(0);
  }
  long times_;
};

template <class M>
void measure(const char* what) {
  constexpr long times = 20'000'000;
  EventLoop loop;
  M machine(loop, times);
  const long before = allocations;
  const auto start = std::chrono::steady_clock::now();
  loop.schedule(machine);
  loop.run_forever();
  const std::chrono::duration<double, std::nano> time =
      std::chrono::steady_clock::now() - start;
  std::printf("%-28s %5.1f ns  %.2f allocations\n", what,
              time.count() / times,
              static_cast<double>(allocations - before) / times);
}

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

int main() {
  measure<Caller>("a call that ends at once");
  measure<Waiter>("a wait, through the queue");
  std::printf("%-28s %5zu bytes\n", "a Machine", sizeof(Machine));
  std::printf("%-28s %5zu bytes\n", "SendAll", sizeof(asyncio::SendAll));
  std::printf("%-28s %5zu bytes\n", "Answer, of which buffer 4096",
              sizeof(echo::Answer));
}
