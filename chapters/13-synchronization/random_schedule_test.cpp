#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "13-synchronization/condition.hpp"
#include "13-synchronization/queue.hpp"
#include "13-synchronization/semaphore.hpp"
#include "13-synchronization/sync_world.hpp"

// Ten thousand schedules of puts, gets, acquires, releases, notifications and
// cancels. What must hold in each: every item that went in comes out once, and
// in order; no permit is lost or doubled; nobody is overtaken in a line, except
// who was cancelled; and nobody sleeps beside what it waits for. Every schedule
// follows from its number, so a failure can be had again.

namespace {

using namespace test;

enum Place { NOWHERE, AT_GET, AT_PUT, AT_SEMAPHORE, AT_LOCK, AT_TOKEN };

struct Counts {
  int items = 0;
  int permits = 0;
  int tokens = 0;
  int waits = 0;
  int cancelled = 0;
  int cancelled_waits = 0;
};

class Schedule {
 public:
  Schedule(std::uint64_t seed, Counts& counts)
      : state_(seed * 2654435761u + 12345), counts_(counts) {}
  void run();

 private:
  static constexpr int kTasks = 6;

  int dice(int sides) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int>((state_ >> 33) %
                            static_cast<std::uint64_t>(sides));
  }
  Coro<> pause() {
    const int choice = dice(4);
    if (choice < 2) co_await turns(choice);
    if (choice == 2) co_await asyncio::sleep(1ms * (1 + dice(2)));
  }

  Coro<> put(int task);
  Coro<> get(int task);
  Coro<> with_permit(int task);
  Coro<> with_lock(int task);
  Coro<> take_token(int task);
  Coro<> give_token();
  Coro<> step(int task);
  Coro<> play(int task);
  void cancel(int task);
  void disturb();
  Coro<> disturb_often();
  void taken(int item);
  void check_quiet();
  void check_end();

  // A line that a task stands in: nobody before it may be left behind.
  struct Line {
    std::vector<int> tasks;
    void leave(int task) { std::erase(tasks, task); }
  };
  void arrive(Line& line, int task, Place place) {
    line.tasks.push_back(task);
    places_[task] = place;
  }
  void enter(Line& line, int task) {
    for (const int before : line.tasks) {
      if (before == task) break;
      CHECK(requested_[before]);
    }
    line.leave(task);
    places_[task] = NOWHERE;
  }

  World world_;
  std::uint64_t state_;
  Counts& counts_;
  const int permits_ = 1 + dice(2);
  asyncio::Queue<int> queue_{dice(3)};
  asyncio::Semaphore semaphore_{permits_};
  asyncio::Lock lock_;
  asyncio::Condition condition_;
  int tokens_ = 0;
  int next_item_ = 0;
  int with_permit_ = 0;
  std::vector<int> in_;  // the items, as they went in
  std::size_t out_ = 0;  // how many came out
  std::size_t done_ = 0;
  Line at_semaphore_, at_lock_;
  Place places_[kTasks] = {};
  bool requested_[kTasks] = {};  // to be cancelled
  std::vector<Task<>> tasks_;
};

Coro<> Schedule::put(int task) {
  const int item = next_item_++;
  places_[task] = AT_PUT;
  co_await queue_.put(item);
  in_.push_back(item);
}

void Schedule::taken(int item) {
  CHECK(out_ < in_.size() || item == next_item_ - 1);
  if (out_ < in_.size()) CHECK_EQ(item, in_[out_]);
  ++out_;
  ++counts_.items;
}

Coro<> Schedule::get(int task) {
  struct Done {
    Schedule& schedule;
    ~Done() {
      schedule.queue_.task_done();
      ++schedule.done_;
    }
  };
  places_[task] = AT_GET;
  const int item = co_await queue_.get();
  places_[task] = NOWHERE;
  Done done{*this};
  taken(item);
  co_await pause();
}

Coro<> Schedule::with_permit(int task) {
  struct Inside {
    int& count;
    ~Inside() { --count; }
  };
  arrive(at_semaphore_, task, AT_SEMAPHORE);
  auto held = co_await semaphore_.hold();
  enter(at_semaphore_, task);
  Inside inside{++with_permit_};
  CHECK(with_permit_ <= permits_);
  ++counts_.permits;
  co_await pause();
}

Coro<> Schedule::with_lock(int task) {
  arrive(at_lock_, task, AT_LOCK);
  auto held = co_await lock_.hold();
  enter(at_lock_, task);
  CHECK(lock_.locked());
  co_await pause();
  CHECK(lock_.locked());
}

Coro<> Schedule::take_token(int task) {
  auto held = co_await condition_.hold();
  places_[task] = AT_TOKEN;
  co_await condition_.wait_for([this] { return tokens_ > 0; });
  --tokens_;
  ++counts_.tokens;
}

