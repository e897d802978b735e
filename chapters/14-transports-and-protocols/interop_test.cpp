// CPython's asyncio at the other end: its clients talk to our server, and our
// clients to its server. Skipped where there is no python3.


#include <cstdio>

#include "14-transports-and-protocols/echo_protocol.hpp"
#include "14-transports-and-protocols/datagram_endpoint.hpp"
#include "14-transports-and-protocols/server.hpp"
#include "14-transports-and-protocols/transport_world.hpp"
#include "common/program.hpp"
#include "common/scratch_folder.hpp"

namespace {

using namespace asyncio;
using namespace test;

void need_python() {
  if (program::run({"/usr/bin/env", "python3", "-c", ""}).status != 0) {
    test::skip("there is no python3");
  }
}

// Forty connections, half of them with more than the buffers hold; each is
// half-closed, and every byte must come back.
constexpr const char* kClients = R"(
import asyncio, sys
async def talk(number):
    port = int(sys.argv[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    piece = bytes((number + i) % 251 for i in range(1000))
    sent = piece * (1 + number % 2 * 2000)
    writer.write(sent)
    writer.write_eof()
    got = await reader.read()
    assert got == sent, (number, len(got))
    writer.close()
async def main():
    await asyncio.gather(*(talk(n) for n in range(40)))
asyncio.run(main())
)";

// Prints its port, then serves until its standard input ends.
constexpr const char* kServer = R"(
import asyncio, os, sys
class Echo(asyncio.Protocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data): self.transport.write(data)
    def pause_writing(self): self.transport.pause_reading()
    def resume_writing(self): self.transport.resume_reading()
class Datagrams(asyncio.DatagramProtocol):
    def connection_made(self, transport): self.transport = transport
    def datagram_received(self, data, addr): self.transport.sendto(data, addr)
async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await loop.create_datagram_endpoint(Datagrams, ("127.0.0.1", port))
    open(sys.argv[1], "w").write(str(port) + "\n")
    os.rename(sys.argv[1], sys.argv[1] + ".ready")
    await asyncio.sleep(60)
asyncio.run(main())
)";

class EchoToTheEnd : public echo::Echo {
 public:
  bool eof_received() override { return false; }  // sends the rest, closes
};

class Answer : public DatagramProtocol {
 public:
  explicit Answer(Future<std::string> got) : got_(got) {}
  void datagram_received(std::string_view data, const Address&) override {
    got_.set_result(std::string(data));
  }

 private:
  Future<std::string> got_;
};

Coro<int> read_port(std::string path) {
  for (;;) {
    co_await sleep(std::chrono::milliseconds(10));
    std::FILE* file = std::fopen(path.c_str(), "r");
    if (!file) continue;
    int port = 0;
    const int found = std::fscanf(file, "%d", &port);
    std::fclose(file);
    if (found == 1) co_return port;
  }
}

}  // namespace

TEST("asyncio's clients get every byte back from our server") {
  need_python();
  program::Outcome outcome;
  auto serve = [&]() -> Coro<> {
    int open = 40;
    Future<> end = create_future();
    ProtocolFactory factory = [&] {
      class Counted : public EchoToTheEnd {
       public:
        Counted(int& left, Future<> done) : left_(left), done_(done) {}
        void connection_lost(std::exception_ptr error) override {
          if (error) std::printf("  %s\n", describe(error).c_str());
          if (--left_ == 0) done_.set_result();
        }

       private:
        int& left_;
        Future<> done_;
      };
      return make_ref<Counted>(open, end);
    };
    Server server = co_await create_server(factory, "127.0.0.1", 0);
    program::Program clients({"/usr/bin/env", "python3", "-c", kClients,
                              std::to_string(server.port())});
    co_await end;
    outcome = clients.wait();
    server.close();
  };
  asyncio::Runner().run(serve());
  CHECK_EQ(outcome.err, "");
  CHECK_EQ(outcome.status, 0);
}

TEST("our clients get every byte back from asyncio's server") {
  need_python();
  const asyncio::ScratchFolder folder;
  const std::string path = folder.file("port");
  program::Program server({"/usr/bin/env", "python3", "-c", kServer, path});
  auto talk = [&]() -> Coro<> {
    const int number = co_await read_port(path + ".ready");
    const auto port = static_cast<std::uint16_t>(number);
    for (std::size_t size : {1u, 1000u, 3'000'000u}) {
      auto client = make_recorder();
      client->log_data = false;
      ProtocolFactory factory = [&] { return client; };
      Connection made =
          co_await create_connection(factory, "127.0.0.1", port);
      Future<> end = create_future();
      client->on_lost = [&] { end.set_result(); };
      made.transport->write(big_message(size));
      made.transport->write_eof();
      co_await end;
      CHECK(client->received == big_message(size));
    }
    Future<std::string> got = create_future<std::string>();
    DatagramFactory factory = [&] { return make_ref<Answer>(got); };
    DatagramOptions options;
    options.remote_addr = Address::loopback(port);
    DatagramEndpoint endpoint =
        co_await create_datagram_endpoint(factory, options);
    endpoint.transport->sendto("over UDP");
    std::string answer = co_await got;
    CHECK_EQ(answer, "over UDP");
  };
  asyncio::Runner().run(talk());
  server.send_signal(15);
  server.wait();
}
