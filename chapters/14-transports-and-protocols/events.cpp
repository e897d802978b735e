// Who is told what, and in which iteration of the loop. Two protocols talk
// over a pair of connected sockets.

#include <cstdio>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "14-transports-and-protocols/connection.hpp"

using asyncio::Connection;
using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Protocol;
using asyncio::Socket;
using asyncio::Transport;
using asyncio::get_running_loop;
using asyncio::make_ref;
using asyncio::sleep;

int turn = 0;

void count_turns(EventLoop& loop) {
  ++turn;
  loop.call_soon([&loop] { count_turns(loop); });
}

void say(const std::string& text) {
  std::printf("%d: %s\n", turn, text.c_str());
}

const char* none_or(const std::exception_ptr& error) {
  return error ? "an error" : "None";
}

class Asker : public Protocol {
 public:
  void connection_made(Transport& transport) override {
    say("asker: connection_made");
    transport.write("two and two?");
    transport.write_eof();
  }
  void data_received(std::string_view data) override {
    say("asker: data_received " + std::string(data));
  }
  bool eof_received() override {
    say("asker: eof_received");
    return false;
  }
  void connection_lost(std::exception_ptr error) override {
    say(std::string("asker: connection_lost ") + none_or(error));
  }
};

class Answerer : public Protocol {
 public:
  void connection_made(Transport& transport) override {
    transport_ = &transport;
    say("answerer: connection_made");
  }
  void data_received(std::string_view data) override {
    say("answerer: data_received " + std::string(data));
    transport_->write("four");
  }
  bool eof_received() override {
    say("answerer: eof_received");
    transport_->write(", I think");
    get_running_loop().call_soon([this] { transport_->close(); });
    return true;
  }
  void connection_lost(std::exception_ptr error) override {
    say(std::string("answerer: connection_lost ") + none_or(error));
  }

 private:
  Transport* transport_ = nullptr;
};

Coro<> async_main() {
  using namespace std::chrono_literals;
  EventLoop& loop = get_running_loop();
  loop.call_soon([&loop] { count_turns(loop); });
  auto [left, right] = Socket::pair();
  asyncio::ProtocolFactory make_answerer = [] { return make_ref<Answerer>(); };
  asyncio::ProtocolFactory make_asker = [] { return make_ref<Asker>(); };
  co_await asyncio::create_connection(make_answerer, std::move(left));
  say("main: the answerer is connected");
  Connection asker =
      co_await asyncio::create_connection(make_asker, std::move(right));
  say("main: the asker is connected");
  while (!asker.transport->is_closing()) co_await sleep(0s);
  say("main: the asker's transport is closing");
  co_await sleep(0s);
  co_await sleep(0s);
}

int main() { asyncio::run(async_main()); }
