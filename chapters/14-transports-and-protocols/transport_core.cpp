#include "14-transports-and-protocols/transport_core.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

namespace asyncio {

void TransportRegistry::make_buffer() {
  buffer_ = std::make_unique_for_overwrite<char[]>(kReadSize);
}

TransportRegistry::~TransportRegistry() {
  while (first_) first_->abandon();
}

// CPython schedules three callbacks in a row; the last two are one here. If
// connection_made() throws, that is reported, and the connection goes on.
void TransportCore::begin(Future<> connected) {
  Ref<RefCounted> keep(&self());
  loop().call_soon([this, keep] { tell_connected(); });
  loop().call_soon([this, keep, connected] {
    guarded("Fatal error on transport", [&] { start_reading(); });
    if (connected && !connected.done()) connected.set_result();
  });
  enroll();
}

void TransportCore::enroll() noexcept {
  enrolled_ = true;
  self().retain();  // the registry's share
  next_ = registry_.first_;
  if (next_) next_->previous_ = this;
  registry_.first_ = this;
}

void TransportCore::leave() noexcept {
  if (!std::exchange(enrolled_, false)) return;
  (previous_ ? previous_->next_ : registry_.first_) = next_;
  if (next_) next_->previous_ = previous_;
  previous_ = next_ = nullptr;
  self().release();  // may destroy *this
}

// The loop goes. Nobody is told: the protocol could not do anything.
void TransportCore::abandon() noexcept {
  Ref<RefCounted> keep(&self());
  closing_ = lost_ = true;
  drop_buffer();
  close_descriptor();
  detached();
  leave();
  Ref<AnyProtocol> last = std::move(protocol_);
}

void TransportCore::report(const char* message) {
  loop().call_exception_handler({message, "", std::current_exception()});
}

void TransportCore::fatal_error(const char* message) {
  std::exception_ptr error = std::current_exception();
  try {
    throw;
  } catch (const std::system_error&) {
    // The connection's own end: connection_lost() tells of it.
  } catch (...) {
    report(message);
  }
  force_close(std::move(error));
}

void TransportCore::force_close(std::exception_ptr error) {
  if (lost_) return;
  drop_buffer();
  closing_ = true;
  lose_soon(std::move(error));
}

void TransportCore::lose_soon(std::exception_ptr error) {
  lost_ = true;
  // A destructor may close a transport of a loop that is gone.
  if (loop().is_closed()) return abandon();
  // Now and not later: an event that is in the queue already is in front of
  // the callback below, and none may come behind it.
  stop_io();
  loop().call_soon(
      [this, keep = Ref<RefCounted>(&self()), error = std::move(error)] {
        lose_now(error);
      });
}

void TransportCore::lose_now(const std::exception_ptr& error) {
  struct End {
    TransportCore& core;
    Ref<RefCounted> keep;
    ~End() {
      core.close_descriptor();
      core.protocol_ = {};
      core.detached();
      core.leave();
    }
  } end{*this, Ref<RefCounted>(&self())};
  lost_ = true;
  if (!enrolled_) return;  // abandoned meanwhile
  Ref<AnyProtocol> protocol = protocol_;
  reported("protocol.connection_lost() failed",
           [&] { protocol->connection_lost(error); });
}

void TransportCore::set_limits(std::optional<std::size_t> high,
                               std::optional<std::size_t> low) {
  const std::size_t top = high ? *high : low ? 4 * *low : 64 * 1024;
  const std::size_t bottom = low.value_or(top / 4);
  if (bottom > top) {
    throw std::invalid_argument("set write buffer limits: low is above high");
  }
  high_water_ = top;
  low_water_ = bottom;
  maybe_pause_protocol();
}

void TransportCore::maybe_pause_protocol() {
  if (protocol_paused_ || buffer_size() <= high_water_) return;
  protocol_paused_ = true;
  Ref<AnyProtocol> protocol = protocol_;  // it may set another
  reported("protocol.pause_writing() failed",
           [&] { protocol->pause_writing(); });
}

void TransportCore::maybe_resume_protocol() {
  if (!protocol_paused_ || buffer_size() > low_water_) return;
  protocol_paused_ = false;
  Ref<AnyProtocol> protocol = protocol_;
  reported("protocol.resume_writing() failed",
           [&] { protocol->resume_writing(); });
}

}  // namespace asyncio
