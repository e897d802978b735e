// Generators, and what the tests of them share.
//
// Not part of the library: for programs and tests.

#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/sleep.hpp"
#include "15-streams/async_generator.hpp"
#include "common/error.hpp"

namespace test {

using namespace std::chrono_literals;
using namespace asyncio;

using Ints = std::vector<int>;

inline AsyncGenerator<int> count(int n, Duration pause) {
  for (int i = 0; i < n; ++i) {
    if (pause > 0s) co_await sleep(pause);
    co_yield i;
  }
}

// Yields for ever. When it is closed or cancelled, it waits a second and then
// counts.
inline AsyncGenerator<int> careful(int& cleaned) {
  std::exception_ptr end;
  try {
    for (int i = 0;; ++i) {
      co_yield i;
      if (i % 2 == 1) co_await sleep(1s);
    }
  } catch (...) {
    end = std::current_exception();
  }
  co_await sleep(1s);
  ++cleaned;
  std::rethrow_exception(end);
}

inline AsyncGenerator<int> breaks_on_exit() {
  try {
    co_yield 1;
    co_yield 2;
  } catch (const GeneratorExit&) {
    throw std::runtime_error("no way out");
  }
}

inline Coro<Ints> collect(AsyncGenerator<int> gen) {
  Ints values;
  for (;;) {
    std::optional<int> value = co_await gen.next();
    if (!value) co_return values;
    values.push_back(*value);
  }
}

template <class A>
Coro<std::string> error_of(A awaitable) {
  try {
    co_await std::move(awaitable);
  } catch (const std::exception& error) {
    co_return error.what();
  } catch (const CancelledError&) {
    co_return "CancelledError";
  }
  co_return "";
}

inline void collect_reports(std::vector<std::string>& reports) {
  get_running_loop().set_exception_handler(
      [&reports](EventLoop&, const ExceptionContext& context) {
        std::string report = context.message;
        if (context.exception) report += " " + describe(context.exception);
        reports.push_back(report);
      });
}

}  // namespace test
