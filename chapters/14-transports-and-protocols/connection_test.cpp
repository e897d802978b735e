// Connecting: the create_connection cases of CPython's test_events.py,
// test_base_events.py, test_unix_events.py and test_sock_lowlevel.py, and
// the order in which addresses are tried (RFC 8305, staggered.py).
//
// test_create_connection, _ip_addr, _no_getaddrinfo  connecting to a host ...
// test_create_connection_connect_err  a refused connection ...
// test_create_connection_multiple     the second address is taken ...
// test_create_connection_multiple_errors, _timeout  if all addresses fail ...
// test_create_connection_local_addr, _no_local_addr  the local address ...
// test_create_connection_local_addr_in_use  a local address that is in use
// test_create_connection_local_addr_skip_different_family, _nomatch_family:
//   ConnectOptions has one local address; bind() refuses another family
// test_create_connection_sock, test_connect_accepted_socket,
//   _path_inetsock (accepted)         (transport_world.hpp connects so)
// test_create_unix_connection, _pathlib  a Unix socket's path is connected to
// test_sock_client_connect_racing     (10-tasks/sock_test.cpp)
// Cannot apply: host and socket at once, wrong socket types (the types say
// it), TLS, bluetooth, service names (a port is a number).


#include <cstdlib>

#include "12-cancellation/timeout.hpp"
#include "14-transports-and-protocols/echo_protocol.hpp"
#include "14-transports-and-protocols/happy_eyeballs.hpp"
#include "14-transports-and-protocols/resolver.hpp"
#include "14-transports-and-protocols/server.hpp"
#include "14-transports-and-protocols/transport_world.hpp"
#include "common/scratch_folder.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using namespace test;

// Knows one name, "many", which has the addresses it was given.
class FixedResolver : public Resolver {
 public:
  explicit FixedResolver(std::vector<Address> addresses)
      : addresses_(std::move(addresses)) {}
  Coro<std::vector<Address>> getaddrinfo(std::string host,
                                         std::uint16_t) override {
    if (host != "many") throw std::runtime_error("resolve " + host + ": no");
    co_return addresses_;
  }

 private:
  std::vector<Address> addresses_;
};

void resolve_many_to(std::vector<Address> addresses) {
  get_running_loop().service<Resolvers>().set(
      std::make_unique<FixedResolver>(std::move(addresses)));
}

// An address where nobody listens.
Address refusing() {
  return Socket::listen_on(Address::loopback(0)).local_address();
}

// A listener whose queue is full: to connect to it takes for ever.
struct Silent {
  Silent() : listener(Socket::listen_on(Address::loopback(0), 0)) {
    // The kernel takes one or two more than it was told.
    for (int i = 0; i < 4; ++i) {
      queued.push_back(Socket::create(AF_INET));
      queued.back().set_nonblocking();
      queued.back().start_connect(listener.local_address());
    }
  }
  Address address() const { return listener.local_address(); }
  Socket listener;
  std::vector<Socket> queued;
};

Coro<std::string> error_of(Coro<Connection> connecting) {
  try {
    co_await std::move(connecting);
  } catch (const std::exception& error) {
    co_return error.what();
  }
  co_return "";
}

}  // namespace

TEST("connecting to a host returns when the protocol was told") {
  manual_run([]() -> Coro<> {
    Socket listener = Socket::listen_on(Address::loopback(0));
    auto recorder = make_recorder();
    ProtocolFactory factory = [&] { return recorder; };
    const std::uint16_t port = listener.local_address().port();
    Connection made = co_await create_connection(factory, "localhost", port);
    CHECK_EQ(recorder->log, Log{"made"});
    CHECK(made.transport.get() == recorder->transport);
    Socket accepted = listener.accept();
    accepted.send_all("hello");
    co_await turns(4);
    CHECK_EQ(recorder->received, "hello");
    made.transport->close();
    co_await turns();
  });
}

TEST("a refused connection is an error with operation, subject and cause") {
  manual_run([]() -> Coro<> {
    const int descriptors = open_descriptors();
    const Address nobody = refusing();
    std::string error = co_await error_of(
        create_connection(make_recorder, "127.0.0.1", nobody.port()));
    CHECK_EQ(error, "connect " + nobody.str() + ": Connection refused");
    CHECK_EQ(open_descriptors(), descriptors);
  });
}

TEST("the families take turns, beginning with the first") {
  auto v4 = [](std::uint16_t port) { return Address::loopback(port); };
  auto v6 = [](std::uint16_t port) { return Address::any(AF_INET6, port); };
  const std::vector<Address> mixed = interleave({v6(1), v6(2), v6(3), v4(4)});
  const std::vector<Address> expected{v6(1), v4(4), v6(2), v6(3)};
  CHECK(mixed == expected);
  CHECK(interleave({v4(1), v4(2)}) == (std::vector<Address>{v4(1), v4(2)}));
}

TEST("the second address is taken at once when the first is refused") {
  manual_run([]() -> Coro<> {
    Socket listener = Socket::listen_on(Address::loopback(0));
    resolve_many_to({refusing(), listener.local_address()});
    const int descriptors = open_descriptors();
    const TimePoint begin = get_running_loop().time();
    Connection made = co_await create_connection(make_recorder, "many", 1);
    CHECK(get_running_loop().time() == begin);
    CHECK(made.transport->get_extra_info().peername ==
          listener.local_address());
    CHECK_EQ(open_descriptors(), descriptors + 1);
    made.transport->abort();
    co_await turns();
  });
}

