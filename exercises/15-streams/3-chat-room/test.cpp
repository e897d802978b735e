#include <stdexcept>
#include <string>
#include <utility>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/wait_for.hpp"
#include "15-streams/streams.hpp"
#include "exercises/expect.hpp"
#include "room.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Socket;
using asyncio::Stream;
using asyncio::StreamReader;
using asyncio::Task;
using exercise::expect;
using exercise::expect_equal;
using exercise::Room;
using exercise::talk;

namespace {

// Runs `body()` on a loop whose clock is virtual: it jumps from one deadline
// to the next.
template <class Body>
void run(Body body) {
  asyncio::Runner(test::manual_clock()).run(body());
}

Coro<Stream> stream_over(Socket socket) {
  socket.set_nonblocking();
  Stream stream = co_await asyncio::open_connection(std::move(socket));
  co_return stream;
}

// A client, and the server's task and reader for it.
struct Client {
  Stream stream;
  Task<> task;
  StreamReader served;
};

// The next line that a client hears, without its newline. The clock is
// virtual: the hour passes at once when nothing can come any more.
Coro<std::string> next_line(StreamReader reader) {
  std::string line;
  try {
    line = co_await asyncio::wait_for(reader.readline(), 1h);
  } catch (const asyncio::TimeoutError&) {
    co_return "(nothing)";
  }
  if (line.ends_with('\n')) line.pop_back();
  co_return line;
}

// Checks what `client` hears next.
Coro<> hears(const char* who, StreamReader reader, std::string expected,
             const char* look) {
  const std::string came = co_await next_line(reader);
  expect_equal(std::string("what ") + who + " hears", came, expected, look);
}

Coro<Client> join(Room& room, std::string name) {
  auto [ours, theirs] = Socket::pair();
  Stream server = co_await stream_over(std::move(ours));
  Stream stream = co_await stream_over(std::move(theirs));
  stream.writer.write(name + "\n");
  StreamReader served = server.reader;
  auto task = asyncio::create_task(
      talk(room, std::move(server.reader), std::move(server.writer)));
  co_await hears(name.c_str(), stream.reader, "hello " + name,
                 "is a new member greeted, and with its own name?");
  Client client{std::move(stream), task, served};
  co_return client;
}

}  // namespace

TEST("what one says, all others hear") {
  Room room;  // outlives the tasks
  run([&]() -> Coro<> {
    Client ann = co_await join(room, "Ann");
    Client bob = co_await join(room, "Bob");
    Client eve = co_await join(room, "Eve");
    bob.stream.writer.write("hi all\n");
    co_await hears("Ann", ann.stream.reader, "Bob: hi all",
                   "does a line go to every member?");
    co_await hears("Eve", eve.stream.reader, "Bob: hi all",
                   "does a line go to every member?");
    ann.stream.writer.write("hi Bob\n");
    co_await hears("Bob", bob.stream.reader, "Ann: hi Bob",
                   "nobody hears what he said himself");
    for (Client* client : {&ann, &bob, &eve}) client->task.cancel();
    co_await asyncio::sleep(0s);
  });
}

TEST("a whisper is heard by one") {
  Room room;  // outlives the tasks
  run([&]() -> Coro<> {
    Client ann = co_await join(room, "Ann");
    Client bob = co_await join(room, "Bob");
    Client eve = co_await join(room, "Eve");
    ann.stream.writer.write("/to Bob a secret for two\n");
    co_await hears("Bob", bob.stream.reader, "Ann (to you): a secret for two",
                   "where does the name end, and what is the text?");
    ann.stream.writer.write("/to Tim are you there?\n");
    co_await hears("Ann", ann.stream.reader, "nobody is called Tim",
                   "what becomes of a whisper to somebody who is not here?");
    ann.stream.writer.write("bye\n");
    co_await hears("Eve", eve.stream.reader, "Ann: bye",
                   "Eve must not hear what was said to others alone");
    for (Client* client : {&ann, &bob, &eve}) client->task.cancel();
    co_await asyncio::sleep(0s);
  });
}

TEST("whoever goes, and however, is gone") {
  Room room;  // outlives the tasks
  run([&]() -> Coro<> {
    Client ann = co_await join(room, "Ann");
    Client bob = co_await join(room, "Bob");
    bob.stream.writer.write_eof();
    co_await hears("Ann, when Bob's stream has ended,", ann.stream.reader,
                   "Bob has left", "who tells the others?");
    Client eve = co_await join(room, "Eve");
    eve.served.set_exception(
        std::make_exception_ptr(std::runtime_error("connection lost")));
    co_await hears("Ann, when Eve's connection is lost,", ann.stream.reader,
                   "Eve has left", "what runs when a read throws?");
    if (eve.task.done()) (void)eve.task.exception();  // either way is right
    Client tim = co_await join(room, "Tim");
    tim.task.cancel();
    co_await hears("Ann, when Tim's task was cancelled,", ann.stream.reader,
                   "Tim has left", "CancelledError is no std::exception");
    ann.stream.writer.write("/to Tim still there?\n");
    co_await hears("Ann", ann.stream.reader, "nobody is called Tim",
                   "is he still in the table?");
    ann.task.cancel();
    co_await asyncio::sleep(0s);
  });
}

TEST("a member that does not read holds up nobody") {
  Room room;  // outlives the tasks
  run([&]() -> Coro<> {
    auto [ours, deaf] = Socket::pair();  // nobody ever reads from `deaf`
    deaf.send_all("Aaron\n");
    Stream server = co_await stream_over(std::move(ours));
    auto aaron = asyncio::create_task(
        talk(room, std::move(server.reader), std::move(server.writer)));
    Client bob = co_await join(room, "Bob");
    Client eve = co_await join(room, "Eve");
    const std::string text(50'000, 'x');
    for (int i = 0; i < 40; ++i) {
      bob.stream.writer.write(text + "\n");
      std::string came = co_await next_line(eve.stream.reader);
      expect(came == "Bob: " + text,
             "Eve hears Bob's line number " + std::to_string(i) +
                 ", although Aaron never reads",
             "who waits for Aaron?");
    }
    for (const Task<>& task : {aaron, bob.task, eve.task}) task.cancel();
    co_await asyncio::sleep(0s);
  });
}
