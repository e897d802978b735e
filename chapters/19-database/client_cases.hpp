// What a RedisClient, a pool and a subscription do, whatever server is at the
// other end: client_test runs these with the embedded one, redis_server_test
// with redis-server.
//
// Not part of the library: for programs and tests.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/runner.hpp"
#include "11-gather/gather.hpp"
#include "19-database/redis_client.hpp"
#include "19-database/redis_pool.hpp"
#include "19-database/redis_subscription.hpp"
#include "common/test.hpp"

namespace client_cases {

using asyncio::Coro;
using asyncio::create_task;
using asyncio::RedisClient;
using asyncio::RedisCommand;
using asyncio::RedisError;
using asyncio::RedisMessage;
using asyncio::RedisOptions;
using asyncio::RedisPool;
using asyncio::Task;
using resp::Value;

inline Coro<> plain_commands(RedisOptions options) {
  RedisClient client(options);
  co_await client.set("plain", "a\r\nb");
  std::optional<std::string> text = co_await client.get("plain");
  CHECK_EQ(*text, "a\r\nb");
  text = co_await client.get("no such key");
  CHECK(!text);
  std::int64_t number = co_await client.incr("plain count");
  CHECK_EQ(number, 1);
  Value value = co_await client.command("EXPIRE", "plain", 100);
  CHECK_EQ(value.integer, 1);
  value = co_await client.command("LPUSH", "plain list", 1, "two");
  CHECK_EQ(value.integer, 2);
  value = co_await client.command("LPOP", "plain list", 2);
  CHECK_EQ(to_text(value), "1) \"two\"\n2) \"1\"");
  CHECK_EQ(client.connections_made(), 1);
  CHECK(!client.is_busy());
}

inline Coro<> refused_commands(RedisOptions options) {
  RedisClient client(options);
  co_await client.set("refused", "text");
  std::string what, code;
  try {
    co_await client.command("LPUSH", "refused", "x");
  } catch (const RedisError& error) {
    what = error.what();
    code = error.code();
  }
  CHECK_EQ(code, "WRONGTYPE");
  CHECK_EQ(what, "LPUSH: WRONGTYPE Operation against a key holding the wrong "
                 "kind of value");
  std::optional<std::string> text = co_await client.get("refused");
  CHECK_EQ(*text, "text");
}

inline Coro<> large_texts(RedisOptions options) {
  RedisClient client(options);
  std::string large(3'000'000, 'x');
  for (std::size_t i = 0; i < large.size(); i += 7) {
    large[i] = static_cast<char>(i % 256);
  }
  co_await client.set("large", large);
  std::optional<std::string> text = co_await client.get("large");
  CHECK(*text == large);
}

// Each task asks for its own key, again and again.
inline Coro<int> ask_for_own(RedisClient client, std::string key, int times) {
  int right = 0;
  co_await client.set(key, "value of " + key);
  for (int i = 0; i < times; ++i) {
    std::optional<std::string> text = co_await client.get(key);
    if (text == "value of " + key) ++right;
  }
  co_return right;
}

inline Coro<> many_tasks_one_connection(RedisOptions options) {
  RedisClient client(options);
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 100; ++i) {
    tasks.push_back(
        create_task(ask_for_own(client, "own" + std::to_string(i), 20)));
  }
  std::vector<int> right = co_await asyncio::gather(tasks);
  CHECK_EQ(std::ranges::count(right, 20), 100);
  CHECK_EQ(client.connections_made(), 1);
}

// Every third is cancelled, at another moment each; the others get what is
// theirs.
inline Coro<> cancelled_commands(RedisOptions options) {
  RedisClient client(options);
  co_await client.set("warm", "up");
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 60; ++i) {
    tasks.push_back(
        create_task(ask_for_own(client, "cut" + std::to_string(i), 20)));
  }
  for (std::size_t i = 0; i < tasks.size(); i += 3) {
    co_await asyncio::sleep(std::chrono::seconds(0));
    tasks[i].cancel();
  }
  int whole = 0, cut = 0;
  for (Task<int>& task : tasks) {
    try {
      int right = co_await task;
      if (right == 20) ++whole;
    } catch (const asyncio::CancelledError&) {
      ++cut;
    }
  }
  CHECK_EQ(whole + cut, 60);
  CHECK(cut > 0);
  CHECK_EQ(client.connections_made(), 1);
}

