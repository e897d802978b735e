// What a selector reports, and when. Each question prints one line.

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "04-selector/selector.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Address;
using asyncio::EVENT_READ;
using asyncio::EVENT_WRITE;
using asyncio::Selector;
using asyncio::Socket;

// Asks who is ready, and waits for the answer as long as it is told. At most
// one is ready at a time in this program.
void ask(Selector& selector, std::chrono::seconds wait = {}) {
  std::vector<asyncio::SelectorEvent> ready;
  selector.select(wait, ready);
  if (ready.empty()) std::puts("nobody");
  for (const asyncio::SelectorEvent& event : ready) {
    std::string line = static_cast<const char*>(event.key.data);
    line += ':';
    if (event.events & EVENT_READ) line += " read";
    if (event.events & EVENT_WRITE) line += " write";
    std::puts(line.c_str());
  }
}

void receive_one_byte(Socket& socket) {
  char byte;
  socket.recv(&byte, 1);
}

char a_name[] = "a";
char door_name[] = "door";

}  // namespace

int main() {
  const auto selector = asyncio::make_default_selector();
  auto [a, other] = Socket::pair();

  selector->register_fd(a.fd(), EVENT_READ, a_name);
  ask(*selector);  // line 1
  selector->modify(a.fd(), EVENT_READ | EVENT_WRITE, a_name);
  ask(*selector);  // line 2
  other.send_all("hi");
  ask(*selector);  // line 3

  selector->modify(a.fd(), EVENT_READ, a_name);
  receive_one_byte(a);
  ask(*selector);  // line 4
  receive_one_byte(a);
  ask(*selector);  // line 5

  other.close();
  ask(*selector);  // line 6
  receive_one_byte(a);
  ask(*selector);  // line 7

  selector->unregister(a.fd());
  Socket door = Socket::listen_on(Address::loopback(0));
  selector->register_fd(door.fd(), EVENT_READ, door_name);
  ask(*selector);  // line 8
  Socket caller = Socket::create(AF_INET);
  caller.connect(door.local_address());
  ask(*selector, std::chrono::seconds(10));  // line 9
}
