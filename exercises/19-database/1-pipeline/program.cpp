// Answers come in the order of the commands, one connection at a time.

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/runner.hpp"
#include "11-gather/gather.hpp"
#include "19-database/redis_client.hpp"
#include "19-database/server.hpp"

using asyncio::Coro;
using asyncio::RedisClient;
using asyncio::RedisCommand;

// An answer on one line: an array as [one, two].
std::string text(const resp::Value& value) {
  if (value.type != resp::Value::Type::kArray) {
    return value.is_error() ? "error" : value.is_nil() ? "nil"
           : value.text.empty() ? std::to_string(value.integer) : value.text;
  }
  std::string all;
  for (const resp::Value& item : value.items) all += ", " + text(item);
  return "[" + all.substr(2) + "]";
}

Coro<> say(RedisClient client, RedisCommand command, const char* what) {
  std::string answer = "error";
  try {
    resp::Value value = co_await client.send(std::move(command));
    answer = text(value);
  } catch (const asyncio::RedisError&) {
  }
  std::printf("%s: %s\n", what, answer.c_str());
}

Coro<> talk(RedisClient ann, RedisClient bob) {
  RedisCommand set{"SET", "n", 5}, incr{"INCR", "n"}, get{"GET", "n"},
      push{"LPUSH", "n", "x"}, multi{"MULTI"}, exec{"EXEC"},
      wait{"BLPOP", "jobs", 0};
  co_await asyncio::gather(say(ann, set, "set"), say(ann, push, "push"),
                           say(ann, incr, "incr"));

  co_await say(ann, multi, "multi");
  co_await say(ann, incr, "incr");
  co_await say(bob, get, "bob's get");
  co_await say(ann, push, "push");
  co_await say(ann, incr, "incr");
  co_await say(ann, exec, "exec");

  auto waits = asyncio::create_task(say(ann, wait, "wait"));
  auto behind = asyncio::create_task(say(ann, get, "get"));
  co_await say(bob, incr, "bob's incr");
  co_await bob.command("LPUSH", "jobs", "wash");
  co_await asyncio::gather(std::move(waits), std::move(behind));
}

Coro<> async_main() {
  database::Server server(asyncio::get_running_loop());
  co_await server.listen("127.0.0.1", 0);
  asyncio::RedisOptions options;
  options.port = server.port();
  co_await talk(RedisClient(options), RedisClient(options));
  co_await server.close();
}

int main() { asyncio::run(async_main()); }
