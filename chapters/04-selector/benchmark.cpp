// What one look at the selector costs while one descriptor is ready and the
// others are silent: a row a selector, a column a number of silent ones.

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "04-selector/selector.hpp"
#include "common/descriptor.hpp"
#include "common/error.hpp"
#include "common/platform.hpp"

namespace {

using asyncio::Descriptor;

// The selector reports the byte that nobody takes out of `busy` each time, so
// the loop holds nothing but the wait.
double nanoseconds_a_wait(const char* name, int silent_count) {
  asyncio::Pipe busy = asyncio::make_pipe();
  asyncio::Pipe silent = asyncio::make_pipe();
  if (::write(busy.write.get(), "x", 1) != 1) asyncio::throw_errno("write", "");
  const auto selector = asyncio::make_selector(name);
  selector->register_fd(busy.read.get(), asyncio::EVENT_READ);
  std::vector<Descriptor> copies;
  for (int i = 0; i < silent_count; ++i) {
    copies.emplace_back(::fcntl(silent.read.get(), F_DUPFD_CLOEXEC, 0));
    selector->register_fd(copies.back().get(), asyncio::EVENT_READ);
  }

  using Clock = std::chrono::steady_clock;
  std::vector<asyncio::SelectorEvent> ready;
  const auto start = Clock::now();
  long waits = 0;
  while (Clock::now() - start < std::chrono::milliseconds(200)) {
    for (int i = 0; i < 100; ++i) selector->select(std::nullopt, ready);
    waits += 100;
  }
  const std::chrono::duration<double, std::nano> time = Clock::now() - start;
  return time.count() / static_cast<double>(waits);
}

}  // namespace

int main() {
  const std::vector<const char*> names = {"select", "poll",
#if ASYNCIO_HAS_EPOLL
                                          "epoll"
#endif
  };
  std::puts("ns a wait, one descriptor ready");
  std::puts("silent      10     100   1,000");
  for (const char* name : names) {
    std::printf("%-6s", name);
    for (int silent_count : {10, 100, 1000}) {
      std::printf(" %7.0f", nanoseconds_a_wait(name, silent_count));
    }
    std::puts("");
  }
}
