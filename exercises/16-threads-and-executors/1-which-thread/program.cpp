// Who runs where: the loop's thread, or another one?

#include <cstdio>
#include <functional>
#include <future>
#include <string>
#include <thread>

#include "10-tasks/runner.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"
#include "16-threads-and-executors/run_threadsafe.hpp"

using asyncio::Coro;
using asyncio::EventLoop;

std::thread::id loop_thread;

void say(const char* what) {
  bool same = std::this_thread::get_id() == loop_thread;
  std::printf("%s: %s\n", what, same ? "loop" : "another");
}

std::string query() {
  say("query");
  return "42";
}

Coro<std::string> ask() {
  say("ask begins");
  std::string answer = co_await asyncio::to_thread(query);
  say("ask goes on");
  co_return answer;
}

std::string visit(EventLoop& loop) {
  say("visit begins");
  std::promise<void> called;
  asyncio::call_soon_threadsafe(loop, [&called] {
    say("callback");
    called.set_value();
  });
  called.get_future().wait();
  Coro<std::string> coro = ask();
  say("visit waits");
  auto answer = asyncio::run_coroutine_threadsafe(std::move(coro), loop);
  std::string result = answer.result();
  say("visit ends");
  return result;
}

Coro<> async_main() {
  loop_thread = std::this_thread::get_id();
  EventLoop& loop = asyncio::get_running_loop();
  auto never = asyncio::to_thread(query);
  auto task =
      asyncio::create_task(asyncio::to_thread(visit, std::ref(loop)));
  say("main waits");
  std::string result = co_await task;
  say("main ends");
}

int main() { asyncio::run(async_main()); }
