// Servers: test_server.py, and the create_server cases of test_events.py,
// test_base_events.py, test_selector_events.py and test_unix_events.py.
//
// test_server.py
//   test_start_server_1, _unix_server_1  serve_forever accepts until ...
//   test_wait_closed_basic, _race     wait_closed returns when ...
//   3.13: test_close_clients, test_abort_clients  close_clients ...
//   3.13: test_unix_server_addr_cleanup and its like: not done; a later
//     server removes the path
// test_events.py
//   test_create_server                a server accepts, and its protocols ...
//   test_create_server_sock           a socket that was bound before ...
//   test_create_server_addr_in_use    an address that is in use ...
//   test_create_server_dual_stack     an empty host ...
//   test_create_server_reuse_port     two servers may share a port ...
//   test_server_close                 closing a server ...
//   test_create_unix_server           a server on a Unix socket ...
//   test_create_unix_server_path_socket_error  a file that is no socket ...
//   test_create_server_multiple_hosts: create_server takes one host
// test_base_events.py
//   test_accept_connection_retry      (Socket::try_accept returns nothing)
//   test_accept_connection_exception  without descriptors ...
//                                     (transport_faults_test.cpp)
//   test_create_server_cant_bind      an address that is in use ...
//   test_create_server_empty_host     an empty host ...
// test_selector_events.py
//   test_accept_connection_multiple   many that come at once ...
// test_unix_events.py
//   test_create_unix_server_existing_path_sock, _nonsock
//                                     a file that a server before ..., is no
// Cannot apply: wrong socket types and missing arguments (the types say it),
// TLS, test_create_server_nosoreuseport (a platform without it).

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "12-cancellation/timeout.hpp"
#include "14-transports-and-protocols/echo_protocol.hpp"
#include "14-transports-and-protocols/server.hpp"
#include "14-transports-and-protocols/transport_world.hpp"
#include "common/scratch_folder.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using namespace test;

Ref<BaseProtocol> make_echo() { return make_ref<echo::Echo>(); }

Socket connect_to(const Address& address) {
  Socket socket = Socket::create(address.family());
  socket.connect(address);
  return socket;
}

// What comes back for `text`, by a blocking client whose request is served
// by turns of the loop.
Coro<std::string> ask(Socket& client, std::string text) {
  client.send_all(text);
  client.set_nonblocking();
  std::string answer;
  while (answer.size() < text.size()) {
    co_await turns(1);
    answer += take(client);
  }
  client.set_nonblocking(false);
  co_return answer;
}

// A path for a Unix socket, in a directory of its own.
struct SocketPath {
  const asyncio::ScratchFolder folder;
  const std::string path = folder.file("socket");
};

std::string current_folder() {
  char path[4096];
  return ::getcwd(path, sizeof path);
}

}  // namespace

TEST("a server accepts, and its protocols are told in the order of asyncio") {
  manual_run([]() -> Coro<> {
    auto recorder = make_recorder();
    ProtocolFactory factory = [&] {
      recorder->log.push_back("factory");
      return recorder;
    };
    SocketPath place;
    Server server = co_await create_unix_server(factory, place.path);
    CHECK(server.is_serving() && &server.get_loop() == &get_running_loop());
    Socket client = connect_to(Address::unix_path(place.path));
    client.send_all("hello");
    co_await turns(2);  // accepted
    CHECK_EQ(recorder->log, Log{});
    co_await turns(1);
    CHECK_EQ(recorder->log, Log{"factory"});
    co_await turns(1);
    CHECK_EQ(recorder->log, (Log{"factory", "made"}));
    co_await turns(1);
    CHECK_EQ(recorder->log, (Log{"factory", "made", "data hello"}));
    CHECK_EQ(recorder->transport->get_extra_info().sockname.str(),
             place.path);
    client.close();
    co_await turns();
    CHECK_EQ(recorder->log.back(), "lost");
    server.close();
    co_await server.wait_closed();
  });
}

TEST("closing a server leaves its connections, and wait_closed waits") {
  manual_run([]() -> Coro<> {
    Server server = co_await create_server(make_echo, "127.0.0.1", 0);
    const Address address = server.addresses().at(0);
    Socket client = connect_to(address);
    std::string first = co_await ask(client, "first");
    CHECK_EQ(first, "first");
    server.close();
    server.close();
    CHECK(!server.is_serving() && server.addresses().empty());
    CHECK_EQ(server.port(), 0);
    CHECK_WHAT(connect_to(address), "Connection refused");
    Task<> waiting = create_task(server.wait_closed());
    std::string answer = co_await ask(client, "still here");
    CHECK_EQ(answer, "still here");
    CHECK(!waiting.done());
    client.close();
    co_await waiting;
    co_await server.wait_closed();
  });
}

