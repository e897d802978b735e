#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "15-streams/streams.hpp"
#include "17-subprocesses-and-signals/process.hpp"
#include "common/program.hpp"
#include "common/scratch_folder.hpp"
#include "common/test.hpp"

// The program `database`, from outside: its options, and how it ends.

namespace {

using asyncio::Coro;
using asyncio::Process;
using Words = std::vector<std::string>;

std::string built(const std::string& name) {
  const char* folder = std::getenv("ASYNCIO_BUILD_DIR");
  const std::string path = std::string(folder ? folder : ".") +
                           "/chapters/19-database/" + name;
  if (::access(path.c_str(), X_OK) != 0) {
    test::skip("the program is not built: " + path);
  }
  return path;
}

program::Outcome run(Words options) {
  options.insert(options.begin(), built("database"));
  return program::run(options);
}

// A server with a log, and the port that it has told.
Coro<Process> start(std::string log) {
  const Words words = {built("database"), "--port", "0", "--append-only", log};
  const asyncio::SubprocessOptions options({}, asyncio::subprocess::PIPE);
  Process process = co_await asyncio::create_subprocess_exec(words, options);
  co_return process;
}

Coro<std::string> port_of(Process process) {
  const std::string line = co_await process.out().readline();
  const auto colon = line.rfind(':') + 1;
  co_return line.substr(colon, line.find('\n') - colon);
}

Coro<std::string> ask(std::string port, std::string command) {
  asyncio::Stream stream = co_await asyncio::open_connection(
      "127.0.0.1", static_cast<std::uint16_t>(std::atoi(port.c_str())));
  stream.writer.write(command + "\r\nQUIT\r\n");
  std::string answer = co_await stream.reader.read();
  co_return answer;
}

TEST("--help tells the options, and a mistake tells them too") {
  const program::Outcome help = run({"--help"});
  CHECK_EQ(help.status, 0);
  CHECK(help.out.starts_with("usage: database [--port N]"));
  for (const Words& bad : {Words{"--nope"}, Words{"--port"}, Words{"x"},
                           Words{"--port", "65536"}, Words{"--sync", "now"}}) {
    const program::Outcome outcome = run(bad);
    CHECK_EQ(outcome.status, 2);
    CHECK_EQ(outcome.out, "");
    CHECK(outcome.err.find("usage: database") != std::string::npos);
  }
}

Coro<> end_with(int signal, std::string log, std::string answer) {
  Process process = co_await start(log);
  if (answer != ":1\r\n+OK\r\n") co_await process.out().readline();
  const std::string port = co_await port_of(process);
  const std::string got = co_await ask(port, "INCR n");
  CHECK_EQ(got, answer);
  process.send_signal(signal);
  const std::string last = co_await process.out().readline();
  CHECK_EQ(last, "closing\n");
  const int returncode = co_await process.wait();
  CHECK_EQ(returncode, 0);
}

TEST("Ctrl-C and SIGTERM end it, and what it has answered is there again") {
  const asyncio::ScratchFolder folder;
  asyncio::run(end_with(SIGINT, folder.file("log"), ":1\r\n+OK\r\n"));
  asyncio::run(end_with(SIGTERM, folder.file("log"), ":2\r\n+OK\r\n"));
}

TEST("a port and a log that are in use are errors with their names") {
  const asyncio::ScratchFolder folder;
  asyncio::run([](std::string log) -> Coro<> {
    Process process = co_await start(log);
    const std::string port = co_await port_of(process);
    const program::Outcome second = run({"--port", port});
    CHECK_EQ(second.status, 1);
    CHECK_EQ(second.err, "database: bind 127.0.0.1:" + port +
                             ": Address already in use\n");
    const program::Outcome third = run({"--port", "0", "--append-only", log});
    CHECK_EQ(third.status, 1);
    CHECK(third.err.starts_with("database: lock " + log));
    process.terminate();
    co_await process.wait();
  }(folder.file("log")));
}

Coro<> ask_with_client(std::string log) {
  Process process = co_await start(log);
  const std::string port = co_await port_of(process);
  const auto client = [&](Words words) {
    words.insert(words.begin(), {built("client"), "--port", port});
    return program::run(words);
  };
  program::Outcome outcome = client({"LPUSH", "line", "a b"});
  CHECK_EQ(outcome.status, 0);
  CHECK_EQ(outcome.out, "(integer) 1\n");
  outcome = client({"LPOP", "line"});
  CHECK_EQ(outcome.status, 0);
  CHECK_EQ(outcome.out, "\"a b\"\n");
  process.terminate();
  co_await process.wait();
  outcome = client({"PING"});
  CHECK_EQ(outcome.status, 1);
  CHECK(outcome.err.find("connect 127.0.0.1:" + port) != std::string::npos);
}

TEST("the client prints the answer and ends well, or says why not") {
  const asyncio::ScratchFolder folder;
  asyncio::run(ask_with_client(folder.file("log")));
}

}  // namespace
