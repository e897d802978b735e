// An account that two tasks draw from, without a lock and with one; then who
// gets a lock, and when: in order, and past the one who was cancelled.

#include <cstdio>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "13-synchronization/lock.hpp"

using asyncio::Coro;
using asyncio::Lock;

struct Account {
  int balance = 100;
  Lock lock;
};

Coro<> ask_the_bank() { co_await asyncio::sleep({}); }

Coro<> draw(const char* who, Account& account) {
  const int before = account.balance;
  if (before < 80) {
    std::printf("  %s is refused\n", who);
    co_return;
  }
  co_await ask_the_bank();
  account.balance = before - 80;
  std::printf("  %s has 80\n", who);
}

Coro<> draw_safely(const char* who, Account& account) {
  auto held = co_await account.lock.hold();
  co_await draw(who, account);
}

Coro<> keep(const char* who, Lock& lock, int times) {
  for (int i = 0; i < times; ++i) {
    std::printf("  %s asks\n", who);
    auto held = co_await lock.hold();
    std::printf("  %s has it\n", who);
    co_await asyncio::sleep({});
    std::printf("  %s lets go\n", who);
  }
}

Coro<> async_main() {
  std::puts("without a lock:");
  Account account;
  co_await asyncio::gather(draw("Ann", account), draw("Bob", account));
  std::printf("  left: %d\n", account.balance);

  std::puts("with a lock:");
  account.balance = 100;
  co_await asyncio::gather(draw_safely("Ann", account),
                           draw_safely("Bob", account));
  std::printf("  left: %d\n", account.balance);

  std::puts("in order:");
  Lock lock;
  auto first = asyncio::create_task(keep("first", lock, 2));
  auto second = asyncio::create_task(keep("second", lock, 1));
  auto third = asyncio::create_task(keep("third", lock, 1));
  co_await asyncio::sleep({});
  std::puts("  second is cancelled");
  second.cancel();
  co_await asyncio::gather(asyncio::return_exceptions, first, second, third);
  std::printf("  locked: %s\n", lock.locked() ? "True" : "False");
}

int main() { asyncio::run(async_main()); }
