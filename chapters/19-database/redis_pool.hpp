#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "13-synchronization/semaphore.hpp"
#include "19-database/redis_client.hpp"

namespace asyncio {

// A RedisPool keeps a few connections to one server and lends them out, each
// to one task at a time: for commands that wait in the server, for MULTI, for
// whatever must not stand in line behind others.
//
//     RedisPool pool(options, 4);              // four at most
//     auto client = co_await pool.acquire();   // waits for one, in order
//     co_await client->command("BLPOP", "jobs", 0);
//
// A connection that comes back is used again, the one used last first. One
// that still owes an answer, because its task was cancelled, or that has
// begun a transaction, is closed instead: the next task must not get what the
// last one has asked for. So a BLPOP that was cancelled waits in the server
// no longer, either.
//
// Ownership: it must outlive its leases. Thread: the loop's.
class RedisPool {
 public:
  // A Lease is a client for as long as it lives.
  class Lease {
   public:
    Lease(RedisPool& pool, Held<Semaphore> held, RedisClient client)
        : pool_(&pool), held_(std::move(held)), client_(std::move(client)) {}
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          held_(std::move(other.held_)),
          client_(other.client_) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_) pool_->take_back(client_);
    }

    const RedisClient* operator->() const noexcept { return &client_; }
    const RedisClient& operator*() const noexcept { return client_; }

   private:
    RedisPool* pool_;
    Held<Semaphore> held_;  // dies last: the client is back by then
    RedisClient client_;
  };

  RedisPool(RedisOptions options, int most)
      : options_(std::move(options)), permits_(most) {}
  RedisPool(const RedisPool&) = delete;

  Coro<Lease> acquire() {
    auto held = co_await permits_.hold();
    co_return Lease(*this, std::move(held), take());
  }

  // A command on a connection of the pool.
  template <class... Words>
  Coro<resp::Value> command(const Words&... words) {
    return send(RedisCommand{RedisWord(words)...});
  }
  Coro<resp::Value> send(RedisCommand command) {
    Lease client = co_await acquire();
    co_return co_await client->send(std::move(command));
  }

  // Connections that nobody uses now.
  std::size_t idle() const noexcept { return idle_.size(); }
  // Closes those.
  void close() { idle_.clear(); }

 private:
  RedisClient take() {
    if (idle_.empty()) return RedisClient(options_);
    RedisClient client = std::move(idle_.back());
    idle_.pop_back();
    return client;
  }

  void take_back(const RedisClient& client) {
    if (client.is_busy()) {
      client.close();
    } else if (client.is_connected()) {
      idle_.push_back(client);
    }
  }

  const RedisOptions options_;
  Semaphore permits_;
  std::vector<RedisClient> idle_;
};

}  // namespace asyncio
