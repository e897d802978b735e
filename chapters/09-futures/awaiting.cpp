// Awaiting a future: who suspends, who does not, and in which order all go on.
// The twin is awaiting.py.

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "08-coroutines/root.hpp"
#include "09-futures/run_until_complete.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Future;
using Page = Future<std::string>;

// A coroutine that runs by itself.
struct Starter : asyncio::Root<> {
  Starter(EventLoop& loop, Coro<> coro) : Root(loop, std::move(coro)) {
    loop.schedule(*this);
  }
};

Coro<> reader(const char* name, Page page) {
  std::printf("%s: awaits the page\n", name);
  std::string text = co_await page;
  std::printf("%s: %s\n", name, text.c_str());
  text = co_await page;
  std::printf("%s: again, without a wait: %s\n", name, text.c_str());
}

Coro<> failing_reader(Page broken) {
  try {
    co_await broken;
  } catch (const std::invalid_argument& error) {
    std::printf("failing reader: %s\n", error.what());
  }
}

Coro<> last(EventLoop& loop, Page page, Page over) {
  co_await page;
  std::puts("last: the page is done, as all know by now");
  loop.call_soon([] { std::puts("call_soon: not before the next wait"); });
  co_await page;
  std::puts("last: an await of a done future gave the loop no turn");
  Future<> pause(loop);
  loop.call_soon([=] { pause.set_result(); });
  co_await pause;
  std::puts("last: an await of a pending one did");
  over.set_result("all read");
}

}  // namespace

int main() {
  EventLoop loop;
  Page page(loop);
  Page broken(loop);
  Page over(loop);

  Starter a(loop, reader("a", page));
  Starter b(loop, reader("b", page));
  page.add_done_callback(
      [](const Page&) { std::puts("callback, added before anybody awaited"); });
  Starter c(loop, failing_reader(broken));
  Starter d(loop, last(loop, page, over));
  std::puts("nothing has begun");

  loop.call_later(1s, [&] {
    std::puts("one second later");
    broken.set_exception(std::invalid_argument("GET /: 404 Not Found"));
    page.set_result("<h1>hello</h1>");
    std::puts("both are done, and nobody has gone on yet");
  });
  std::printf("over: %s\n", run_until_complete(loop, over).c_str());
  loop.close();
}
