#include <chrono>
#include <cstddef>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "common/socket.hpp"
#include "exercises/expect.hpp"
#include "recv_exactly.hpp"

using asyncio::Socket;
using exercise::EarlyEnd;
using exercise::expect_equal;

namespace {

// What recv_exactly gives where n bytes and more have been sent already.
std::string receive(Socket& socket, std::size_t n) {
  socket.set_timeout(std::chrono::seconds(1));  // it never has to wait
  const std::string call = "recv_exactly(socket, " + std::to_string(n) + ")";
  try {
    return exercise::recv_exactly(socket, n);
  } catch (const EarlyEnd&) {
    exercise::fail(call + " threw EarlyEnd, and the stream has not ended",
                   "recv returns 0 at the end of the stream");
  } catch (const std::system_error&) {
    exercise::fail(call + " waits for more than has been sent",
                   "how many bytes are missing before each recv?");
  }
}

}  // namespace

TEST("n bytes come back when more have been sent") {
  auto [reader, writer] = Socket::pair();
  writer.send_all("onetwo");
  expect_equal("recv_exactly(socket, 3) with six bytes sent",
               receive(reader, 3), "one",
               "recv_exactly still has to receive; "
               "how many bytes may it ask for?");
  expect_equal("the next recv_exactly(socket, 3)", receive(reader, 3), "two",
               "did the first call take bytes that are not its own?");
}

TEST("a message longer than any one recv comes back whole") {
  auto ends = Socket::pair();
  const std::string sent(1'000'000, 'x');  // more than the kernel keeps
  std::thread sender([&] {
    try {
      ends.second.send_all(sent);
      ends.second.close();
    } catch (const std::system_error&) {  // nobody reads the rest
    }
  });
  std::string came;
  try {
    came = exercise::recv_exactly(ends.first, sent.size());
  } catch (...) {  // then too little came
  }
  ends.first.close();  // whoever took too little must not let it wait
  sender.join();
  expect_equal("the size of what recv_exactly(socket, 1000000) gave",
               came.size(), sent.size(),
               "one recv gives what is there, not what you asked for");
}

TEST("none are asked for, and none come") {
  auto [reader, writer] = Socket::pair();
  writer.send_all("x");
  expect_equal("recv_exactly(socket, 0)", receive(reader, 0), "",
               "how many bytes are missing before the first recv?");
}

TEST("a stream that ends early says how many bytes came") {
  auto [reader, writer] = Socket::pair();
  writer.send_all("half");
  writer.close();
  try {
    const std::string bytes = exercise::recv_exactly(reader, 9);
    exercise::fail("nine bytes asked for, four sent, then the end: expected "
                   "EarlyEnd, came " + ::test::show(bytes),
                   "recv returns 0 at the end of the stream");
  } catch (const EarlyEnd& end) {
    expect_equal("EarlyEnd::came", end.came, 4u, "what came before the end?");
    expect_equal("EarlyEnd::wanted", end.wanted, 9u, "the n of the call");
  }
}
