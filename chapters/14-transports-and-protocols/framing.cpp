#include "14-transports-and-protocols/framing.hpp"

#include <stdexcept>
#include <utility>

namespace asyncio {
namespace {

constexpr std::size_t kHeader = 4;

std::string header_of(std::size_t size) {
  std::string header;
  for (int shift = 24; shift >= 0; shift -= 8) {
    header += static_cast<char>(size >> shift & 0xff);
  }
  return header;
}

// REQUIRES: data.size() >= kHeader
std::size_t length_in(std::string_view data) {
  std::size_t size = 0;
  for (char byte : data.substr(0, kHeader)) {
    size = size << 8 | static_cast<unsigned char>(byte);
  }
  return size;
}

}  // namespace

// ---- the transport, for who is above

void FramedTransport::write(std::string_view message) {
  if (message.size() > Framing::kMaxMessage) {
    throw std::length_error("write a message: it is too long");
  }
  const std::string header = header_of(message.size());
  const std::string_view pieces[] = {header, message};
  lower_->writelines(pieces);
}

// Messages that have come already are first. They get a turn of their own:
// whoever resumes does not expect to be called from inside.
void FramedTransport::resume_reading() {
  if (lower_->is_reading() || lower_->is_closing()) return;
  lower_->resume_reading();
  loop().call_soon([self = Ref<FramedTransport>(this)] {
    if (self->framing_) self->framing_->data_received({});
  });
}

void FramedTransport::set_protocol(Ref<BaseProtocol> protocol) {
  if (framing_) framing_->set_above(std::move(protocol));
}
Ref<BaseProtocol> FramedTransport::get_protocol() const {
  return framing_ ? Ref<BaseProtocol>(framing_->above_) : Ref<BaseProtocol>();
}

// ---- the protocol, for what is below

void Framing::set_above(Ref<BaseProtocol> above) {
  auto* protocol = dynamic_cast<Protocol*>(above.get());
  if (!protocol) {
    throw std::invalid_argument("set a protocol: framing needs a Protocol");
  }
  above_ = Ref<Protocol>(protocol);
}

void Framing::connection_made(Transport& lower) {
  lower_ = &lower;
  transport_ = make_ref<FramedTransport>(*this, lower);
  above_->connection_made(*transport_);
}

void Framing::data_received(std::string_view data) {
  buffer_ += data;
  deliver();
}

// Gives away the messages that are whole, as long as somebody wants them.
void Framing::deliver() {
  Ref<Framing> keep(this);
  std::size_t start = 0;
  while (lower_->is_reading() && buffer_.size() - start >= kHeader) {
    const std::string_view rest = std::string_view(buffer_).substr(start);
    const std::size_t size = length_in(rest);
    if (size > kMaxMessage) return fail("it is too long");
    if (rest.size() < kHeader + size) break;
    start += kHeader + size;
    Ref<Protocol> above = above_;  // it may set another
    above->data_received(rest.substr(kHeader, size));
  }
  buffer_.erase(0, start);
}

bool Framing::eof_received() {
  if (buffer_.empty()) return above_->eof_received();
  fail("it was cut short");
  return false;
}

void Framing::fail(const char* what) {
  error_ = std::make_exception_ptr(
      std::runtime_error(std::string("receive a message: ") + what));
  lower_->abort();
}

void Framing::connection_lost(std::exception_ptr error) {
  Ref<Framing> keep(this);
  above_->connection_lost(error_ ? error_ : error);
  part();
}

// The two halves know each other no more.
void Framing::part() noexcept {
  Ref<FramedTransport> last = std::move(transport_);
  if (last) last->framing_ = nullptr;
}

}  // namespace asyncio
