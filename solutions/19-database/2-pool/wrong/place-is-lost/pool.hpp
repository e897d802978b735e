// The test says: the next connection (0: none within an hour): expected 1, came 0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "13-synchronization/semaphore.hpp"
#include "connection.hpp"

namespace exercise {

// A Pool lends out connections, each to one task at a time. It outlives its
// leases. Thread: the loop's.
class Pool {
 public:
  // A Lease is a connection for as long as it lives. Move-only.
  class Lease {
   public:
    Lease(Pool& pool, ConnectionPtr connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) noexcept = default;  // the other one is empty then
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (!connection_) return;
      if (!connection_->is_broken()) {
        pool_->idle_.push_back(std::move(connection_));
      }
      connection_.reset();
      pool_->places_.release();
    }

    Connection& operator*() const { return *connection_; }

   private:
    Pool* pool_;
    ConnectionPtr connection_;
  };

  // At most `most` connections are open at once.
  Pool(Open open, int most) : open_(std::move(open)), places_(most) {}
  Pool(const Pool&) = delete;

  // A connection, when there is one for us: one that was given back, or a new
  // one. Throws what opening throws.
  asyncio::Coro<Lease> acquire() {
    co_await places_.acquire();
    ConnectionPtr connection;
    while (!idle_.empty() && !connection) {
      connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection->is_broken()) connection.reset();
    }
    if (!connection) connection = co_await open_();
    co_return Lease(*this, std::move(connection));
  }

 private:
  Open open_;
  asyncio::Semaphore places_;
  std::vector<ConnectionPtr> idle_;
};

}  // namespace exercise
