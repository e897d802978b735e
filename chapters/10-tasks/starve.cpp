// Who computes keeps the others waiting. A clock wants to tick every 20 ms;
// beside it, another task computes for 100 ms, in four ways. The pictures show
// who has the thread when: one character is 5 ms.
//
//   #  computes     |  ticks     !  is late: its time has come, and the thread
//                                   is not free

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Clock;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::TimePoint;

class Picture {
 public:
  explicit Picture(std::shared_ptr<Clock> clock)
      : clock_(std::move(clock)), start_(clock_->now()) {}

  Clock& clock() { return *clock_; }
  Duration now() const { return clock_->now() - start_; }

  // From `begin` until now, `row` looks like `mark`.
  void draw(std::string& row, Duration begin, char mark) {
    const auto end = static_cast<std::size_t>(now() / 5ms);
    for (auto at = static_cast<std::size_t>(begin / 5ms); at < end; ++at) {
      put(row, at, mark);
    }
  }
  void tick() { put(ticker, static_cast<std::size_t>(now() / 5ms), '|'); }

  std::string ticker, computer;

 private:
  static void put(std::string& row, std::size_t at, char mark) {
    if (at >= row.size()) row.resize(at + 1, ' ');
    row[at] = mark;
  }
  std::shared_ptr<Clock> clock_;
  TimePoint start_;
};

Coro<> tick(Picture& picture) {
  for (int i = 0; i < 8; ++i) {
    Duration due = picture.now() + 20ms;
    co_await asyncio::sleep(20ms);
    picture.draw(picture.ticker, due, '!');
    picture.tick();
  }
}

// Computes, without a look at the loop. On a clock that stands still it moves
// the clock on, as its work would.
void compute(Picture& picture, Duration work) {
  const Duration begin = picture.now();
  while (picture.now() < begin + work) picture.clock().skip(1ms);
  picture.draw(picture.computer, begin, '#');
}

// A plain call.
Coro<> in_one_piece(Picture& picture) {
  compute(picture, 100ms);
  co_return;
}

// A co_await for each piece, but of a coroutine that never waits.
Coro<> piece(Picture& picture) {
  compute(picture, 10ms);
  co_return;
}
Coro<> in_coroutines(Picture& picture) {
  for (int i = 0; i < 10; ++i) co_await piece(picture);
}

// A co_await that suspends, after each piece.
Coro<> with_turns(Picture& picture) {
  for (int i = 0; i < 10; ++i) {
    compute(picture, 10ms);
    co_await asyncio::sleep(0s);
  }
}

// A wait, and no computing.
Coro<> with_sleep(Picture&) { co_await asyncio::sleep(100ms); }

Coro<> beside_a_ticker(Picture& picture, Coro<> (*work)(Picture&)) {
  auto ticker = asyncio::create_task(tick(picture));
  co_await asyncio::sleep(30ms);
  co_await work(picture);
  co_await ticker;
}

void show(const char* what, Coro<> (*work)(Picture&)) {
  const bool is_virtual = std::getenv("ASYNCIO_CLOCK") != nullptr;
  std::shared_ptr<Clock> clock;
  if (is_virtual) {
    clock = std::make_shared<asyncio::ManualClock>();
  } else {
    clock = std::make_shared<asyncio::SteadyClock>();
  }
  Picture picture(clock);
  asyncio::EventLoop::Options options;
  options.clock = clock;
  asyncio::Runner(std::move(options)).run(beside_a_ticker(picture, work));
  std::printf("%s\n  compute  %s\n  ticker   %s\n", what,
              picture.computer.c_str(), picture.ticker.c_str());
}

}  // namespace

int main() {
  show("sleep(100ms): the thread is free", with_sleep);
  show("100 ms in one piece", in_one_piece);
  show("10 pieces, each a coroutine that is awaited and never waits",
       in_coroutines);
  show("10 pieces, and sleep(0) after each", with_turns);
}
