#include "10-tasks/leaf_wait.hpp"

namespace asyncio {

bool LeafWait::cancel(const std::string& message) {
  if (over_) return false;
  withdraw();
  cancelled_ = std::make_unique<CancelledError>(message);
  over();
  return true;
}

void LeafWait::over() {
  if (over_) return;
  over_ = true;
  driver_->wake();
}

void LeafWait::throw_cancelled() const {
  driver_->clear_interrupt();
  throw CancelledError(*cancelled_);
}

}  // namespace asyncio
