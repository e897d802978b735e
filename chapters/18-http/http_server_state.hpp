// Private to this chapter.

#pragma once

#include "09-futures/future.hpp"
#include "18-http/http_date.hpp"
#include "18-http/http_server.hpp"

namespace asyncio {

class HttpConnection;

// An HttpServerState is what the connections of an HttpServer share. It knows
// them all, so that it can tell them to end.
//
// Ownership: shared by the handles, the connections and the server's factory,
// which lives until the server is closed. Thread: the loop's.
class HttpServerState : public RefCounted {
 public:
  HttpServerState(EventLoop& loop, HttpHandler handler,
                  HttpServerOptions options)
      : loop_(loop),
        handler_(std::move(handler)),
        options_(std::move(options)) {}
  ~HttpServerState() override;

  EventLoop& loop() const noexcept { return loop_; }
  const HttpHandler& handler() const noexcept { return handler_; }
  const HttpServerOptions& options() const noexcept { return options_; }
  HttpCounters& counters() noexcept { return counters_; }
  const std::string& date_line() { return date_.line(); }

  bool draining() const noexcept { return draining_; }
  void start_draining();
  void abort_all();
  // Done when no connection is left and no handler runs; empty if that is so.
  Future<> last_gone();

  // Of each connection, from its first event to its last.
  void add(HttpConnection& connection) noexcept;
  void remove(HttpConnection& connection) noexcept;

  void handler_began() noexcept { ++counters_.running; }
  void handler_ended() noexcept {
    --counters_.running;
    tell_if_gone();
  }

  // Writes the entry now or a second later.
  void log(const AccessEntry& entry);
  void flush_log();

 private:
  template <class F>
  void for_each(F function);
  bool is_gone() const { return counters_.open + counters_.running == 0; }
  void tell_if_gone() noexcept {
    if (gone_ && is_gone() && !gone_.done()) gone_.set_result();
  }

  EventLoop& loop_;
  HttpHandler handler_;
  HttpServerOptions options_;
  HttpCounters counters_;
  DateCache date_;
  bool draining_ = false;
  HttpConnection* first_ = nullptr;
  Future<> gone_;
  TimerHandle flush_;
  bool flush_pending_ = false;
};

}  // namespace asyncio
