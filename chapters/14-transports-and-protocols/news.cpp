// A headline a second for three readers, one of whom does not read.
//
//   news await         sends with sock_sendall, one reader after another
//   news transports    gives it to a transport each
//   news marks         the same, and minds the high-water mark

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "10-tasks/sock.hpp"
#include "14-transports-and-protocols/connection.hpp"

using namespace std::chrono_literals;
using asyncio::Connection;
using asyncio::Coro;
using asyncio::Protocol;
using asyncio::Socket;
using asyncio::Transport;

constexpr std::size_t size_of_headline = 1 << 20;  // more than a kernel buffer
constexpr int headlines = 10;
constexpr const char* names[] = {"Ann", "Bob", "Eve"};

// Reads all that comes; Bob does not.
Coro<> read_news(Socket& socket, std::size_t& received) {
  for (;;) {
    std::string data = co_await asyncio::sock_recv(socket, 65536);
    received += data.size();
  }
}

struct Reader {
  Socket socket;
  std::size_t received = 0;
};

std::vector<Socket> seat(std::vector<Reader>& readers) {
  std::vector<Socket> ours;
  for (Reader& reader : readers) {
    auto [mine, theirs] = Socket::pair();
    mine.set_nonblocking();
    theirs.set_nonblocking();
    ours.push_back(std::move(mine));
    reader.socket = std::move(theirs);
    if (&reader == &readers[1]) continue;
    asyncio::create_task(read_news(reader.socket, reader.received));
  }
  return ours;
}

void print(const std::vector<Reader>& readers) {
  for (std::size_t i = 0; i < readers.size(); ++i) {
    std::printf("%s has read %zu headlines\n", names[i],
                readers[i].received / size_of_headline);
  }
}

Coro<> publish_by_await(std::vector<Socket>& sockets) {
  const std::string headline(size_of_headline, '!');
  for (int i = 0; i < headlines; ++i) {
    for (Socket& socket : sockets) {
      co_await asyncio::sock_sendall(socket, headline);
    }
    co_await asyncio::sleep(1s);
  }
}

class News : public Protocol {
 public:
  void connection_made(Transport& made) override { transport = &made; }
  void data_received(std::string_view) override {}
  void pause_writing() override { too_slow = true; }
  void resume_writing() override { too_slow = false; }
  Transport* transport = nullptr;
  bool too_slow = false;
};

Coro<> publish(std::vector<Socket>& sockets, bool mind_the_mark) {
  std::vector<asyncio::Ref<News>> protocols;
  for (Socket& socket : sockets) {
    protocols.push_back(asyncio::make_ref<News>());
    asyncio::ProtocolFactory factory = [&] { return protocols.back(); };
    co_await asyncio::create_connection(factory, std::move(socket));
  }
  const std::string headline(size_of_headline, '!');
  for (int i = 0; i < headlines; ++i) {
    for (const auto& news : protocols) {
      if (mind_the_mark && news->too_slow) continue;  // misses this one
      news->transport->write(headline);
    }
    co_await asyncio::sleep(1s);
  }
  for (std::size_t i = 0; i < protocols.size(); ++i) {
    const std::size_t waiting =
        protocols[i]->transport->get_write_buffer_size();
    std::printf("headlines that wait for %s, begun or whole: %zu\n", names[i],
                (waiting + size_of_headline - 1) / size_of_headline);
  }
}

Coro<> async_main(std::string how) {
  std::vector<Reader> readers(3);
  std::vector<Socket> sockets = seat(readers);
  if (how == "await") {
    asyncio::create_task(publish_by_await(sockets));
    co_await asyncio::sleep(10s);
  } else {
    co_await publish(sockets, how == "marks");
  }
  print(readers);
}

int main(int argc, char** argv) {
  asyncio::run(async_main(argc > 1 ? argv[1] : "await"));
}
