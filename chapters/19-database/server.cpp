#include "19-database/server.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "12-cancellation/wait_for.hpp"
#include "19-database/server_state.hpp"

namespace database {

using asyncio::Coro;
using asyncio::Ref;
using std::chrono::milliseconds;

namespace {

Milliseconds milliseconds_since_1970() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(since).count();
}

}  // namespace

ServerState::ServerState(asyncio::EventLoop& loop, ServerOptions options)
    : loop_(loop),
      options_(std::move(options)),
      started_(loop.time()),
      started_at_(milliseconds_since_1970()),
      engine_(*this),
      journal_(new Journal(*this, options_.log, options_.sync)),
      failure_(loop) {
  if (options_.log) {
    loaded_ = options_.log->load(
        [this](const Words& words) { engine_.replay(words); });
  }
}

ServerState::~ServerState() {
  sweeper_.cancel();
  journal_->detach();
}

// The system's clock may be set; the time since the start may not.
Milliseconds ServerState::now() {
  return started_at_ +
         std::chrono::duration_cast<milliseconds>(loop_.time() - started_)
             .count();
}

void ServerState::record(std::span<const std::string_view> command) {
  journal_->append(command);
}

void ServerState::add(Session& session) {
  sessions_.insert(&session);
  engine_.add(session);
}

std::size_t ServerState::bytes_held() const {
  std::size_t bytes = 0;
  for (const Session* session : sessions_) bytes += session->bytes_held();
  return bytes;
}

void ServerState::hold(Session& session) {
  held_.push_back(Ref<Session>(&session));
}

// Who is held again, by a later batch, comes into a new list.
void ServerState::committed() {
  for (const Ref<Session>& session : std::exchange(held_, {})) {
    session->send_held();
  }
}

void ServerState::failed(std::exception_ptr error) {
  const auto sessions = sessions_;
  for (Session* session : sessions) session->abort();
  held_.clear();
  if (!failure_.done()) failure_.set_exception(std::move(error));
}

void ServerState::schedule_sweep() {
  const std::optional<Milliseconds> next = engine_.store().next_expiry();
  if (!next || (sweep_at_ != kNever && sweep_at_ <= *next)) return;
  sweeper_.cancel();
  sweep_at_ = *next;
  // At most an hour: in nanoseconds, a time of a thousand years overflows.
  constexpr Milliseconds longest = milliseconds(std::chrono::hours(1)).count();
  const milliseconds delay(std::clamp<Milliseconds>(*next - now(), 1, longest));
  sweeper_ = loop_.call_later(delay, [this] { sweep(); });
}

void ServerState::sweep() {
  sweep_at_ = kNever;
  engine_.store().remove_expired();
  journal_->commit();
  schedule_sweep();
}

Server::Server(asyncio::EventLoop& loop, ServerOptions options)
    : state_(asyncio::make_ref<ServerState>(loop, std::move(options))) {}

Server::~Server() {
  for (asyncio::Server& listener : listeners_) listener.close();
}

asyncio::ProtocolFactory Server::sessions() const {
  return [state = state_] { return asyncio::make_ref<Session>(state); };
}

Coro<> Server::listen(std::string host, std::uint16_t port) {
  asyncio::Server listener =
      co_await asyncio::create_server(sessions(), std::move(host), port);
  listeners_.push_back(std::move(listener));
}

Coro<> Server::listen_unix(std::string path) {
  asyncio::Server listener =
      co_await asyncio::create_unix_server(sessions(), std::move(path));
  listeners_.push_back(std::move(listener));
}

std::vector<asyncio::Address> Server::addresses() const {
  std::vector<asyncio::Address> all;
  for (const asyncio::Server& listener : listeners_) {
    for (const asyncio::Address& address : listener.addresses()) {
      all.push_back(address);
    }
  }
  return all;
}

std::uint16_t Server::port() const {
  for (const asyncio::Server& listener : listeners_) {
    if (listener.port() != 0) return listener.port();
  }
  return 0;
}

Coro<> Server::serve_forever() { co_await state_->failure(); }

Coro<> Server::close() {
  state_->begin_closing();
  for (asyncio::Server& listener : listeners_) listener.close();
  co_await state_->journal().drain();
  for (asyncio::Server& listener : listeners_) listener.close_clients();
  bool late = false;
  try {
    co_await asyncio::wait_for(wait_closed(), state_->options().close_timeout);
  } catch (const asyncio::TimeoutError&) {
    late = true;
  }
  if (!late) co_return;
  for (asyncio::Server& listener : listeners_) listener.abort_clients();
  co_await wait_closed();
}

Coro<> Server::wait_closed() {
  for (asyncio::Server& listener : listeners_) co_await listener.wait_closed();
}

std::size_t Server::connections() const { return state_->sessions(); }
std::size_t Server::keys() const { return state_->engine().store().size(); }
std::size_t Server::bytes_held() const { return state_->bytes_held(); }
const LogFile::Loaded& Server::loaded() const { return state_->loaded(); }

}  // namespace database
