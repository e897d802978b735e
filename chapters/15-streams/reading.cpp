// What each kind of read waits for, and in which turn of the loop it returns.
// The stream is fed by hand.

#include <cstdio>
#include <string>
#include <utility>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "15-streams/stream_reader.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::StreamReader;

template <class Read>
Coro<> show(const char* what, Read read) {
  try {
    std::string data = co_await std::move(read);
    std::printf("%s: [%s]\n", what, data.c_str());
  } catch (const asyncio::IncompleteReadError& error) {
    std::printf("%s: incomplete, [%s]\n", what, error.partial().c_str());
  } catch (const asyncio::LimitOverrunError&) {
    std::printf("%s: too long\n", what);
  } catch (const asyncio::CancelledError&) {
    std::printf("%s: cancelled\n", what);
  } catch (const std::runtime_error&) {
    std::printf("%s: refused\n", what);
  }
}

void feed(const StreamReader& reader, const char* data) {
  std::printf("feed [%s]\n", data);
  reader.feed_data(data);
}

Coro<> async_main() {
  StreamReader reader(16);
  auto line = asyncio::create_task(show("readline", reader.readline()));
  co_await asyncio::sleep(0s);
  feed(reader, "some ");
  co_await asyncio::sleep(0s);
  feed(reader, "words|12345");
  std::puts("a turn later");
  co_await asyncio::sleep(0s);
  co_await show("a second reader", reader.readline());

  line.cancel();
  co_await asyncio::sleep(0s);
  co_await show("readuntil", reader.readuntil("|"));
  auto four = asyncio::create_task(show("readexactly", reader.readexactly(8)));
  co_await asyncio::sleep(0s);
  feed(reader, "678");
  asyncio::get_running_loop().call_soon([] { std::puts("another callback"); });
  co_await four;

  feed(reader, "this line is far too long, and lost|next");
  co_await show("readuntil", reader.readuntil("|"));
  co_await show("read", reader.read(9));
  co_await show("readline", reader.readline());
  feed(reader, "rest");
  reader.feed_eof();
  co_await show("readexactly", reader.readexactly(10));
  co_await show("read", reader.read(10));
}

int main() { asyncio::run(async_main()); }
