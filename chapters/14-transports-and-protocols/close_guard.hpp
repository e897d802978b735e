// Private to this chapter.

#pragma once

#include "14-transports-and-protocols/transport.hpp"

namespace asyncio {

// A CloseGuard closes a transport whose maker was cancelled before it could
// give it away.
class CloseGuard {
 public:
  explicit CloseGuard(BaseTransport& transport) noexcept
      : transport_(&transport) {}
  CloseGuard(const CloseGuard&) = delete;
  CloseGuard& operator=(const CloseGuard&) = delete;
  ~CloseGuard() {
    if (transport_) transport_->close();
  }
  void given_away() noexcept { transport_ = nullptr; }

 private:
  BaseTransport* transport_;
};

}  // namespace asyncio
