// Machine and the machines made of it, taken through each transition by hand.

#include "06-state-machines/machine.hpp"

#include <sys/socket.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "06-state-machines/echo_machine.hpp"
#include "06-state-machines/hand_loop.hpp"
#include "06-state-machines/socket_machines.hpp"
#include "common/test.hpp"

using asyncio::Address;
using asyncio::Connect;
using asyncio::EVENT_READ;
using asyncio::EVENT_WRITE;
using asyncio::EventLoop;
using asyncio::HandLoop;
using asyncio::Machine;
using asyncio::Recv;
using asyncio::SendAll;
using asyncio::Socket;
using echo::Answer;

namespace {

// Both ends non-blocking, with small buffers that a test can fill.
std::pair<Socket, Socket> make_pair() {
  auto ends = Socket::pair();
  const int size = 4096;
  for (Socket* end : {&ends.first, &ends.second}) {
    end->set_nonblocking();
    ::setsockopt(end->fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }
  return ends;
}

std::string receive(Socket& socket) {
  char buffer[65536];
  const auto size = socket.try_recv(buffer, sizeof buffer);
  return size ? std::string(buffer, *size) : "nothing";
}

// Fills the way from `socket`; returns how much went in.
std::size_t fill(Socket& socket) {
  const std::string block(1024, '.');
  std::size_t filled = 0;
  while (const auto size = socket.try_send(block)) filled += *size;
  return filled;
}

}  // namespace

// ---- answer(): RECEIVE and SEND.

TEST("a new machine has not done anything") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  const int fd = ours.fd();
  theirs.send_all("x");
  Answer answer(hand.loop(), std::move(ours));
  CHECK_EQ(answer.state(), Answer::RECEIVE);
  CHECK(!answer.done());
  CHECK_EQ(hand.watched(fd), 0);
  CHECK_EQ(receive(theirs), "nothing");
}

TEST("RECEIVE waits where nothing has come, and stays RECEIVE") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  const int fd = ours.fd();
  Answer answer(hand.loop(), std::move(ours));
  answer.resume();
  CHECK_EQ(answer.state(), Answer::RECEIVE);
  CHECK(answer.waiting());
  CHECK_EQ(hand.watched(fd), EVENT_READ);
}

TEST("RECEIVE waits again when it is woken for nothing") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  const int fd = ours.fd();
  Answer answer(hand.loop(), std::move(ours));
  answer.resume();
  hand.turn(fd, EVENT_READ);  // although there is nothing to read
  CHECK_EQ(answer.state(), Answer::RECEIVE);
  CHECK(answer.waiting());
}

TEST("RECEIVE goes on to SEND, and SEND back to RECEIVE") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  const int fd = ours.fd();
  Answer answer(hand.loop(), std::move(ours));
  answer.resume();
  for (const char* text : {"one", "two"}) {
    theirs.send_all(text);
    hand.turn(fd, EVENT_READ);
    CHECK_EQ(receive(theirs), text);
    CHECK_EQ(answer.state(), Answer::RECEIVE);
    CHECK(answer.waiting());
  }
}

TEST("SEND waits for room, and loses nothing") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  const int fd = ours.fd();
  std::size_t expected = fill(ours);
  Answer answer(hand.loop(), std::move(ours));
  const std::string text(3000, 'x');
  theirs.send_all(text);
  expected += text.size();
  answer.resume();
  CHECK_EQ(answer.state(), Answer::SEND);
  CHECK_EQ(hand.watched(fd), EVENT_WRITE);
  hand.turn(fd, EVENT_WRITE);  // although there is no room
  CHECK_EQ(answer.state(), Answer::SEND);

  std::string received;
  while (received.size() < expected) {
    received += receive(theirs);
    hand.turn(fd, EVENT_WRITE);
  }
  CHECK_EQ(received.substr(expected - text.size()), text);
  CHECK_EQ(answer.state(), Answer::RECEIVE);
}

TEST("RECEIVE ends at the end of what the client sends") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  const int fd = ours.fd();
  Answer answer(hand.loop(), std::move(ours));
  answer.resume();
  theirs.close();
  hand.turn(fd, EVENT_READ);
  CHECK(answer.done());
  CHECK(!answer.waiting());
  answer.result();  // and there was no error
}