Coro<> Schedule::give_token() {
  auto held = co_await condition_.hold();
  ++tokens_;
  condition_.notify();
}

Coro<> Schedule::step(int task) {
  const int choice = dice(8);
  if (choice == 0) co_await put(task);
  if (choice == 1) co_await get(task);
  if (choice == 2 || choice == 3) co_await with_permit(task);
  if (choice == 4) co_await with_lock(task);
  if (choice == 5) co_await take_token(task);
  if (choice == 6) co_await give_token();
  if (choice == 7) co_await pause();
}

Coro<> Schedule::play(int task) {
  for (int i = 0; i < 10; ++i) {
    try {
      co_await step(task);
    } catch (const CancelledError&) {
      ++counts_.cancelled;
      if (places_[task] != NOWHERE) ++counts_.cancelled_waits;
      requested_[task] = false;
      at_semaphore_.leave(task);
      at_lock_.leave(task);
    }
    places_[task] = NOWHERE;
  }
}

void Schedule::cancel(int task) {
  if (tasks_[static_cast<std::size_t>(task)].cancel()) {
    requested_[task] = true;
  }
}

// Up to three things in one moment, so that they meet.
void Schedule::disturb() {
  for (int i = dice(4); i > 0; --i) {
    const int choice = dice(5);
    if (choice < 3) cancel(dice(kTasks));
    if (choice == 3 && !queue_.full()) {
      in_.push_back(next_item_++);
      queue_.put_nowait(in_.back());
    }
    if (choice == 4 && !queue_.empty()) {
      taken(queue_.get_nowait());
      queue_.task_done();
      ++done_;
    }
  }
}

// Whoever could go on has gone on: what waits now, waits rightly.
void Schedule::check_quiet() {
  for (const Place place : places_) {
    if (place != NOWHERE) ++counts_.waits;
    if (place == AT_GET) CHECK(queue_.empty());
    if (place == AT_PUT) CHECK(queue_.full());
    if (place == AT_SEMAPHORE) CHECK_EQ(with_permit_, permits_);
    if (place == AT_LOCK) CHECK(lock_.locked());
    if (place == AT_TOKEN) CHECK_EQ(tokens_, 0);
  }
  CHECK(!condition_.locked());
}

Coro<> Schedule::disturb_often() {
  // All sleep whole milliseconds, from a half or a whole one. A quarter later
  // nobody else is due.
  for (int i = 0; i < 16; ++i) {
    co_await asyncio::sleep(250us);
    check_quiet();
    co_await asyncio::sleep(250us);
    disturb();
  }
  for (bool left = true; left; co_await turns(2)) {
    left = false;
    for (int task = 0; task < kTasks; ++task) {
      left |= !tasks_[static_cast<std::size_t>(task)].done();
      cancel(task);
    }
  }
}

void Schedule::check_end() {
  CHECK_EQ(queue_.qsize(), in_.size() - out_);
  while (!queue_.empty()) taken(queue_.get_nowait());
  CHECK_EQ(out_, in_.size());
  for (; done_ < out_; ++done_) queue_.task_done();
  const auto joined = world_.start(static_cast<Coro<>>(queue_.join()));
  CHECK_EQ(with_permit_, 0);
  for (int i = 0; i < permits_; ++i) {
    CHECK(!semaphore_.locked());
    world_.run(static_cast<Coro<>>(semaphore_.acquire()));
  }
  CHECK(semaphore_.locked());
  CHECK(joined.done());
  CHECK(!lock_.locked());
  CHECK(!condition_.locked());
}

void Schedule::run() {
  for (int i = 0; i < kTasks; ++i) tasks_.push_back(world_.start(play(i)));
  world_.run(disturb_often());
  for (const Task<>& task : tasks_) CHECK_EQ(state_of(task), "ok");
  check_end();
}

TEST("in 10,000 random schedules nothing is lost and nobody is overtaken") {
  Counts counts;
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
    NoLeak no_leak;
    try {
      Schedule(seed, counts).run();
    } catch (...) {
      std::printf("  schedule %llu\n", static_cast<unsigned long long>(seed));
      throw;
    }
  }
  // To see that this tests what it should.
  std::printf("  items %d, permits %d, tokens %d, waits %d, cancelled %d, %d\n",
              counts.items, counts.permits, counts.tokens, counts.waits,
              counts.cancelled, counts.cancelled_waits);
  CHECK(counts.items > 10'000);
  CHECK(counts.permits > 10'000);
  CHECK(counts.tokens > 10'000);
  CHECK(counts.waits > 10'000);
  CHECK(counts.cancelled_waits > 10'000);
}

}  // namespace
