#include <algorithm>
#include <string>
#include <utility>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/wait_for.hpp"
#include "15-streams/streams.hpp"
#include "exercises/expect.hpp"
#include "report.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Socket;
using asyncio::Stream;
using exercise::expect;
using exercise::expect_equal;
using exercise::send_report;

namespace {

constexpr int kRows = 5000;
constexpr std::size_t kMostWaiting = 256 * 1024;

Coro<Stream> stream_over(Socket socket) {
  socket.set_nonblocking();
  Stream stream = co_await asyncio::open_connection(std::move(socket));
  co_return stream;
}

// Row n, a thousand bytes with its newline.
std::string long_row(int n) {
  std::string row = "row " + std::to_string(n) + " ";
  row.resize(999, '.');
  return row;
}

// All that comes until the end, read in small pieces and with pauses.
Coro<std::string> read_slowly(asyncio::StreamReader reader) {
  std::string all;
  for (;;) {
    std::string piece = co_await reader.read(50'000);
    if (piece.empty()) co_return all;
    all += piece;
    co_await asyncio::sleep(1ms);
  }
}

}  // namespace

TEST("a client that does not read costs a bounded amount of memory") {
  std::size_t most = 0;
  int made = 0;
  test::manual_run([&]() -> Coro<> {
    auto [ours, theirs] = Socket::pair();  // nobody ever reads from `theirs`
    Stream stream = co_await stream_over(std::move(ours));
    auto transport = asyncio::Ref<asyncio::Transport>(
        &stream.writer.transport());
    auto make_row = [&most, &made, transport](int n) {
      ++made;
      most = std::max(most, transport->get_write_buffer_size());
      return long_row(n);
    };
    auto task = asyncio::create_task(
        send_report(std::move(stream.writer), make_row, kRows));
    co_await asyncio::sleep(1s);  // no real second: until nothing moves
    most = std::max(most, transport->get_write_buffer_size());
    expect(made > 0, "send_report makes rows", "is make_row(n) still called?");
    expect(most <= kMostWaiting,
           "at most " + std::to_string(kMostWaiting) +
               " bytes wait to be sent to a client that does not read; there "
               "were " + std::to_string(most),
           "who makes the loop wait while the client does not read?");
    expect(!task.done(), "send_report waits for its client",
           "it has ended, and the client has not read a byte");
    transport->abort();
    task.cancel();
  });
}

TEST("a client that reads slowly gets every line, in order, and the end") {
  test::manual_run([]() -> Coro<> {
    auto [ours, theirs] = Socket::pair();
    Stream stream = co_await stream_over(std::move(ours));
    Stream client = co_await stream_over(std::move(theirs));
    auto task = asyncio::create_task(
        send_report(std::move(stream.writer), long_row, kRows));
    stream.reader = asyncio::StreamReader();  // the task alone has the stream
    std::string came;
    bool ended = true;
    try {
      came = co_await asyncio::wait_for(read_slowly(client.reader), 1h);
    } catch (const asyncio::TimeoutError&) {
      ended = false;
    }
    expect(ended, "the report comes to its end",
           "nothing moves any more: what does send_report wait for?");
    co_await task;
    std::string line, sent = "report\n";
    for (int n = 0; n < kRows; ++n) sent += long_row(n) + "\n";
    sent += "end\n";
    expect_equal("the number of bytes that came", came.size(), sent.size(),
                 "was a row left out, or sent twice?");
    expect(came == sent, "each row comes as it was made, in order",
           "in which order are rows written?");
  });
}
