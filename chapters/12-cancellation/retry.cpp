// A limit for any coroutine function: with_timeout wraps one, and what it gives
// is a function with the same arguments, which can be wrapped again. Here a
// limit for each try stands within one for all of them together.

#include <chrono>
#include <cstdio>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/wait_for.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::TimeoutError;
using asyncio::with_timeout;

void say(const std::string& text) {
  const std::chrono::duration<double> now =
      asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%3.1f  %s\n", now.count(), text.c_str());
}

Coro<std::string> fetch(std::string page, Duration delay) {
  try {
    co_await asyncio::sleep(delay);
    co_return page + " is here";
  } catch (const CancelledError&) {
    say(page + ": hangs up");
    throw;
  }
}

Coro<std::string> fetch_with_retries(std::string page, Duration delay) {
  auto quick_fetch = with_timeout(1s, fetch);
  for (int attempt = 1; attempt < 4; ++attempt) {
    try {
      std::string text = co_await quick_fetch(page, delay / attempt);
      co_return text;
    } catch (const TimeoutError&) {
      say(page + ": try " + std::to_string(attempt) + " timed out");
    }
  }
  throw TimeoutError(page + ": given up");
}

struct Page {
  const char* name;
  Duration delay;
};

Coro<void> main_coro() {
  auto patient_fetch = with_timeout(2750ms, fetch_with_retries);
  for (auto [page, delay] :
       {Page{"/quick", 500ms}, Page{"/second", 1500ms}, Page{"/slow", 9s}}) {
    try {
      std::string text = co_await patient_fetch(page, delay);
      say(text);
    } catch (const TimeoutError&) {
      say(std::string(page) + ": no time left");
    }
  }
}

}  // namespace

int main() { asyncio::run(main_coro()); }
