// What co_await costs: nanoseconds and heap allocations an operation, beside a
// plain function call and two coroutine types that can do nothing else; and
// what a wait costs at the bottom of a chain. Build it with the release preset.
// The same for asyncio: benchmark.py.
//
// The rows take turns in short runs, and the median of each is printed, so
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

// ---- A wait at the bottom of a chain, which the loop resumes.

constexpr long kWaits = 1'000;

// co_await Turn() gives the loop a turn.
class Turn {
 public:
  Turn() noexcept {}
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    asyncio::Driver& driver = handle.promise().driver();
    driver.suspend(handle, nullptr);
    driver.wake();
  }
  void await_resume() const noexcept {}
};

Coro<> wait_below(int depth) {
  if (depth > 1) {
    co_await wait_below(depth - 1);
  } else {
    for (long i = 0; i < kWaits; ++i) co_await Turn();
  }
}

class Chain final : public asyncio::Root<> {
 public:
  Chain(asyncio::EventLoop& on, int depth) : Root(on, wait_below(depth)) {}

 private:
  void finished() override { loop().stop(); }
};

// ---- Measuring.

class Row {
 public:
  Row(const char* name, long operations) : name_(name), count_(operations) {
    times_.reserve(kRuns);
  }

  template <class F>
  void run(F function) {
    using Clock = std::chrono::steady_clock;
    const std::size_t before = allocations;
    const auto start = Clock::now();
    function();
    const std::chrono::duration<double, std::nano> time = Clock::now() - start;
    const double count = static_cast<double>(count_);
    times_.push_back(time.count() / count);
    news_ = static_cast<double>(allocations - before) / count;
  }

  void print() {
    auto middle = times_.begin() + static_cast<std::ptrdiff_t>(kRuns / 2);
    std::nth_element(times_.begin(), middle, times_.end());
    std::printf("%-42s %8.1f %6.2f\n", name_, *middle, news_);
  }

 private:
  const char* name_;
  long count_;
  std::vector<double> times_;
  double news_ = 0;
};

void check_sum(long sum) {
  if (sum != kAwaits * (kAwaits + 1) / 2) std::abort();
}

void await_many(asyncio::EventLoop& loop) {
  asyncio::Root<long> root(loop, coro_many());
  root.run();
  check_sum(root.result());
}

void wait_in_chain(asyncio::EventLoop& loop, int depth) {
  Chain chain(loop, depth);
  loop.schedule(chain);
  loop.run_forever();
}

}  // namespace

int main() {
  asyncio::EventLoop loop;
  Row call("a function call", kAwaits);
  Row kept("the least: the owner destroys the frame", kAwaits);
  Row gone("the least: the frame destroys itself", kAwaits);
  Row coro("await a Coro that ends at once", kAwaits);
  Row one("a wait, and the loop resumes it", kWaits);
  Row ten("a wait below 10 coroutines", kWaits);
  Row hundred("a wait below 100 coroutines", kWaits);
  for (int run = 0; run < kRuns; ++run) {
    call.run([] { check_sum(call_many()); });
    kept.run([] { check_sum(kept_many().run()); });
    gone.run([] { check_sum(gone_many().run()); });
    coro.run([&] { await_many(loop); });
    one.run([&] { wait_in_chain(loop, 1); });
    ten.run([&] { wait_in_chain(loop, 10); });
    hundred.run([&] { wait_in_chain(loop, 100); });
  }
  std::printf("%-42s %8s %6s\n", "operation", "ns", "new");
  for (Row* row : {&call, &kept, &gone, &coro, &one, &ten, &hundred}) {
    row->print();
  }
}
