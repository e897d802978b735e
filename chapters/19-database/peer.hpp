// Private to this chapter.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "05-callbacks/clock.hpp"

namespace database {

using Words = std::vector<std::string_view>;

// A Peer is what an Engine knows of one that sends it commands: what it is
// in the middle of, and the answers that it has not been sent yet. The
// Engine keeps it up to date; whoever moves the bytes (session.hpp) owns
// it, reads it, and takes the answers.
//
// Thread: the database's. It must be forgotten before it dies.
class Peer {
 public:
  Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // There are answers in `out`, or it need not wait any more, and not because
  // of a command of its own. It must not send another one in this call.
  virtual void wake() = 0;

  // It has sent BLPOP, and sends no more until that is answered.
  bool is_waiting() const noexcept { return !waits_for.empty(); }

  std::string out;  // answers, in order
  std::int64_t id = 0;
  std::string name;
  bool has_quit = false;  // the last answer stands in `out`

  std::vector<std::string> waits_for;  // the keys of BLPOP
  std::optional<asyncio::Duration> wait_limit;  // none: for ever
  std::vector<std::string> channels;

  bool in_transaction = false;  // since MULTI
  bool transaction_failed = false;
  std::vector<std::vector<std::string>> queued;
  std::size_t queued_bytes = 0;  // all of their words

 protected:
  ~Peer() = default;
};

}  // namespace database
