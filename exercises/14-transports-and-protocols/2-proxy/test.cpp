#include <string>
#include <string_view>
#include <utility>

#include "14-transports-and-protocols/transport_world.hpp"
#include "exercises/expect.hpp"
#include "proxy.hpp"

using asyncio::Coro;
using asyncio::Ref;
using asyncio::Socket;
using asyncio::Transport;
using exercise::Side;
using exercise::expect;
using exercise::expect_equal;

namespace {

// client <-> near side, far side <-> server
struct Proxy {
  Proxy() { Side::join(*near_side, *far_side); }
  Coro<> connect_client() {
    auto [mine, peer] = Socket::pair();
    client = std::move(peer);
    client.set_nonblocking();
    near = co_await connect(near_side, std::move(mine));
  }
  Coro<> connect_server() {
    auto [mine, peer] = Socket::pair();
    server = std::move(peer);
    server.set_nonblocking();
    far = co_await connect(far_side, std::move(mine));
  }
  static Coro<Ref<Transport>> connect(Ref<Side> side, Socket socket) {
    asyncio::ProtocolFactory factory = [side] { return side; };
    asyncio::Connection made =
        co_await asyncio::create_connection(factory, std::move(socket));
    co_return made.transport;
  }

  Ref<Side> near_side = asyncio::make_ref<Side>();
  Ref<Side> far_side = asyncio::make_ref<Side>();
  Ref<Transport> near, far;
  Socket client, server;
};

// What has come at a socket, and whether it has ended.
struct Received {
  std::string bytes;
  bool ended = false;
};

// Sends `rest` from one end, and takes what comes at the other, if anybody
// reads there; until nothing has happened for a while.
Coro<Received> pump(Socket& from, std::string_view& rest, Socket* to) {
  Received all;
  for (int quiet = 0; quiet < 50; ++quiet) {
    if (!rest.empty()) {
      const std::size_t sent = from.try_send(rest).value_or(0);
      rest.remove_prefix(sent);
      if (sent > 0) quiet = 0;
    }
    if (to && !all.ended) {
      const std::string bytes = test::take(*to, &all.ended);
      if (!bytes.empty()) quiet = 0;
      all.bytes += bytes;
    }
    co_await test::turns(1);
  }
  co_return all;
}

Coro<Received> send(std::string_view bytes, Socket& from, Socket& to) {
  co_return co_await pump(from, bytes, &to);
}

// Sends 8 MB to one who does not read for a while.
Coro<> flood(Socket& from, Socket& to, Ref<Transport>& out) {
  const std::string message = test::big_message(8u << 20);
  std::string_view rest = message;
  co_await pump(from, rest, nullptr);
  const std::size_t waiting = out->get_write_buffer_size();
  expect(waiting < (1u << 20),
         "less than 1 MiB waits in the proxy for a reader who does not read; "
             "there are " + std::to_string(waiting) + " bytes",
         "which function is called at the high-water mark, and who has to "
         "stop then?");
  const Received all = co_await pump(from, rest, &to);
  expect_equal("how many of 8 MiB have come, now that the reader reads",
               all.bytes.size(), message.size(),
               "who goes on at the low-water mark?");
  expect(all.bytes == message, "the bytes are those that were sent",
         "in which order are they passed on?");
}

template <class F>
void run(F function) {
  asyncio::Runner(test::manual_clock()).run(function());
}

}  // namespace

TEST("what comes on one side goes out on the other, both ways") {
  run([]() -> Coro<> {
    Proxy proxy;
    co_await proxy.connect_client();
    co_await proxy.connect_server();
    const Received question =
        co_await send("question", proxy.client, proxy.server);
    expect_equal("what the server has of the client's \"question\"",
                 question.bytes, "question", "who writes, and to whom?");
    const Received answer = co_await send("answer", proxy.server, proxy.client);
    expect_equal("what the client has of the server's \"answer\"",
                 answer.bytes, "answer", "the two sides are alike");
  });
}

TEST("what comes before the other side is connected is not lost") {
  run([]() -> Coro<> {
    Proxy proxy;
    co_await proxy.connect_client();
    proxy.client.send_all("early");
    co_await test::turns(10);
    co_await proxy.connect_server();
    const Received all = co_await send(", late", proxy.client, proxy.server);
    expect_equal("what the server has", all.bytes, "early, late",
                 "who can make the kernel keep what has come, and who lets it "
                 "go on?");
  });
}

TEST("the end of one half is passed on, and the other half lives") {
  run([]() -> Coro<> {
    Proxy proxy;
    co_await proxy.connect_client();
    co_await proxy.connect_server();
    proxy.client.send_all("question");
    proxy.client.shutdown_write();
    const Received question = co_await send("", proxy.client, proxy.server);
    expect_equal("what the server has", question.bytes, "question",
                 "the end must not overtake what was sent before it");
    expect(question.ended, "the server reads an end of file",
           "a transport can end its writing half alone");
    expect(!proxy.near->is_closing() && !proxy.far->is_closing(),
           "both transports are open, for the answer",
           "what does eof_received() say by what it returns?");
    const Received answer = co_await send("answer", proxy.server, proxy.client);
    expect_equal("what the client has", answer.bytes, "answer",
                 "the server may answer after the end of the question");
    proxy.server.shutdown_write();
    const Received rest = co_await send("", proxy.server, proxy.client);
    expect(rest.ended, "the client reads an end of file, too",
           "the two sides are alike");
    expect(proxy.near->is_closing() && proxy.far->is_closing(),
           "both transports are closed, once both halves have ended",
           "who closes them, if eof_received() always returns true?");
  });
}

TEST("when one connection is lost, the other is closed") {
  run([]() -> Coro<> {
    Proxy proxy;
    co_await proxy.connect_client();
    co_await proxy.connect_server();
    proxy.near->abort();
    const Received end = co_await send("", proxy.client, proxy.server);
    expect(proxy.far->is_closing(),
           "the transport to the server is closed when that to the client is "
           "lost",
           "nobody will ever write to it again");
    expect(end.ended, "the server reads an end of file", "is it closed?");
  });
}

TEST("a server that does not read stops the client") {
  run([]() -> Coro<> {
    Proxy proxy;
    co_await proxy.connect_client();
    co_await proxy.connect_server();
    co_await flood(proxy.client, proxy.server, proxy.far);
  });
}

TEST("a client that does not read stops the server") {
  run([]() -> Coro<> {
    Proxy proxy;
    co_await proxy.connect_client();
    co_await proxy.connect_server();
    co_await flood(proxy.server, proxy.client, proxy.near);
  });
}
