#pragma once

#include <functional>
#include <utility>

namespace exercise {

// A Sensor is the driver of a thermometer, and it was not written for a loop:
// it has a thread of its own, and calls there what was connected. Given; not
// to be edited.
class Sensor {
 public:
  using Callback = std::function<void(int)>;

  // `callback` is called with each value, in the sensor's thread. Call this
  // before the sensor is started.
  void connect(Callback callback) { callback_ = std::move(callback); }

  // For the sensor's thread.
  void measured(int value) const { callback_(value); }

 private:
  Callback callback_;
};

}  // namespace exercise
