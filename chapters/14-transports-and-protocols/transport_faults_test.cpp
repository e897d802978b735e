// What goes wrong with connections, and what the others feel of it: nothing.

#include <sys/resource.h>
#include <unistd.h>

#include "14-transports-and-protocols/echo_protocol.hpp"
#include "14-transports-and-protocols/server.hpp"
#include "14-transports-and-protocols/transport_world.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using namespace test;

// While it lives, `more` descriptors can be had beyond those that are open.
//
// UndefinedBehaviorSanitizer needs two, for a pipe, the first time that it
// looks at an object of some kind: see warm_up().
class DescriptorLimit {
 public:
  explicit DescriptorLimit(int more) {
    ::getrlimit(RLIMIT_NOFILE, &old_);
    std::vector<Descriptor> filler;
    for (int i = 0; i <= more; ++i) filler.emplace_back(::dup(0));
    rlimit low = old_;
    low.rlim_cur = static_cast<rlim_t>(filler.back().get());
    ::setrlimit(RLIMIT_NOFILE, &low);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &old_); }

 private:
  rlimit old_;
};

Ref<BaseProtocol> make_echo() { return make_ref<echo::Echo>(); }

std::vector<Socket> connect_clients(const Server& server, int count) {
  std::vector<Socket> clients;
  while (count-- > 0) {
    clients.push_back(Socket::create(AF_INET));
    clients.back().connect(server.addresses().at(0));
    clients.back().set_nonblocking();
  }
  return clients;
}

// Asks all; those marked 'x' must answer, and the others do not.
Coro<> check_served(std::vector<Socket>& clients, std::string expected) {
  for (Socket& client : clients) client.send_all("?");
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if (expected.at(i) != 'x') continue;
    co_await until([&] { return !take(clients[i]).empty(); });
  }
  co_await turns(10);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    std::string more = take(clients[i]);
    if (expected[i] != 'x') CHECK_EQ(more, "");
  }
}

// A server whose listener is broken under its feet.
Coro<Server> create_broken_server() {
  Socket listener = Socket::listen_on(Address::loopback(0));
  const int fd = listener.fd();
  Server server = co_await create_server(make_echo, std::move(listener));
  ::shutdown(fd, SHUT_RDWR);
  co_return server;
}

// Does all once that will then be done without descriptors.
Coro<> warm_up() {
  Server server = co_await create_server(make_echo, "127.0.0.1", 0);
  std::vector<Socket> clients = connect_clients(server, 2);
  co_await check_served(clients, "xx");
  server.close();
  clients.clear();
  co_await server.wait_closed();
  server = co_await create_broken_server();
  co_await sleep(1500ms);
  server.close();
}

}  // namespace

