// A server that SIGTERM or Ctrl-C stops gracefully. Talk to it with nc:
//
//   graceful --port 8017
//   nc localhost 8017       each line is an order, and takes two seconds

#include <signal.h>

#include <chrono>
#include <cstdio>

#include "10-tasks/runner.hpp"
#include "13-synchronization/event.hpp"
#include "17-subprocesses-and-signals/graceful_server.hpp"
#include "17-subprocesses-and-signals/signals.hpp"
#include "common/arguments.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::StreamReader;
using asyncio::StreamWriter;

struct Options {
  Options() {}
  std::uint16_t port = 0;
  asyncio::Duration order = 2s;
  asyncio::Duration patience = 10s;
};

Coro<> serve(Options options) {
  auto& loop = asyncio::get_running_loop();
  asyncio::Event stop;
  for (int number : {SIGTERM, SIGINT}) {
    asyncio::add_signal_handler(loop, number, [&] { stop.set(); });
  }
  graceful::Kitchen kitchen(options.order);
  asyncio::ClientConnected client = [&](StreamReader r, StreamWriter w) {
    return kitchen.serve(std::move(r), std::move(w));
  };
  auto server =
      co_await asyncio::start_server(client, "127.0.0.1", options.port);
  std::printf("serving on port %d\n", server.port());
  std::fflush(stdout);

  co_await stop.wait();
  std::puts("stopping");
  std::fflush(stdout);
  bool peaceful = co_await kitchen.stop(server, options.patience);
  std::printf("clients: %d, orders finished: %d%s\n", kitchen.clients(),
              kitchen.finished(), peaceful ? "" : ", the rest cut off");
}

int main(int argc, char** argv) {
  Options options;
  try {
    cli::Arguments arguments(argc, argv);
    while (arguments.next()) {
      if (arguments.is("--port")) {
        options.port = static_cast<std::uint16_t>(arguments.number(0, 65535));
      } else if (arguments.is("--order")) {
        options.order = arguments.duration();
      } else if (arguments.is("--patience")) {
        options.patience = arguments.duration();
      } else {
        arguments.unknown();
      }
    }
  } catch (const cli::UsageError& error) {
    std::fprintf(stderr,
                 "graceful: %s\nusage: graceful [--port N] [--order 2s] "
                 "[--patience 10s]\n",
                 error.what());
    return 2;
  }
  asyncio::run(serve(options));
}
