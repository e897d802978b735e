#include "15-streams/stream_reads.hpp"

namespace asyncio {

namespace {
std::string incomplete(std::size_t got, std::optional<std::size_t> expected) {
  return std::to_string(got) + " bytes read on a total of " +
         (expected ? std::to_string(*expected) : "undefined") +
         " expected bytes";
}
}  // namespace

IncompleteReadError::IncompleteReadError(std::string partial,
                                         std::optional<std::size_t> expected)
    : std::runtime_error(incomplete(partial.size(), expected)),
      partial_(std::move(partial)),
      expected_(expected) {}

std::string ReadSome::await_resume() {
  check();
  std::string data = bytes().take(count_);
  taken();
  return data;
}

std::size_t ReadInto::await_resume() {
  check();
  const std::size_t count = bytes().take_into(place_);
  taken();
  return count;
}

std::string ReadAll::await_resume() {
  check();
  return bytes().take(bytes().size());
}

std::string ReadExactly::await_resume() {
  check();
  const bool whole = bytes().size() >= count_;
  std::string data = bytes().take(count_);
  if (!whole) throw IncompleteReadError(std::move(data), count_);
  taken();
  return data;
}

bool SeparatorScan::look(std::string_view bytes, std::string_view separator,
                         std::size_t limit) {
  if (found_ != kNone) return true;
  if (bytes.size() < passed_ + separator.size()) return passed_ > limit;
  found_ = bytes.find(separator, passed_);
  if (found_ != kNone) return true;
  // Its first part may stand at the end.
  passed_ = bytes.size() + 1 - separator.size();
  return passed_ > limit;
}

void SeparatorScan::check(std::size_t limit) const {
  if (found_ == kNone && passed_ > limit) {
    throw LimitOverrunError(
        "Separator is not found, and chunk exceed the limit", passed_);
  }
  if (found_ != kNone && found_ > limit) {
    throw LimitOverrunError(
        "Separator is found, but chunk is longer than limit", found_);
  }
}

ReadUntil::ReadUntil(Ref<StreamProtocol> stream, std::string separator)
    : ReadCall(std::move(stream)),
      separator_(std::move(separator)) {
  if (separator_.empty()) {
    throw std::invalid_argument("Separator should be at least one byte");
  }
}

std::string ReadUntil::await_resume() {
  check();
  enough();  // more may have come since it was asked
  scan_.check(limit());
  if (scan_.found() == SeparatorScan::kNone) {
    throw IncompleteReadError(bytes().take(bytes().size()), {});
  }
  std::string data = bytes().take(scan_.found() + separator_.size());
  taken();
  return data;
}

std::string ReadLine::await_resume() {
  check();
  enough();
  const std::size_t end = scan_.found();
  const bool is_whole = end != SeparatorScan::kNone;
  try {
    scan_.check(limit());
  } catch (const LimitOverrunError&) {
    bytes().drop(is_whole ? end + 1 : bytes().size());
    taken();
    throw;
  }
  std::string line = bytes().take(is_whole ? end + 1 : bytes().size());
  taken();
  return line;
}

}  // namespace asyncio
