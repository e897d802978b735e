#include "16-threads-and-executors/threaded_resolver.hpp"

#include "16-threads-and-executors/run_in_executor.hpp"

namespace asyncio {

Coro<std::vector<Address>> ThreadedResolver::getaddrinfo(std::string host,
                                                         std::uint16_t port) {
  return to_thread(resolve, std::move(host), port);
}

void install_threaded_resolver(EventLoop& loop) {
  loop.service<Resolvers>().set(std::make_unique<ThreadedResolver>());
}

}  // namespace asyncio
