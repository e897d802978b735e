#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "14-transports-and-protocols/resolver.hpp"

namespace asyncio {

// A ThreadedResolver looks names up in a thread of the default executor,
// while the loop goes on, as asyncio's getaddrinfo does. The system call
// behind it has no other form than the blocking one. A lookup that is
// cancelled goes on in its thread, and its result is dropped.
// Thread: the loop's. Errors: as Resolver.
class ThreadedResolver final : public Resolver {
 public:
  Coro<std::vector<Address>> getaddrinfo(std::string host,
                                         std::uint16_t port) override;
};

// From now on chapter 14's getaddrinfo(), and so create_connection() and
// whatever else takes a host name, looks it up so on this loop.
void install_threaded_resolver(EventLoop& loop);

}  // namespace asyncio
