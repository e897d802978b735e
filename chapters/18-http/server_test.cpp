#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "15-streams/streams.hpp"
#include "17-subprocesses-and-signals/process.hpp"
#include "18-http/http_client.hpp"
#include "common/program.hpp"
#include "common/test.hpp"

// The program `server`, from outside: its options, its pages, and how it ends.

namespace {

using asyncio::Coro;
using asyncio::Process;
using Words = std::vector<std::string>;

std::string built() {
  const char* folder = std::getenv("ASYNCIO_BUILD_DIR");
  const std::string path =
      std::string(folder ? folder : ".") + "/chapters/18-http/server";
  if (::access(path.c_str(), X_OK) != 0) {
    test::skip("the program is not built: " + path);
  }
  return path;
}

program::Outcome run(Words options) {
  options.insert(options.begin(), built());
  return program::run(options);
}

// What has begun may take an hour: a test that waited for that would not end.
Coro<Process> start() {
  const Words words = {built(), "--port", "0", "--workers", "1",
                       "--delay-max", "2s", "--grace", "3600s"};
  const asyncio::SubprocessOptions options({}, asyncio::subprocess::PIPE);
  Process process = co_await asyncio::create_subprocess_exec(words, options);
  co_return process;
}

// What it tells when it listens: "http://127.0.0.1:PORT/ (1 worker, ...".
Coro<std::string> url_of(Process process) {
  const std::string line = co_await process.out().readline();
  co_return line.substr(0, line.find("/ "));
}

Coro<asyncio::Stream> open_events(std::string url) {
  const auto port = std::atoi(url.substr(url.rfind(':') + 1).c_str());
  asyncio::Stream stream = co_await asyncio::open_connection(
      "127.0.0.1", static_cast<std::uint16_t>(port));
  stream.writer.write("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  co_return stream;
}

TEST("--help tells the options, and a mistake tells them too") {
  const program::Outcome help = run({"--help"});
  CHECK_EQ(help.status, 0);
  CHECK(help.out.find("--grace TIME") != std::string::npos);
  for (const Words& bad :
       {Words{"--nope"}, Words{"--port"}, Words{"x"}, Words{"--grace", "soon"},
        Words{"--delay-min", "3s", "--delay-max", "2s"}}) {
    const program::Outcome outcome = run(bad);
    CHECK_EQ(outcome.status, 2);
    CHECK_EQ(outcome.out, "");
    CHECK(outcome.err.starts_with("server: "));
  }
}

Coro<> look_at_pages() {
  Process process = co_await start();
  const std::string url = co_await url_of(process);
  const asyncio::HttpClient client;
  const auto page = co_await client.get(url + "/");
  CHECK(page.body.find("EventSource(\"/events\")") != std::string::npos);
  const auto delayed = co_await client.get(url + "/aio?delay=0.01");
  CHECK_EQ(delayed.body, "{\"delay\": 0.01}\n");
  const auto never = co_await client.get(url + "/aio?delay=never");
  CHECK_EQ(never.status, 400);
  const auto stats = co_await client.get(url + "/stats");
  CHECK(stats.body.find("\"requests\": 3") != std::string::npos);
  asyncio::ClientRequest request(url + "/echo", "POST");
  request.body = "and back";
  const auto echo = co_await client.send(request);
  CHECK_EQ(echo.body, "and back");
  const auto nowhere = co_await client.get(url + "/nowhere");
  CHECK_EQ(nowhere.status, 404);
  client.close();
  process.send_signal(SIGINT);
  const int returncode = co_await process.wait();
  CHECK_EQ(returncode, 0);
}

TEST("its pages are there, and Ctrl-C ends it") {
  asyncio::run(look_at_pages());
}

Coro<> watch_the_end() {
  Process process = co_await start();
  const std::string url = co_await url_of(process);
  asyncio::Stream events = co_await open_events(url);
  for (int i = 0; i < 2; ++i) co_await events.reader.readuntil("\"busy\": ");
  process.send_signal(SIGTERM);
  const std::string rest = co_await events.reader.read();
  CHECK(rest.ends_with("\r\n0\r\n\r\n"));
  const int returncode = co_await process.wait();
  CHECK_EQ(returncode, 0);
}

TEST("the live page is told all the time, and does not hold up the end") {
  asyncio::run(watch_the_end());
}

}  // namespace
