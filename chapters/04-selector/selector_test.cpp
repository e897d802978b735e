// Selector: what it reports, and what it refuses.

#include "04-selector/selector.hpp"

#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "04-selector/each_selector.hpp"
#include "common/descriptor.hpp"
#include "common/platform.hpp"
#include "common/socket.hpp"
#include "common/test.hpp"

using asyncio::Address;
using asyncio::EVENT_READ;
using asyncio::EVENT_WRITE;
using asyncio::make_pipe;
using asyncio::make_selector;
using asyncio::Pipe;
using asyncio::Selector;
using asyncio::SelectorEvent;
using asyncio::SelectorKey;
using asyncio::Socket;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

TEST("a descriptor is reported once it can be read, with its data") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    int data = 0;
    selector.register_fd(pipe.read.get(), EVENT_READ, &data);
    CHECK(poll_now(selector).empty());
    write_byte(pipe);
    const Events ready = poll_now(selector);
    CHECK_EQ(ready.size(), 1);
    CHECK_EQ(ready[0].key.fd, pipe.read.get());
    CHECK(ready[0].key.data == &data);
    CHECK_EQ(ready[0].events, EVENT_READ);
  });
}

TEST("a descriptor is reported again while it can still be read") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    selector.register_fd(pipe.read.get(), EVENT_READ);
    write_byte(pipe);
    CHECK_EQ(poll_now(selector).size(), 1);
    CHECK_EQ(poll_now(selector).size(), 1);
    char byte;
    CHECK_EQ(::read(pipe.read.get(), &byte, 1), 1);
    CHECK(poll_now(selector).empty());
  });
}

TEST("reading and writing come together in one event") {
  on_each_selector([](Selector& selector) {
    auto [one, other] = Socket::pair();
    selector.register_fd(one.fd(), EVENT_READ | EVENT_WRITE);
    other.send_all("x");
    const Events ready = poll_now(selector);
    CHECK_EQ(ready.size(), 1);
    CHECK_EQ(ready[0].events, EVENT_READ | EVENT_WRITE);
  });
}

TEST("only what was asked for is reported") {
  on_each_selector([](Selector& selector) {
    auto [one, other] = Socket::pair();
    selector.register_fd(one.fd(), EVENT_READ);
    CHECK(poll_now(selector).empty());  // although it can be written to
    selector.modify(one.fd(), EVENT_WRITE);
    other.send_all("x");
    const Events ready = poll_now(selector);
    CHECK_EQ(ready.size(), 1);
    CHECK_EQ(ready[0].events, EVENT_WRITE);
  });
}

TEST("a socket whose buffer is full cannot be written to") {
  on_each_selector([](Selector& selector) {
    auto [one, other] = Socket::pair();
    one.set_nonblocking();
    selector.register_fd(one.fd(), EVENT_WRITE);
    CHECK_EQ(poll_now(selector).size(), 1);
    const std::string block(65536, 'x');
    while (one.try_send(block)) {
    }
    CHECK(poll_now(selector).empty());
  });
}

TEST("an end of file is an event to read") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    selector.register_fd(pipe.read.get(), EVENT_READ);
    pipe.write.reset();
    const Events ready = poll_now(selector);
    CHECK_EQ(ready.size(), 1);
    CHECK_EQ(ready[0].events, EVENT_READ);
  });
}

TEST("a hang-up is reported as every event that was asked for") {
  on_each_selector([](Selector& selector) {
    auto [one, other] = Socket::pair();
    selector.register_fd(one.fd(), EVENT_READ | EVENT_WRITE);
    other.close();
    const Events ready = poll_now(selector);
    CHECK_EQ(ready.size(), 1);
    CHECK_EQ(ready[0].events, EVENT_READ | EVENT_WRITE);
  });
}

TEST("a writer learns that its reader has gone") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    asyncio::set_nonblocking(pipe.write.get());
    const std::string block(65536, 'x');
    while (::write(pipe.write.get(), block.data(), block.size()) > 0) {
    }
    selector.register_fd(pipe.write.get(), EVENT_WRITE);
    CHECK(poll_now(selector).empty());
    pipe.read.reset();
    const Events ready = poll_now(selector);
    CHECK_EQ(ready.size(), 1);
    CHECK_EQ(ready[0].events, EVENT_WRITE);
  });
}

TEST("a listener can be read when a connection waits, a caller written to") {
  on_each_selector([](Selector& selector) {
    Socket listener = Socket::listen_on(Address::loopback(0));
    listener.set_nonblocking();
    selector.register_fd(listener.fd(), EVENT_READ);
    CHECK(poll_now(selector).empty());
    Socket caller = Socket::create(AF_INET);
    caller.set_nonblocking();
    caller.start_connect(listener.local_address());
    Events ready;
    selector.select(std::nullopt, ready);
    CHECK_EQ(ready.size(), 1);
    CHECK_EQ(ready[0].key.fd, listener.fd());
    selector.unregister(listener.fd());
    selector.register_fd(caller.fd(), EVENT_WRITE);
    selector.select(std::nullopt, ready);
    CHECK_EQ(ready.size(), 1);
    CHECK(listener.try_accept().has_value());
  });
}

TEST("a refused connection can be written to, and the error is then found") {
  on_each_selector([](Selector& selector) {
    Socket listener = Socket::listen_on(Address::loopback(0));
    const Address nobody = listener.local_address();
    listener.close();
    Socket caller = Socket::create(AF_INET);
    caller.set_nonblocking();
    try {
      if (caller.start_connect(nobody)) return;
    } catch (const std::system_error&) {
      return;  // some systems know at once
    }
    selector.register_fd(caller.fd(), EVENT_WRITE);
    Events ready;
    selector.select(std::nullopt, ready);
    CHECK_EQ(ready.size(), 1);
    CHECK_WHAT(caller.finish_connect(nobody), "Connection refused");
  });
}

