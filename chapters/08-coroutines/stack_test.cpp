// No native stack grows with a program of coroutines, however many awaits end
// at once and however deep a chain is. Each test runs in a thread of its own
// with a stack of 8 MiB, what Linux gives a program's main thread, so that the
// result does not depend on `ulimit -s`.

#include <pthread.h>

#include <exception>
#include <stdexcept>

#include "08-coroutines/by_hand.hpp"
#include "common/error.hpp"
#include "common/test.hpp"

namespace {

using asyncio::Coro;
using asyncio::FramePool;
using test::Gate;
using test::HandRoot;
using test::Loop;

// A sanitizer keeps a shadow of all memory, and some of what was freed; with it
// a chain of a million takes gigabytes.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TEST_SANITIZED
#endif
#endif
#ifdef TEST_SANITIZED
constexpr long kAwaits = 2'000'000;
constexpr long kDepth = 200'000;
constexpr long kThrowDepth = 20'000;
#else
constexpr long kAwaits = 10'000'000;
constexpr long kDepth = 1'000'000;
constexpr long kThrowDepth = 100'000;
#endif

constexpr std::size_t kStack = 8 << 20;

void check_posix(int code, const char* operation) {
  if (code != 0) throw asyncio::os_error(code, operation, "");
}

struct Job {
  void (*body)();
  std::exception_ptr error;
};

void* run_job(void* argument) {
  Job& job = *static_cast<Job*>(argument);
  try {
    job.body();
  } catch (...) {
    job.error = std::current_exception();
  }
  return nullptr;
}

// Runs `body` on a stack of 8 MiB, and passes on what a check throws.
void on_small_stack(void (*body)()) {
  Job job{body, nullptr};
  pthread_attr_t attributes;
  check_posix(::pthread_attr_init(&attributes), "pthread_attr_init");
  check_posix(::pthread_attr_setstacksize(&attributes, kStack),
              "pthread_attr_setstacksize");
  pthread_t thread;
  check_posix(::pthread_create(&thread, &attributes, run_job, &job),
              "pthread_create");
  ::pthread_attr_destroy(&attributes);
  check_posix(::pthread_join(thread, nullptr), "pthread_join");
  if (job.error) std::rethrow_exception(job.error);
}

Coro<long> one(long value) { co_return value; }
Coro<long> many(long count) {
  long sum = 0;
  for (long i = 0; i < count; ++i) sum += co_await one(1);
  co_return sum;
}

TEST("ten million awaits that finish at once leave the stack alone") {
  on_small_stack([] {
    Loop loop;
    HandRoot root(loop, many(kAwaits));
    root.run();
    CHECK_EQ(root.result(), kAwaits);
    CHECK_EQ(FramePool::live(), 0);
  });
}

// Waits at the bottom, if it has a gate.
Coro<long> deep(long depth, Gate* gate) {
  if (depth == 0) {
    if (gate) co_await *gate;
    co_return 0;
  }
  const long below = co_await deep(depth - 1, gate);
  co_return below + 1;
}

TEST("a chain a million deep that finishes at once leaves the stack alone") {
  on_small_stack([] {
    Loop loop;
    HandRoot root(loop, deep(kDepth, nullptr));
    root.run();
    CHECK_EQ(root.result(), kDepth);
    CHECK_EQ(FramePool::live(), 0);
  });
}

TEST("a chain a million deep that waits at its bottom does so too") {
  on_small_stack([] {
    Loop loop;
    Gate gate;
    HandRoot root(loop, deep(kDepth, &gate));
    root.run();
    CHECK(root.suspended());
    CHECK_EQ(FramePool::live(), kDepth + 1);
    gate.open();
    loop.turn();
    CHECK_EQ(root.result(), kDepth);
    CHECK_EQ(FramePool::live(), 0);
  });
}

TEST("a chain a million deep is destroyed without recursion") {
  on_small_stack([] {
    Loop loop;
    Gate gate;
    {
      HandRoot root(loop, deep(kDepth, &gate));
      root.run();
      CHECK_EQ(FramePool::live(), kDepth + 1);
    }
    CHECK_EQ(FramePool::live(), 0);
  });
}

// Throws at the bottom, at once or after a wait.
Coro<> throw_deep(long depth, Gate* gate) {
  if (depth == 0) {
    if (gate) co_await *gate;
    throw std::runtime_error("from the bottom");
  }
  co_await throw_deep(depth - 1, gate);
}

TEST("an exception passes through 100,000 awaits that finish at once") {
  on_small_stack([] {
    Loop loop;
    HandRoot root(loop, throw_deep(kThrowDepth, nullptr));
    root.run();
    CHECK_WHAT(root.result(), "from the bottom");
    CHECK_EQ(FramePool::live(), 0);
  });
}

TEST("an exception passes through 100,000 awaits that waited") {
  on_small_stack([] {
    Loop loop;
    Gate gate;
    HandRoot root(loop, throw_deep(kThrowDepth, &gate));
    root.run();
    gate.open();
    loop.turn();
    CHECK_WHAT(root.result(), "from the bottom");
    CHECK_EQ(FramePool::live(), 0);
  });
}

// After a wait at the bottom, each level awaits once more.
Coro<long> deep_then_more(long depth, Gate& gate) {
  if (depth == 0) {
    co_await gate;
    co_return 0;
  }
  const long below = co_await deep_then_more(depth - 1, gate);
  const long more = co_await one(1);
  co_return below + more;
}

TEST("each level of a deep chain can await again on its way back") {
  on_small_stack([] {
    Loop loop;
    Gate gate;
    HandRoot root(loop, deep_then_more(kDepth, gate));
    root.run();
    gate.open();
    loop.turn();
    CHECK_EQ(root.result(), kDepth);
    CHECK_EQ(FramePool::live(), 0);
  });
}

// Awaits that all wait, one after another: each is resumed by the loop.
Coro<long> wait_many(Gate& gate, long count) {
  long waits = 0;
  for (; waits < count; ++waits) co_await gate;
  co_return waits;
}
Coro<long> wait_inside(Gate& gate, long count) {
  const long waits = co_await wait_many(gate, count);
  co_return waits;
}

TEST("a coroutine that waits 100,000 times is resumed on a flat stack") {
  on_small_stack([] {
    Loop loop;
    Gate gate;
    HandRoot root(loop, wait_inside(gate, 100'000));
    root.run();
    while (gate.waited_for()) {
      gate.open();
      loop.turn();
    }
    CHECK_EQ(root.result(), 100'000);
  });
}

// Holds another one, which holds another one, ...; none of them ever starts.
Coro<> hold(Coro<> inner) { co_await std::move(inner); }
Coro<> nothing() { co_return; }
Coro<> nested(long depth) {
  Coro<> all = nothing();
  for (long i = 0; i < depth; ++i) all = hold(std::move(all));
  return all;
}

TEST("a million coroutines inside one another die without recursion") {
  on_small_stack([] {
    { const Coro<> all = nested(kDepth); }
    CHECK_EQ(FramePool::live(), 0);
  });
}

}  // namespace
