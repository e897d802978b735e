#pragma once

// Private to this chapter.

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "04-selector/selector.hpp"
#include "common/platform.hpp"

// kernel_selectors.hpp is what the three selectors share with the factory in
// selector.cpp and with nobody else: everybody else calls make_selector().

namespace asyncio {

std::unique_ptr<Selector> make_select_selector();
std::unique_ptr<Selector> make_poll_selector();
#if ASYNCIO_HAS_EPOLL
std::unique_ptr<Selector> make_epoll_selector();
#endif

// The timeout of poll() and epoll_wait(): milliseconds, -1 for no limit.
// Rounded up: a wait that ends early would find that its timer is not due,
// wait again for nothing, and burn the processor until it is. What an int
// cannot hold (over 24 days) ends early instead.
int timeout_milliseconds(std::optional<std::chrono::nanoseconds> timeout);

// Throws std::system_error if fd is not open. epoll finds out by itself;
// select and poll would tell only when they wait.
void check_open(int fd);

}  // namespace asyncio
