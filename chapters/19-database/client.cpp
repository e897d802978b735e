// Sends commands to a Redis server, or to ours, and prints the answers.
//
//   client [--port N] [--unix PATH] COMMAND [WORD...]
//   client [--port N] [--unix PATH]    asks for lines, until the end

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "15-streams/streams.hpp"
#include "19-database/command_parser.hpp"
#include "19-database/redis_client.hpp"
#include "common/arguments.hpp"
#include "common/interrupt.hpp"

namespace {

using asyncio::Coro;
using asyncio::RedisClient;

using Words = std::vector<std::string>;

Coro<> ask(RedisClient client, Words words) {
  asyncio::RedisCommand command(words);
  std::string answer;
  try {
    resp::Value value = co_await client.send(command, std::nullopt);
    answer = to_text(value);
  } catch (const asyncio::RedisError& error) {
    answer = std::string("(error) ") + error.what();
  }
  std::printf("%s\n", answer.c_str());
}

Coro<> ask_for_lines(RedisClient client) {
  asyncio::Descriptor input(::dup(STDIN_FILENO));
  asyncio::StreamReader lines =
      co_await asyncio::open_read_pipe(std::move(input));
  for (;;) {
    std::fputs("> ", stdout);
    std::fflush(stdout);
    std::string line = co_await lines.readline();
    if (line.empty()) co_return;
    Words words;
    if (!resp::split_words(line, words)) {
      std::puts("a quote is open");
    } else if (!words.empty()) {
      co_await ask(client, std::move(words));
    }
  }
}

int run_client(int argc, char** argv) {
  asyncio::RedisOptions options;
  Words words;
  cli::Arguments arguments(argc, argv);
  while (arguments.next()) {
    if (words.empty() && arguments.is("--port")) {
      options.port = static_cast<std::uint16_t>(arguments.number(1, 65535));
    } else if (words.empty() && arguments.is("--unix")) {
      options.unix_path = arguments.text();
    } else if (arguments.is_operand()) {
      words.push_back(arguments.text());
    } else {
      arguments.unknown();
    }
  }
  RedisClient client(options);
  asyncio::run(words.empty() ? ask_for_lines(client) : ask(client, words));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_client(argc, argv);
  } catch (const cli::UsageError& error) {
    std::fprintf(stderr,
                 "client: %s\n"
                 "usage: client [--port N] [--unix PATH] [COMMAND WORD...]\n",
                 error.what());
    return 2;
  } catch (const asyncio::Interrupted&) {
    return 130;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "client: %s\n", error.what());
    return 1;
  }
}
