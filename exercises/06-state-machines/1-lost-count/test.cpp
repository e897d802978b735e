#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "05-callbacks/loop_test.hpp"
#include "common/socket.hpp"
#include "count_machine.hpp"
#include "exercises/expect.hpp"

using asyncio::Socket;
using exercise::CountMachine;
using exercise::expect_equal;

namespace {

// Runs the loop until nothing is left that could happen.
void settle(test::ManualLoop& world) {
  world.loop.call_later(std::chrono::hours(1), [&] { world.loop.stop(); });
  world.loop.run_forever();
}

// A client, and the machine that counts for it.
struct Client {
  explicit Client(test::ManualLoop& w) : Client(w, Socket::pair()) {}
  Client(test::ManualLoop& w, std::pair<Socket, Socket> ends)
      : world(w), socket(std::move(ends.first)),
        machine(w.loop, std::move(ends.second)) {
    socket.set_nonblocking();
  }

  void send(std::string_view text) {
    socket.send_all(text);
    settle(world);
  }
  // Says that no more will come, and gives the machine's answer.
  std::string answer() {
    socket.shutdown_write();
    settle(world);
    char buffer[256];
    const auto size = socket.try_recv(buffer, sizeof buffer);
    return size ? std::string(buffer, *size) : "(no answer)";
  }

  test::ManualLoop& world;
  Socket socket;
  CountMachine machine;
};

}  // namespace

TEST("a client that has sent everything before the machine begins") {
  test::ManualLoop world;
  Client client(world);
  client.socket.send_all("hello");
  client.socket.shutdown_write();
  client.machine.resume();
  settle(world);
  char buffer[256];
  const auto size = client.socket.try_recv(buffer, sizeof buffer);
  expect_equal("the answer to five bytes",
               size ? std::string(buffer, *size) : "(no answer)", "5 bytes\n",
               "this worked before you changed something");
}

TEST("a client that sends three pieces, and waits after each") {
  test::ManualLoop world;
  Client client(world);
  client.machine.resume();
  client.send("one");
  client.send("two");
  client.send("three");
  expect_equal("the answer to pieces of 3, 3 and 5 bytes", client.answer(),
               "11 bytes\n",
               "step() is called anew after each wait; "
               "what must it still know then, and of which client?");
}

TEST("a long message that comes with no pause") {
  test::ManualLoop world;
  Client client(world);
  client.machine.resume();
  client.send(std::string(6000, '.'));
  expect_equal("the answer to 6000 bytes at once", client.answer(),
               "6000 bytes\n",
               "the buffer holds 4096: the loop goes round twice, and adds "
               "each time");
}

TEST("two clients at once, each with its own count") {
  test::ManualLoop world;
  Client a(world);
  Client b(world);
  a.machine.resume();
  b.machine.resume();
  a.send("aaaa");
  b.send("bbbbbb");
  a.send("aaaa");
  expect_equal("the answer to a, who sent 4 and 4 bytes", a.answer(),
               "8 bytes\n", "whose is the count? each machine needs one");
  expect_equal("the answer to b, who sent 6 bytes", b.answer(), "6 bytes\n",
               "whose is the count? each machine needs one");
}
