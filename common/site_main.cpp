#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>

#include "common/arguments.hpp"
#include "common/interrupt.hpp"
#include "common/site.hpp"

// The embedded site as a program, for a browser or a second terminal.

namespace {

constexpr char kUsage[] = "usage: site [--port N] [--pages N] [--delay TIME]\n";

constexpr char kHelp[] =
    "\n"
    "Serves the course's embedded site on 127.0.0.1 until Ctrl-C.\n"
    "\n"
    "  --port N      listen at this port (8000); 0 takes any free one\n"
    "  --pages N     how many addresses a crawl finds (60)\n"
    "  --delay TIME  about how long an answer takes: 50ms, 0.2, 1s (50ms)\n"
    "\n"
    "Misbehaviours stand under /bad/.\n";

struct Command {
  site::Options site;
  bool help = false;
};

Command read_command(int argc, char** argv) {
  Command command;
  command.site.port = 8000;
  cli::Arguments arguments(argc, argv);
  while (arguments.next()) {
    if (arguments.is("--help")) {
      command.help = arguments.flag();
    } else if (arguments.is("--port")) {
      long port = arguments.number(0, 65535);
      command.site.port = static_cast<std::uint16_t>(port);
    } else if (arguments.is("--pages")) {
      command.site.pages = static_cast<int>(arguments.number(1, 1'000'000));
    } else if (arguments.is("--delay")) {
      command.site.delay = std::chrono::round<std::chrono::milliseconds>(
          arguments.duration());
    } else {
      arguments.unknown();
    }
  }
  return command;
}

void serve_until_interrupted(const site::Options& options) {
  asyncio::Interrupt interrupt;
  asyncio::Socket listener = site::listen(options);
  std::printf("http://%s/  (Ctrl-C ends it)\n",
              listener.local_address().str().c_str());
  std::fflush(stdout);
  site::serve(listener, options, interrupt.fd());
  ::_exit(0);  // threads of open connections may still run
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Command command = read_command(argc, argv);
    if (!command.help) serve_until_interrupted(command.site);
    std::printf("%s%s", kUsage, kHelp);
    return 0;
  } catch (const cli::UsageError& error) {
    std::fprintf(stderr, "site: %s\n%s", error.what(), kUsage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "site: %s\n", error.what());
    return 1;
  }
}