inline Coro<> transactions(RedisOptions options) {
  RedisClient client(options);
  std::vector<RedisCommand> commands = {
      {"SET", "bank a", 70}, {"INCR", "bank a"}, {"LPUSH", "bank a", "x"}};
  std::vector<Value> answers = co_await client.transaction(commands);
  CHECK_EQ(answers.size(), 3);
  CHECK_EQ(answers[1].integer, 71);
  CHECK(answers[2].is_error());
  std::optional<std::string> text = co_await client.get("bank a");
  CHECK_EQ(*text, "71");
  std::string code;
  commands.push_back({"GET"});
  try {
    co_await client.transaction(commands);
  } catch (const RedisError& error) {
    code = error.code();
  }
  CHECK_EQ(code, "EXECABORT");
}

inline Coro<> messages(RedisOptions options) {
  RedisClient client(options);
  std::vector<std::string> channels = {"news", "mail"};
  asyncio::RedisSubscription heard =
      co_await asyncio::subscribe_to_redis(options, channels);
  for (int i = 0; i < 50; ++i) {
    std::int64_t count =
        co_await client.publish(channels[i % 2 ? 1 : 0], std::to_string(i));
    CHECK_EQ(count, 1);
  }
  for (int i = 0; i < 50; ++i) {
    std::optional<RedisMessage> message = co_await heard.next();
    CHECK_EQ(message->text, std::to_string(i));
    CHECK_EQ(message->channel, channels[i % 2 ? 1 : 0]);
  }
  co_await heard.unsubscribe("news");
  std::int64_t count = co_await client.publish("news", "nobody hears");
  CHECK_EQ(count, 0);
  co_await client.publish("mail", "last");
  auto all = heard.messages();
  std::optional<RedisMessage> message = co_await all.next();
  CHECK_EQ(message->text, "last");
  heard.close();
  message = co_await all.next();
  CHECK(!message);
}

// More than a subscription keeps: reading pauses, and nothing is lost.
inline Coro<> many_messages(RedisOptions options) {
  constexpr int count = 3 * asyncio::RedisSubscription::kMostMessages;
  RedisClient client(options);
  std::vector<std::string> channels = {"many"};
  asyncio::RedisSubscription heard =
      co_await asyncio::subscribe_to_redis(options, channels);
  for (int i = 0; i < count; ++i) {
    co_await client.publish("many", std::to_string(i));
  }
  for (int i = 0; i < count; ++i) {
    std::optional<RedisMessage> message = co_await heard.next();
    CHECK_EQ(message->text, std::to_string(i));
  }
}

inline Coro<int> count_with(RedisPool& pool, int& users, int& most) {
  auto client = co_await pool.acquire();
  most = std::max(most, ++users);
  co_await client->command("INCR", "pool count");
  co_await client->command("INCR", "pool count");
  --users;
  co_return 1;
}

inline Coro<> pool_has_a_limit(RedisOptions options) {
  RedisPool pool(options, 3);
  int users = 0, most = 0;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 40; ++i) {
    tasks.push_back(create_task(count_with(pool, users, most)));
  }
  co_await asyncio::gather(tasks);
  CHECK_EQ(most, 3);
  CHECK_EQ(pool.idle(), 3);
  Value count = co_await pool.command("GET", "pool count");
  CHECK_EQ(count.text, "80");
}

inline Coro<Value> pop(RedisPool& pool, std::string key) {
  auto client = co_await pool.acquire();
  RedisCommand command{"BLPOP", key, 0};
  co_return co_await client->send(command, std::nullopt);
}

// Returns once so many connections wait in the server.
inline Coro<> until_blocked(RedisClient client, int count) {
  const std::string line = "blocked_clients:" + std::to_string(count) + "\r";
  for (;;) {
    Value info = co_await client.command("INFO");
    if (info.text.find(line) != std::string::npos) co_return;
  }
}

inline Coro<> blocking_commands(RedisOptions options) {
  RedisClient client(options);
  RedisPool pool(options, 8);
  Task<Value> first = create_task(pop(pool, "jobs"));
  co_await until_blocked(client, 1);
  Task<Value> gone = create_task(pop(pool, "jobs"));
  co_await until_blocked(client, 2);
  Task<Value> third = create_task(pop(pool, "jobs"));
  co_await until_blocked(client, 3);
  gone.cancel();
  co_await until_blocked(client, 2);
  co_await client.command("LPUSH", "jobs", "b", "a");
  Value job = co_await first;
  CHECK_EQ(to_text(job), "1) \"jobs\"\n2) \"a\"");
  job = co_await third;
  CHECK_EQ(to_text(job), "1) \"jobs\"\n2) \"b\"");
  CHECK(gone.cancelled());
  Value length = co_await client.command("LLEN", "jobs");
  CHECK_EQ(length.integer, 0);
}

}  // namespace client_cases