TEST("modify changes the events and the data") {
  on_each_selector([](Selector& selector) {
    auto [one, other] = Socket::pair();
    int first = 0;
    int second = 0;
    selector.register_fd(one.fd(), EVENT_READ, &first);
    selector.modify(one.fd(), EVENT_WRITE, &first);
    CHECK_EQ(poll_now(selector).size(), 1);
    selector.modify(one.fd(), EVENT_WRITE, &second);
    CHECK(poll_now(selector)[0].key.data == &second);
    CHECK_EQ(selector.size(), 1);
  });
}

TEST("unregister gives the registration back and ends the events") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    int data = 0;
    write_byte(pipe);
    selector.register_fd(pipe.read.get(), EVENT_READ, &data);
    const SelectorKey key = selector.unregister(pipe.read.get());
    CHECK_EQ(key.fd, pipe.read.get());
    CHECK_EQ(key.events, EVENT_READ);
    CHECK(key.data == &data);
    CHECK_EQ(selector.size(), 0);
    CHECK(selector.get_key(pipe.read.get()) == nullptr);
    CHECK(poll_now(selector).empty());
  });
}

TEST("the others stay when one of several is unregistered") {
  on_each_selector([](Selector& selector) {
    std::vector<Pipe> pipes;
    for (int i = 0; i < 5; ++i) {
      pipes.push_back(make_pipe());
      write_byte(pipes.back());
      selector.register_fd(pipes.back().read.get(), EVENT_READ);
    }
    std::size_t left = pipes.size();
    for (std::size_t gone : {1u, 4u, 0u, 3u, 2u}) {
      selector.unregister(pipes[gone].read.get());
      --left;
      std::set<int> seen;
      for (const SelectorEvent& event : poll_now(selector)) {
        seen.insert(event.key.fd);
      }
      CHECK_EQ(seen.size(), left);
      CHECK_EQ(seen.count(pipes[gone].read.get()), 0);
    }
  });
}

TEST("a timeout of zero or less does not wait") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    selector.register_fd(pipe.read.get(), EVENT_READ);
    Events ready(1);
    selector.select(nanoseconds(0), ready);
    CHECK(ready.empty());
    selector.select(std::chrono::hours(-1), ready);
    CHECK(ready.empty());
  });
}

TEST("a wait never ends before its time, however short") {
  on_each_selector([](Selector& selector) {
    using Clock = std::chrono::steady_clock;
    Pipe pipe = make_pipe();
    selector.register_fd(pipe.read.get(), EVENT_READ);
    Events ready;
    for (const auto wait : {nanoseconds(1), nanoseconds(1'500),
                            nanoseconds(300'000), nanoseconds(1'000'001)}) {
      const auto start = Clock::now();
      selector.select(wait, ready);
      CHECK(Clock::now() - start >= wait);
      CHECK(ready.empty());
    }
  });
}

TEST("a wait of the longest time there is can be asked for") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    write_byte(pipe);
    selector.register_fd(pipe.read.get(), EVENT_READ);
    Events ready;
    selector.select(nanoseconds::max(), ready);
    CHECK_EQ(ready.size(), 1);
  });
}

TEST("an empty selector waits for its timeout") {
  on_each_selector([](Selector& selector) {
    Events ready;
    selector.select(milliseconds(1), ready);
    CHECK(ready.empty());
  });
}

TEST("a descriptor is registered once") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    const int fd = pipe.read.get();
    selector.register_fd(fd, EVENT_READ);
    CHECK_WHAT(selector.register_fd(fd, EVENT_READ), "already registered");
    CHECK_EQ(selector.size(), 1);
  });
}

TEST("what cannot be registered is refused") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    const int fd = pipe.read.get();
    CHECK_THROWS(std::invalid_argument, selector.register_fd(-1, EVENT_READ));
    CHECK_THROWS(std::invalid_argument, selector.register_fd(fd, 0));
    CHECK_THROWS(std::invalid_argument, selector.register_fd(fd, 4));
    pipe.read.reset();
    CHECK_WHAT(selector.register_fd(fd, EVENT_READ), "Bad file descriptor");
    CHECK_EQ(selector.size(), 0);
    CHECK(selector.get_key(-1) == nullptr);
  });
}

TEST("what is not registered cannot be modified or unregistered") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    const int fd = pipe.read.get();
    CHECK_THROWS(std::out_of_range, selector.modify(fd, EVENT_READ));
    CHECK_THROWS(std::out_of_range, selector.unregister(fd));
  });
}

TEST("an unknown selector is an error") {
  CHECK_WHAT(make_selector("kqueue"), "no selector named 'kqueue'");
}

TEST("ASYNCIO_SELECTOR chooses the default") {
  const char* old = std::getenv("ASYNCIO_SELECTOR");
  const std::string saved = old ? old : "";
  ::setenv("ASYNCIO_SELECTOR", "select", 1);
  CHECK_EQ(asyncio::make_default_selector()->name(), "select");
  ::setenv("ASYNCIO_SELECTOR", "x", 1);
  CHECK_WHAT(asyncio::make_default_selector(), "no selector named 'x'");
  ::unsetenv("ASYNCIO_SELECTOR");
  CHECK_EQ(asyncio::make_default_selector()->name(),
           ASYNCIO_HAS_EPOLL ? "epoll" : "poll");
  if (old) ::setenv("ASYNCIO_SELECTOR", saved.c_str(), 1);
}
