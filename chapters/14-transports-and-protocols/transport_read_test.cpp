// How a socket's transport begins, reads and ends: cases of CPython's
// test_selector_events.py as facts.
//
// SelectorTransportTests
//   test_ctor, _ctor_with_waiter      connection_made comes first ...
//   test_abort                        the loop lets go of a transport ...
//   test_close                        close stops reading ...
//   test_close_write_buffer           (transport_write_test.cpp)
//   test_force_close, test_fatal_error  a reset ... (transport_faults_test.cpp)
//   test_fatal_error_custom_exception   an error in data_received ...
//   test_connection_lost              the loop lets go of a transport ...
//   test__add_reader                  reading that was paused before it ...
// SelectorSocketTransportTests
//   test_pause_resume_reading         pause_reading holds the data back ...
//   test_pause_reading_connection_made  reading that was paused before ...
//   test_read_eof_received_error      an error in eof_received ...
//   test_data_received_error          an error in data_received ...
//   test_read_ready                   data is given as it comes ...
//   test_read_ready_eof, _keep_open   an end of file closes ..., ... kept open
//   test_read_ready_conn_reset, _err  a reset ... (transport_faults_test.cpp)
//   test_read_ready_tryagain, _interrupted: Socket::try_recv tries again
//     after EINTR, and after EAGAIN nothing is told to anybody
// SelectorSocketTransportBufferedProtocolTests: buffered_protocol_test.cpp
// test_transports.py: test_ctor_extra_is_none, test_get_extra_info:
//                                     get_extra_info tells ...
//   not_implemented: the compiler refuses what has no body.
// Cannot apply: the tests of repr(), of __del__ (a transport cannot be
// dropped before its end), of TLS.

#include <stdexcept>

#include "05-callbacks/context.hpp"
#include "14-transports-and-protocols/transport_world.hpp"

using namespace std::chrono_literals;
using namespace asyncio;
using namespace test;

TEST("connection_made comes first, and reading begins after it") {
  manual_run([]() -> Coro<> {
    auto [mine, peer] = Socket::pair();
    peer.send_all("early");
    auto recorder = make_recorder();
    recorder->on_made = [&] { recorder->transport->write("welcome"); };
    ProtocolFactory factory = [&] { return recorder; };
    Connection made = co_await create_connection(factory, std::move(mine));
    CHECK_EQ(recorder->log, Log{"made"});
    CHECK(made.protocol == recorder && made.transport->is_reading());
    co_await turns();
    CHECK_EQ(recorder->log, (Log{"made", "data early"}));
    peer.set_nonblocking();
    CHECK_EQ(take(peer), "welcome");
    made.transport->close();
    co_await turns();
  });
}

TEST("data is given as it comes, and an end of file closes the transport") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    ends.peer.send_all("one");
    co_await turns();
    ends.peer.send_all("two");
    co_await turns();
    ends.peer.close();
    co_await turns();
    CHECK_EQ(ends.protocol->log,
             (Log{"made", "data one", "data two", "eof", "lost"}));
    CHECK(ends.transport->is_closing());
    CHECK_EQ(ends.transport->get_extra_info().fd, -1);
  });
}

TEST("after an end of file a transport that is kept open can still write") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    ends.protocol->keep_open = true;
    ends.peer.send_all("question");
    ends.peer.shutdown_write();
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "data question", "eof"}));
    CHECK(!ends.transport->is_closing());
    ends.transport->pause_reading();  // resuming must not find the end again
    ends.transport->resume_reading();
    co_await turns();
    ends.transport->write("answer");
    ends.transport->close();
    co_await turns();
    bool ended = false;
    CHECK_EQ(take(ends.peer, &ended), "answer");
    CHECK(ended);
    CHECK_EQ(ends.protocol->log,
             (Log{"made", "data question", "eof", "lost"}));
  });
}

TEST("an end of file that is watched by nobody does not keep the loop busy") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    ends.protocol->keep_open = true;
    ends.peer.shutdown_write();
    co_await turns();
    PollCounter counter;
    get_running_loop().set_observer(&counter);
    co_await sleep(10s);
    get_running_loop().set_observer(nullptr);
    CHECK(counter.polls < 10);
    ends.transport->abort();
    co_await turns();
  });
}

