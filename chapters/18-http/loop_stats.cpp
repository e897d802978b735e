#include "18-http/loop_stats.hpp"

#include <algorithm>

namespace asyncio {

LoopStats::LoopStats(EventLoop& loop) : loop_(loop), polled_(loop.time()) {
  loop_.set_observer(this);
}

LoopStats::~LoopStats() {
  if (loop_.observer() == this) loop_.set_observer(nullptr);
}

void LoopStats::polling(std::optional<Duration>) {
  ++polls_;
  const Duration worked = loop_.time() - polled_;
  worked_ += worked;
  longest_ = std::max(longest_, worked);
}

void LoopStats::polled() { polled_ = loop_.time(); }

}  // namespace asyncio
