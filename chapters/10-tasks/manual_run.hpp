// manual_run() runs a coroutine function on a loop whose clock jumps from one
// deadline to the next, and checks that no frame and no task is left over.
//
//   test::manual_run([&]() -> Coro<> { co_await sleep(1h); });
//
// The function is kept until the end, so its captures are safe.
//
// Not part of the library: for programs and tests.

#pragma once

#include <memory>
#include <utility>

#include "10-tasks/runner.hpp"
#include "common/test.hpp"

namespace test {

inline asyncio::EventLoop::Options manual_clock() {
  asyncio::EventLoop::Options options;
  options.clock = std::make_shared<asyncio::ManualClock>();
  return options;
}

template <class Function>
auto manual_run(Function function) {
  struct NoFrameIsLeft {
    const long before = asyncio::FramePool::live();
    void check() const { CHECK_EQ(asyncio::FramePool::live(), before); }
  } frames;
  using Result = typename decltype(function())::Result;
  if constexpr (std::is_void_v<Result>) {
    asyncio::Runner(manual_clock()).run(function());
    frames.check();
  } else {
    Result result = asyncio::Runner(manual_clock()).run(function());
    frames.check();
    return result;
  }
}

}  // namespace test
