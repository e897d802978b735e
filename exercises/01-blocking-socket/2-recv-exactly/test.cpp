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
using exercise::recv_exactly;

TEST("n bytes come back when more have been sent") {
  auto [reader, writer] = Socket::pair();
  writer.send_all("onetwo");
  expect_equal("recv_exactly(socket, 3) with six bytes sent",
               recv_exactly(reader, 3), "one",
               "recv_exactly still has to receive; "
               "how many bytes may it ask for?");
  expect_equal("the next recv_exactly(socket, 3)", recv_exactly(reader, 3),
               "two", "did the first call take bytes that are not its own?");
}

TEST("a message longer than any one recv comes back whole") {
  auto ends = Socket::pair();
  const std::string sent(4'000'000, 'x');  // more than the kernel keeps
  std::thread sender([&] {
    try {
      ends.second.send_all(sent);
    } catch (const std::system_error&) {  // nobody reads the rest
    }
  });
  const std::string came = recv_exactly(ends.first, sent.size());
  ends.first.close();  // whoever took too little must not let it wait
  sender.join();
  expect_equal("the size of what recv_exactly(socket, 4000000) gave",
               came.size(), sent.size(),
               "one recv gives what is there, not what you asked for");
}

TEST("none are asked for, and none come") {
  auto [reader, writer] = Socket::pair();
  writer.send_all("x");
  expect_equal("recv_exactly(socket, 0)", recv_exactly(reader, 0), "",
               "how many bytes are missing before the first recv?");
}

TEST("a stream that ends early says how many bytes came") {
  auto [reader, writer] = Socket::pair();
  writer.send_all("half");
  writer.close();
  try {
    const std::string bytes = recv_exactly(reader, 9);
    exercise::fail("nine bytes asked for, four sent, then the end: expected "
                   "EarlyEnd, came " + ::test::show(bytes),
                   "recv returns 0 at the end of the stream");
  } catch (const EarlyEnd& end) {
    expect_equal("EarlyEnd::came", end.came, 4u, "what came before the end?");
    expect_equal("EarlyEnd::wanted", end.wanted, 9u, "the n of the call");
  }
}