TEST("wait_closed returns when the server is closed and nobody is left") {
  manual_run([]() -> Coro<> {
    Server server = co_await create_server(make_echo, "127.0.0.1", 0);
    Task<> first = create_task(server.wait_closed());
    co_await turns(2);
    CHECK(!first.done());  // nobody is there, but it is open
    Socket client = connect_to(server.addresses().at(0));
    std::string answer = co_await ask(client, "x");
    CHECK_EQ(answer, "x");
    Task<> second = create_task(server.wait_closed());
    client.close();
    co_await turns(4);
    CHECK(!first.done() && !second.done());
    server.close();
    co_await first;
    co_await second;
    co_await server.wait_closed();
  });
}

TEST("serve_forever accepts until it is cancelled, then closes the server") {
  manual_run([]() -> Coro<> {
    ServerOptions options;
    options.start_serving = false;
    Server server = co_await create_server(make_echo, "127.0.0.1", 0, options);
    CHECK(!server.is_serving());
    Task<> serving = create_task(server.serve_forever());
    co_await turns(2);
    CHECK(server.is_serving());
    Socket client = connect_to(server.addresses().at(0));
    std::string answer = co_await ask(client, "hi");
    CHECK_EQ(answer, "hi");
    Task<> second = create_task(server.serve_forever());
    co_await turns(2);
    CHECK_WHAT(second.result(), "is being awaited already");
    serving.cancel();
    co_await turns(4);
    CHECK(!server.is_serving());
    CHECK(!serving.done());  // a client is still there
    client.close();
    co_await until([&] { return serving.done(); });
    CHECK(serving.cancelled());
    Task<> third = create_task(server.serve_forever());
    co_await turns(2);
    CHECK_WHAT(third.result(), "server is closed");
  });
}

TEST("closing the server ends serve_forever") {
  manual_run([]() -> Coro<> {
    Server server = co_await create_server(make_echo, "127.0.0.1", 0);
    Task<> serving = create_task(server.serve_forever());
    co_await turns(2);
    server.close();
    co_await turns(4);
    CHECK(serving.cancelled());
  });
}

TEST("a server whose handles are gone still serves") {
  manual_run([]() -> Coro<> {
    Address address;
    {
      Server server = co_await create_server(make_echo, "127.0.0.1", 0);
      address = server.addresses().at(0);
    }
    Socket client = connect_to(address);
    std::string answer = co_await ask(client, "anybody?");
    CHECK_EQ(answer, "anybody?");
  });
  // Neither the listener nor the connection outlives the loop.
  CHECK_EQ(Socket::open_count(), 0u);
}

TEST("many that come at once are all accepted, up to backlog an event") {
  manual_run([]() -> Coro<> {
    ServerOptions options;
    options.backlog = 8;
    int made = 0;
    ProtocolFactory factory = [&] {
      ++made;
      return make_echo();
    };
    Server server = co_await create_server(factory, "127.0.0.1", 0, options);
    std::vector<Socket> clients;
    for (int i = 0; i < 8; ++i) {
      clients.push_back(connect_to(server.addresses().at(0)));
    }
    co_await until([&] { return made == 8; });
    for (Socket& client : clients) {
      std::string answer = co_await ask(client, "x");
      CHECK_EQ(answer, "x");
    }
    server.close();
  });
}

TEST("a server with a backlog of 0 accepts, too") {
  manual_run([]() -> Coro<> {
    ServerOptions options;
    options.backlog = 0;
    int made = 0;
    ProtocolFactory factory = [&] {
      ++made;
      return make_echo();
    };
    SocketPath place;
    Server server = co_await create_unix_server(factory, place.path, options);
    Socket client = connect_to(Address::unix_path(place.path));
    co_await turns(5);
    CHECK_EQ(made, 1);
    server.close();
  });
}

TEST("who was accepted as the server closed is served, and waited for") {
  manual_run([]() -> Coro<> {
    int made = 0;
    ProtocolFactory factory = [&] {
      ++made;
      return make_echo();
    };
    SocketPath place;
    Server server = co_await create_unix_server(factory, place.path);
    Socket client = connect_to(Address::unix_path(place.path));
    client.set_nonblocking();
    co_await turns(2);  // accepted, see above
    CHECK_EQ(made, 0);
    server.close();
    Task<> waiting = create_task(server.wait_closed());
    client.send_all("hello");
    co_await turns(5);
    CHECK_EQ(made, 1);
    CHECK_EQ(take(client), "hello");
    CHECK(!waiting.done());
    client.close();
    co_await waiting;
  });
}

TEST("a factory that throws costs its connection, and is reported") {
  manual_run([]() -> Coro<> {
    Reports reports(get_running_loop());
    int calls = 0;
    ProtocolFactory factory = [&]() -> Ref<BaseProtocol> {
      if (++calls == 1) throw std::runtime_error("no protocol today");
      return make_echo();
    };
    Server server = co_await create_server(factory, "127.0.0.1", 0);
    Socket first = connect_to(server.addresses().at(0));
    first.set_nonblocking();
    bool ended = false;
    co_await until([&] { return take(first, &ended).empty() && ended; });
    Socket second = connect_to(server.addresses().at(0));
    std::string answer = co_await ask(second, "x");
    CHECK_EQ(answer, "x");
    CHECK_EQ(reports.messages,
             Log{"Error on transport creation for incoming connection"});
    CHECK_EQ(reports.last, "no protocol today");
    server.close();
  });
}