TEST("an exception ends the machine and is its result") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  fill(ours);
  const int fd = ours.fd();
  Answer answer(hand.loop(), std::move(ours));
  theirs.send_all("x");
  answer.resume();
  CHECK_EQ(answer.state(), Answer::SEND);
  theirs.close();
  hand.turn(fd, EVENT_WRITE);
  CHECK(answer.done());
  CHECK_WHAT(answer.result(), "Broken pipe");
}

TEST("a machine that is destroyed while it waits is forgotten") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  const int fd = ours.fd();
  auto answer =
      std::make_unique<Answer>(hand.loop(), std::move(ours));
  answer->resume();
  answer.reset();
  hand.turn(fd, EVENT_READ);
  CHECK_EQ(receive(theirs), "");  // its socket died with it: an end of file
}

// ---- The socket calls.

TEST("Connect waits until it is connected") {
  HandLoop hand;
  Socket listener = Socket::listen_on(Address::loopback(0));
  Socket socket = Socket::create(AF_INET);
  socket.set_nonblocking();
  Connect connect(hand.loop(), socket, listener.local_address());
  connect.resume();
  if (!connect.done()) {
    CHECK_EQ(connect.state(), Connect::WRITABLE);
    CHECK_EQ(hand.watched(socket.fd()), EVENT_WRITE);
    Socket accepted = listener.accept();  // now it is connected
    hand.turn(socket.fd(), EVENT_WRITE);
  }
  CHECK(connect.done());
  connect.result();
}

TEST("Connect ends with the error of the connection") {
  HandLoop hand;
  Socket listener = Socket::listen_on(Address::loopback(0));
  const Address nobody = listener.local_address();
  listener.close();
  Socket socket = Socket::create(AF_INET);
  socket.set_nonblocking();
  Connect connect(hand.loop(), socket, nobody);
  connect.resume();
  if (!connect.done()) hand.turn(socket.fd(), EVENT_WRITE);
  CHECK(connect.done());
  CHECK_WHAT(connect.result(), "Connection refused");
}

TEST("SendAll goes on where the full buffer stopped it") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  const std::string text(200'000, 'x');
  SendAll send(hand.loop(), ours, text);
  send.resume();
  CHECK_EQ(hand.watched(ours.fd()), EVENT_WRITE);
  std::size_t received = 0;
  while (!send.done()) {
    received += receive(theirs).size();
    hand.turn(ours.fd(), EVENT_WRITE);
  }
  while (received < text.size()) received += receive(theirs).size();
  CHECK_EQ(received, text.size());
}

TEST("SendAll of nothing ends at once") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  SendAll send(hand.loop(), ours, "");
  send.resume();
  CHECK(send.done());
  CHECK_EQ(hand.watched(ours.fd()), 0);
}

TEST("Recv does not wait for what is there") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  theirs.send_all("abc");
  char buffer[10];
  Recv recv(hand.loop(), ours, buffer, sizeof buffer);
  recv.resume();
  CHECK(recv.done());
  CHECK_EQ(recv.result(), 3);
}

TEST("Recv gives 0 at the end") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  char buffer[10];
  Recv recv(hand.loop(), ours, buffer, sizeof buffer);
  recv.resume();
  CHECK(recv.waiting());
  theirs.close();
  hand.turn(ours.fd(), EVENT_READ);
  CHECK_EQ(recv.result(), 0);
}

// ---- Machines that call machines.

namespace {

// Calls Recv, and notes what it saw. `catches`: an error does not end it.
class Caller final : public Machine {
 public:
  Caller(EventLoop& loop, Socket& socket, bool catches)
      : Machine(loop), socket_(socket), catches_(catches) {}

  enum State { START, RECEIVED };
  std::vector<std::string> seen;
  int finishes = 0;

 private:
  Machine* step() override {
    switch (state()) {
      case START:
        seen.push_back("calls");
        return call(recv_.emplace(loop(), socket_, buffer_, sizeof buffer_),
                    RECEIVED);
      case RECEIVED:
        try {
          seen.push_back(std::string(buffer_, recv_->result()));
        } catch (const std::exception&) {
          seen.push_back("error");
          if (!catches_) throw;
        }
        return finish();
    }
    return nullptr;
  }
  void finished() override { ++finishes; }

