// A gather whose first failure arrives while others run: it is heard of at
// once. The others run on; what they do later, and how they end, is lost.

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "common/error.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::EventLoop;

asyncio::TimePoint began;

void say(const std::string& text) {
  const std::chrono::duration<double> now =
      asyncio::get_running_loop().time() - began;
  std::printf("%3.1f  %s\n", now.count(), text.c_str());
}

void nobody_looked(EventLoop&, const asyncio::ExceptionContext& context) {
  say("nobody looked at: " + asyncio::describe(context.exception));
}

Coro<std::string> page(std::string name, asyncio::Duration delay,
                       bool breaks = false) {
  co_await asyncio::sleep(delay);
  if (breaks) {
    say(name + " breaks");
    throw std::runtime_error(name + ": connection reset");
  }
  say(name + " is here");
  co_return name;
}

Coro<void> main_coro() {
  EventLoop& loop = asyncio::get_running_loop();
  began = loop.time();
  loop.set_exception_handler(nobody_looked);
  try {
    co_await asyncio::gather(page("/slow", 3s), page("/quick", 1s),
                             page("/broken", 1500ms, true),
                             page("/lost", 2s, true));
  } catch (const std::runtime_error& error) {
    say(std::string("main hears of ") + error.what());
  }
  say("main goes on");
  co_await asyncio::sleep(4s);
  say("main ends");
}

}  // namespace

int main() { asyncio::run(main_coro()); }