TEST("an address that does not answer costs a quarter of a second") {
  manual_run([]() -> Coro<> {
    Silent silent;
    Socket listener = Socket::listen_on(Address::loopback(0));
    resolve_many_to({silent.address(), listener.local_address()});
    const int descriptors = open_descriptors();
    const TimePoint begin = get_running_loop().time();
    Connection made = co_await create_connection(make_recorder, "many", 1);
    CHECK_EQ((get_running_loop().time() - begin) / 1ms, 250);
    CHECK(made.transport->get_extra_info().peername ==
          listener.local_address());
    CHECK_EQ(open_descriptors(), descriptors + 1);  // the loser is closed
    made.transport->abort();
    co_await turns();
  });
}

TEST("if all addresses fail, the message has each error, or the one of all") {
  manual_run([]() -> Coro<> {
    const Address one = refusing(), other = refusing();
    const int descriptors = open_descriptors();
    resolve_many_to({one, other});
    std::string both =
        co_await error_of(create_connection(make_recorder, "many", 1));
    CHECK_EQ(both, "Multiple exceptions: connect " + one.str() +
                       ": Connection refused, connect " + other.str() +
                       ": Connection refused");
    resolve_many_to({one, one});
    std::string same =
        co_await error_of(create_connection(make_recorder, "many", 1));
    CHECK_EQ(same, "connect " + one.str() + ": Connection refused");
    std::string unknown =
        co_await error_of(create_connection(make_recorder, "nobody", 1));
    CHECK_EQ(unknown, "resolve nobody: no");
    CHECK_EQ(open_descriptors(), descriptors);
  });
}

TEST("a connect that is cancelled, or too slow, closes all it has begun") {
  manual_run([]() -> Coro<> {
    Silent silent;
    resolve_many_to({silent.address(), silent.address(), silent.address()});
    const int descriptors = open_descriptors();
    bool late = false;
    auto connect = []() -> Coro<> {
      co_await create_connection(make_recorder, "many", 1);
    };
    try {
      co_await timeout(400ms, connect);
    } catch (const TimeoutError&) {
      late = true;
    }
    CHECK(late);
    CHECK_EQ(open_descriptors(), descriptors);

    Task<Connection> task = create_task(
        create_connection(make_recorder, "127.0.0.1", silent.address().port()));
    co_await turns();
    CHECK_EQ(open_descriptors(), descriptors + 1);
    task.cancel();
    co_await turns();
    CHECK(task.cancelled());
    CHECK_EQ(open_descriptors(), descriptors);
  });
}

TEST("cancelled between connecting and connection_made, it is closed") {
  manual_run([]() -> Coro<> {
    const int descriptors = open_descriptors();
    auto [mine, peer] = Socket::pair();
    auto recorder = make_recorder();
    ProtocolFactory factory = [&] { return recorder; };
    Task<Connection> task =
        create_task(create_connection(factory, std::move(mine)));
    co_await turns(1);
    task.cancel();
    co_await turns(4);
    CHECK(task.cancelled());
    CHECK_EQ(recorder->log, (Log{"made", "lost"}));
    CHECK_EQ(open_descriptors(), descriptors + 1);
  });
}

TEST("a Unix socket's path is connected to, or refused") {
  manual_run([]() -> Coro<> {
    const asyncio::ScratchFolder folder;
    const std::string path = folder.file("socket");
    ProtocolFactory factory = [] { return make_ref<echo::Echo>(); };
    Server server = co_await create_unix_server(factory, path);
    auto client = make_recorder();
    ProtocolFactory make_client = [&] { return client; };
    Connection made = co_await create_unix_connection(make_client, path);
    made.transport->write("hello");
    co_await turns(8);
    CHECK_EQ(client->log, (Log{"made", "data hello"}));
    CHECK_EQ(made.transport->get_extra_info().peername.str(), path);
    made.transport->close();
    server.close();
    std::string refused =
        co_await error_of(create_unix_connection(make_client, path));
    CHECK_EQ(refused, "connect " + path + ": Connection refused");
  });
}

TEST("a server leaves out an address that this machine does not have") {
  manual_run([]() -> Coro<> {
    const Address elsewhere = *Address::parse("203.0.113.7", 0);
    resolve_many_to({elsewhere, Address::loopback(0)});
    Server server = co_await create_server(make_recorder, "many", 0);
    CHECK_EQ(server.addresses().size(), 1u);
    server.close();
    resolve_many_to({elsewhere});
    std::string error;
    try {
      co_await create_server(make_recorder, "many", 0);
    } catch (const std::system_error& failed) {
      error = failed.what();
    }
    CHECK_EQ(error, "bind 203.0.113.7:0: Cannot assign requested address");
  });
}

TEST("the local address is what the connection comes from") {
  manual_run([]() -> Coro<> {
    Socket listener = Socket::listen_on(Address::loopback(0));
    Socket used = Socket::listen_on(Address::loopback(0));
    ConnectOptions options;
    options.local_addr = Address::parse("127.0.0.2", 0);
    const std::uint16_t port = listener.local_address().port();
    Connection made =
        co_await create_connection(make_recorder, "127.0.0.1", port, options);
    const std::string from = listener.accept().peer_address().str();
    CHECK_EQ(from.substr(0, 10), "127.0.0.2:");
    made.transport->abort();

    options.local_addr = used.local_address();
    std::string error = co_await error_of(
        create_connection(make_recorder, "127.0.0.1", port, options));
    CHECK_EQ(error, "bind " + used.local_address().str() +
                        ": Address already in use");
    co_await turns();
  });
}
