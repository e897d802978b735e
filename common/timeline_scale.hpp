// Scale maps instants to places on a line, for both of the timeline's pictures,
// and says where the axis has its numbers. A value; no I/O, no errors.

#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "common/columns.hpp"
#include "common/timeline.hpp"

namespace timeline {

// The end of the row that ends last; never zero.
std::chrono::nanoseconds last_end(const std::vector<Row>& rows);

class Scale {
 public:
  // `span` of time is `length` long.
  Scale(std::chrono::nanoseconds span, double length)
      : seconds_(static_cast<double>(span.count()) / 1e9), length_(length) {}

  double place(double seconds) const { return seconds / seconds_ * length_; }
  double place(std::chrono::nanoseconds time) const {
    return place(static_cast<double>(time.count()) / 1e9);
  }
  std::chrono::nanoseconds time(double place) const {
    return std::chrono::nanoseconds(
        std::llround(place / length_ * seconds_ * 1e9));
  }

  // At most `most` + 1 instants from 0 on, 1, 2 or 5 times a power of ten
  // apart.
  std::vector<double> ticks(int most) const {
    std::vector<double> result;
    const double between = step(most);
    for (int i = 0; i * between <= seconds_; ++i) result.push_back(i * between);
    return result;
  }

  // "0.15": as many places as the instants need to differ.
  std::string tick_text(double seconds, int most) const {
    const int places =
        static_cast<int>(std::ceil(-std::log10(step(most)) - 1e-9));
    return seconds == 0 ? "0" : columns::decimal(seconds, std::max(places, 0));
  }

 private:
  double step(int most) const {
    const double least = seconds_ / most;
    const double power = std::pow(10, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor * power >= least) return factor * power;
    }
    return 10 * power;
  }

  double seconds_;
  double length_;
};

}  // namespace timeline