  Socket& socket_;
  const bool catches_;
  std::optional<Recv> recv_;
  char buffer_[10];
};

std::vector<std::string> list(std::vector<std::string> items) { return items; }

}  // namespace

TEST("a call that ends at once returns to its caller at once") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  theirs.send_all("abc");
  Caller caller(hand.loop(), ours, false);
  caller.resume();
  CHECK(caller.done());
  CHECK_EQ(caller.seen, list({"calls", "abc"}));
  CHECK_EQ(caller.finishes, 1);
}

TEST("a call that waits returns to its caller when it goes on") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  Caller caller(hand.loop(), ours, false);
  caller.resume();
  CHECK_EQ(caller.state(), Caller::RECEIVED);
  CHECK(!caller.waiting());  // the one that it called does
  CHECK_EQ(hand.watched(ours.fd()), EVENT_READ);
  CHECK_EQ(caller.finishes, 0);
  theirs.send_all("abc");
  hand.turn(ours.fd(), EVENT_READ);
  CHECK_EQ(caller.seen, list({"calls", "abc"}));
  CHECK_EQ(caller.finishes, 1);
}

TEST("the error of a call reaches its caller, and the caller's end") {
  HandLoop hand;
  Socket closed;
  Caller caller(hand.loop(), closed, false);
  caller.resume();
  CHECK_EQ(caller.seen, list({"calls", "error"}));
  CHECK(caller.done());
  CHECK_WHAT(caller.result(), "Bad file descriptor");
  CHECK_EQ(caller.finishes, 1);
}

TEST("a caller can catch the error of a call") {
  HandLoop hand;
  Socket closed;
  Caller caller(hand.loop(), closed, true);
  caller.resume();
  CHECK_EQ(caller.seen, list({"calls", "error"}));
  caller.result();
}

TEST("a caller that is destroyed takes what it called with it") {
  HandLoop hand;
  auto [ours, theirs] = make_pair();
  {
    Caller caller(hand.loop(), ours, false);
    caller.resume();
  }
  theirs.send_all("abc");
  hand.turn(ours.fd(), EVENT_READ);
  CHECK_EQ(receive(ours), "abc");  // nobody took it
}

namespace {

// Calls the next of many, which calls the next ...
class Link final : public Machine {
 public:
  Link(EventLoop& loop, Machine* next) : Machine(loop), next_(next) {}

 private:
  Machine* step() override {
    if (state() == 0 && next_) return call(*next_, 1);
    return finish();
  }
  Machine* next_;
};

// Calls a machine that ends at once, many times.
class Repeater final : public Machine {
 public:
  Repeater(EventLoop& loop, int times) : Machine(loop), times_(times) {}

 private:
  Machine* step() override {
    if (times_-- == 0) return finish();
    return call(callee_.emplace(loop(), nullptr), 0);
  }
  int times_;
  std::optional<Link> callee_;
};

}  // namespace

TEST("calls a million deep leave the native stack alone") {
  HandLoop hand;
  std::vector<std::unique_ptr<Link>> links;
  for (int i = 0; i < 1'000'000; ++i) {
    links.push_back(std::make_unique<Link>(
        hand.loop(), links.empty() ? nullptr : links.back().get()));
  }
  links.back()->resume();
  CHECK(links.front()->done());
  CHECK(links.back()->done());
}

TEST("a million calls one after another leave the native stack alone") {
  HandLoop hand;
  Repeater repeater(hand.loop(), 1'000'000);
  repeater.resume();
  CHECK(repeater.done());
}

TEST("a machine may be destroyed by its own finished()") {
  struct Suicidal final : Machine {
    Suicidal(EventLoop& loop, bool& gone) : Machine(loop), gone_(gone) {}
    ~Suicidal() override { gone_ = true; }
    Machine* step() override { return finish(); }
    void finished() override { delete this; }
    bool& gone_;
  };
  HandLoop hand;
  bool gone = false;
  hand.loop().schedule(*new Suicidal(hand.loop(), gone));
  hand.turn();
  CHECK(gone);
}
