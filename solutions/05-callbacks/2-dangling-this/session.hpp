#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "05-callbacks/event_loop.hpp"

namespace exercise {

// A Session reports to the log when its client has said nothing for 30 seconds.
// It borrows the loop and the log, which outlive it. Thread: the loop's.
class Session {
 public:
  static constexpr std::chrono::seconds kPatience{30};

  Session(asyncio::EventLoop& loop, std::string client,
          std::vector<std::string>& log)
      : loop_(loop), client_(std::move(client)), log_(log) {
    wait();
  }

  ~Session() { timer_.cancel(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The client has said something: its time begins again.
  void heard() {
    timer_.cancel();
    wait();
  }

 private:
  void wait() {
    timer_ = loop_.call_later(
        kPatience, [this] { log_.push_back(client_ + " is silent"); });
  }

  asyncio::EventLoop& loop_;
  std::string client_;
  std::vector<std::string>& log_;
  asyncio::TimerHandle timer_;
};

}  // namespace exercise
