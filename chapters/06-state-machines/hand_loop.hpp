// A HandLoop is an event loop that is driven by hand: its selector reports
// what the test says, and it goes on one iteration at a time. So a test takes
// a machine through each of its transitions, and none of it depends on time.
//
// One thread. The loop must outlive the machines.
//
// Not part of the library: for programs and tests.

#pragma once

#include <memory>
#include <vector>

#include "04-selector/selector.hpp"
#include "05-callbacks/event_loop.hpp"

namespace asyncio {

// Reports what it was told to, ready or not.
class HandSelector final : public Selector {
 public:
  std::string_view name() const override { return "hand"; }
  void make_ready(int fd, int events) { ready_.push_back({fd, events}); }

 private:
  struct Ready {
    int fd;
    int events;
  };
  void update(int, int, int) override {}
  void wait(std::optional<std::chrono::nanoseconds>,
            std::vector<SelectorEvent>& ready) override {
    for (const Ready& r : ready_) report(r.fd, r.events, ready);
    ready_.clear();
  }

  std::vector<Ready> ready_;
};

class HandLoop {
 public:
  HandLoop() : HandLoop(std::make_unique<HandSelector>()) {}

  EventLoop& loop() { return loop_; }

  // One iteration in which `events` come for `fd`.
  void turn(int fd, int events) {
    selector_.make_ready(fd, events);
    turn();
  }
  void turn() {
    loop_.stop();
    loop_.run_forever();
  }

  // What is waited for on `fd`: EVENT_ bits, 0 for nothing.
  int watched(int fd) const {
    const SelectorKey* key = selector_.get_key(fd);
    return key ? key->events : 0;
  }

 private:
  explicit HandLoop(std::unique_ptr<HandSelector> selector)
      : selector_(*selector), loop_({std::move(selector), nullptr}) {}

  HandSelector& selector_;  // the loop's
  EventLoop loop_;
};

}  // namespace asyncio
