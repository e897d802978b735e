// When does a signal's function run?

#include <signal.h>

#include <cstdio>

#include "05-callbacks/event_loop.hpp"
#include "17-subprocesses-and-signals/signals.hpp"

int main() {
  asyncio::EventLoop loop;
  asyncio::add_signal_handler(loop, SIGUSR1, [] { std::puts("USR1"); });
  asyncio::add_signal_handler(loop, SIGUSR2, [&] {
    std::puts("USR2, the last one");
    loop.stop();
  });

  raise(SIGUSR1);
  std::puts("the signal was sent, and nothing has happened");
  raise(SIGUSR1);  // each is heard
  loop.call_soon([&] {
    std::puts("first");
    loop.call_soon([&] {
      std::puts("second");
      loop.call_soon([] {
        std::puts("third");
        raise(SIGUSR2);
      });
    });
  });
  loop.run_forever();

  bool removed = asyncio::remove_signal_handler(loop, SIGUSR1);
  std::printf("removed: %s\n", removed ? "True" : "False");
  removed = asyncio::remove_signal_handler(loop, SIGUSR1);
  std::printf("removed again: %s\n", removed ? "True" : "False");
  loop.close();
}
