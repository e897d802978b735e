// Many tasks and one database: through one connection that all share, and
// through a pool of a few.
//
//   aio_db [--port N] [--tasks N] [--pool N]
//
// Without a port it brings a server of its own.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "11-gather/gather.hpp"
#include "19-database/redis_client.hpp"
#include "19-database/redis_pool.hpp"
#include "19-database/server.hpp"
#include "common/arguments.hpp"

namespace {

using asyncio::Coro;
using asyncio::RedisClient;
using asyncio::RedisOptions;
using asyncio::RedisPool;
using asyncio::Task;

struct Options {
  std::uint16_t port = 0;
  int tasks = 100;
  int pool = 4;
};

struct Count {
  int now = 0;
  int most = 0;
  void enter() { most = std::max(most, ++now); }
  void leave() { --now; }
};

Coro<int> visit_shared(RedisClient client, Count& count) {
  count.enter();
  co_await client.incr("visits");
  count.leave();
  co_return 1;
}

// Needs the connection for itself: what is between MULTI and EXEC must be
// its own.
Coro<int> visit_alone(RedisPool& pool, Count& count) {
  auto client = co_await pool.acquire();
  count.enter();
  co_await client->command("MULTI");
  co_await client->command("INCR", "visits");
  co_await client->command("EXEC");
  count.leave();
  co_return 1;
}

Coro<> shared(RedisOptions redis, const Options& options) {
  RedisClient client(redis);
  Count count;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < options.tasks; ++i) {
    tasks.push_back(asyncio::create_task(visit_shared(client, count)));
  }
  co_await asyncio::gather(tasks);
  std::printf("%d tasks, %d commands under way at once, %d connection\n",
              options.tasks, count.most, client.connections_made());
}

Coro<> pooled(RedisOptions redis, const Options& options) {
  RedisPool pool(redis, options.pool);
  Count count;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < options.tasks; ++i) {
    tasks.push_back(asyncio::create_task(visit_alone(pool, count)));
  }
  co_await asyncio::gather(tasks);
  std::printf("%d tasks, %d at work at once, %zu connections\n",
              options.tasks, count.most, pool.idle());
}

Coro<> async_main(Options options) {
  std::unique_ptr<database::Server> server;
  RedisOptions redis;
  redis.port = options.port;
  if (options.port == 0) {
    server = std::make_unique<database::Server>(asyncio::get_running_loop());
    co_await server->listen("127.0.0.1", 0);
    redis.port = server->port();
  }
  co_await shared(redis, options);
  co_await pooled(redis, options);
  RedisClient client(redis);
  std::optional<std::string> visits = co_await client.get("visits");
  std::printf("visits: %s\n", visits->c_str());
  client.close();
  if (server) co_await server->close();
}

Options parse(int argc, char** argv) {
  Options options;
  cli::Arguments arguments(argc, argv);
  while (arguments.next()) {
    if (arguments.is("--port")) {
      options.port = static_cast<std::uint16_t>(arguments.number(1, 65535));
    } else if (arguments.is("--tasks")) {
      options.tasks = static_cast<int>(arguments.number(1, 100'000));
    } else if (arguments.is("--pool")) {
      options.pool = static_cast<int>(arguments.number(1, 1000));
    } else {
      arguments.unknown();
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    asyncio::run(async_main(parse(argc, argv)));
  } catch (const cli::UsageError& error) {
    std::fprintf(stderr,
                 "aio_db: %s\nusage: aio_db [--port N] [--tasks N] "
                 "[--pool N]\n",
                 error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "aio_db: %s\n", error.what());
    return 1;
  }
}
