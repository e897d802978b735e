// The test says: only the loop's own thread puts something into the loop's queue
#pragma once

#include <mutex>

#include "13-synchronization/queue.hpp"
#include "16-threads-and-executors/waker.hpp"
#include "sensor.hpp"

namespace exercise {

// Has each value of `sensor` put into `queue`, at once, in order. Both outlive
// the loop. Thread: the loop's.
inline void connect(Sensor& sensor, asyncio::Queue<int>& queue) {
  sensor.connect([&queue](int value) {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    queue.put_nowait(value);
  });
}

// The sum of the next `count` values.
inline asyncio::Coro<long> sum_of(asyncio::Queue<int>& queue, int count) {
  long sum = 0;
  for (int i = 0; i < count; ++i) {
    int value = co_await queue.get();
    sum += value;
  }
  co_return sum;
}

}  // namespace exercise
