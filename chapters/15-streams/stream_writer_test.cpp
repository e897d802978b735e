// StreamWriter: drain, wait_closed, and who closes. The table of CPython's
// cases stands in stream_reader_test.cpp.

#include <stdexcept>
#include <string>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "15-streams/fake_transport.hpp"
#include "15-streams/stream_world.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::error_of;
using test::FakeTransport;
using test::manual_run;

constexpr std::size_t kLimit = 100;

// A stream over a transport that does nothing: the test plays its part.
struct Played {
  Ref<StreamProtocol> protocol = make_ref<StreamProtocol>(kLimit);
  Ref<FakeTransport> transport = make_ref<FakeTransport>(get_running_loop());
  StreamWriter writer{protocol};
  Played() { protocol->connection_made(*transport); }
};

std::exception_ptr broken() {
  return std::make_exception_ptr(std::runtime_error("broken"));
}

}  // namespace

TEST("drain does not suspend while the transport keeps up") {
  bool other = false;
  manual_run([&]() -> Coro<> {
    Played stream;
    get_running_loop().call_soon([&] { other = true; });
    stream.writer.write("hello");
    co_await stream.writer.drain();
    CHECK(!other);
    CHECK_EQ(stream.transport->written, "hello");
  });
}

TEST("ten may drain at once, and each goes on when writing does") {
  manual_run([]() -> Coro<> {
    Played stream;
    stream.protocol->pause_writing();
    get_running_loop().call_later(
        100ms, [&] { stream.protocol->resume_writing(); });
    std::string order;
    auto drainer = [](StreamWriter& writer, std::string& out,
                      char name) -> Coro<> {
      co_await writer.drain();
      out += name;
    };
    std::vector<Coro<>> drainers;
    for (char name = '0'; name <= '9'; ++name) {
      drainers.push_back(drainer(stream.writer, order, name));
    }
    co_await gather(std::move(drainers));
    CHECK_EQ(order, "0123456789");
  });
}

TEST("a drain that is cancelled leaves the others in line") {
  manual_run([]() -> Coro<> {
    Played stream;
    stream.protocol->pause_writing();
    auto first = create_task(stream.writer.drain());
    auto second = create_task(stream.writer.drain());
    auto third = create_task(stream.writer.drain());
    co_await sleep(0s);
    second.cancel();
    co_await sleep(0s);
    CHECK(second.cancelled() && !first.done() && !third.done());
    stream.protocol->resume_writing();
    co_await sleep(0s);
    CHECK(first.done() && third.done());
  });
}

TEST("a connection lost with an error gives it to all who drain") {
  manual_run([]() -> Coro<> {
    Played stream;
    stream.protocol->pause_writing();
    auto first = create_task(error_of(stream.writer.drain()));
    auto second = create_task(error_of(stream.writer.drain()));
    co_await sleep(0s);
    stream.protocol->connection_lost(broken());
    std::string both = co_await first;
    both += co_await second;
    CHECK_EQ(both, "brokenbroken");
    std::string later = co_await error_of(stream.writer.drain());
    CHECK_EQ(later, "broken");
  });
}

TEST("a connection lost in a regular way lets those go on who drain") {
  manual_run([]() -> Coro<> {
    Played stream;
    stream.protocol->pause_writing();
    auto waiting = create_task(error_of(stream.writer.drain()));
    co_await sleep(0s);
    stream.protocol->connection_lost(nullptr);
    std::string what = co_await waiting;
    CHECK_EQ(what, "");
    what = co_await error_of(stream.writer.drain());
    CHECK_EQ(what, "drain: Connection reset by peer");
  });
}

TEST("writing went on, and then the connection was lost: drain is content") {
  manual_run([]() -> Coro<> {
    Played stream;
    stream.protocol->pause_writing();
    auto waiting = create_task(error_of(stream.writer.drain()));
    co_await sleep(0s);
    stream.protocol->resume_writing();
    stream.protocol->connection_lost(broken());
    std::string what = co_await waiting;
    CHECK_EQ(what, "");
  });
}

