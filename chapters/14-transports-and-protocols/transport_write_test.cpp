// How a socket's transport writes: cases of CPython's test_selector_events.py
// and test_transports.py as facts.
//
// SelectorTransportTests
//   test_close_write_buffer           close sends what is waiting first
// SelectorSocketTransportTests
//   test_write, _bytearray, _memoryview  what the kernel takes is not kept
//   test_write_no_data, _sendmsg_no_data writing nothing does nothing
//   test_write_buffer, _partial, _partial_none, _tryagain, test_write_ready,
//   _partial, _partial_none, _tryagain, _sendmsg_full, _partial,
//   _half_buffer                      every byte of 4 MB arrives ...
//   test_write_exception, test_write_ready_exception, _sendmsg_OSError,
//   test_write_closing                a broken connection ..., ... both ways
//   test_writelines_sendmsg_full, _partial, _send_full, _send_partial
//                                     writelines sends the pieces in one
//   test_write_ready_closing          close sends what is waiting first
//   test_write_ready_no_data          is not called then
//   test_write_eof, _buffer           write_eof sends an end of file ...
//   test_write_eof_after_close        (transport_read_test.cpp)
//   test_transport_close_remove_writer abort drops what is waiting
// test_transports.py
//   test_writelines                   writelines sends the pieces in one
//   test_flowcontrol_mixin_set_write_limits  the water marks ...
// Cannot apply: test_write_str (the type says it).

#include <stdexcept>

#include "14-transports-and-protocols/transport_world.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using namespace test;

// Reads until all is sent, or `size` has come.
Coro<std::string> take_all(Socket& peer, std::size_t size) {
  std::string all;
  while (all.size() < size) {
    all += take(peer);
    co_await turns(1);
  }
  co_return all;
}

}  // namespace

TEST("what the kernel takes is not kept, and writing nothing does nothing") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    ends.transport->write("");
    ends.transport->write("abc");
    CHECK_EQ(ends.transport->get_write_buffer_size(), 0u);
    CHECK_EQ(take(ends.peer), "abc");
    ends.transport->close();
    co_await turns();
  });
}

TEST("writelines sends the pieces in one") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    const std::string_view pieces[] = {"one ", "", "two ", "three"};
    ends.transport->writelines(pieces);
    ends.transport->writelines({});
    CHECK_EQ(take(ends.peer), "one two three");
    ends.transport->abort();
    co_await turns();
  });
}

TEST("every byte of 4 MB arrives, in many parts and in order") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    const std::string message = big_message();
    std::string_view rest = message;
    for (std::size_t size = 1; !rest.empty(); size = size * 3 / 2 + 1) {
      ends.transport->write(rest.substr(0, size));
      rest.remove_prefix(std::min(size, rest.size()));
    }
    CHECK(ends.transport->get_write_buffer_size() > 1u << 20);
    std::string got = co_await take_all(ends.peer, message.size());
    CHECK(got == message);
    co_await turns();
    CHECK_EQ(ends.transport->get_write_buffer_size(), 0u);
    CHECK_EQ(ends.protocol->log, (Log{"made", "pause", "resume"}));
    ends.transport->abort();
    co_await turns();
  });
}

TEST("close sends what is waiting first, and write may add to it") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    const std::string message = big_message();
    ends.transport->write(message);
    ends.transport->close();
    ends.transport->write("and this");
    std::string got = co_await take_all(ends.peer, message.size() + 8);
    CHECK(got == message + "and this");
    co_await turns();
    bool ended = false;
    take(ends.peer, &ended);
    CHECK(ended);
    CHECK_EQ(ends.protocol->log, (Log{"made", "pause", "resume", "lost"}));
  });
}

TEST("abort drops what is waiting") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    ends.transport->write(big_message());
    ends.transport->close();
    ends.transport->abort();
    CHECK_EQ(ends.transport->get_write_buffer_size(), 0u);
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "pause", "lost"}));
    CHECK(take(ends.peer).size() < 4u << 20);
  });
}

TEST("write_eof sends an end of file, and reading goes on") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    CHECK(ends.transport->can_write_eof());
    ends.transport->write("last words");
    ends.transport->write_eof();
    ends.transport->write_eof();
    bool ended = false;
    CHECK_EQ(take(ends.peer, &ended), "last words");
    CHECK(ended);
    CHECK_WHAT(ends.transport->write("more"), "after write_eof()");
    ends.peer.send_all("answer");
    co_await turns();
    ends.peer.close();
    co_await turns();
    CHECK_EQ(ends.protocol->log,
             (Log{"made", "data answer", "eof", "lost"}));
  });
}

