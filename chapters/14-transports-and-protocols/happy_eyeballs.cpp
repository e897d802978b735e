#include "14-transports-and-protocols/happy_eyeballs.hpp"

#include <algorithm>
#include <string>
#include <system_error>

#include "10-tasks/sock.hpp"
#include "11-gather/wait.hpp"
#include "common/error.hpp"

namespace asyncio {

std::vector<Address> interleave(const std::vector<Address>& addresses) {
  std::vector<std::vector<Address>> families;
  for (const Address& address : addresses) {
    auto same = std::ranges::find_if(families, [&](const auto& family) {
      return family.front().family() == address.family();
    });
    if (same == families.end()) {
      families.push_back({address});
    } else {
      same->push_back(address);
    }
  }
  std::vector<Address> result;
  for (std::size_t i = 0; result.size() < addresses.size(); ++i) {
    for (const auto& family : families) {
      if (i < family.size()) result.push_back(family[i]);
    }
  }
  return result;
}

namespace {

Coro<Socket> connect_one(Address address, std::optional<Address> local) {
  Socket socket = Socket::create(address.family());
  socket.set_nonblocking();
  if (local) socket.bind(*local);
  co_await sock_connect(socket, address);
  co_return socket;
}

// One message for all that went wrong.
[[noreturn]] void throw_all(const std::vector<Task<Socket>>& tries) {
  std::string all;
  bool differ = false;
  const std::string first = describe(tries.front().exception());
  for (const Task<Socket>& one : tries) {
    const std::string what = describe(one.exception());
    differ |= what != first;
    all += (all.empty() ? "" : ", ") + what;
  }
  if (!differ) std::rethrow_exception(tries.front().exception());
  throw std::runtime_error("Multiple exceptions: " + all);
}

// Starts the tries, each when the one before has failed or the delay is
// over, and gives the first that has succeeded: CPython's staggered_race().
Coro<std::optional<Task<Socket>>> race(const std::vector<Address>& addresses,
                                       ConnectOptions options,
                                       std::vector<Task<Socket>>& tries) {
  for (;;) {
    const bool more = tries.size() < addresses.size();
    if (more) {
      const Address& next = addresses[tries.size()];
      tries.push_back(create_task(connect_one(next, options.local_addr)));
    }
    std::vector<Task<Socket>> running;
    for (const Task<Socket>& one : tries) {
      if (!one.done()) running.push_back(one);
    }
    if (running.empty()) co_return std::nullopt;
    std::optional<Duration> delay;
    if (tries.size() < addresses.size()) delay = options.happy_eyeballs_delay;
    auto waited = co_await wait(running, delay, FIRST_COMPLETED);
    for (const Task<Socket>& one : waited.done) {
      if (!one.exception()) co_return one;
    }
  }
}

}  // namespace

Coro<Socket> connect_to_any(std::vector<Address> addresses,
                            ConnectOptions options) {
  if (addresses.size() == 1) {
    Socket only = co_await connect_one(addresses[0], options.local_addr);
    co_return only;
  }
  addresses = interleave(addresses);
  std::vector<Task<Socket>> tries;
  std::optional<Task<Socket>> winner;
  std::exception_ptr cancelled;
  try {
    winner = co_await race(addresses, options, tries);
  } catch (...) {
    cancelled = std::current_exception();
  }
  for (Task<Socket>& loser : tries) loser.cancel();
  if (!tries.empty()) co_await wait(tries);  // their sockets are closed then
  for (Task<Socket>& loser : tries) {
    if (!loser.cancelled()) loser.exception();  // nobody else will ask
  }
  if (cancelled) std::rethrow_exception(cancelled);
  if (!winner) throw_all(tries);
  co_return std::move(winner->result());
}

}  // namespace asyncio
