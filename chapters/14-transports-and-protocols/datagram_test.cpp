// Datagrams: the cases of CPython's SelectorDatagramTransportTests
// (test_selector_events.py), of create_datagram_endpoint in test_events.py and
// test_base_events.py, as facts.
//
//   test_create_datagram_endpoint, _ipv6, test_read_ready, test_sendto,
//   _connected_addr                   datagrams arrive whole ...
//   test_sendto_no_data               an empty datagram ... (as in 3.13)
//   test_sendto_buffer, _tryagain, test_sendto_ready, _tryagain, _no_data,
//   _closing, test_sendto_closing     what the kernel does not take waits ...
//   test_sendto_error_received, _connected, test_read_ready_oserr,
//   test_sendto_ready_error_received, _connection
//                                     an error is told to the protocol ...
//   test_read_ready_err, test_sendto_exception, test_fatal_error_*: only an
//     error of the system can come from a socket here
//   test_create_datagram_endpoint_addr_error, _noaddr_nofamily,
//   _no_matching_family, _cant_bind   what cannot be made is refused
//   test_create_datagram_endpoint_sock, _sock_unix, _existing_sock_unix
//                                     a socket that exists, a Unix socket
//   test_create_datagram_endpoint_allow_broadcast, _sockopts
//                                     with allow_broadcast it is not connected
// test_sock_lowlevel.py: test_recvfrom, _into, test_sendto_blocking: there
//   are no sock_recvfrom and sock_sendto here; Socket::try_recv_from is
//   tested by all of these
// Cannot apply: wrong types, name look-up (getaddrinfo() comes before).


#include <cstdlib>
#include <stdexcept>

#include "14-transports-and-protocols/datagram_endpoint.hpp"
#include "14-transports-and-protocols/transport_world.hpp"
#include "common/scratch_folder.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using namespace test;

class Receiver : public DatagramProtocol {
 public:
  void connection_made(DatagramTransport& made) override {
    transport = &made;
    log.push_back("made");
  }
  void datagram_received(std::string_view data,
                         const Address& sender) override {
    log.push_back("got " + std::string(data));
    last_sender = sender;
    if (answer) transport->sendto("re: " + std::string(data), sender);
    if (on_datagram) on_datagram();
  }
  void error_received(std::exception_ptr error) override {
    log.push_back("error: " + describe(error));
  }
  void connection_lost(std::exception_ptr) override { log.push_back("lost"); }
  void pause_writing() override { log.push_back("pause"); }
  void resume_writing() override { log.push_back("resume"); }

  Log log;
  Address last_sender;
  bool answer = false;
  std::function<void()> on_datagram;
  DatagramTransport* transport = nullptr;
};

struct Endpoint {
  Ref<DatagramTransport> transport;
  Ref<Receiver> protocol;
  Address address() const { return transport->get_extra_info().sockname; }
};

Coro<Endpoint> open(DatagramOptions options) {
  auto receiver = make_ref<Receiver>();
  DatagramFactory factory = [&] { return receiver; };
  DatagramEndpoint made = co_await create_datagram_endpoint(factory, options);
  co_return Endpoint{made.transport, receiver};
}

DatagramOptions local(const char* host = "127.0.0.1") {
  DatagramOptions options;
  options.local_addr = Address::parse(host, 0);
  return options;
}

DatagramOptions remote(const Address& address) {
  DatagramOptions options;
  options.remote_addr = address;
  return options;
}

}  // namespace

TEST("datagrams arrive whole, with the sender's address, both ways") {
  manual_run([]() -> Coro<> {
    for (const char* host : {"127.0.0.1", "::1"}) {
      Endpoint server = co_await open(local(host));
      server.protocol->answer = true;
      Endpoint client = co_await open(remote(server.address()));
      CHECK_EQ(server.protocol->log, Log{"made"});
      client.transport->sendto("one");
      client.transport->sendto("two", server.address());
      co_await turns(5);
      CHECK_EQ(server.protocol->log, (Log{"made", "got one", "got two"}));
      CHECK_EQ(client.protocol->log,
               (Log{"made", "got re: one", "got re: two"}));
      CHECK(server.protocol->last_sender == client.address());
      CHECK(client.transport->get_extra_info().peername == server.address());
      CHECK_EQ(server.transport->get_extra_info().peername.family(),
               AF_UNSPEC);
      CHECK_WHAT(client.transport->sendto("x", client.address()),
                 "the endpoint's remote address is");
      client.transport->close();
      server.transport->abort();
      co_await turns();
      CHECK_EQ(client.protocol->log.back(), "lost");
      CHECK_EQ(server.protocol->log.back(), "lost");
      server.transport->sendto("late", client.protocol->last_sender);
      client.transport->sendto("late");
    }
  });
}

TEST("an empty datagram is a datagram") {
  manual_run([]() -> Coro<> {
    Endpoint server = co_await open(local());
    Endpoint client = co_await open(remote(server.address()));
    client.transport->sendto("");
    co_await turns();
    CHECK_EQ(server.protocol->log, (Log{"made", "got "}));
  });
}

