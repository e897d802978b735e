// StreamReader, fed by hand: readline, readuntil, their limit, and lines().
// The table of CPython's cases stands in stream_reader_test.cpp.

#include <stdexcept>
#include <string>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "15-streams/fake_transport.hpp"
#include "15-streams/stream_world.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::error_of;
using test::manual_run;

const std::string not_found =
    "Separator is not found, and chunk exceed the limit";
const std::string too_far =
    "Separator is found, but chunk is longer than limit";

// What is left in the reader; it ends it.
Coro<std::string> rest(StreamReader reader) {
  reader.feed_eof();
  std::string data = co_await reader.read();
  co_return data;
}

}  // namespace

TEST("readline waits for the end of the line, and leaves what follows") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    reader.feed_data("chunk1 ");
    auto task = create_task(reader.readline());
    co_await sleep(0s);
    reader.feed_data("chunk2 ");
    reader.feed_data("chunk3 ");
    reader.feed_data("\n chunk4");
    std::string line = co_await task;
    CHECK_EQ(line, "chunk1 chunk2 chunk3 \n");
    std::string left = co_await rest(reader);
    CHECK_EQ(left, " chunk4");
  });
}

TEST("lines in one piece are read one by one, also with read between") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    reader.feed_data("line1\nline2\nline3\n");
    std::string line = co_await reader.readline();
    CHECK_EQ(line, "line1\n");
    std::string data = co_await reader.read(7);
    CHECK_EQ(data, "line2\nl");
    line = co_await reader.readline();
    CHECK_EQ(line, "ine3\n");
  });
}

TEST("the last line needs no newline, and after it comes nothing") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    reader.feed_data("some data");
    reader.feed_eof();
    std::string line = co_await reader.readline();
    CHECK_EQ(line, "some data");
    CHECK(reader.at_eof());
    line = co_await reader.readline();
    CHECK_EQ(line, "");
  });
}

TEST("a line that is too long is thrown away, and the next one is intact") {
  manual_run([]() -> Coro<> {
    StreamReader reader(3);
    reader.feed_data("li");
    reader.feed_data("ne1\nline2\n");
    std::string what = co_await error_of(reader.readline());
    CHECK_EQ(what, too_far);
    std::string left = co_await rest(reader);
    CHECK_EQ(left, "line2\n");
  });
}

TEST("a line that is too long before its end takes all that came along") {
  manual_run([]() -> Coro<> {
    StreamReader reader(3);
    reader.feed_data("li");
    reader.feed_data("ne1");
    reader.feed_data("li");
    std::string what = co_await error_of(reader.readline());
    CHECK_EQ(what, not_found);
    std::string left = co_await rest(reader);
    CHECK_EQ(left, "");
  });
}

TEST("readline looks again when more came before its turn") {
  manual_run([]() -> Coro<> {
    for (const char* second : {"chunk2", "chunk2\n"}) {
      StreamReader reader(7);
      auto task = create_task(reader.readline());
      co_await sleep(0s);
      reader.feed_data("chunk1");
      reader.feed_data(second);
      reader.feed_data("chunk3\n");
      std::string what = co_await error_of(task);
      CHECK_EQ(what, too_far);
      std::string left = co_await rest(reader);
      CHECK_EQ(left, std::string(second).ends_with('\n') ? "chunk3\n" : "");
    }
  });
}

TEST("a line of exactly the limit passes, one byte more does not") {
  manual_run([]() -> Coro<> {
    StreamReader reader(7);
    reader.feed_data("1234567\n");
    std::string line = co_await reader.readline();
    CHECK_EQ(line, "1234567\n");
    reader.feed_data("12345678\n");
    std::string what = co_await error_of(reader.readline());
    CHECK_EQ(what, too_far);
    reader.feed_data("12345678");
    what = co_await error_of(reader.readline());
    CHECK_EQ(what, not_found);
    std::string left = co_await rest(reader);
    CHECK_EQ(left, "");
  });
}

