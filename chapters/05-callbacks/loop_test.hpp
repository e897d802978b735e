// What the tests of the event loop share.
//
// Not part of the library: for programs and tests.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "05-callbacks/event_loop.hpp"
#include "common/test.hpp"

namespace test {

using Log = std::vector<std::string>;

// A loop whose time is moved by hand, or by the loop when it has nothing else
// to do: no test waits.
struct ManualLoop {
  std::shared_ptr<asyncio::ManualClock> clock =
      std::make_shared<asyncio::ManualClock>();
  asyncio::EventLoop loop{{nullptr, clock}};
};

// One iteration: what asyncio's tests do by call_soon(stop) and run_forever().
inline void run_once(asyncio::EventLoop& loop) {
  loop.stop();
  loop.run_forever();
}

// Something to capture: use_count() - 1 functions that hold it are alive.
inline std::shared_ptr<int> make_token() { return std::make_shared<int>(0); }

// Counts the loop's questions to the kernel, and keeps the last timeout.
struct PollCounter : asyncio::Observer {
  void polling(std::optional<asyncio::Duration> timeout) override {
    ++polls;
    last = timeout;
  }
  int polls = 0;
  std::optional<asyncio::Duration> last;
};

}  // namespace test
