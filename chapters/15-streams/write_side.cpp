#include "15-streams/write_side.hpp"

#include <cerrno>

#include "15-streams/stream_protocol.hpp"
#include "common/error.hpp"

namespace asyncio {

void WriteSide::add(WriteCall& call) noexcept {
  WriteCall** place = &first_;
  while (*place) place = &(*place)->next_;
  *place = &call;
  call.waiting_ = true;
}

void WriteSide::remove(WriteCall& call) noexcept {
  if (!call.waiting_) return;
  WriteCall** place = &first_;
  while (*place != &call) place = &(*place)->next_;
  *place = std::exchange(call.next_, nullptr);
  call.waiting_ = false;
}

void WriteSide::resume() {
  paused_ = false;
  for (WriteCall* call = first_; call;) {
    WriteCall* next = call->next_;
    if (!call->for_the_end()) wake(*call, WriteCall::Woken::kResumed);
    call = next;
  }
}

void WriteSide::lose() {
  lost_ = true;
  while (first_) wake(*first_, WriteCall::Woken::kLost);
}

void WriteSide::wake(WriteCall& call, WriteCall::Woken by) {
  remove(call);
  call.woken_ = by;
  call.over();
}

WriteCall::WriteCall(Ref<StreamProtocol> stream) noexcept
    : stream_(std::move(stream)), side_(*stream_) {}

WriteCall::~WriteCall() { side_.remove(*this); }

void WriteCall::add() noexcept { side_.add(*this); }

void WriteCall::withdraw() noexcept { side_.remove(*this); }

bool DrainCall::await_ready() {
  if (stream_->exception()) std::rethrow_exception(stream_->exception());
  const Ref<Transport>& transport = stream_->transport();
  closing_ = transport && transport->is_closing();
  // A turn of the loop, so that who only writes and drains gets to hear that
  // the connection is lost.
  return !closing_ && (side_.lost_ || !side_.paused_);
}

void DrainCall::await_resume() {
  if (is_over()) end();
  if (woken_ == Woken::kResumed) return;
  if (woken_ == Woken::kLost) {
    if (stream_->lost_error()) std::rethrow_exception(stream_->lost_error());
    if (!closing_) return;
  }
  if (side_.lost_) throw_reset();
}

void DrainCall::throw_reset() const {
  const Address peer = stream_->transport()->get_extra_info().peername;
  throw os_error(ECONNRESET, "drain",
                 peer.family() == AF_UNSPEC ? "" : peer.str());
}

void WaitClosedCall::await_resume() {
  if (is_over()) end();
  if (stream_->lost_error()) std::rethrow_exception(stream_->lost_error());
}

}  // namespace asyncio
