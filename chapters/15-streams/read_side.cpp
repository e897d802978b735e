#include "15-streams/read_side.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <string>

#include "15-streams/stream_protocol.hpp"

namespace asyncio {

ReadSide::ReadSide(std::size_t limit)
    : limit_(static_cast<std::uint32_t>(
          std::min<std::size_t>(limit, UINT32_MAX))) {
  if (limit == 0) throw std::invalid_argument("limit must be above 0");
}

void ReadSide::feed_data(std::string_view data) {
  assert(!eof_);
  if (data.empty()) return;
  bytes_.push(data);
  if (call_) {
    call_->look();
    if (!call_->is_over()) return;  // it needs more: the transport goes on
  }
  if (transport_ && !paused_ && bytes_.size() / 2 > limit_) {
    paused_ = true;
    transport_->pause_reading();
  }
}

void ReadSide::feed_eof() {
  eof_ = true;
  if (call_) call_->look();
}

void ReadSide::set_exception(std::exception_ptr error) {
  exception_ = std::move(error);
  if (call_) call_->look();
}

void ReadSide::set_transport(Ref<Transport> transport) {
  assert(!transport_);
  transport_ = std::move(transport);
}

// Whoever waits while the transport is paused would wait for ever: so one may
// read exactly more than the limit.
void ReadSide::begin(ReadCall& call) {
  call_ = &call;
  if (paused_) {
    paused_ = false;
    transport_->resume_reading();
  }
}

void ReadSide::resume_transport() {
  if (!paused_ || bytes_.size() > limit_) return;
  paused_ = false;
  transport_->resume_reading();
}

ReadCall::ReadCall(Ref<StreamProtocol> stream) noexcept
    : side_(*stream), stream_(std::move(stream)) {}

ReadCall::~ReadCall() { withdraw(); }

void ReadCall::check() {
  withdraw();
  if (is_over()) LeafWait::end();
  if (side_.exception_) std::rethrow_exception(side_.exception_);
}

void ReadCall::throw_busy() const {
  throw std::runtime_error(
      std::string(name()) +
      "() called while another coroutine is already waiting for incoming "
      "data");
}

}  // namespace asyncio
