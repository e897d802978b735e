// What co_await costs: nanoseconds and heap allocations an operation, beside a
// plain function call and two coroutine types that can do nothing else. Build it
// with the release preset. The same for asyncio: benchmark.py.
//
// The types take turns in short runs, and the median of each is printed, so
// that another program on the machine disturbs all of them alike.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <vector>

#include "08-coroutines/root.hpp"

namespace {
std::size_t allocations = 0;
}

// Every allocation of the program goes through here and is counted.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

constexpr int kRuns = 1001;
constexpr long kAwaits = 10'000;

// ---- A function call.

[[gnu::noinline]] long call_one(long value) { return value + 1; }
long call_many() {
  long sum = 0;
  for (long i = 0; i < kAwaits; ++i) sum += call_one(i);
  return sum;
}

// ---- The least that a coroutine can cost: one list of recycled frames, no
// exceptions, no loop, and it must never wait.

struct Block {
  Block* next;
};
constinit thread_local Block* free_blocks = nullptr;

struct Recycled {
  static void* operator new(std::size_t) {
    if (!free_blocks) return ::operator new(256);
    return std::exchange(free_blocks, free_blocks->next);
  }
  static void operator delete(void* memory, std::size_t) {
    free_blocks = ::new (memory) Block{free_blocks};
  }
};

// Ends as most textbooks' do: suspended, and its owner destroys the frame.
class Kept {
 public:
  struct promise_type : Recycled {
    Kept get_return_object() { return Kept(*this); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_value(long v) { value = v; }
    void unhandled_exception() { std::terminate(); }
    long value = 0;
  };
  explicit Kept(promise_type& promise)
      : handle_(Handle::from_promise(promise)) {}
  Kept(Kept&&) = delete;
  ~Kept() { handle_.destroy(); }

  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<>) {
    handle_.resume();
    return !handle_.done();
  }
  long await_resume() { return handle_.promise().value; }

  long run() {
    handle_.resume();
    return handle_.promise().value;
  }

 private:
  using Handle = std::coroutine_handle<promise_type>;
  Handle handle_;
};

[[gnu::noinline]] Kept kept_one(long value) { co_return value + 1; }
Kept kept_many() {
  long sum = 0;
  for (long i = 0; i < kAwaits; ++i) sum += co_await kept_one(i);
  co_return sum;
}

// Ends as Coro does: the result is with the owner, and the frame goes at once.
class Gone {
 public:
  struct promise_type : Recycled {
    Gone get_return_object() { return Gone(*this); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept {
      owner->handle_ = nullptr;
      return {};
    }
    void return_value(long value) { owner->value_ = value; }
    void unhandled_exception() { std::terminate(); }
    Gone* owner = nullptr;
  };
  explicit Gone(promise_type& promise)
      : handle_(Handle::from_promise(promise)) {
    promise.owner = this;
  }
  Gone(Gone&&) = delete;
  ~Gone() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<>) {
    handle_.resume();
    return handle_ != nullptr;
  }
  long await_resume() { return value_; }

  long run() {
    handle_.resume();
    return value_;
  }

 private:
  using Handle = std::coroutine_handle<promise_type>;
  Handle handle_;
  long value_ = 0;
};

[[gnu::noinline]] Gone gone_one(long value) { co_return value + 1; }
Gone gone_many() {
  long sum = 0;
  for (long i = 0; i < kAwaits; ++i) sum += co_await gone_one(i);
  co_return sum;
}

// ---- The library's.

using asyncio::Coro;

[[gnu::noinline]] Coro<long> coro_one(long value) { co_return value + 1; }
Coro<long> coro_many() {
  long sum = 0;
  for (long i = 0; i < kAwaits; ++i) sum += co_await coro_one(i);
  co_return sum;
}

// ---- Measuring.

class Row {
 public:
  explicit Row(const char* name) : name_(name) { times_.reserve(kRuns); }

  template <class F>
  void run(F function) {
    using Clock = std::chrono::steady_clock;
    const std::size_t before = allocations;
    const auto start = Clock::now();
    const long sum = function();
    const std::chrono::duration<double, std::nano> time = Clock::now() - start;
    if (sum != kAwaits * (kAwaits + 1) / 2) std::abort();
    times_.push_back(time.count() / kAwaits);
    news_ = static_cast<double>(allocations - before) / kAwaits;
  }

  double median() {
    auto middle = times_.begin() + static_cast<std::ptrdiff_t>(kRuns / 2);
    std::nth_element(times_.begin(), middle, times_.end());
    return *middle;
  }
  void print() { std::printf("%-42s %6.1f %6.2f\n", name_, median(), news_); }

 private:
  const char* name_;
  std::vector<double> times_;
  double news_ = 0;
};

}  // namespace

int main() {
  asyncio::EventLoop loop;
  Row call("a function call"), kept("the least: the owner destroys the frame"),
      gone("the least: the frame destroys itself"), coro("Coro");
  for (int run = 0; run < kRuns; ++run) {
    call.run(call_many);
    kept.run([] { return kept_many().run(); });
    gone.run([] { return gone_many().run(); });
    coro.run([&] {
      asyncio::Root<long> root(loop, coro_many());
      root.run();
      return root.result();
    });
  }
  std::printf("%-42s %6s %6s\n", "one await that ends at once", "ns", "new");
  for (Row* row : {&call, &kept, &gone, &coro}) row->print();
}
