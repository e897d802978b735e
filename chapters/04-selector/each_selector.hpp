// What the tests of the selectors share: each claim is tested on every selector
// of the build.
//
// Not part of the library: for programs and tests.

#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <vector>

#include "04-selector/selector.hpp"
#include "common/descriptor.hpp"
#include "common/platform.hpp"
#include "common/test.hpp"

using Events = std::vector<asyncio::SelectorEvent>;

// Runs `body` with a fresh selector of each kind; says which one failed.
template <class Body>
void on_each_selector(Body body) {
  std::vector<const char*> names = {"select", "poll"};
  if (ASYNCIO_HAS_EPOLL) names.push_back("epoll");
  for (const char* name : names) {
    try {
      body(*asyncio::make_selector(name));
    } catch (...) {
      std::printf("  on the selector %s:\n", name);
      throw;
    }
  }
}

inline Events poll_now(asyncio::Selector& selector) {
  Events ready;
  selector.select(std::chrono::nanoseconds(0), ready);
  return ready;
}

inline void write_byte(const asyncio::Pipe& pipe) {
  CHECK_EQ(::write(pipe.write.get(), "x", 1), 1);
}
