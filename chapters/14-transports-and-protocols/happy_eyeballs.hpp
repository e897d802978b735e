// Private to this chapter.

#pragma once

#include <optional>
#include <vector>

#include "08-coroutines/coro.hpp"
#include "14-transports-and-protocols/connection.hpp"

namespace asyncio {

// The addresses in another order: the families take turns, beginning with
// that of the first (RFC 8305, section 4).
std::vector<Address> interleave(const std::vector<Address>& addresses);

// A socket that is connected to one of `addresses`, and non-blocking.
Coro<Socket> connect_to_any(std::vector<Address> addresses,
                            ConnectOptions options);

}  // namespace asyncio
