// A chat room: who is in it hears what anybody says there. The server only
// passes on; it knows nothing of a chat.
//
//   chat NAME [--room ROOM] [--port N]   joins, through a server that runs
//   chat                                 shows it, with a server of its own

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "11-gather/gather.hpp"
#include "15-streams/streams.hpp"
#include "19-database/redis_client.hpp"
#include "19-database/redis_subscription.hpp"
#include "19-database/server.hpp"
#include "common/arguments.hpp"
#include "common/interrupt.hpp"

namespace {

using asyncio::Coro;
using asyncio::RedisClient;
using asyncio::RedisMessage;
using asyncio::RedisOptions;
using asyncio::RedisSubscription;

// Prints what is said, until somebody closes the subscription.
Coro<> listen(std::string who, RedisSubscription room) {
  auto messages = room.messages();
  for (;;) {
    std::optional<RedisMessage> message = co_await messages.next();
    if (!message) co_return;
    std::printf("%s%s\n", who.c_str(), message->text.c_str());
  }
}

Coro<> chat(std::string name, std::string room, RedisOptions options) {
  std::vector<std::string> rooms = {room};
  RedisSubscription heard =
      co_await asyncio::subscribe_to_redis(options, rooms);
  auto listener = asyncio::create_task(listen("", heard));
  RedisClient client(options);
  asyncio::Descriptor input(::dup(STDIN_FILENO));
  asyncio::StreamReader lines =
      co_await asyncio::open_read_pipe(std::move(input));
  for (;;) {
    std::string line = co_await lines.readline();
    if (line.empty()) break;
    if (line.back() == '\n') line.pop_back();
    co_await client.publish(room, name + ": " + line);
  }
  heard.close();
  co_await listener;
}

// Ann, Bob and Cleo, in one program. Cleo comes late.
Coro<> show() {
  database::Server server(asyncio::get_running_loop());
  co_await server.listen("127.0.0.1", 0);
  RedisOptions options;
  options.port = server.port();
  RedisClient speaker(options);
  std::vector<std::string> rooms = {"kitchen"};
  std::vector<RedisSubscription> people;
  std::vector<asyncio::Task<>> listeners;
  const char* lines[] = {"Ann: anybody here?", "Bob: me",
                         "Cleo: what did I miss?"};
  const char* names[] = {"Ann hears  ", "Bob hears  ", "Cleo hears "};
  for (int i = 0; i < 3; ++i) {
    RedisSubscription heard =
        co_await asyncio::subscribe_to_redis(options, rooms);
    people.push_back(heard);
    listeners.push_back(asyncio::create_task(listen(names[i], heard)));
    if (i == 0) continue;
    std::int64_t count = co_await speaker.publish("kitchen", lines[i - 1]);
    std::printf("  to %lld of them\n", static_cast<long long>(count));
    co_await asyncio::sleep(std::chrono::milliseconds(100));
  }
  co_await speaker.publish("kitchen", lines[2]);
  co_await asyncio::sleep(std::chrono::milliseconds(100));
  for (RedisSubscription& heard : people) heard.close();
  for (asyncio::Task<>& listener : listeners) co_await listener;
  co_await server.close();
}

int run_chat(int argc, char** argv) {
  RedisOptions options;
  std::string name, room = "lobby";
  cli::Arguments arguments(argc, argv);
  while (arguments.next()) {
    if (arguments.is("--port")) {
      options.port = static_cast<std::uint16_t>(arguments.number(1, 65535));
    } else if (arguments.is("--room")) {
      room = arguments.text();
    } else if (arguments.is_operand()) {
      name = arguments.text();
    } else {
      arguments.unknown();
    }
  }
  asyncio::run(name.empty() ? show() : chat(name, room, options));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_chat(argc, argv);
  } catch (const cli::UsageError& error) {
    std::fprintf(stderr,
                 "chat: %s\nusage: chat [NAME] [--room ROOM] [--port N]\n",
                 error.what());
    return 2;
  } catch (const asyncio::Interrupted&) {
    return 130;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "chat: %s\n", error.what());
    return 1;
  }
}