TEST("pause_reading holds the data back until resume_reading") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    ends.transport->pause_reading();
    ends.transport->pause_reading();
    CHECK(!ends.transport->is_reading());
    ends.peer.send_all("held");
    co_await turns();
    CHECK_EQ(ends.protocol->log, Log{"made"});
    ends.transport->resume_reading();
    ends.transport->resume_reading();
    CHECK(ends.transport->is_reading());
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "data held"}));
    ends.transport->close();
    CHECK(!ends.transport->is_reading());
    ends.transport->pause_reading();
    ends.transport->resume_reading();
    CHECK(!ends.transport->is_reading());
    co_await turns();
  });
}

TEST("reading that was paused in connection_made does not begin") {
  manual_run([]() -> Coro<> {
    auto recorder = make_recorder();
    recorder->on_made = [&] { recorder->transport->pause_reading(); };
    Ends ends = co_await connect_ends(recorder);
    ends.peer.send_all("held");
    co_await turns();
    CHECK_EQ(recorder->log, Log{"made"});
    ends.transport->resume_reading();
    co_await turns();
    CHECK_EQ(recorder->log, (Log{"made", "data held"}));
    ends.transport->abort();
    co_await turns();
  });
}

TEST("pausing takes back an event that is in the loop's queue already") {
  manual_run([]() -> Coro<> {
    Ends first = co_await connect_ends();
    Ends second = co_await connect_ends();
    // Both become readable in one iteration; whoever is first stops both.
    auto stop_both = [&] {
      first.transport->pause_reading();
      second.transport->pause_reading();
    };
    first.protocol->on_data = stop_both;
    second.protocol->on_data = stop_both;
    first.peer.send_all("x");
    second.peer.send_all("x");
    co_await turns();
    CHECK_EQ(first.protocol->received.size() +
                 second.protocol->received.size(),
             1u);
    first.transport->resume_reading();
    second.transport->resume_reading();
    co_await turns();
    CHECK_EQ(first.protocol->received + second.protocol->received, "xx");
    first.transport->abort();
    second.transport->abort();
    co_await turns();
  });
}

TEST("close stops reading, and the connection is lost in the next iteration") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    ends.peer.send_all("late");
    ends.transport->close();
    ends.transport->close();
    CHECK(ends.transport->is_closing());
    CHECK_EQ(ends.protocol->log, Log{"made"});
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "lost"}));
    ends.transport->close();
    ends.transport->abort();
    ends.transport->write("into the void");
    ends.transport->write_eof();
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "lost"}));
  });
}

TEST("the loop lets go of a transport and its protocol when it is lost") {
  manual_run([]() -> Coro<> {
    const int descriptors = open_descriptors();
    Ends ends = co_await connect_ends();
    CHECK_EQ(open_descriptors(), descriptors + 2);
    CHECK_EQ(ends.protocol->ref_count(), 2u);
    CHECK_EQ(ends.transport->ref_count(), 2u);
    ends.transport->abort();
    co_await turns();
    CHECK_EQ(ends.protocol->ref_count(), 1u);
    CHECK_EQ(ends.transport->ref_count(), 1u);
    CHECK(!ends.transport->get_protocol());
    CHECK_EQ(open_descriptors(), descriptors + 1);
  });
}

TEST("a protocol that is set after the end is not kept") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    ends.transport->abort();
    co_await turns();
    CHECK_EQ(ends.protocol->log.back(), "lost");
    auto late = make_recorder();
    ends.transport->set_protocol(late);
    CHECK_EQ(late->ref_count(), 1u);
  });
}

TEST("an error in data_received is reported, and ends the connection") {
  manual_run([]() -> Coro<> {
    Reports reports(get_running_loop());
    Ends ends = co_await connect_ends();
    ends.protocol->on_data = [] { throw std::logic_error("a bug"); };
    ends.peer.send_all("x");
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "data x", "lost: a bug"}));
    CHECK_EQ(reports.messages,
             Log{"Fatal error: protocol.data_received() call failed."});
    CHECK_EQ(reports.last, "a bug");
  });
}

