// A Picture shows who has had the time: a row for each worker, and one for a
// ticker that wants to tick every 20 ms in the loop. Times are those of the
// system's monotonic clock, which is the same in every process.
//
//   #  computes, or blocks      |  the loop ticks
//
// Private to this chapter.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "10-tasks/sleep.hpp"

namespace picture {

using Nanoseconds = long long;

inline Nanoseconds now() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

// Somebody was at work. Plain bytes: a worker process may send it.
struct Span {
  Nanoseconds begin = 0, end = 0;
  int worker = 0;
};

class Picture {
 public:
  explicit Picture(const char* title) : title_(title), start_(now()) {}

  void add(const Span& span) { spans_.push_back(span); }

  // Awaits `work` beside the ticker, which begins before and ends after it.
  asyncio::Coro<> watch(asyncio::Coro<> work) {
    auto ticker = asyncio::create_task(tick());
    co_await asyncio::sleep(std::chrono::milliseconds(50));
    const Nanoseconds begin = now();
    co_await std::move(work);
    seconds_ = static_cast<double>(now() - begin) / 1e9;
    co_await asyncio::sleep(std::chrono::milliseconds(50));
    ended_ = true;
    co_await ticker;
  }
  double seconds() const { return seconds_; }

  void print() const {
    std::printf("%s: %.2f s, the longest pause between ticks %.0f ms\n",
                title_, seconds_, longest_pause());
    std::map<int, std::string> rows;
    for (const Span& span : spans_) {
      for (auto at = column(span.begin); at <= column(span.end); ++at) {
        put(rows[span.worker], at, '#');
      }
    }
    for (const auto& [worker, row] : rows) std::printf("  %s\n", row.c_str());
    std::string ticker;
    for (Nanoseconds tick : ticks_) put(ticker, column(tick), '|');
    std::printf("  %s\n", ticker.c_str());
  }

 private:
  asyncio::Coro<> tick() {
    while (!ended_) {
      ticks_.push_back(now());
      co_await asyncio::sleep(std::chrono::milliseconds(20));
    }
  }

  static constexpr Nanoseconds kColumn = 10'000'000;

  std::size_t column(Nanoseconds time) const {
    return static_cast<std::size_t>(std::max(time - start_, 0LL) / kColumn);
  }
  static void put(std::string& row, std::size_t at, char mark) {
    if (at >= row.size()) row.resize(at + 1, ' ');
    row[at] = mark;
  }
  double longest_pause() const {
    Nanoseconds longest = 0;
    for (std::size_t i = 1; i < ticks_.size(); ++i) {
      longest = std::max(longest, ticks_[i] - ticks_[i - 1]);
    }
    return static_cast<double>(longest) / 1e6;
  }

  const char* title_;
  Nanoseconds start_;
  double seconds_ = 0;
  bool ended_ = false;
  std::vector<Span> spans_;
  std::vector<Nanoseconds> ticks_;
};

}  // namespace picture