TEST("an error of the reader comes out of drain") {
  manual_run([]() -> Coro<> {
    Played stream;
    stream.protocol->set_exception(broken());
    std::string what = co_await error_of(stream.writer.drain());
    CHECK_EQ(what, "broken");
  });
}

TEST("drain on a closing stream takes one turn of the loop") {
  manual_run([]() -> Coro<> {
    Played stream;
    stream.writer.close();
    std::string order;
    get_running_loop().call_soon([&] { order += "turn "; });
    co_await stream.writer.drain();
    order += "drained ";
    get_running_loop().call_soon(
        [&] { stream.protocol->connection_lost(nullptr); });
    std::string what = co_await error_of(stream.writer.drain());
    CHECK_EQ(order + what, "turn drained drain: Connection reset by peer");
  });
}

TEST("who aborts and then drains hears that the connection is gone") {
  manual_run([]() -> Coro<> {
    Played stream;
    stream.protocol->pause_writing();
    stream.transport->abort();
    get_running_loop().call_soon(
        [&] { stream.protocol->connection_lost(nullptr); });
    std::string what = co_await error_of(stream.writer.drain());
    CHECK_EQ(what, "drain: Connection reset by peer");
  });
}

TEST("wait_closed waits for the end, for any number, and tells its error") {
  manual_run([]() -> Coro<> {
    Played stream;
    stream.protocol->pause_writing();
    auto first = create_task(stream.writer.wait_closed());
    auto second = create_task(stream.writer.wait_closed());
    co_await sleep(0s);
    stream.protocol->resume_writing();  // is not what they wait for
    first.cancel();
    co_await sleep(0s);
    CHECK(first.cancelled() && !second.done());
    stream.protocol->connection_lost(nullptr);
    co_await second;
    co_await stream.writer.wait_closed();

    Played other;
    auto failed = create_task(error_of(other.writer.wait_closed()));
    co_await sleep(0s);
    other.protocol->connection_lost(broken());
    std::string what = co_await failed;
    what += co_await error_of(other.writer.wait_closed());
    CHECK_EQ(what, "brokenbroken");
  });
}

TEST("the last copy of a writer closes the stream, and no other does") {
  manual_run([]() -> Coro<> {
    Played stream;
    {
      StreamWriter copy = stream.writer;
      StreamWriter moved = std::move(copy);
      copy = moved;
    }
    CHECK_EQ(stream.transport->log, "");
    stream.writer = StreamWriter(make_ref<StreamProtocol>(kLimit));
    CHECK_EQ(stream.transport->log, "close ");
    co_return;
  });
}

TEST("a writer that was closed is not closed again when it goes") {
  manual_run([]() -> Coro<> {
    auto transport = make_ref<FakeTransport>(get_running_loop());
    {
      auto protocol = make_ref<StreamProtocol>(kLimit);
      StreamWriter writer(protocol);
      protocol->connection_made(*transport);
      writer.close();
    }
    CHECK_EQ(transport->log, "close ");
    co_return;
  });
}

TEST("writing on after the peer has gone ends with an error, and not never") {
  manual_run([]() -> Coro<> {
    test::Ends ends = co_await test::open_pair();
    ends.peer.close();
    std::string what;
    while (what.empty()) {
      ends.stream.writer.write("foo\n");
      what = co_await error_of(ends.stream.writer.drain());
    }
    CHECK(what.find("Broken pipe") != what.npos ||
          what.find("reset") != what.npos);
  });
}

TEST("a drain after close tells that it is too late") {
  manual_run([]() -> Coro<> {
    test::Ends ends = co_await test::open_pair();
    ends.stream.writer.close();
    ends.stream.writer.write("data");
    std::string what = co_await error_of(ends.stream.writer.drain());
    CHECK(what.find("Connection reset by peer") != what.npos);
  });
}

TEST("several pieces are written as one") {
  manual_run([]() -> Coro<> {
    test::Ends ends = co_await test::open_pair();
    ends.stream.writer.writelines({"one ", "two ", "three"});
    co_await ends.stream.writer.drain();
    char buffer[64];
    std::size_t size = ends.peer.recv(buffer, sizeof buffer);
    CHECK_EQ(std::string(buffer, size), "one two three");
  });
}
