// Three ways to tell others that something is different: an event is a flag, a
// condition is a line beside a lock, a barrier is a place to meet.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/task_group.hpp"
#include "13-synchronization/barrier.hpp"
#include "13-synchronization/event.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;

void say(const std::string& text) {
  auto now = asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%4.1f  %s\n", std::chrono::duration<double>(now).count(),
              text.c_str());
}

Coro<> guest(std::string name, asyncio::Event& open) {
  co_await open.wait();
  say(name + " comes in");
}

Coro<> event() {
  asyncio::Event open;
  auto body = [&](asyncio::TaskGroup& group) -> Coro<> {
    group.create_task(guest("Ann", open));
    group.create_task(guest("Bob", open));
    co_await asyncio::sleep(1s);
    say("the door opens");
    open.set();
    co_await guest("Cid", open);
  };
  co_await asyncio::task_group(body);
}

struct Table {
  asyncio::Condition condition;
  int cups = 0;
};

Coro<> thirsty(std::string name, int want, Table& table) {
  auto held = co_await table.condition.hold();
  co_await table.condition.wait_for([&] { return table.cups >= want; });
  table.cups -= want;
  say(name + " takes " + std::to_string(want) + ", left: " +
      std::to_string(table.cups));
}

Coro<> condition() {
  Table table;
  auto body = [&](asyncio::TaskGroup& group) -> Coro<> {
    group.create_task(thirsty("Ann", 3, table));
    group.create_task(thirsty("Bob", 1, table));
    for (int i = 0; i < 4; ++i) {
      co_await asyncio::sleep(1s);
      auto held = co_await table.condition.hold();
      ++table.cups;
      table.condition.notify_all();
    }
  };
  co_await asyncio::task_group(body);
}

Coro<> rider(std::string name, int speed, asyncio::Barrier& stage) {
  for (int i = 1; i <= 2; ++i) {
    co_await asyncio::sleep(speed * 1s);
    say(name + " is there");
    const int number = co_await stage.wait();
    if (number == 2) say("all have ended stage " + std::to_string(i));
  }
}

Coro<> barrier() {
  asyncio::Barrier stage(3);
  auto body = [&](asyncio::TaskGroup& group) -> Coro<> {
    group.create_task(rider("Ann", 1, stage));
    group.create_task(rider("Bob", 2, stage));
    group.create_task(rider("Cid", 3, stage));
    co_return;
  };
  co_await asyncio::task_group(body);
}

Coro<> async_main() {
  co_await event();
  co_await condition();
  co_await barrier();
}

int main() { asyncio::run(async_main()); }
