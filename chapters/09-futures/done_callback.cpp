// Done callbacks: when they run, in which order, and one that stops the loop.
// The twin is done_callback.py.

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "09-futures/run_until_complete.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;
using asyncio::Future;
using IntFuture = Future<int>;

template <class Function>
void attempt(const char* what, Function function) {
  try {
    function();
    std::printf("%s: done\n", what);
  } catch (const asyncio::InvalidStateError&) {
    std::printf("%s: InvalidStateError\n", what);
  } catch (const std::invalid_argument&) {
    std::printf("%s: ValueError\n", what);
  }
}

long now(EventLoop& loop) {
  return static_cast<long>(loop.time().time_since_epoch() / 1s);
}

}  // namespace

int main() {
  EventLoop loop;
  Future<int> answer(loop);
  attempt("result of a pending future", [&] { answer.result(); });

  answer.add_done_callback(
      [](const IntFuture& f) { std::printf("first: %d\n", f.result()); });
  auto second = answer.add_done_callback(
      [](const IntFuture&) { std::puts("never: it was removed"); });

  answer.add_done_callback([&](const IntFuture&) {
    std::puts("third: stops the loop");
    loop.stop();
  });
  std::printf("removed: %d\n", answer.remove_done_callback(second));

  loop.call_later(1s, [&] {
    loop.call_soon([] { std::puts("scheduled before the result"); });
    answer.set_result(42);
    loop.call_soon([] { std::puts("scheduled after the result"); });
    std::puts("set_result has called nobody");
  });
  loop.run_forever();
  std::printf("the loop has stopped, at %ld\n", now(loop));

  attempt("result once more", [&] { answer.result(); });
  attempt("set_result again", [&] { answer.set_result(43); });
  std::printf("cancel: %s\n", answer.cancel() ? "yes" : "no");

  // A callback that comes late is called all the same, and not at once.
  answer.add_done_callback([&](const IntFuture& f) {
    std::printf("late: %d\n", f.result());
    loop.stop();
  });
  std::puts("added to a future that is done");
  loop.run_forever();

  // run_until_complete is made of these: a done callback that stops the loop.
  Future<> failing(loop);
  loop.call_later(1s, [=] {
    failing.set_exception(std::invalid_argument("no such page"));
  });
  attempt("run_until_complete", [&] { run_until_complete(loop, failing); });
  Future<> cancelled(loop);
  loop.call_later(1s, [=] { cancelled.cancel("nobody wants it"); });
  try {
    run_until_complete(loop, cancelled);
  } catch (const asyncio::CancelledError& error) {
    std::printf("run_until_complete: CancelledError: %s\n",
                error.message().c_str());
  }
  std::printf("it is %ld\n", now(loop));
  loop.close();
}