TEST("close_clients sends what is waiting, abort_clients does not") {
  manual_run([]() -> Coro<> {
    const std::string message = big_message();
    for (bool abort : {false, true}) {
      bool made = false;
      ProtocolFactory factory = [&] {
        auto recorder = make_recorder();
        recorder->on_made = [&, recorder = recorder.get()] {
          recorder->transport->write(message);
          made = true;
        };
        return recorder;
      };
      Server server = co_await create_server(factory, "127.0.0.1", 0);
      Ends bystander = co_await connect_ends();  // no client of the server
      Socket client = connect_to(server.addresses().at(0));
      client.set_nonblocking();
      co_await until([&] { return made; });
      server.close();
      abort ? server.abort_clients() : server.close_clients();
      std::string got;
      bool ended = false;
      while (!ended) {
        got += take(client, &ended);
        co_await turns(1);
      }
      CHECK_EQ(got == message, !abort);
      co_await server.wait_closed();
      CHECK(!bystander.transport->is_closing());
      bystander.transport->abort();
    }
  });
}

TEST("an address that is in use is an error, and nothing is left open") {
  manual_run([]() -> Coro<> {
    Server server = co_await create_server(make_echo, "127.0.0.1", 0);
    const int descriptors = open_descriptors();
    std::string error;
    try {
      co_await create_server(make_echo, "127.0.0.1", server.port());
    } catch (const std::system_error& problem) {
      error = problem.what();
    }
    CHECK_EQ(error, "bind " + server.addresses().at(0).str() +
                        ": Address already in use");
    CHECK_EQ(open_descriptors(), descriptors);
    server.close();
  });
}

TEST("two servers may share a port if both say so") {
  manual_run([]() -> Coro<> {
    ServerOptions options;
    options.reuse_port = true;
    Server first = co_await create_server(make_echo, "127.0.0.1", 0, options);
    Server second = co_await create_server(make_echo, "127.0.0.1",
                                           first.port(), options);
    CHECK_EQ(first.port(), second.port());
    first.close();
    second.close();
  });
}

TEST("an empty host listens on all addresses of both families") {
  manual_run([]() -> Coro<> {
    Server server = co_await create_server(make_echo, "", 0);
    for (const Address& address : server.addresses()) {
      const bool v6 = address.family() == AF_INET6;
      const std::string host = v6 ? "::1" : "127.0.0.1";
      Socket client = connect_to(*Address::parse(host, address.port()));
      std::string answer = co_await ask(client, "x");
      CHECK_EQ(answer, "x");
    }
    CHECK_EQ(server.addresses().at(0).family(), AF_INET);
    server.close();
  });
}

TEST("a socket that was bound before can be served") {
  manual_run([]() -> Coro<> {
    Socket bound = Socket::create(AF_INET);
    bound.bind(Address::loopback(0));
    Server server = co_await create_server(make_echo, std::move(bound));
    Socket client = connect_to(server.addresses().at(0));
    std::string answer = co_await ask(client, "x");
    CHECK_EQ(answer, "x");
    server.close();
  });
}

TEST("a server on a Unix socket, over a file that a server before has left") {
  manual_run([]() -> Coro<> {
    SocketPath place;
    for (int i = 0; i < 2; ++i) {
      Server server = co_await create_unix_server(make_echo, place.path);
      Socket client = connect_to(Address::unix_path(place.path));
      std::string answer = co_await ask(client, "x");
      CHECK_EQ(answer, "x");
      CHECK_EQ(server.addresses().at(0).str(), place.path);
      server.close();
    }
  });
}

TEST("a path that begins with @ is a file's, and is reused like others") {
  manual_run([]() -> Coro<> {
    const ScratchFolder folder;
    const std::string before = current_folder();
    CHECK_EQ(::chdir(folder.path().c_str()), 0);
    Server first = co_await create_unix_server(make_echo, "@socket");
    first.close();
    std::string error;
    try {
      Server second = co_await create_unix_server(make_echo, "@socket");
      second.close();
    } catch (const std::system_error& failed) {
      error = failed.what();
    }
    CHECK_EQ(::chdir(before.c_str()), 0);
    CHECK_EQ(error, "");
  });
}

TEST("a file that is no socket is not removed") {
  manual_run([]() -> Coro<> {
    SocketPath place;
    std::fclose(std::fopen(place.path.c_str(), "w"));
    std::string error;
    try {
      co_await create_unix_server(make_echo, place.path);
    } catch (const std::system_error& problem) {
      error = problem.what();
    }
    CHECK_EQ(error, "bind " + place.path + ": Address already in use");
    CHECK_EQ(::access(place.path.c_str(), F_OK), 0);
  });
}