TEST("what the kernel does not take waits, pauses, and is sent in order") {
  manual_run([]() -> Coro<> {
    // A Unix socket's receiver makes the sender wait; UDP would drop.
    auto [mine, peer] = [] {
      int ends[2];
      CHECK_EQ(::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
      return std::pair(Socket(Descriptor(ends[0])),
                       Socket(Descriptor(ends[1])));
    }();
    auto receiver = make_ref<Receiver>();
    DatagramFactory factory = [&] { return receiver; };
    DatagramEndpoint made =
        co_await create_datagram_endpoint(factory, std::move(mine));
    made.transport->set_write_buffer_limits(100, 20);
    for (int i = 0; i < 1000; ++i) {
      made.transport->sendto(std::to_string(i));
    }
    CHECK(made.transport->get_write_buffer_size() > 100);
    CHECK_EQ(receiver->log, (Log{"made", "pause"}));
    made.transport->close();
    peer.set_nonblocking();
    char buffer[100];
    int next = 0;
    while (next < 1000) {
      auto size = peer.try_recv(buffer, sizeof buffer);
      if (size) CHECK_EQ(std::string(buffer, *size), std::to_string(next++));
      if (!size) co_await turns(1);
    }
    co_await turns();
    CHECK_EQ(receiver->log, (Log{"made", "pause", "resume", "lost"}));
  });
}

TEST("an error is told to the protocol, and the endpoint stays open") {
  manual_run([]() -> Coro<> {
    Endpoint server = co_await open(local());
    const Address gone = server.address();
    Endpoint client = co_await open(remote(gone));
    server.transport->close();
    co_await turns();
    client.transport->sendto("anybody?");
    co_await turns();
    CHECK_EQ(client.protocol->log.at(1).substr(0, 7), "error: ");
    CHECK(client.protocol->log.at(1).ends_with("Connection refused"));
    client.transport->sendto(std::string(100'000, 'x'));
    CHECK(client.protocol->log.back().ends_with("Message too long"));
    CHECK(!client.transport->is_closing());
  });
}

TEST("an error in datagram_received is reported, and costs nothing else") {
  manual_run([]() -> Coro<> {
    Reports reports(get_running_loop());
    Endpoint server = co_await open(local());
    server.protocol->on_datagram = [] { throw std::logic_error("a bug"); };
    Endpoint client = co_await open(remote(server.address()));
    client.transport->sendto("one");
    client.transport->sendto("two");
    co_await turns(4);
    CHECK_EQ(server.protocol->log, (Log{"made", "got one", "got two"}));
    CHECK_EQ(reports.messages.size(), 2u);
  });
}

TEST("with allow_broadcast the endpoint hears other senders, too") {
  manual_run([]() -> Coro<> {
    Endpoint server = co_await open(local());
    DatagramOptions options = remote(server.address());
    options.local_addr = Address::loopback(0);
    options.allow_broadcast = true;
    Endpoint client = co_await open(options);
    client.transport->sendto("hello");
    Endpoint stranger = co_await open(remote(client.address()));
    stranger.transport->sendto("from a stranger");
    co_await turns(4);
    CHECK_EQ(server.protocol->log.back(), "got hello");
    CHECK_EQ(client.protocol->log.back(), "got from a stranger");
  });
}

TEST("a Unix socket takes datagrams, and a path that was left is reused") {
  manual_run([]() -> Coro<> {
    const asyncio::ScratchFolder folder;
    const std::string path = folder.file("socket");
    for (int i = 0; i < 2; ++i) {
      DatagramOptions options;
      options.local_addr = Address::unix_path(path);
      Endpoint server = co_await open(options);
      Endpoint client = co_await open(remote(server.address()));
      client.transport->sendto("hello");
      co_await turns();
      CHECK_EQ(server.protocol->log, (Log{"made", "got hello"}));
      server.transport->close();
      client.transport->close();
      co_await turns();
    }
  });
}

TEST("an endpoint that cannot be made is refused, and nothing stays open") {
  manual_run([]() -> Coro<> {
    Endpoint server = co_await open(local());
    const int descriptors = open_descriptors();
    auto refusal = [](DatagramOptions options) -> Coro<std::string> {
      try {
        co_await open(options);
      } catch (const std::exception& error) {
        co_return error.what();
      }
      co_return "";
    };
    DatagramOptions none;
    std::string neither = co_await refusal(none);
    CHECK(neither.ends_with("neither an address nor a family"));
    DatagramOptions mixed = remote(server.address());
    mixed.local_addr = Address::any(AF_INET6, 0);
    std::string two = co_await refusal(mixed);
    CHECK(two.ends_with("are of two families"));
    DatagramOptions used;
    used.local_addr = server.address();
    std::string bind = co_await refusal(used);
    CHECK_EQ(bind,
             "bind " + server.address().str() + ": Address already in use");
    CHECK_EQ(open_descriptors(), descriptors);
    none.family = AF_INET;
    Endpoint free = co_await open(none);
    free.transport->sendto("x", server.address());
    co_await turns();
    CHECK_EQ(server.protocol->log.back(), "got x");
  });
}
