// BufferedProtocol, and protocols that are replaced: cases of CPython's
// test_selector_events.py and test_buffered_proto.py as facts.
//
// SelectorSocketTransportBufferedProtocolTests
//   test_get_buffer_error, _zerosized, test_buffer_updated_error,
//   test_read_eof_received_error, test_read_ready, _eof, _eof_keep_open:
//                                     a BufferedProtocol ...
//   test_proto_type_switch            a protocol may be replaced ...
//   test_ctor, test_read_ready_tryagain, _interrupted, _conn_reset, _err:
//     as for Protocol (transport_read_test.cpp)
// test_buffered_proto.py
//   test_buffered_proto_create_connection  a BufferedProtocol ...

#include <stdexcept>

#include "14-transports-and-protocols/transport_world.hpp"

namespace {

using namespace asyncio;
using namespace test;

// A BufferedProtocol with a small buffer that writes down what came.
class Buffered : public BufferedProtocol {
 public:
  std::span<char> get_buffer(std::size_t) override {
    if (throw_in == "get_buffer") throw std::logic_error("get_buffer");
    return {buffer, size};
  }
  void buffer_updated(std::size_t count) override {
    log.push_back("updated " + std::string(buffer, count));
    if (throw_in == "buffer_updated") throw std::logic_error("updated");
  }
  bool eof_received() override {
    log.push_back("eof");
    if (throw_in == "eof_received") throw std::logic_error("eof");
    return keep_open;
  }
  void connection_lost(std::exception_ptr error) override {
    log.push_back(error ? "lost: " + describe(error) : "lost");
  }
  Log log;
  std::string throw_in;
  bool keep_open = false;
  std::size_t size = 4;
  char buffer[4];
};

}  // namespace

TEST("a protocol may be replaced, also by one of the other kind") {
  manual_run([]() -> Coro<> {
    Ends ends = co_await connect_ends();
    auto buffered = make_ref<Buffered>();
    ends.protocol->on_data = [&] { ends.transport->set_protocol(buffered); };
    ends.peer.send_all("first");
    co_await turns();
    CHECK(ends.transport->get_protocol() == Ref<BaseProtocol>(buffered));
    ends.peer.send_all("second");
    co_await turns(4);
    ends.transport->set_protocol(ends.protocol);
    ends.peer.send_all("third");
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "data first", "data third"}));
    CHECK_EQ(buffered->log, (Log{"updated seco", "updated nd"}));
    CHECK_THROWS(std::invalid_argument, ends.transport->set_protocol({}));
    ends.transport->abort();
    co_await turns();
  });
}

TEST("a protocol that replaces itself lives until its function returns") {
  manual_run([]() -> Coro<> {
    class Once : public Protocol {
     public:
      Once(Transport& transport, Ref<BaseProtocol> next, bool& gone)
          : transport_(transport), next_(std::move(next)), gone_(gone) {}
      ~Once() override { gone_ = true; }
      void data_received(std::string_view) override {
        transport_.set_protocol(next_);
        CHECK(!gone_);
      }

     private:
      Transport& transport_;
      Ref<BaseProtocol> next_;
      bool& gone_;
    };
    Ends ends = co_await connect_ends();
    bool gone = false;
    ends.transport->set_protocol(
        make_ref<Once>(*ends.transport, ends.protocol, gone));
    ends.peer.send_all("first");
    co_await turns();
    CHECK(gone);
    CHECK(!ends.transport->is_closing());
    ends.peer.send_all("second");
    co_await turns();
    CHECK_EQ(ends.protocol->received, "second");
    ends.transport->abort();
    co_await turns();
  });
}

TEST("a BufferedProtocol is given what comes in its own buffer") {
  manual_run([]() -> Coro<> {
    for (bool keep_open : {false, true}) {
      Ends ends = co_await connect_ends();
      auto buffered = make_ref<Buffered>();
      buffered->keep_open = keep_open;
      ends.transport->set_protocol(buffered);
      ends.peer.send_all("abcdef");
      ends.peer.shutdown_write();
      co_await turns(6);
      Log expected{"updated abcd", "updated ef", "eof"};
      if (!keep_open) expected.push_back("lost");
      CHECK_EQ(buffered->log, expected);
      ends.transport->abort();
      co_await turns();
    }
  });
}

TEST("errors in a BufferedProtocol are reported, and end the connection") {
  manual_run([]() -> Coro<> {
    Reports reports(get_running_loop());
    for (const char* where : {"get_buffer", "buffer_updated",
                              "eof_received", "empty buffer"}) {
      Ends ends = co_await connect_ends();
      auto buffered = make_ref<Buffered>();
      buffered->throw_in = where;
      if (buffered->throw_in == "empty buffer") buffered->size = 0;
      ends.transport->set_protocol(buffered);
      ends.peer.send_all("abc");
      ends.peer.close();
      co_await turns(4);
      CHECK_EQ(buffered->log.back().substr(0, 6), "lost: ");
    }
    CHECK_EQ(reports.messages,
             (Log{"Fatal error: protocol.get_buffer() call failed.",
                  "Fatal error: protocol.buffer_updated() call failed.",
                  "Fatal error: protocol.eof_received() call failed.",
                  "Fatal error: protocol.get_buffer() call failed."}));
    CHECK_EQ(reports.last, "get_buffer() returned an empty buffer");
  });
}
