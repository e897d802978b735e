#include <chrono>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "04-selector/each_selector.hpp"
#include "common/socket.hpp"
#include "exercises/expect.hpp"
#include "hub.hpp"

using asyncio::Address;
using asyncio::Selector;
using asyncio::Socket;
using exercise::expect_equal;
using exercise::fail;

namespace {

// In milliseconds. Once something has not come, the rest need not be patient.
int patience = 3000;

struct World {
  explicit World(Selector& its_selector)
      : World(its_selector, Socket::listen_on(Address::loopback(0))) {}

  Socket connect() {
    Socket client = Socket::create(AF_INET);
    client.connect(address);
    return client;
  }

  // One round, once as many descriptors are ready at the same time, or it is
  // clear that they never will be.
  void turn(std::size_t descriptors) {
    Events ready;
    for (int i = 0; ready.size() < descriptors && i < patience; ++i) {
      selector.select(std::chrono::milliseconds(1), ready);
    }
    if (ready.size() < descriptors) patience = 50;
    try {
      hub.turn();
    } catch (const std::exception& error) {
      fail("turn() threw \"" + std::string(error.what()) + "\"",
           "which number does a socket have once it is closed, and which "
           "numbers are registered?");
    }
  }

  // What the hub has heard, with commas.
  std::string heard() const {
    std::string all;
    for (const std::string& text : hub.heard()) {
      all += (all.empty() ? "" : ",") + text;
    }
    return all;
  }

  Selector& selector;
  Address address;
  exercise::Hub hub;

 private:
  World(Selector& its_selector, Socket listener)
      : selector(its_selector),
        address(listener.local_address()),
        hub(selector, std::move(listener)) {}
};

}  // namespace

TEST("who is connected is heard") {
  on_each_selector([](Selector& selector) {
    World world(selector);
    Socket one = world.connect();
    world.turn(1);
    Socket two = world.connect();
    world.turn(1);
    one.send_all("one");
    world.turn(1);
    two.send_all("two");
    world.turn(1);
    expect_equal("what two clients said", world.heard(), "one,two",
                 "both are registered; did each have its event?");
  });
}

TEST("who has left is not registered any more") {
  on_each_selector([](Selector& selector) {
    World world(selector);
    Socket one = world.connect();
    world.turn(1);
    expect_equal("registrations, with the listener and one client",
                 selector.size(), 2, "one for each open descriptor");
    one.close();
    world.turn(1);
    expect_equal("registrations after the client has left", selector.size(), 1,
                 "who unregisters a client that has left?");
  });
}

TEST("who comes while another leaves is heard") {
  on_each_selector([](Selector& selector) {
    World world(selector);
    Socket one = world.connect();
    world.turn(1);
    one.close();
    Socket two = world.connect();
    world.turn(2);  // in one round: one leaves, and two comes
    expect_equal("registrations after one has left and another has come",
                 selector.size(), 2,
                 "the new socket got the number of the old one; whose "
                 "registration was taken away?");
    two.send_all("hello");
    world.turn(1);
    expect_equal("what the second client said", world.heard(), "hello",
                 "is the second client registered?");
  });
}

TEST("three leave and three come in one round") {
  on_each_selector([](Selector& selector) {
    World world(selector);
    std::vector<Socket> old_ones, new_ones;
    for (int i = 0; i < 3; ++i) old_ones.push_back(world.connect());
    for (int i = 0; i < 3 && selector.size() < 4; ++i) world.turn(1);
    old_ones.clear();
    for (int i = 0; i < 3; ++i) new_ones.push_back(world.connect());
    world.turn(4);  // the listener, and three ends
    for (int i = 0; i < 3 && selector.size() < 4; ++i) world.turn(1);
    expect_equal("registrations after three have left and three have come",
                 selector.size(), 4, "one for each open descriptor");
    for (Socket& client : new_ones) client.send_all("x");
    world.turn(3);
    expect_equal("what three clients said", world.heard(), "x,x,x",
                 "three numbers were used again at once");
  });
}
