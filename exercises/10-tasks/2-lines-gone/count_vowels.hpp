// TODO: find the mistake. The sums below are right; the test is stopped by
// AddressSanitizer.

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "10-tasks/sleep.hpp"
#include "10-tasks/task.hpp"

namespace exercise {

using asyncio::Coro;
using asyncio::Task;

// The lines of a text, without their newlines.
inline std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

// Takes a second, as if it had to ask somebody.
inline Coro<int> count_line(const std::string& line) {
  if (line.empty()) co_return 0;
  co_await asyncio::sleep(std::chrono::seconds(1));
  int vowels = 0;
  for (const char c : line) {
    if (std::string_view("aeiou").find(c) != std::string_view::npos) ++vowels;
  }
  co_return vowels;
}

// Starts a task for each line.
inline std::vector<Task<int>> start_all(const std::string& text) {
  const std::vector<std::string> lines = split(text);
  std::vector<Task<int>> tasks;
  for (const std::string& line : lines) {
    tasks.push_back(asyncio::create_task(count_line(line)));
  }
  return tasks;
}

// The number of vowels in a text, whose lines are counted all at once.
inline Coro<int> count_vowels(std::string text) {
  const std::vector<Task<int>> tasks = start_all(text);
  int sum = 0;
  for (const Task<int>& task : tasks) {
    const int vowels = co_await task;
    sum += vowels;
  }
  co_return sum;
}

}  // namespace exercise
