#include "14-transports-and-protocols/resolver.hpp"

#include <optional>

namespace asyncio {

Coro<std::vector<Address>> Resolver::getaddrinfo(std::string host,
                                                 std::uint16_t port) {
  co_return resolve(host, port);
}

Coro<std::vector<Address>> getaddrinfo(std::string host, std::uint16_t port) {
  const std::optional<Address> numeric = Address::parse(host, port);
  if (numeric) co_return std::vector<Address>{*numeric};
  auto& resolver = get_running_loop().service<Resolvers>().get();
  std::vector<Address> found = co_await resolver.getaddrinfo(host, port);
  co_return found;
}

}  // namespace asyncio
