#include "14-transports-and-protocols/server_state.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "14-transports-and-protocols/socket_transport.hpp"
#include "common/interrupt.hpp"

namespace asyncio {

using namespace std::chrono_literals;

namespace {
constexpr Duration kAcceptRetryDelay = 1s;
}  // namespace

OpenServers::~OpenServers() {
  for (const auto& server : std::exchange(servers_, {})) server->close();
}

ServerState::ServerState(EventLoop& loop, std::vector<Socket> sockets,
                         ProtocolFactory factory, int backlog)
    : loop_(loop),
      open_servers_(loop.service<OpenServers>()),
      factory_(std::move(factory)),
      backlog_(backlog) {
  for (Socket& socket : sockets) {
    socket.set_nonblocking();
    listeners_.push_back(make_ref<Listener>(*this, std::move(socket)));
  }
  open_servers_.servers_.push_back(Ref<ServerState>(this));
}

std::vector<Address> ServerState::addresses() const {
  std::vector<Address> result;
  for (const Ref<Listener>& listener : listeners_) {
    result.push_back(listener->socket().local_address());
  }
  return result;
}

void ServerState::start() {
  if (serving_ || closed_) return;
  for (const Ref<Listener>& listener : listeners_) listener->start();
  serving_ = true;
}

void ServerState::close() {
  if (std::exchange(closed_, true)) return;
  Ref<ServerState> keep(this);
  serving_ = false;
  std::erase(open_servers_.servers_, keep);
  for (const Ref<Listener>& listener : listeners_) listener->close();
  std::vector<Ref<Listener>> last = std::move(listeners_);
  listeners_.clear();
  if (loop_.is_closed()) return;
  // An event for one of them may be in the queue: they die behind it.
  loop_.call_soon([last = std::move(last)] {});
  if (forever_ && !forever_.done()) forever_.cancel();
  if (connections_ == 0) wake_up();
}

void ServerState::for_clients(bool abort) {
  auto& registry = loop_.service<TransportRegistry>();
  registry.for_each([&](TransportCore& core) {
    if (core.accepted_by() != this) return;
    abort ? core.abort_it() : core.close_it();
  });
}

void ServerState::detach() {
  if (--connections_ == 0 && closed_) wake_up();
}

void ServerState::wake_up() {
  waked_up_ = true;
  for (Future<>& waiter : std::exchange(waiters_, {})) {
    if (!waiter.done()) waiter.set_result();
  }
}

Future<> ServerState::closed() {
  if (waked_up_) return {};
  waiters_.push_back(Future<>(loop_));
  return waiters_.back();
}

// ---- accepting

void ServerState::Listener::start() {
  if (!socket_) return;
  socket_.listen(server_.backlog_);
  watch_.start();
}

void ServerState::Listener::close() noexcept {
  if (!loop().is_closed()) watch_.stop();
  retry_.cancel();
  socket_.close();
}

// Several at once: each costs little more than the look whether there is
// one. But not without end, since the others have to be served, too.
void ServerState::Listener::accept_ready() {
  int left = server_.backlog_;
  do {
    if (!accept_one()) return;
  } while (--left > 0);
}

// False: there are no more for now.
bool ServerState::Listener::accept_one() {
  try {
    std::optional<Socket> socket = socket_.try_accept();
    if (socket) server_.accepted(std::move(*socket));
    return socket.has_value();
  } catch (const std::system_error& error) {
    pause_and_report(error);
    return false;
  }
}

// Most likely there are no descriptors left. The connection stays in the
// kernel's queue, and the socket readable: without a pause the loop would
// come here again and again, and do nothing else.
void ServerState::Listener::pause_and_report(const std::system_error& error) {
  const int code = error.code().value();
  const bool exhausted = code == EMFILE || code == ENFILE ||
                         code == ENOBUFS || code == ENOMEM;
  watch_.stop();
  Ref<Listener> keep(this);
  retry_ = loop().call_later(kAcceptRetryDelay, [this, keep] {
    if (socket_) watch_.start();
  });
  loop().call_exception_handler(
      {exhausted ? "socket.accept() out of system resource"
                 : "socket.accept() failed",
       "", std::current_exception()});
}

// In the next iteration, as CPython, which makes a task for it. The client is
// counted from now on: if the server closes before that, it is served all the
// same. (CPython turns it away.)
void ServerState::accepted(Socket socket) {
  attach();
  loop_.call_soon([keep = Ref<ServerState>(this),
                   socket = std::move(socket)]() mutable {
    keep->make_connection(std::move(socket));
  });
}

void ServerState::make_connection(Socket socket) {
  struct Detach {
    ServerState& server;
    ~Detach() { server.detach(); }  // its transport has attached itself
  } detach{*this};
  try {
    SocketTransport::make(loop_, std::move(socket), factory_(), {},
                          Ref<ServerState>(this));
  } catch (const Interrupted&) {
    throw;
  } catch (...) {
    loop_.call_exception_handler(
        {"Error on transport creation for incoming connection", "",
         std::current_exception()});
  }
}

}  // namespace asyncio