TEST("an error in eof_received is reported, and ends the connection") {
  manual_run([]() -> Coro<> {
    Reports reports(get_running_loop());
    Ends ends = co_await connect_ends();
    ends.protocol->on_eof = [] { throw std::logic_error("a bug"); };
    ends.peer.close();
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "eof", "lost: a bug"}));
    CHECK_EQ(reports.messages,
             Log{"Fatal error: protocol.eof_received() call failed."});
  });
}

TEST("an error in connection_made or connection_lost is only reported") {
  manual_run([]() -> Coro<> {
    Reports reports(get_running_loop());
    auto recorder = make_recorder();
    recorder->on_made = [] { throw std::logic_error("made"); };
    recorder->on_lost = [] { throw std::logic_error("lost"); };
    Ends ends = co_await connect_ends(recorder);
    ends.peer.send_all("still works");
    co_await turns();
    ends.transport->close();
    co_await turns();
    CHECK_EQ(recorder->log, (Log{"made", "data still works", "lost"}));
    CHECK_EQ(reports.messages,
             (Log{"Exception in callback",
                  "protocol.connection_lost() failed"}));
    CHECK_EQ(recorder->ref_count(), 2u);  // ours, and that of `ends`
  });
}

TEST("get_extra_info tells the addresses and the descriptor") {
  manual_run([]() -> Coro<> {
    Socket listener = Socket::listen_on(Address::loopback(0));
    ProtocolFactory factory = make_recorder;
    Connection made = co_await create_connection(
        factory, "127.0.0.1", listener.local_address().port());
    Socket accepted = listener.accept();
    ExtraInfo info = made.transport->get_extra_info();
    CHECK_EQ(info.peername.str(), listener.local_address().str());
    CHECK_EQ(info.sockname.str(), accepted.peer_address().str());
    CHECK(info.fd >= 0);
    CHECK(&made.transport->loop() == &get_running_loop());
    made.transport->close();
    co_await turns();
    CHECK_EQ(made.transport->get_extra_info().fd, -1);
  });
}

TEST("a protocol is called in the context of who has made the connection") {
  class Mark final : public ContextData {};
  manual_run([]() -> Coro<> {
    const Context mine(new Mark);
    const ContextData* seen[4] = {};
    auto recorder = make_recorder();
    recorder->on_made = [&] { seen[0] = Context::current().data(); };
    recorder->on_data = [&] { seen[1] = Context::current().data(); };
    recorder->on_eof = [&] { seen[2] = Context::current().data(); };
    recorder->on_lost = [&] { seen[3] = Context::current().data(); };
    Context::set_current(mine);
    Ends ends = co_await connect_ends(recorder);
    Context::set_current(Context());
    ends.peer.send_all("x");
    ends.peer.close();
    co_await turns(5);
    for (const ContextData* one : seen) CHECK(one == mine.data());
    CHECK(!Context::current().data());
  });
}

TEST("a loop that dies closes its transports and lets go of protocols") {
  const int descriptors = open_descriptors();
  auto recorder = make_recorder();
  Ref<Transport> kept;
  Socket peer;
  {
    Runner runner(manual_clock());
    auto connect = [&]() -> Coro<> {
      Ends ends = co_await connect_ends(recorder);
      kept = ends.transport;
      peer = std::move(ends.peer);
      ends.transport->write(big_message());
    };
    runner.run(connect());
  }
  CHECK_EQ(recorder->log, (Log{"made", "pause"}));
  CHECK_EQ(recorder->ref_count(), 1u);
  CHECK_EQ(open_descriptors(), descriptors + 1);  // the peer
  CHECK(kept->is_closing());
  kept->write("nothing");  // all harmless
  kept->close();
  kept->abort();
  kept->pause_reading();
  kept->resume_reading();
  CHECK_EQ(kept->get_write_buffer_size(), 0u);
}
