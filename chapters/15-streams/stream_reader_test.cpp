// StreamReader, fed by hand: read, readexactly, errors, who may read, and when
// the transport has to pause. readline and readuntil: readline_test.cpp.
//
// CPython's test_streams.py, and where its cases are covered:
//
//   test_open_connection, test_open_unix_connection, test_start_server,
//   test_start_unix_server, test_read_all_from_pipe_reader,
//   test_wait_closed_on_close, ..._with_unread_data, test_async_writer_api,
//   test_eof_feed_when_closing_writer, test_unclosed_resource_warnings,
//   test_unclosed_server_resource_warnings (3.13), test_unhandled_exceptions,
//   test_unhandled_cancel (3.13), test_open_connection_error,
//   test_open_unix_connection_error              streams_test.cpp
//   test_multiple_drain, test_drain_raises,
//   test_async_writer_api_exception_after_close  stream_writer_test.cpp
//   test_feed_*, test_read*, test_readexactly*, test_exception*,
//   test_invalid_limit, test_at_eof              here
//   test_readline*, test_readuntil*              readline_test.cpp
//   test_loop_is_closed_resource_warnings        streams_test.cpp: a writer
//                                                that outlives its loop
//   a negative size or limit         a size_t has none
//   *_no_loop_ssl, test_start_tls    there is no TLS here
//   *_constructor_*loop*             a reader belongs to no loop until it is
//                                    awaited
//   test___repr__*, *_pickleable     objects have no printed form, and are
//                                    not pickled
//   test_readuntil_multi_separator*, test_readuntil_bytearray (3.13)
//                                    one separator, as in 3.12

#include <stdexcept>
#include <string>

#include "08-coroutines/root.hpp"
#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/wait_for.hpp"
#include "15-streams/fake_transport.hpp"
#include "15-streams/stream_world.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::error_of;
using test::manual_run;

std::exception_ptr error(const char* text) {
  return std::make_exception_ptr(std::runtime_error(text));
}

}  // namespace

TEST("what is fed can be read, and nothing is nothing") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    reader.feed_data("");
    reader.feed_data("data");
    std::string nothing = co_await reader.read(0);
    CHECK_EQ(nothing, "");
    std::string data = co_await reader.read(100);
    CHECK_EQ(data, "data");
    CHECK(!reader.at_eof());
  });
}

TEST("a read of less leaves the rest, and of more takes what is there") {
  manual_run([]() -> Coro<> {
    StreamReader reader(3);  // the limit is for lines
    reader.feed_data("line1\n");
    reader.feed_data("line2");
    std::string first = co_await reader.read(8);
    CHECK_EQ(first, "line1\nli");
    std::string second = co_await reader.read(8);
    CHECK_EQ(second, "ne2");
  });
}

TEST("a read waits for data, and no longer") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    auto task = create_task(reader.read(30));
    co_await sleep(0s);
    CHECK(!task.done());
    reader.feed_data("some");
    reader.feed_data(" data");  // before the reader has its turn
    std::string data = co_await task;
    CHECK_EQ(data, "some data");
  });
}

TEST("a read that finds its data does not suspend") {
  bool other = false;
  manual_run([&]() -> Coro<> {
    StreamReader reader;
    reader.feed_data("ab\ncdef");
    get_running_loop().call_soon([&] { other = true; });
    std::string data = co_await reader.read(1);
    data += co_await reader.readline();
    data += co_await reader.readexactly(2);
    data += co_await reader.readuntil("f");
    CHECK_EQ(data, "ab\ncdef");
    CHECK(!other);
  });
}

TEST("at the end reads are empty, also those that wait for it") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    auto task = create_task(reader.read(1024));
    co_await sleep(0s);
    reader.feed_eof();
    std::string data = co_await task;
    CHECK_EQ(data, "");
    CHECK(reader.at_eof());
    data = co_await reader.read(10);
    CHECK_EQ(data, "");
    data = co_await reader.read();
    CHECK_EQ(data, "");
  });
}

TEST("the end comes after what was fed before it") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    reader.feed_data("rest");
    reader.feed_eof();
    CHECK(!reader.at_eof());
    std::string data = co_await reader.read(10);
    CHECK_EQ(data, "rest");
    CHECK(reader.at_eof());
  });
}

TEST("read() without a size gives all until the end, over any limit") {
  manual_run([]() -> Coro<> {
    StreamReader reader(4);
    auto task = create_task(reader.read());
    co_await sleep(0s);
    reader.feed_data("chunk1\n");
    co_await sleep(0s);
    reader.feed_data("chunk2 and more");
    co_await sleep(0s);
    CHECK(!task.done());
    reader.feed_eof();
    std::string data = co_await task;
    CHECK_EQ(data, "chunk1\nchunk2 and more");
  });
}

TEST("read_into fills a buffer of the caller's") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    char buffer[4];
    auto task = create_task(reader.read_into(buffer));
    co_await sleep(0s);
    reader.feed_data("abcdef");
    std::size_t count = co_await task;
    CHECK_EQ(std::string(buffer, count), "abcd");
    count = co_await reader.read_into(buffer);
    CHECK_EQ(std::string(buffer, count), "ef");
    reader.feed_eof();
    count = co_await reader.read_into(buffer);
    CHECK_EQ(count, std::size_t{0});
  });
}

TEST("readexactly gives so many bytes, however they come") {
  manual_run([]() -> Coro<> {
    StreamReader reader(3);
    std::string nothing = co_await reader.readexactly(0);
    CHECK_EQ(nothing, "");
    auto task = create_task(reader.readexactly(12));
    co_await sleep(0s);
    for (int i = 0; i < 3; ++i) reader.feed_data("12345");
    std::string data = co_await task;
    CHECK_EQ(data, "123451234512");
    data = co_await reader.read(9);
    CHECK_EQ(data, "345");
  });
}

