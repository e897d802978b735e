// What it costs to go to another thread and back. benchmark.py measures the
// same for asyncio.
//
//   benchmark [ROUNDS]   of 200 trips each (100); of each row, the fastest
//                        round. The two kinds of trips take turns, so that
//                        both meet the same machine.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "10-tasks/runner.hpp"
#include "16-threads-and-executors/context_var.hpp"
#include "16-threads-and-executors/process_pool.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"
#include "16-threads-and-executors/run_threadsafe.hpp"

namespace {

using namespace asyncio;

constexpr int kTrips = 200;
int rounds = 100;

double now_ns() {
  return std::chrono::duration<double, std::nano>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
double fastest(const std::vector<double>& rounds_ns) {
  return *std::min_element(rounds_ns.begin(), rounds_ns.end());
}

// The least that a trip can be: two threads, a mutex, a condition variable
// for each direction, and a number that goes there and back.
class PingPong {
 public:
  PingPong() : thread_([this] { serve(); }) {}
  ~PingPong() {
    ask(-1);
    thread_.join();
  }
  int ask(int number) {
    std::unique_lock lock(mutex_);
    question_ = number;
    asked_ = true;
    ask_.notify_one();
    answer_.wait(lock, [this] { return !asked_; });
    return number_;
  }

 private:
  void serve() {
    std::unique_lock lock(mutex_);
    for (int question = 0; question >= 0;) {
      ask_.wait(lock, [this] { return asked_; });
      question = question_;
      number_ = question + 1;
      asked_ = false;
      answer_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable ask_, answer_;
  int question_ = 0, number_ = 0;
  bool asked_ = false;
  std::thread thread_;
};

int next(int number) { return number + 1; }

double bare_trips(PingPong& ping_pong) {
  const double begin = now_ns();
  for (int i = 0; i < kTrips; ++i) ping_pong.ask(i);
  return (now_ns() - begin) / kTrips;
}
Coro<double> to_thread_trips() {
  const double begin = now_ns();
  for (int i = 0; i < kTrips; ++i) co_await to_thread(next, i);
  co_return (now_ns() - begin) / kTrips;
}
Coro<int> next_in_loop(int number) { co_return number + 1; }
double run_threadsafe_trips(EventLoop& loop) {
  const double begin = now_ns();
  for (int i = 0; i < kTrips; ++i) {
    run_coroutine_threadsafe(next_in_loop(i), loop).result();
  }
  return (now_ns() - begin) / kTrips;
}
double process_trips(ProcessPoolExecutor& pool) {
  const double begin = now_ns();
  for (int i = 0; i < kTrips; ++i) pool.submit(next, i).result();
  return (now_ns() - begin) / kTrips;
}

Coro<> measure_trips() {
  PingPong ping_pong;
  std::vector<double> bare, trips;
  co_await to_thread(next, 1);
  for (int i = 0; i < rounds; ++i) {
    bare.push_back(bare_trips(ping_pong));
    double trip = co_await to_thread_trips();
    trips.push_back(trip);
  }
  std::printf("%-44s %9.0f ns\n", "bare trip: two condition variables",
              fastest(bare));
  std::printf("%-44s %9.0f ns\n", "to_thread, there and back", fastest(trips));
  std::printf("%-44s %9.2f\n", "  the ratio",
              fastest(trips) / fastest(bare));
}

void measure_others() {
  std::vector<double> posts, runs, processes;
  ProcessPoolExecutor pool(1);
  EventLoop loop;
  std::thread thread([&loop] { loop.run_forever(); });
  long calls = 0;
  for (int i = 0; i < rounds; ++i) {
    runs.push_back(run_threadsafe_trips(loop));
    processes.push_back(process_trips(pool));
    const double begin = now_ns();
    for (int n = 0; n < 20'000; ++n) {
      call_soon_threadsafe(loop, [&calls] { ++calls; });
    }
    run_coroutine_threadsafe(next_in_loop(1), loop).result();
    posts.push_back((now_ns() - begin) / 20'000);
  }
  call_soon_threadsafe(loop, [&loop] { loop.stop(); });
  thread.join();
  std::printf("%-44s %9.0f ns\n", "run_coroutine_threadsafe, and its result",
              fastest(runs));
  std::printf("%-44s %9.0f ns\n", "a worker process, there and back",
              fastest(processes));
  std::printf("%-44s %9.0f ns\n", "call_soon_threadsafe, one of 20,000",
              fastest(posts));
}

void measure_variables() {
  ContextVar<int> var("var", 0);
  std::vector<double> gets, sets;
  long sum = 0;
  for (int i = 0; i < rounds; ++i) {
    double begin = now_ns();
    for (int n = 0; n < 20'000; ++n) var.set(n);
    sets.push_back((now_ns() - begin) / 20'000);
    begin = now_ns();
    for (int n = 0; n < 20'000; ++n) sum += var.get();
    gets.push_back((now_ns() - begin) / 20'000);
  }
  std::printf("%-44s %9.0f ns\n", "ContextVar::get", fastest(gets));
  std::printf("%-44s %9.0f ns\n", "ContextVar::set", fastest(sets));
  if (sum < 0) std::puts("?");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) rounds = std::max(1, std::atoi(argv[1]));
  measure_others();  // first: it forks, and there must be one thread
  asyncio::run(measure_trips());
  measure_variables();
}
