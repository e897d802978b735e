#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "13-synchronization/event.hpp"
#include "17-subprocesses-and-signals/child_world.hpp"
#include "17-subprocesses-and-signals/graceful_server.hpp"
#include "17-subprocesses-and-signals/process.hpp"
#include "17-subprocesses-and-signals/signals.hpp"

// The graceful server: inside this process, on a clock that jumps, and as a
// process of its own that is sent SIGTERM.

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using graceful::Kitchen;

Coro<Server> open(Kitchen& kitchen) {
  ClientConnected client = [&](StreamReader reader, StreamWriter writer) {
    return kitchen.serve(std::move(reader), std::move(writer));
  };
  Server server = co_await start_server(client, "127.0.0.1", 0);
  co_return server;
}

// Lets the loop run until `condition` holds.
template <class Condition>
Coro<> until(Condition condition) {
  while (!condition()) co_await sleep(0s);
}

}  // namespace

TEST("what was begun is finished, and who waited is sent away") {
  test::manual_run([]() -> Coro<> {
    Kitchen kitchen(1h);
    Server server = co_await open(kitchen);
    Stream busy = co_await open_connection("127.0.0.1", server.port());
    Stream idle = co_await open_connection("127.0.0.1", server.port());
    auto both_idle = [&] { return kitchen.idle() == 2; };
    auto one_idle = [&] { return kitchen.idle() == 1; };
    co_await until(both_idle);
    busy.writer.write("soup\n");
    co_await until(one_idle);
    auto stopped = create_task(kitchen.stop(server, 100h));
    const std::string nothing = co_await idle.reader.readline();
    CHECK_EQ(nothing, "");
    const std::string answer = co_await busy.reader.readline();
    CHECK_EQ(answer, "done: soup\n");
    const std::string end = co_await busy.reader.readline();
    CHECK_EQ(end, "");
    const bool peaceful = co_await stopped;
    CHECK(peaceful);
    CHECK_EQ(kitchen.finished(), 1);
  });
}

TEST("who does not finish in time is cut off") {
  test::manual_run([]() -> Coro<> {
    Kitchen kitchen(100h);
    Server server = co_await open(kitchen);
    Stream slow = co_await open_connection("127.0.0.1", server.port());
    auto one_idle = [&] { return kitchen.idle() == 1; };
    auto none_idle = [&] { return kitchen.idle() == 0; };
    co_await until(one_idle);
    slow.writer.write("feast\n");
    co_await until(none_idle);
    const bool peaceful = co_await kitchen.stop(server, 1h);
    CHECK(!peaceful);
    CHECK_EQ(kitchen.finished(), 0);
    const std::string nothing = co_await slow.reader.readline();
    CHECK_EQ(nothing, "");
  });
}

TEST("a server that is stopping lets nobody in") {
  test::manual_run([]() -> Coro<> {
    Kitchen kitchen(1h);
    Server server = co_await open(kitchen);
    const std::uint16_t port = server.port();
    Event stop;
    add_signal_handler(get_running_loop(), SIGTERM, [&] { stop.set(); });
    raise(SIGTERM);
    co_await stop.wait();
    const bool peaceful = co_await kitchen.stop(server, 1h);
    CHECK(peaceful);
    bool refused = false;
    try {
      co_await open_connection("127.0.0.1", port);
    } catch (const std::system_error& error) {
      refused = error.code() == std::errc::connection_refused;
    }
    CHECK(refused);
  });
}

TEST("the program answers the order that SIGTERM found it at") {
  const char* folder = std::getenv("ASYNCIO_BUILD_DIR");
  const std::string program =
      std::string(folder ? folder : ".") +
      "/chapters/17-subprocesses-and-signals/graceful";
  if (::access(program.c_str(), X_OK) != 0) {
    test::skip("the program is not built: " + program);
  }
  test::run_cleanly([&]() -> Coro<> {
    const std::vector<std::string> words = {program, "--order", "100ms"};
    const SubprocessOptions options({}, subprocess::PIPE);
    Process process = co_await create_subprocess_exec(words, options);
    const std::string first = co_await process.out().readline();
    const int port = std::atoi(first.c_str() + first.rfind(' '));
    Stream stream = co_await open_connection(
        "127.0.0.1", static_cast<std::uint16_t>(port));
    // An answer shows that the order after it has begun, or is next.
    stream.writer.write("soup\nfish\n");
    const std::string soup = co_await stream.reader.readline();
    CHECK_EQ(soup, "done: soup\n");
    process.terminate();
    const std::string stopping = co_await process.out().readline();
    CHECK_EQ(stopping, "stopping\n");
    const std::string fish = co_await stream.reader.readline();
    CHECK_EQ(fish, "done: fish\n");
    const std::string end = co_await stream.reader.readline();
    CHECK_EQ(end, "");
    const std::string last = co_await process.out().readline();
    CHECK_EQ(last, "clients: 1, orders finished: 2\n");
    const int returncode = co_await process.wait();
    CHECK_EQ(returncode, 0);
    stream.writer.close();
    co_await stream.writer.wait_closed();
  });
}
