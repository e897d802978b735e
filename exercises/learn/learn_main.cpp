// learn is the course command: it shows an exercise, builds and tests it when
// its file is saved, and says what came of it.

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "10-tasks/runner.hpp"
#include "17-subprocesses-and-signals/signals.hpp"
#include "common/arguments.hpp"
#include "exercises/learn/commands.hpp"
#include "exercises/learn/watch.hpp"

namespace {

using learn::Request;
using learn::Session;

constexpr const char* usage =
    R"(usage: learn [COMMAND] [NAME...] [--in DIR]

  learn                  watch: show the current exercise, and test it
                         whenever its file is saved
  learn list             all exercises, those done and those open
  learn start NAME       begin with this one; none before it need be done
  learn check [NAME...]  test once; --all: every one; --json: for a program
                         --limit SECONDS (20): stop a test that hangs
                         --jobs N (1): so many at a time
  learn hint [NAME] [N]  the first hint, or the Nth
  learn reset [NAME]     the file as it was handed out; --yes: do not ask
  learn solution [NAME]  once it has passed, or --anyway
  learn copy DIR         a folder of your own with all exercises; again: brings
                         texts and tests up to date, never your answers

NAME is any part of a name that fits one exercise: recv-exactly, 05/2. Without
it, the current exercise is meant. --in DIR is the folder with your answers; by
default the nearest one above that 'learn copy' made, else the course's own.
The exit status is 0, 1 if a check failed, 2 if the command was wrong.
)";

Request parse(int argc, char** argv) {
  Request request;
  request.program = argv[0];
  cli::Arguments arguments(argc, argv);
  while (arguments.next()) {
    if (arguments.is("--in")) {
      request.in = arguments.text();
    } else if (arguments.is("--limit")) {
      request.limit = arguments.duration();
    } else if (arguments.is("--jobs")) {
      request.jobs = static_cast<int>(arguments.number(1, 1000));
    } else if (arguments.is("--all")) {
      request.all = arguments.flag();
    } else if (arguments.is("--json")) {
      request.json = arguments.flag();
    } else if (arguments.is("--yes")) {
      request.yes = arguments.flag();
    } else if (arguments.is("--anyway")) {
      request.anyway = arguments.flag();
    } else if (arguments.is("--help")) {
      std::fputs(usage, stdout);
      std::exit(arguments.flag() ? 0 : 0);
    } else if (!arguments.is_operand()) {
      arguments.unknown();
    } else if (request.command.empty()) {
      request.command = arguments.text();
    } else {
      request.words.push_back(arguments.text());
    }
  }
  return request;
}

int stopped_by = 0;  // a signal

// SIGTERM and SIGHUP end a command as Ctrl-C does: what it has started is
// ended first. What nohup wants ignored stays ignored.
void listen(int number, asyncio::AnyTask main) {
  struct sigaction action;
  ::sigaction(number, nullptr, &action);
  if (action.sa_handler != SIG_DFL) return;
  asyncio::add_signal_handler(asyncio::get_running_loop(), number,
                              [number, main] {
                                stopped_by = number;
                                main.cancel();
                              });
}

asyncio::Coro<int> run_to_end(asyncio::Coro<int> command) {
  for (const int number : {SIGTERM, SIGHUP}) {
    listen(number, asyncio::current_task());
  }
  co_return co_await std::move(command);
}

int act(Session& session) {
  const std::string& command = session.request.command;
  if (command.empty() || command == "watch") {
    return asyncio::run(learn::watch_command(session));
  }
  if (command == "list") return learn::list_command(session);
  if (command == "hint") return learn::hint_command(session);
  if (command == "solution") return learn::solution_command(session);
  if (command == "copy") return learn::copy_command(session);
  if (command == "start") return learn::start_command(session);
  if (command == "check") {
    return asyncio::run(run_to_end(learn::check_command(session)));
  }
  if (command == "reset") {
    return asyncio::run(run_to_end(learn::reset_command(session)));
  }
  throw cli::UsageError("no command '" + command +
                        "'; 'learn --help' shows all");
}

// The facts that the build has left, or, in a test, other ones.
std::string build_file() {
  const char* other = std::getenv("LEARN_BUILD_FILE");
  return other ? other : LEARN_BUILD_FILE;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Request request = parse(argc, argv);
    Session session(learn::read_toolchain(build_file()), request);
    return act(session);
  } catch (const cli::UsageError& error) {
    std::fprintf(stderr, "learn: %s\n", error.what());
    return 2;
  } catch (const asyncio::Interrupted&) {
    std::fputs("learn: interrupted\n", stderr);
    return 128 + SIGINT;
  } catch (const asyncio::CancelledError&) {
    return 128 + stopped_by;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "learn: %s\n", error.what());
    return 1;
  }
}
