#include <atomic>
#include <exception>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "exercises/expect.hpp"
#include "sensor_queue.hpp"

using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Queue;
using exercise::expect;
using exercise::expect_equal;
using exercise::Sensor;

namespace {

// Sees when the loop goes to sleep, and who puts callbacks into its queue.
class Watch final : public asyncio::Observer {
 public:
  void scheduled(const asyncio::Callback&) override {
    if (std::this_thread::get_id() != loop_thread_) foreign = true;
  }
  void polling(std::optional<asyncio::Duration> timeout) override {
    // A loop that looks again and again never sleeps: then it is enough.
    if (told_ || (timeout && ++looks_ < 1000)) return;
    told_ = true;
    asleep.set_value();
  }
  std::promise<void> asleep;  // kept when the loop waits without a limit
  std::atomic<bool> foreign{false};

 private:
  const std::thread::id loop_thread_ = std::this_thread::get_id();
  bool told_ = false;
  int looks_ = 0;
};

// What the sensor's thread does: it waits until the loop sleeps, measures 1,
// 2, 3, and then has the loop call `ended`. Gives what went wrong.
std::string measure(const Sensor& sensor, Watch& watch, EventLoop& loop,
                    const std::function<void()>& ended) {
  watch.asleep.get_future().wait();
  std::string error;
  try {
    for (int value : {1, 2, 3}) sensor.measured(value);
  } catch (const std::exception& caught) {
    error = caught.what();
  }
  asyncio::call_soon_threadsafe(loop, [&ended] { ended(); });
  return error;
}

struct Outcome {
  bool summed = false;
  long sum = 0;
  bool foreign = false;
  std::string error;  // in the sensor's thread
};

Outcome run_once() {
  Sensor sensor;
  Queue<int> queue;
  Watch watch;
  Outcome outcome;
  std::function<void()> ended;
  std::thread thread;
  auto body = [&]() -> Coro<> {
    EventLoop& loop = asyncio::get_running_loop();
    loop.set_observer(&watch);
    auto all_measured = asyncio::create_future<void>();
    ended = [&all_measured] { all_measured.set_result(); };
    exercise::connect(sensor, queue);
    auto task = asyncio::create_task(exercise::sum_of(queue, 3));
    thread = std::thread([&] {
      outcome.error = measure(sensor, watch, loop, ended);
    });
    co_await all_measured;
    thread.join();
    // All that the sensor's thread has asked for has come by now.
    for (int i = 0; i < 20; ++i) {
      co_await asyncio::sleep(asyncio::Duration::zero());
    }
    loop.set_observer(nullptr);
    outcome.foreign = watch.foreign;
    outcome.summed = task.done();
    if (outcome.summed) outcome.sum = task.result();
    task.cancel();
  };
  asyncio::Runner(test::manual_clock()).run(body());
  return outcome;
}

}  // namespace

TEST("nothing of the loop is touched in the sensor's thread") {
  const Outcome outcome = run_once();
  expect_equal("the error in the sensor's thread", outcome.error, "",
               "which functions need the running loop, and in which thread "
               "does it run?");
  expect(!outcome.foreign,
         "only the loop's own thread puts something into the loop's queue of "
         "callbacks",
         "put_nowait wakes who waits in get(): in which thread is it called?");
}

TEST("the values come at once, and the loop wakes up for them") {
  const Outcome outcome = run_once();
  expect(outcome.summed, "the three values are in the queue soon after",
         "who puts a value into the queue, and does it wake the loop?");
  expect_equal("the sum of 1, 2 and 3", outcome.sum, 6l,
               "is each value put into the queue once?");
}
