// A transport that wraps another: messages in a stream.

#include <stdexcept>

#include "14-transports-and-protocols/framing.hpp"
#include "14-transports-and-protocols/transport_world.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using namespace test;

struct Framed {
  Ref<Recorder> protocol;
  Socket peer;
};

Coro<Framed> connect_framed(Ref<Recorder> recorder = make_recorder()) {
  auto [mine, peer] = Socket::pair();
  peer.set_nonblocking();
  ProtocolFactory factory = [&] { return make_ref<Framing>(recorder); };
  co_await create_connection(factory, std::move(mine));
  co_return Framed{recorder, std::move(peer)};
}

std::string framed(std::string_view message) {
  std::string bytes(3, '\0');
  bytes += static_cast<char>(message.size());
  return bytes.append(message);
}

}  // namespace

TEST("each message arrives whole, however the bytes are cut up") {
  manual_run([]() -> Coro<> {
    const std::string bytes =
        framed("one") + framed("") + framed(std::string(100, 'x'));
    const Log expected{"made", "data one", "data ",
                       "data " + std::string(100, 'x')};
    for (std::size_t cut = 1; cut <= bytes.size(); cut += 7) {
      Framed ends = co_await connect_framed();
      std::string_view rest = bytes;
      while (!rest.empty()) {
        ends.peer.send_all(rest.substr(0, cut));
        rest.remove_prefix(std::min(cut, rest.size()));
        co_await turns(2);
      }
      co_await turns();
      CHECK_EQ(ends.protocol->log, expected);
      ends.peer.close();
      co_await turns();
      CHECK_EQ(ends.protocol->log.back(), "lost");
    }
  });
}

TEST("each write is one message, behind its length") {
  manual_run([]() -> Coro<> {
    Framed ends = co_await connect_framed();
    ends.protocol->transport->write("hello");
    ends.protocol->transport->write("");
    CHECK_EQ(take(ends.peer), framed("hello") + framed(""));
    CHECK(ends.protocol->transport->get_extra_info().fd >= 0);
    CHECK(ends.protocol->transport->get_protocol() == ends.protocol);
    CHECK_THROWS(std::length_error,
                 ends.protocol->transport->write(
                     std::string(Framing::kMaxMessage + 1, 'x')));
    ends.protocol->transport->close();
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "lost"}));
  });
}

TEST("pausing holds back messages that have come already") {
  manual_run([]() -> Coro<> {
    Framed ends = co_await connect_framed();
    ends.protocol->on_data = [&] {
      ends.protocol->transport->pause_reading();
    };
    ends.peer.send_all(framed("one") + framed("two") + framed("three"));
    ends.peer.shutdown_write();
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "data one"}));
    ends.protocol->transport->resume_reading();
    CHECK_EQ(ends.protocol->log, (Log{"made", "data one"}));
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "data one", "data two"}));
    ends.protocol->on_data = {};
    ends.protocol->transport->resume_reading();
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "data one", "data two",
                                      "data three", "eof", "lost"}));
  });
}

TEST("what cannot be a message ends the connection, with a reason") {
  manual_run([]() -> Coro<> {
    Reports reports(get_running_loop());
    Framed cut = co_await connect_framed();
    cut.peer.send_all(framed("complete") + framed("cut").substr(0, 6));
    cut.peer.close();
    co_await turns(5);
    CHECK_EQ(cut.protocol->log,
             (Log{"made", "data complete",
                  "lost: receive a message: it was cut short"}));
    Framed large = co_await connect_framed();
    large.peer.send_all(framed("complete") + "\xff\xff\xff\xff");
    co_await turns();
    CHECK_EQ(large.protocol->log,
             (Log{"made", "data complete",
                  "lost: receive a message: it is too long"}));
    CHECK_EQ(reports.messages, Log{});
  });
}

TEST("a framed connection that is left open dies with the loop") {
  auto recorder = make_recorder();
  {
    Runner runner(manual_clock());
    auto connect = [&]() -> Coro<> { co_await connect_framed(recorder); };
    runner.run(connect());
  }
  CHECK_EQ(recorder->ref_count(), 1u);
  CHECK_EQ(Socket::open_count(), 0u);
}
