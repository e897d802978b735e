#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "05-callbacks/event_loop.hpp"
#include "08-coroutines/coro.hpp"
#include "common/address.hpp"

namespace asyncio {

// A Resolver finds the addresses of a host name. This one BLOCKS the loop
// while the system asks its name servers: getaddrinfo has no other mode, and
// a thread that waits in its place comes in chapter 16, which replaces it.
class Resolver {
 public:
  virtual ~Resolver() = default;

  // In the order in which they should be tried; never none. Throws
  // std::runtime_error "resolve HOST: CAUSE".
  virtual Coro<std::vector<Address>> getaddrinfo(std::string host,
                                                 std::uint16_t port);
};

// Which resolver a loop has: a service.
class Resolvers {
 public:
  explicit Resolvers(EventLoop&) : resolver_(std::make_unique<Resolver>()) {}
  Resolver& get() const noexcept { return *resolver_; }
  // Not while a name is being looked up.
  void set(std::unique_ptr<Resolver> resolver) {
    resolver_ = std::move(resolver);
  }

 private:
  std::unique_ptr<Resolver> resolver_;
};

// The addresses of `host`, by the running loop's resolver. A numeric address
// ("127.0.0.1", "::1") needs none, and never waits. loop.getaddrinfo().
Coro<std::vector<Address>> getaddrinfo(std::string host, std::uint16_t port);

}  // namespace asyncio
