// A small database server that redis-cli and other clients can talk to.
//
//   database [--port N] [--unix PATH] [--append-only FILE] [--sync always|no]
//
// Ctrl-C and SIGTERM end it when it has finished what it has begun.

#include <signal.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include "10-tasks/runner.hpp"
#include "17-subprocesses-and-signals/signals.hpp"
#include "19-database/server.hpp"
#include "common/arguments.hpp"

namespace {

using asyncio::Coro;
using database::Journal;

struct Options {
  bool help = false;
  std::uint16_t port = 6379;
  std::string unix_path;
  std::string append_only;
  Journal::Sync sync = Journal::Sync::kAlways;
};

constexpr const char* usage =
    "usage: database [--port N] [--unix PATH] [--append-only FILE] "
    "[--sync always|no]\n";

Journal::Sync parse_sync(cli::Arguments& arguments) {
  const std::string text = arguments.text();
  if (text == "always") return Journal::Sync::kAlways;
  if (text != "no") arguments.reject("not always or no: '" + text + "'");
  return Journal::Sync::kNo;
}

Options parse(int argc, char** argv) {
  Options options;
  cli::Arguments arguments(argc, argv);
  while (arguments.next()) {
    if (arguments.is("--help")) {
      options.help = arguments.flag();
    } else if (arguments.is("--port")) {
      options.port = static_cast<std::uint16_t>(arguments.number(0, 65535));
    } else if (arguments.is("--unix")) {
      options.unix_path = arguments.text();
    } else if (arguments.is("--append-only")) {
      options.append_only = arguments.text();
    } else if (arguments.is("--sync")) {
      options.sync = parse_sync(arguments);
    } else {
      arguments.unknown();
    }
  }
  return options;
}

void tell(const database::Server& server) {
  const database::LogFile::Loaded& loaded = server.loaded();
  if (loaded.commands > 0 || loaded.cut > 0) {
    std::printf("%zu keys from %llu commands; %llu bytes cut off\n",
                server.keys(),
                static_cast<unsigned long long>(loaded.commands),
                static_cast<unsigned long long>(loaded.cut));
  }
  for (const asyncio::Address& address : server.addresses()) {
    std::printf("listening on %s\n", address.str().c_str());
  }
  std::fflush(stdout);
}

Coro<> serve(database::Server& server, Options options) {
  co_await server.listen("127.0.0.1", options.port);
  if (!options.unix_path.empty()) {
    co_await server.listen_unix(options.unix_path);
  }
  tell(server);
  co_await server.serve_forever();
}

Coro<> async_main(Options options) {
  asyncio::EventLoop& loop = asyncio::get_running_loop();
  database::ServerOptions server_options;
  server_options.sync = options.sync;
  if (!options.append_only.empty()) {
    server_options.log =
        std::make_shared<database::LogFile>(options.append_only);
  }
  database::Server server(loop, server_options);
  asyncio::Task<> serving = asyncio::create_task(serve(server, options));
  for (int signal : {SIGINT, SIGTERM}) {
    asyncio::add_signal_handler(loop, signal, [&] { serving.cancel(); });
  }
  try {
    co_await serving;
  } catch (const asyncio::CancelledError&) {
    std::puts("closing");
  }
  co_await server.close();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = parse(argc, argv);
    if (options.help) {
      std::fputs(usage, stdout);
      return 0;
    }
    asyncio::run(async_main(options));
  } catch (const cli::UsageError& error) {
    std::fprintf(stderr, "database: %s\n%s", error.what(), usage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "database: %s\n", error.what());
    return 1;
  }
}