TEST("a listener that fails is reported and tried again, once a second") {
  manual_run([]() -> Coro<> {
    EventLoop& loop = get_running_loop();
    Reports reports(loop);
    Server server = co_await create_broken_server();
    PollCounter counter;
    loop.set_observer(&counter);
    co_await sleep(10'500ms);
    loop.set_observer(nullptr);
    CHECK_EQ(reports.messages, Log(11, "socket.accept() failed"));
    CHECK(counter.polls <= 50);
    server.close();
  });
}

TEST("without descriptors, a server keeps whom it has, rests, and recovers") {
  manual_run([]() -> Coro<> {
    EventLoop& loop = get_running_loop();
    Reports reports(loop);
    co_await warm_up();
    reports.messages.clear();
    Server server = co_await create_server(make_echo, "127.0.0.1", 0);
    std::vector<Socket> clients = connect_clients(server, 5);
    {
      DescriptorLimit limit(2);
      co_await check_served(clients, "xx---");
      CHECK_EQ(reports.messages,
               Log{"socket.accept() out of system resource"});
      CHECK_EQ(reports.last, "accept " + server.addresses().at(0).str() +
                                 ": Too many open files");
      // It tries again once a second, and does nothing else meanwhile.
      PollCounter counter;
      loop.set_observer(&counter);
      co_await sleep(100'500ms);
      loop.set_observer(nullptr);
      CHECK(counter.polls >= 100 && counter.polls <= 500);
      CHECK_EQ(reports.messages.size(), 101u);
      clients.erase(clients.begin());  // makes room for two, with its own
      co_await sleep(1500ms);
      co_await check_served(clients, "xxx-");
    }
    co_await sleep(1500ms);
    co_await check_served(clients, "xxxx");
    server.close();
  });
}

TEST("a server that is closed while it rests stays closed") {
  manual_run([]() -> Coro<> {
    Reports reports(get_running_loop());
    co_await warm_up();
    reports.messages.clear();
    Server server = co_await create_server(make_echo, "127.0.0.1", 0);
    std::vector<Socket> clients = connect_clients(server, 1);
    {
      DescriptorLimit limit(0);
      co_await until([&] { return !reports.messages.empty(); });
    }
    server.close();
    co_await server.wait_closed();
    co_await sleep(3s);
    CHECK_EQ(reports.messages.size(), 1u);
  });
}

TEST("a reset at every byte of a message is one lost connection each") {
  manual_run([]() -> Coro<> {
    Reports reports(get_running_loop());
    const std::string message = "a message of some length";
    Log log;
    auto newest = make_recorder();
    ProtocolFactory factory = [&] {
      auto recorder = make_recorder();
      newest = recorder;
      recorder->on_lost = [&log, recorder = recorder.get()] {
        log.push_back(recorder->received + "|" + recorder->log.back());
      };
      return recorder;
    };
    Server server = co_await create_server(factory, "127.0.0.1", 0);
    std::vector<Socket> bystander = connect_clients(server, 1);
    for (std::size_t cut = 0; cut <= message.size(); ++cut) {
      std::vector<Socket> client = connect_clients(server, 1);
      client[0].send_all(message.substr(0, cut));
      const Address self = client[0].local_address();
      if (cut % 2 == 0) {  // read before, or not
        co_await until([&] { return newest->received.size() == cut; });
      }
      reset(client[0]);
      co_await until([&] { return log.size() == cut + 1; });
      const std::string lost =
          "|lost: recv " + self.str() + ": Connection reset by peer";
      CHECK(log.back().ends_with(lost));
      const std::string got =
          log.back().substr(0, log.back().size() - lost.size());
      CHECK(message.starts_with(got));
      if (cut % 2 == 0) CHECK_EQ(got.size(), cut);
    }
    CHECK_EQ(reports.messages, Log{});
    bystander[0].send_all("still here");
    bystander[0].close();
    co_await until([&] { return log.size() == message.size() + 2; });
    CHECK_EQ(log.back(), "still here|lost");
    server.close();
    co_await server.wait_closed();
  });
}

TEST("half-close delivers every byte, at any size and both ways") {
  manual_run([]() -> Coro<> {
    ProtocolFactory answer = [] {
      auto recorder = make_recorder();
      recorder->keep_open = true;
      recorder->log_data = false;
      recorder->on_eof = [self = recorder.get()] {
        self->transport->write(self->received);
        self->transport->close();
      };
      return recorder;
    };
    Server server = co_await create_server(answer, "127.0.0.1", 0);
    for (std::size_t size : {0u, 1u, 1000u, 300'000u, 5'000'000u}) {
      const std::string message = big_message(size);
      auto client = make_recorder();
      client->log_data = false;
      ProtocolFactory factory = [&] { return client; };
      Connection made =
          co_await create_connection(factory, "127.0.0.1", server.port());
      Future<> end = create_future();
      client->on_lost = [&] { end.set_result(); };
      made.transport->write(message);
      made.transport->write_eof();
      co_await end;
      CHECK(client->received == message);
    }
    server.close();
  });
}

TEST("a descriptor's number may have a new owner in the same iteration") {
  manual_run([]() -> Coro<> {
    // Each is closed as soon as it is lost, and its number used at once.
    Server server = co_await create_server(make_echo, "127.0.0.1", 0);
    for (int i = 0; i < 50; ++i) {
      auto first = make_recorder(), second = make_recorder();
      ProtocolFactory make_first = [&] { return first; };
      ProtocolFactory make_second = [&] { return second; };
      Connection one =
          co_await create_connection(make_first, "127.0.0.1", server.port());
      const int fd = one.transport->get_extra_info().fd;
      one.transport->write("unread");
      one.transport->abort();
      while (one.transport->get_extra_info().fd >= 0) co_await turns(1);
      Connection two =
          co_await create_connection(make_second, "127.0.0.1", server.port());
      CHECK_EQ(two.transport->get_extra_info().fd, fd);
      two.transport->write("hello");
      while (second->received.empty()) co_await turns(1);
      CHECK_EQ(second->received, "hello");
      CHECK_EQ(first->log, (Log{"made", "lost"}));
      two.transport->abort();
      co_await turns(4);
    }
    server.close();
    co_await server.wait_closed();
  });
}

TEST("random reads, writes, pauses and ends mix up nothing") {
  manual_run([]() -> Coro<> {
    std::uint32_t seed = 14;
    auto random = [&](std::uint32_t below) {
      seed = seed * 1664525 + 1013904223;
      return (seed >> 8) % below;
    };
    Server server = co_await create_server(make_echo, "127.0.0.1", 0);
    struct Client {
      Ref<Recorder> protocol;
      Ref<Transport> transport;
      std::string sent;
    };
    std::vector<Client> clients(8);
    for (int step = 0; step < 3000; ++step) {
      Client& client = clients[random(8)];
      if (!client.transport || client.transport->is_closing()) {
        client = {};
        client.protocol = make_recorder();
        client.protocol->log_data = false;
        ProtocolFactory factory = [&] { return client.protocol; };
        Connection made =
            co_await create_connection(factory, "127.0.0.1", server.port());
        client.transport = made.transport;
      }
      switch (random(8)) {
        case 0: client.transport->pause_reading(); break;
        case 1: client.transport->resume_reading(); break;
        case 2: if (random(20) == 0) client.transport->abort(); break;
        case 3: if (random(20) == 0) client.transport->close(); break;
        default: {
          const std::string more =
              big_message(random(10) == 0 ? 400'000 : random(500));
          if (!client.transport->is_closing()) client.sent += more;
          client.transport->write(more);
        }
      }
      if (random(3) == 0) co_await turns(1);
      CHECK(client.sent.starts_with(client.protocol->received));
    }
    for (Client& client : clients) {
      if (!client.transport || client.transport->is_closing()) continue;
      client.transport->resume_reading();
      while (client.protocol->received.size() < client.sent.size()) {
        co_await turns(1);
      }
      CHECK(client.protocol->received == client.sent);
      client.transport->close();
    }
    server.close();
    co_await server.wait_closed();
  });
  CHECK_EQ(Socket::open_count(), 0u);
}
