#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "05-callbacks/loop_test.hpp"
#include "common/socket.hpp"
#include "exercises/expect.hpp"
#include "line_machine.hpp"

using asyncio::Socket;
using exercise::expect;
using exercise::expect_equal;
using exercise::LineMachine;

namespace {

struct World : test::ManualLoop {
  // Runs the loop until nothing is left that could happen.
  void settle() {
    loop.call_later(std::chrono::hours(1), [this] { loop.stop(); });
    loop.run_forever();
  }
  exercise::Desk desk;
};

// A client, and the machine that serves it.
struct Client {
  explicit Client(World& w) : Client(w, Socket::pair()) {}
  Client(World& w, std::pair<Socket, Socket> ends)
      : world(w), socket(std::move(ends.first)),
        machine(w.loop, std::move(ends.second), w.desk) {
    socket.set_nonblocking();
    machine.resume();
  }

  void send(std::string_view text) {
    socket.send_all(text);
    world.settle();
  }
  // What has come and was not asked for yet.
  std::string came() {
    std::string text;
    char buffer[65536];
    for (;;) {
      world.settle();
      const auto size = socket.try_recv(buffer, sizeof buffer);
      if (!size || *size == 0) return text;
      text.append(buffer, *size);
    }
  }

  World& world;
  Socket socket;
  LineMachine machine;
};

}  // namespace

TEST("a line that comes in two pieces gets one answer") {
  World world;
  Client client(world);
  expect(!client.machine.done(),
         "the machine waits for a client that has sent nothing yet",
         "what does the arm do when try_recv gives nothing?");
  client.send("app");
  expect_equal("the answer to \"app\", which is no line yet", client.came(),
               "", "an answer is due when the newline has come");
  client.send("le\n");
  expect_equal("the answer to \"app\" and \"le\\n\"", client.came(),
               "APPLE\n", "both pieces belong to one line: where is the "
               "first kept while the machine waits?");
}

TEST("two lines that come in one piece get two answers, in order") {
  World world;
  Client client(world);
  client.send("apple\npear\nplu");
  expect_equal("the answers to \"apple\\npear\\nplu\"", client.came(),
               "APPLE\nPEAR\n", "there may be a whole line among the bytes "
               "that are kept: look there before you receive");
  client.send("m\n");
  expect_equal("the answer when \"m\\n\" has come, too", client.came(),
               "PLUM\n", "what came after the last newline begins a line");
}

TEST("a lookup that waits is waited for, and the next line stays behind it") {
  World world;
  Client client(world);
  client.send("slow one\ntwo\n");
  expect_equal("what has been sent while the lookup waits", client.came(),
               "", "call(lookup, THEN) goes on at THEN when the lookup has "
               "ended; nothing else waits for it");
  expect_equal("how many lookups wait at the desk", world.desk.waiting(), 1,
               "the machine makes a Lookup for a line, and no second one "
               "before the first has ended");
  world.desk.open();
  expect_equal("the answers when the lookup has ended", client.came(),
               "SLOW ONE\nTWO\n", "who resumes your machine when the lookup "
               "ends? only one that was called knows its caller");
}

TEST("a lookup that waits holds up nobody else") {
  World world;
  Client patient(world);
  Client other(world);
  patient.send("slow\n");
  other.send("quick\n");
  expect_equal("what the other client gets meanwhile", other.came(),
               "QUICK\n", "waiting means to return from step()");
  world.desk.open();
  expect_equal("what the patient client gets at last", patient.came(),
               "SLOW\n", "whose lookup has ended?");
}

TEST("an answer that is longer than the kernel takes at once") {
  World world;
  Client client(world);
  client.send("long\nx\n");
  const std::string came = client.came();
  expect_equal("the size of a million letters, a newline, \"X\\n\"",
               came.size(), 1'000'003,
               "try_send takes a part; which machine sends all?");
  expect(came.ends_with("L\nX\n"), "the answer to the next line comes last",
         "send the whole answer before the next line's turn");
}

TEST("the machine ends with the stream, and forgets half a line") {
  World world;
  Client client(world);
  client.send("apple\nhalf");
  expect_equal("the answer", client.came(), "APPLE\n", "half a line is none");
  client.socket.shutdown_write();
  world.settle();
  expect(client.machine.done(), "the machine is done when the client is",
         "try_recv gives 0 at the end of the stream");
  client.machine.result();
}

TEST("a lookup that throws ends the machine that called it") {
  World world;
  Client client(world);
  client.send("fail\n");
  expect(client.machine.done(), "the machine has ended with the lookup's error",
         "the error comes out of the lookup's result(); let it pass");
  try {
    client.machine.result();
    exercise::fail("the lookup threw, and the machine ended as if all were "
                   "well", "ask the lookup for its result()");
  } catch (const std::runtime_error& error) {
    expect_equal("the error", std::string(error.what()), "no answer to: fail",
                 "let the lookup's own error pass");
  }
}

TEST("an answer that cannot be sent ends the machine, too") {
  World world;
  Client client(world);
  client.send("long\n");  // it does not fit, and nobody reads it
  client.socket.close();
  world.settle();
  expect(client.machine.done(), "the machine has ended with the error of send",
         "the error comes out of the SendAll's result(); let it pass");
  std::string error = "none";
  try {
    client.machine.result();
  } catch (const std::system_error& came) {
    error = came.what();
  }
  expect(error.starts_with("send"),
         "the machine ends with the error of send; came: " + error,
         "ask the SendAll for its result()");
}
