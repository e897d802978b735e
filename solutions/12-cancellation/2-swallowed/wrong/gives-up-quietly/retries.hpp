// The test says: follow it upwards

#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/sleep.hpp"

namespace exercise {

using Fetch = std::function<asyncio::Coro<std::string>()>;

// What went wrong on the way to a page.
struct Report {
  std::vector<std::string> errors;
};

// One try: the page, or nothing when the try has failed, and a note of why.
inline asyncio::Coro<std::optional<std::string>> try_once(const Fetch& fetch,
                                                          Report& report) {
  try {
    std::string page = co_await fetch();
    co_return page;
  } catch (const std::exception& error) {
    report.errors.push_back(error.what());
  } catch (const asyncio::CancelledError&) {
    co_return std::string();
  }
  co_return std::nullopt;
}

// Calls `fetch` until it gives a page, `tries` times at most, with a pause of
// a second in between. Throws std::runtime_error when no try gave one.
inline asyncio::Coro<std::string> fetch_with_retries(Fetch fetch, int tries,
                                                     Report& report) {
  for (int i = 0; i < tries; ++i) {
    if (i > 0) co_await asyncio::sleep(std::chrono::seconds(1));
    std::optional<std::string> page = co_await try_once(fetch, report);
    if (page) co_return std::move(*page);
  }
  throw std::runtime_error("no page after " + std::to_string(tries) +
                           " tries");
}

}  // namespace exercise