TEST("write_eof waits until all is sent: half-close loses no byte") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    const std::string message = big_message();
    ends.transport->write(message);
    ends.transport->write_eof();
    CHECK_WHAT(ends.transport->write("more"), "after write_eof()");
    std::string got = co_await take_all(ends.peer, message.size());
    CHECK(got == message);
    co_await turns();
    bool ended = false;
    take(ends.peer, &ended);
    CHECK(ended);
    CHECK(!ends.transport->is_closing());
    ends.peer.send_all("answer");
    co_await turns();
    CHECK_EQ(ends.protocol->received, "answer");
    ends.transport->close();
    co_await turns();
  });
}

TEST("the water marks: pause above high, resume at low, and in turn") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    Transport& transport = *ends.transport;
    CHECK_EQ(transport.get_write_buffer_limits().high, 64u * 1024);
    CHECK_EQ(transport.get_write_buffer_limits().low, 16u * 1024);
    while (transport.get_write_buffer_size() == 0) transport.write("fill");
    const std::size_t kept = transport.get_write_buffer_size();
    transport.set_write_buffer_limits(kept + 100, 10);
    transport.write(std::string(100, 'x'));
    CHECK_EQ(ends.protocol->log, Log{"made"});
    transport.write("x");
    CHECK_EQ(ends.protocol->log, (Log{"made", "pause"}));
    transport.write(std::string(1000, 'x'));
    CHECK_EQ(ends.protocol->log, (Log{"made", "pause"}));
    while (transport.get_write_buffer_size() > 0) {
      take(ends.peer);
      co_await turns(1);
    }
    CHECK_EQ(ends.protocol->log, (Log{"made", "pause", "resume"}));
    transport.abort();
    co_await turns();
  });
}

TEST("water marks: what is left out follows from the other, and high 0") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    Transport& transport = *ends.transport;
    transport.set_write_buffer_limits(1024);
    CHECK_EQ(transport.get_write_buffer_limits().low, 256u);
    transport.set_write_buffer_limits({}, 128);
    CHECK_EQ(transport.get_write_buffer_limits().high, 512u);
    transport.set_write_buffer_limits(1024, 256);
    CHECK_WHAT(transport.set_write_buffer_limits(10, 20), "low is above high");
    CHECK_EQ(transport.get_write_buffer_limits().high, 1024u);
    transport.set_write_buffer_limits();
    CHECK_EQ(transport.get_write_buffer_limits().high, 64u * 1024);
    transport.set_write_buffer_limits(0);  // pause as soon as anything waits
    ends.protocol->on_pause = [] { throw std::logic_error("a bug"); };
    Reports reports(get_running_loop());
    transport.write(big_message(1 << 20));
    CHECK_EQ(ends.protocol->log, (Log{"made", "pause"}));
    CHECK_EQ(reports.messages, Log{"protocol.pause_writing() failed"});
    CHECK(!transport.is_closing());
    transport.abort();
    co_await turns();
  });
}

TEST("lowering the marks pauses a protocol that is above them") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    ends.transport->set_write_buffer_limits(8u << 20);
    ends.transport->write(big_message());
    CHECK_EQ(ends.protocol->log, Log{"made"});
    ends.transport->set_write_buffer_limits(1024);
    CHECK_EQ(ends.protocol->log, (Log{"made", "pause"}));
    ends.transport->abort();
    co_await turns();
  });
}

TEST("a broken connection is lost once, with the error, and not reported") {
  manual_run([]() -> Coro<> {
    Reports reports(get_running_loop());
    Ends ends = co_await connect_ends();
    ends.transport->pause_reading();  // so that the write finds it
    ends.peer.close();
    ends.transport->write("first");
    CHECK(ends.transport->is_closing());
    ends.transport->write("second");  // dropped
    co_await turns();
    CHECK_EQ(ends.protocol->log,
             (Log{"made", "lost: send unnamed socket: Broken pipe"}));
    CHECK_EQ(reports.messages, Log{});
  });
}

TEST("a connection that breaks while data waits drops the data") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    ends.transport->pause_reading();
    ends.transport->write(big_message());
    ends.peer.close();
    co_await turns();
    CHECK_EQ(ends.transport->get_write_buffer_size(), 0u);
    CHECK_EQ(ends.protocol->log,
             (Log{"made", "pause", "lost: send unnamed socket: Broken pipe"}));
  });
}

TEST("a protocol may write, close or abort while it is told to resume") {
  manual_run([]() -> Coro<> {
    class Again : public Recorder {
     public:
      void resume_writing() override {
        if (++times == 1) return transport->write(big_message());
        times == 2 ? transport->close() : transport->abort();
      }
      int times = 0;
    };
    auto again = make_ref<Again>();
    Ends ends = co_await connect_ends(again);
    ends.transport->write(big_message());
    std::string got = co_await take_all(ends.peer, 8u << 20);
    CHECK(got == big_message() + big_message());
    co_await turns();
    CHECK_EQ(again->log, (Log{"made", "pause", "pause", "lost"}));
  });
}
