#pragma once

#include "13-synchronization/queue.hpp"
#include "16-threads-and-executors/waker.hpp"
#include "sensor.hpp"

namespace exercise {

// Has each value of `sensor` put into `queue`, at once, in order. Both outlive
// the loop. Thread: the loop's.
inline void connect(Sensor& sensor, asyncio::Queue<int>& queue) {
  asyncio::EventLoop& loop = asyncio::get_running_loop();
  sensor.connect([&loop, &queue](int value) {
    asyncio::call_soon_threadsafe(
        loop, [&queue, value] { queue.put_nowait(value); });
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
