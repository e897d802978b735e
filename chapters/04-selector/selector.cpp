#include "04-selector/selector.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>

#include "04-selector/kernel_selectors.hpp"
#include "common/error.hpp"

namespace asyncio {

namespace {

std::string subject(const char* operation, int fd) {
  return std::string(operation) + ' ' + std::to_string(fd) + ": ";
}

void check_events(const char* operation, int fd, int events) {
  if (events == 0 || (events & ~(EVENT_READ | EVENT_WRITE)) != 0) {
    throw std::invalid_argument(subject(operation, fd) + "no such events");
  }
}

}  // namespace

void Selector::register_fd(int fd, int events, void* data) {
  check_events("register", fd, events);
  if (fd < 0) throw std::invalid_argument(subject("register", fd) + "negative");
  if (get_key(fd)) {
    throw std::invalid_argument(subject("register", fd) + "already registered");
  }
  update(fd, 0, events);  // first: it refuses a number that is no descriptor
  const auto index = static_cast<std::size_t>(fd);
  if (index >= keys_.size()) keys_.resize(index + 1);
  keys_[index] = {fd, events, data};
  ++size_;
}

void Selector::modify(int fd, int events, void* data) {
  check_events("modify", fd, events);
  const SelectorKey* key = get_key(fd);
  if (!key) throw std::out_of_range(subject("modify", fd) + "not registered");
  if (events != key->events) update(fd, key->events, events);
  keys_[static_cast<std::size_t>(fd)] = {fd, events, data};
}

SelectorKey Selector::unregister(int fd) {
  const SelectorKey* found = get_key(fd);
  if (!found) {
    throw std::out_of_range(subject("unregister", fd) + "not registered");
  }
  const SelectorKey key = *found;
  update(fd, key.events, 0);
  keys_[static_cast<std::size_t>(fd)] = {};
  --size_;
  return key;
}

const SelectorKey* Selector::get_key(int fd) const {
  const auto index = static_cast<std::size_t>(fd);
  if (fd < 0 || index >= keys_.size() || keys_[index].fd < 0) return nullptr;
  return &keys_[index];
}

void Selector::select(std::optional<std::chrono::nanoseconds> timeout,
                      std::vector<SelectorEvent>& ready) {
  ready.clear();
  if (timeout && timeout->count() < 0) timeout = std::chrono::nanoseconds(0);
  wait(timeout, ready);
}

void Selector::report(int fd, int events,
                      std::vector<SelectorEvent>& ready) const {
  const SelectorKey* key = get_key(fd);
  if (key && (events & key->events) != 0) {
    ready.push_back({*key, events & key->events});
  }
}

int timeout_milliseconds(std::optional<std::chrono::nanoseconds> timeout) {
  if (!timeout) return -1;
  using std::chrono::milliseconds;
  const auto rounded = std::chrono::ceil<milliseconds>(*timeout).count();
  constexpr int longest = std::numeric_limits<int>::max();
  return rounded < longest ? static_cast<int>(rounded) : longest;
}

void check_open(int fd) {
  if (::fcntl(fd, F_GETFD) < 0) throw_errno("register", std::to_string(fd));
}

std::unique_ptr<Selector> make_selector(std::string_view name) {
  if (name == "select") return make_select_selector();
  if (name == "poll") return make_poll_selector();
#if ASYNCIO_HAS_EPOLL
  if (name == "epoll") return make_epoll_selector();
#endif
  throw std::invalid_argument("this system has no selector named '" +
                              std::string(name) + "'");
}

std::unique_ptr<Selector> make_default_selector() {
  const char* name = std::getenv("ASYNCIO_SELECTOR");
  if (name && *name) return make_selector(name);
  return make_selector(ASYNCIO_HAS_EPOLL ? "epoll" : "poll");
}

}  // namespace asyncio