TEST("readexactly that the end cuts short gives what came with its error") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    auto task = create_task(reader.readexactly(36));
    co_await sleep(0s);
    reader.feed_data("eighteen bytes, ok");
    reader.feed_eof();
    std::string what;
    try {
      co_await task;
    } catch (const IncompleteReadError& error) {
      what = error.what();
      CHECK_EQ(error.partial(), "eighteen bytes, ok");
      CHECK(error.expected() == std::size_t{36});
    }
    CHECK_EQ(what, "18 bytes read on a total of 36 expected bytes");
    CHECK(reader.at_eof());
  });
}

TEST("an error of the stream comes out of every read") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    CHECK(!reader.exception());
    reader.feed_data("line\n");
    std::string data = co_await reader.read(2);
    CHECK_EQ(data, "li");
    reader.set_exception(error("broken"));
    CHECK(reader.exception() != nullptr);
    char buffer[4];
    std::string errors = co_await error_of(reader.read(2));
    errors += co_await error_of(reader.read(0));
    errors += co_await error_of(reader.read());
    errors += co_await error_of(reader.read_into(buffer));
    errors += co_await error_of(reader.readexactly(2));
    errors += co_await error_of(reader.readline());
    errors += co_await error_of(reader.readuntil("e"));
    CHECK_EQ(errors, "brokenbrokenbrokenbrokenbrokenbrokenbroken");
  });
}

TEST("an error of the stream wakes who waits for data") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    auto task = create_task(reader.readline());
    co_await sleep(0s);
    reader.set_exception(error("broken"));
    std::string what = co_await error_of(task);
    CHECK_EQ(what, "broken");
  });
}

TEST("an error after the reader was cancelled harms nobody") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    auto task = create_task(reader.readline());
    co_await sleep(0s);
    task.cancel();
    co_await sleep(0s);
    reader.set_exception(error("message"));
    co_await sleep(0s);
    CHECK(task.cancelled());
  });
}

TEST("a second reader is refused, and the first one gets its data") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    auto first = create_task(reader.readexactly(4));
    co_await sleep(0s);
    std::string errors = co_await error_of(reader.read(1));
    CHECK_EQ(errors,
             "read() called while another coroutine is already waiting for "
             "incoming data");
    errors = co_await error_of(reader.readuntil("x"));
    CHECK(errors.starts_with("readuntil() called while"));
    reader.feed_data("1234");
    // Woken, but not on yet: the bytes are its own.
    errors = co_await error_of(reader.readline());
    CHECK(errors.starts_with("readline() called while"));
    std::string data = co_await first;
    CHECK_EQ(data, "1234");
  });
}

TEST("a limit of nothing is refused") {
  CHECK_THROWS(std::invalid_argument, StreamReader(0));
}

TEST("a cancelled read takes nothing, at whatever moment it is cancelled") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    auto waiting = create_task(reader.readexactly(4));
    co_await sleep(0s);
    reader.feed_data("ab");
    waiting.cancel();
    reader.feed_data("cd");
    co_await sleep(0s);
    CHECK(waiting.cancelled());
    auto woken = create_task(reader.readuntil("!"));
    co_await sleep(0s);
    reader.feed_data("ef!");  // it has all it wants
    woken.cancel();
    co_await sleep(0s);
    CHECK(woken.cancelled());
    std::string data = co_await reader.readuntil("!");
    CHECK_EQ(data, "abcdef!");
  });
}

TEST("a read whose time is over takes nothing") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    reader.feed_data("half a ");
    std::string what = co_await error_of(wait_for(reader.readline(), 1s));
    CHECK_EQ(what, "timed out");
    reader.feed_data("line\n");
    std::string line = co_await wait_for(reader.readline(), 1s);
    CHECK_EQ(line, "half a line\n");
  });
}

TEST("a reader whose coroutine is destroyed leaves the stream usable") {
  manual_run([]() -> Coro<> {
    StreamReader reader;
    {
      Root<std::string> lost(get_running_loop(), reader.read(5));
      lost.run();
      CHECK(!lost.done());
    }
    reader.feed_data("kept");
    std::string data = co_await reader.read(5);
    CHECK_EQ(data, "kept");
  });
}

TEST("above twice the limit the transport pauses, at the limit it goes on") {
  manual_run([]() -> Coro<> {
    StreamReader reader(3);
    auto transport = make_ref<test::FakeTransport>(get_running_loop());
    reader.set_transport(transport);
    reader.feed_data("123456");
    CHECK_EQ(transport->log, "");
    reader.feed_data("7");
    CHECK_EQ(transport->log, "");
    reader.feed_data("8");
    CHECK_EQ(transport->log, "pause ");
    reader.feed_data("9");
    CHECK_EQ(transport->log, "pause ");
    std::string data = co_await reader.read(5);
    CHECK_EQ(transport->log, "pause ");
    data = co_await reader.read(1);
    CHECK_EQ(transport->log, "pause resume ");
  });
}

TEST("who needs more than the limit keeps the transport from pausing") {
  manual_run([]() -> Coro<> {
    StreamReader reader(3);
    auto transport = make_ref<test::FakeTransport>(get_running_loop());
    reader.set_transport(transport);
    reader.feed_data("12345678");
    CHECK_EQ(transport->log, "pause ");
    auto task = create_task(reader.readexactly(24));
    co_await sleep(0s);
    CHECK_EQ(transport->log, "pause resume ");
    reader.feed_data("12345678");
    co_await sleep(0s);
    CHECK_EQ(transport->log, "pause resume ");
    reader.feed_data("12345678");
    std::string data = co_await task;
    CHECK_EQ(data, "123456781234567812345678");
  });
}