TEST("a line that is thrown away lets the transport go on") {
  manual_run([]() -> Coro<> {
    StreamReader reader(3);
    auto transport = make_ref<test::FakeTransport>(get_running_loop());
    reader.set_transport(transport);
    reader.feed_data("1234567890");
    std::string what = co_await error_of(reader.readline());
    CHECK_EQ(what, not_found);
    CHECK_EQ(transport->log, "pause resume ");
  });
}

TEST("readuntil finds its separator, whole or cut anywhere") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    reader.feed_data("lineAAAxxx");
    std::string data = co_await reader.readuntil("AAA");
    CHECK_EQ(data, "lineAAA");
    data = co_await rest(reader);
    CHECK_EQ(data, "xxx");

    const std::string whole = "QWEaaXYaaa";
    for (std::size_t first = 0; first <= whole.size(); ++first) {
      for (std::size_t second = first; second <= whole.size(); ++second) {
        StreamReader pieces;
        auto task = create_task(pieces.readuntil("aaa"));
        co_await sleep(0s);
        pieces.feed_data(whole.substr(0, first));
        co_await sleep(0s);
        pieces.feed_data(whole.substr(first, second - first));
        co_await sleep(0s);
        pieces.feed_data(whole.substr(second));
        data = co_await task;
        CHECK_EQ(data, whole);
      }
    }
  });
}

TEST("readuntil without a separator is refused") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    std::string what = co_await error_of(reader.readuntil(""));
    CHECK_EQ(what, "Separator should be at least one byte");
  });
}

TEST("readuntil that the end cuts short gives what came with its error") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    reader.feed_data("some dataAA");
    reader.feed_eof();
    std::string partial, what;
    bool expected = true;
    try {
      co_await reader.readuntil("AAA");
    } catch (const IncompleteReadError& error) {
      partial = error.partial();
      what = error.what();
      expected = error.expected().has_value();
    }
    CHECK_EQ(partial, "some dataAA");
    CHECK_EQ(what, "11 bytes read on a total of undefined expected bytes");
    CHECK(!expected);
    CHECK(reader.at_eof());
  });
}

TEST("readuntil over the limit leaves the bytes, and says how many") {
  manual_run([]() -> Coro<> {
    StreamReader reader(3);
    reader.feed_data("some dataAA");
    std::size_t consumed = 0;
    try {
      co_await reader.readuntil("AAA");
    } catch (const LimitOverrunError& error) {
      consumed = error.consumed();
      CHECK_EQ(error.what(), not_found);
    }
    CHECK_EQ(consumed, std::size_t{9});
    reader.feed_data("A");
    std::string what = co_await error_of(reader.readuntil("AAA"));
    CHECK_EQ(what, too_far);
    std::string data = co_await reader.readexactly(consumed);
    CHECK_EQ(data, "some data");
    data = co_await reader.readuntil("AAA");
    CHECK_EQ(data, "AAA");
  });
}

TEST("lines() gives every line, and ends with the stream") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    reader.feed_data("one\ntwo\n\nthr");
    reader.feed_data("ee");
    reader.feed_eof();
    std::string all;
    AsyncGenerator<std::string> lines = reader.lines();
    for (;;) {
      std::optional<std::string> line = co_await lines.next();
      if (!line) break;
      all += "[" + *line + "]";
    }
    CHECK_EQ(all, "[one\n][two\n][\n][three]");
  });
}

TEST("lines() waits, and outlives the handle that it came from") {
  manual_run([]() -> Coro<> {
    auto lines_later = []() -> AsyncGenerator<std::string> {
      StreamReader reader;
      get_running_loop().call_later(1s, [=] { reader.feed_data("first\n"); });
      get_running_loop().call_later(2s, [=] { reader.feed_eof(); });
      return reader.lines();
    };
    AsyncGenerator<std::string> lines = lines_later();
    std::optional<std::string> line = co_await lines.next();
    CHECK(line == std::optional<std::string>("first\n"));
    line = co_await lines.next();
    CHECK(!line);
  });
}
