#include "18-http/connection_pool.hpp"

#include <algorithm>
#include <utility>

#include "12-cancellation/wait_for.hpp"

namespace asyncio {

// A host and port: who may have a connection, and those that are kept.
struct PooledHost {
  struct Idle {
    Stream stream;
    TimePoint since;
  };
  explicit PooledHost(int connections) : permits(connections) {}
  Semaphore permits;
  std::vector<Idle> idle;  // the latest at the end
};

class PoolState : public RefCounted {
 public:
  PoolState(EventLoop& loop, PoolOptions options)
      : loop_(loop), options_(std::move(options)) {}
  ~PoolState() override { sweep_.cancel(); }

  const PoolOptions& options() const { return options_; }
  bool is_closed() const { return closed_; }
  std::size_t opened = 0;

  PooledHost& host(const std::string& name, std::uint16_t port) {
    auto& entry = hosts_[{name, port}];
    if (!entry) entry = std::make_unique<PooledHost>(options_.per_host);
    return *entry;
  }

  void put(PooledHost& host, Stream stream);
  std::optional<Stream> take(PooledHost& host);
  std::size_t idle() const;
  void close();

 private:
  void sweep();
  bool is_old(const PooledHost::Idle& idle) const {
    return loop_.time() - idle.since >= options_.idle_timeout;
  }

  EventLoop& loop_;
  PoolOptions options_;
  std::map<std::pair<std::string, std::uint16_t>, std::unique_ptr<PooledHost>>
      hosts_;
  TimerHandle sweep_;
  bool sweeping_ = false;
  bool closed_ = false;
};

namespace {

// Nothing should come on a connection that is not in use. If a read would not
// have to wait, it is the end, or an answer to nothing that was asked.
bool is_quiet(const Stream& stream) {
  if (stream.writer.is_closing() || stream.reader.exception()) return false;
  auto read = stream.reader.read(1).operator co_await();
  return !read.await_ready();
}

void abort(const Stream& stream) { stream.writer.transport().abort(); }

}  // namespace

void PoolState::put(PooledHost& host, Stream stream) {
  if (closed_ || !is_quiet(stream)) return abort(stream);
  host.idle.push_back({std::move(stream), loop_.time()});
  if (std::exchange(sweeping_, true)) return;
  sweep_ = loop_.call_later(options_.idle_timeout, [this] { sweep(); });
}

std::optional<Stream> PoolState::take(PooledHost& host) {
  while (!host.idle.empty()) {
    PooledHost::Idle last = std::move(host.idle.back());
    host.idle.pop_back();
    if (is_quiet(last.stream) && !is_old(last)) return std::move(last.stream);
    abort(last.stream);
  }
  return std::nullopt;
}

// Closes what has been idle for too long; again, while something is kept.
void PoolState::sweep() {
  sweeping_ = false;
  for (auto& [name, host] : hosts_) {
    std::erase_if(host->idle, [this](const PooledHost::Idle& idle) {
      const bool old = is_old(idle);
      if (old) abort(idle.stream);
      return old;
    });
  }
  if (idle() == 0) return;
  sweeping_ = true;
  sweep_ = loop_.call_later(options_.idle_timeout / 4, [this] { sweep(); });
}

std::size_t PoolState::idle() const {
  std::size_t count = 0;
  for (const auto& [name, host] : hosts_) count += host->idle.size();
  return count;
}

void PoolState::close() {
  closed_ = true;
  sweep_.cancel();
  for (auto& [name, host] : hosts_) {
    for (const PooledHost::Idle& idle : host->idle) abort(idle.stream);
    host->idle.clear();
  }
}

// ---- On loan --------------------------------------------------------------

PooledStream::PooledStream(Ref<PoolState> pool, PooledHost& host,
                           Stream stream, bool reused)
    : pool_(std::move(pool)),
      host_(&host),
      stream_(std::move(stream)),
      reused_(reused) {}

PooledStream::PooledStream(PooledStream&& other) noexcept
    : pool_(std::move(other.pool_)),
      host_(std::exchange(other.host_, nullptr)),
      stream_(std::move(other.stream_)),
      reused_(other.reused_),
      kept_(other.kept_) {}

PooledStream::~PooledStream() {
  if (!host_) return;
  if (kept_) {
    pool_->put(*host_, std::move(stream_));
  } else {
    abort(stream_);
  }
  host_->permits.release();
}

void PooledStream::keep() { kept_ = true; }

// ---- The pool -------------------------------------------------------------

ConnectionPool::ConnectionPool(PoolOptions options)
    : state_(make_ref<PoolState>(get_running_loop(), std::move(options))) {}
ConnectionPool::ConnectionPool(const ConnectionPool&) = default;
ConnectionPool& ConnectionPool::operator=(const ConnectionPool&) = default;
ConnectionPool::~ConnectionPool() = default;

void ConnectionPool::close() const { state_->close(); }
std::size_t ConnectionPool::idle() const { return state_->idle(); }
std::size_t ConnectionPool::opened() const { return state_->opened; }

namespace {

// A permit, until it is passed on.
class Permit {
 public:
  explicit Permit(PooledHost& host) : host_(&host) {}
  Permit(const Permit&) = delete;
  ~Permit() {
    if (host_) host_->permits.release();
  }
  PooledHost& pass_on() { return *std::exchange(host_, nullptr); }

 private:
  PooledHost* host_;
};

std::runtime_error closed() {
  return std::runtime_error("the pool is closed");
}

}  // namespace

Coro<PooledStream> ConnectionPool::acquire(std::string host,
                                           std::uint16_t port,
                                           bool fresh) const {
  const Ref<PoolState> state = state_;
  if (state->is_closed()) throw closed();
  PooledHost& at = state->host(host, port);
  co_await at.permits.acquire();
  Permit permit(at);
  if (state->is_closed()) throw closed();
  std::optional<Stream> kept = state->take(at);
  if (kept && !fresh) {
    co_return PooledStream(state, permit.pass_on(), std::move(*kept), true);
  }
  if (kept) abort(*kept);  // the new one takes its place
  const std::string name = host + ":" + std::to_string(port);
  auto connect = open_connection(host, port, state->options().stream);
  std::optional<Stream> made;
  try {
    made = co_await wait_for(std::move(connect),
                             state->options().connect_timeout);
  } catch (const TimeoutError&) {
    throw TimeoutError("connect " + name + ": timed out");
  }
  ++state->opened;
  co_return PooledStream(state, permit.pass_on(), std::move(*made), false);
}

}  // namespace asyncio
