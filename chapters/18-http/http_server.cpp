#include "18-http/http_server.hpp"

#include <utility>

#include "12-cancellation/shield.hpp"
#include "12-cancellation/timeout.hpp"
#include "18-http/http_connection.hpp"
#include "18-http/http_server_state.hpp"

namespace asyncio {

// ---- What the connections share -------------------------------------------

HttpServerState::~HttpServerState() { flush_.cancel(); }

void HttpServerState::add(HttpConnection& connection) noexcept {
  ++counters_.open;
  connection.next_ = first_;
  if (first_) first_->previous_ = &connection;
  first_ = &connection;
  connection.listed_ = true;
}

void HttpServerState::remove(HttpConnection& connection) noexcept {
  if (!std::exchange(connection.listed_, false)) return;
  HttpConnection*& before =
      connection.previous_ ? connection.previous_->next_ : first_;
  before = connection.next_;
  if (connection.next_) connection.next_->previous_ = connection.previous_;
  connection.next_ = connection.previous_ = nullptr;
  --counters_.open;
  tell_if_gone();
}

template <class F>
void HttpServerState::for_each(F function) {
  Ref<HttpServerState> keep(this);
  for (HttpConnection* one = first_; one;) {
    HttpConnection* next = one->next_;  // connections end through the loop
    function(*one);
    one = next;
  }
}

void HttpServerState::start_draining() {
  draining_ = true;
  for_each([](HttpConnection& connection) { connection.drain(); });
}

void HttpServerState::abort_all() {
  for_each([](HttpConnection& connection) { connection.abort(); });
}

Future<> HttpServerState::last_gone() {
  if (is_gone()) return {};
  if (!gone_ || gone_.done()) gone_ = Future<>(loop_);
  return gone_;
}

void HttpServerState::log(const AccessEntry& entry) {
  AccessLog& log = *options_.access_log;
  log.add(entry);
  if (std::exchange(flush_pending_, true)) return;
  flush_ = loop_.call_later(std::chrono::seconds(1),
                            [this] { flush_log(); });
}

void HttpServerState::flush_log() {
  flush_pending_ = false;
  flush_.cancel();
  if (options_.access_log) options_.access_log->flush();
}

// ---- The handle -----------------------------------------------------------

HttpServer::HttpServer(Ref<HttpServerState> state, Server server)
    : state_(std::move(state)), server_(std::move(server)) {}
HttpServer::HttpServer() = default;
HttpServer::HttpServer(const HttpServer&) = default;
HttpServer& HttpServer::operator=(const HttpServer&) = default;
HttpServer::~HttpServer() = default;

std::vector<Address> HttpServer::addresses() const {
  return server_.addresses();
}
std::uint16_t HttpServer::port() const { return server_.port(); }
const HttpCounters& HttpServer::counters() const { return state_->counters(); }
void HttpServer::close() const { server_.close(); }
bool HttpServer::draining() const { return state_->draining(); }

Coro<> HttpServer::drain(Duration grace) const {
  const Ref<HttpServerState> state = state_;
  server_.close();
  state->start_draining();
  auto last = [state, server = server_]() -> Coro<> {
    co_await server.wait_closed();  // also for who was accepted just now
    Future<> gone = state->last_gone();
    if (gone) co_await shield(gone);  // others may wait for it too
  };
  bool late = false;
  try {
    co_await timeout(grace, last);
  } catch (const TimeoutError&) {
    late = true;
  }
  if (late) {
    state->abort_all();
    co_await last();
  }
  state->flush_log();
}

Coro<> HttpServer::serve_forever() const {
  const HttpServer self = *this;
  Future<> never = create_future<>();
  struct Close {
    const HttpServer& server;
    explicit Close(const HttpServer& to_close) : server(to_close) {}
    ~Close() { server.close(); }
  } close(self);
  co_await never;
}

namespace {

ProtocolFactory factory_of(const Ref<HttpServerState>& state) {
  return [state] {
    return Ref<BaseProtocol>(make_ref<HttpConnection>(state));
  };
}

Ref<HttpServerState> new_state(HttpHandler handler,
                               HttpServerOptions options) {
  return make_ref<HttpServerState>(get_running_loop(), std::move(handler),
                                   std::move(options));
}

}  // namespace

Coro<HttpServer> start_http_server(HttpHandler handler, std::string host,
                                   std::uint16_t port,
                                   HttpServerOptions options) {
  const auto state = new_state(std::move(handler), std::move(options));
  const ServerOptions accept = state->options().accept;
  Server server = co_await create_server(factory_of(state), std::move(host),
                                         port, accept);
  co_return HttpServer(state, std::move(server));
}

Coro<HttpServer> start_http_server(HttpHandler handler, Socket listener,
                                   HttpServerOptions options) {
  const auto state = new_state(std::move(handler), std::move(options));
  const ServerOptions accept = state->options().accept;
  Server server = co_await create_server(factory_of(state),
                                         std::move(listener), accept);
  co_return HttpServer(state, std::move(server));
}

}  // namespace asyncio
