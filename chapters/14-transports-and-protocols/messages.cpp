// The same two protocols, on plain transports and on framed ones: what was
// written in three pieces arrives as bytes, or as messages.

#include <cstdio>
#include <functional>

#include "10-tasks/runner.hpp"
#include "14-transports-and-protocols/connection.hpp"
#include "14-transports-and-protocols/framing.hpp"

using asyncio::BaseProtocol;
using asyncio::Coro;
using asyncio::Future;
using asyncio::Protocol;
using asyncio::Ref;
using asyncio::Socket;
using asyncio::Transport;
using asyncio::make_ref;

class Listener : public Protocol {
 public:
  void data_received(std::string_view data) override {
    std::printf("data_received: %.*s\n", static_cast<int>(data.size()),
                data.data());
  }
  void connection_lost(std::exception_ptr) override { end.set_result(); }

  Future<> end = asyncio::create_future();
};

class Talker : public Protocol {
 public:
  void connection_made(Transport& transport) override {
    transport.write("one");
    transport.write("two");
    transport.write("three");
    transport.close();
  }
  void data_received(std::string_view) override {}
};

using Wrap = Ref<BaseProtocol> (*)(Ref<BaseProtocol>);

Ref<BaseProtocol> plain(Ref<BaseProtocol> protocol) { return protocol; }
Ref<BaseProtocol> framed(Ref<BaseProtocol> protocol) {
  return make_ref<asyncio::Framing>(protocol);
}

Coro<> talk(Wrap wrap) {
  auto [left, right] = Socket::pair();
  auto listener = make_ref<Listener>();
  asyncio::ProtocolFactory talker = [&] { return wrap(make_ref<Talker>()); };
  asyncio::ProtocolFactory listen = [&] { return wrap(listener); };
  co_await asyncio::create_connection(talker, std::move(left));
  co_await asyncio::create_connection(listen, std::move(right));
  co_await listener->end;
}

Coro<> async_main() {
  std::puts("a stream of bytes:");
  co_await talk(plain);
  std::puts("framed:");
  co_await talk(framed);
}

int main() { asyncio::run(async_main()); }
