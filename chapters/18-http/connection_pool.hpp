#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "13-synchronization/semaphore.hpp"
#include "15-streams/streams.hpp"

namespace asyncio {

struct PoolOptions {
  PoolOptions() {}
  int per_host = 8;  // connections to one host and port at once
  Duration idle_timeout = std::chrono::seconds(15);
  Duration connect_timeout = std::chrono::seconds(10);
  StreamOptions stream;
};

class PoolState;
struct PooledHost;

// A PooledStream is a connection on loan from a pool. Unless it is given back
// by keep(), it is aborted when it dies: whoever is cancelled in the middle of
// an answer leaves a connection that nobody could use.
class PooledStream {
 public:
  PooledStream(Ref<PoolState> pool, PooledHost& host, Stream stream,
               bool reused);
  PooledStream(PooledStream&& other) noexcept;
  PooledStream& operator=(PooledStream&&) = delete;
  ~PooledStream();

  StreamReader& reader() { return stream_.reader; }
  StreamWriter& writer() { return stream_.writer; }
  // It has served before, so the other side may have closed it meanwhile.
  bool reused() const noexcept { return reused_; }

  // The next one may have it. REQUIRES: the last answer was read to its end.
  void keep();

 private:
  Ref<PoolState> pool_;
  PooledHost* host_;
  Stream stream_;
  bool reused_;
  bool kept_ = false;
};

// A ConnectionPool keeps connections that are open and not in use, and bounds
// how many there are to each host. Whoever wants one more waits in line:
// first come, first served, and safe to cancel.
//
// Ownership: a handle; copies share one pool, and so does each PooledStream.
// Thread: the loop's. REQUIRES: it is made while the loop runs.
class ConnectionPool {
 public:
  explicit ConnectionPool(PoolOptions options = {});
  ConnectionPool(const ConnectionPool&);
  ConnectionPool& operator=(const ConnectionPool&);
  ~ConnectionPool();

  // A connection that was kept, the latest first, or a new one; with `fresh`
  // always a new one. Throws as open_connection(), and TimeoutError
  // "connect HOST:PORT: timed out"; std::runtime_error if the pool is closed.
  Coro<PooledStream> acquire(std::string host, std::uint16_t port,
                             bool fresh = false) const;

  // Closes what is idle; what is on loan is closed when it comes back.
  void close() const;

  std::size_t idle() const;    // connections that are kept
  std::size_t opened() const;  // connections that were made, ever

 private:
  Ref<PoolState> state_;
};

}  // namespace asyncio
