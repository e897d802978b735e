// The test says: the error in the sensor's thread: expected "", came "no running event loop"
#pragma once

#include "13-synchronization/queue.hpp"
#include "16-threads-and-executors/waker.hpp"
#include "sensor.hpp"

namespace exercise {

// Has each value of `sensor` put into `queue`, at once, in order. Both outlive
// the loop. Thread: the loop's.
inline void connect(Sensor& sensor, asyncio::Queue<int>& queue) {
  sensor.connect([&queue](int value) {
    asyncio::get_running_loop().call_soon(
        [&queue, value] { queue.put_nowait(value); });
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
