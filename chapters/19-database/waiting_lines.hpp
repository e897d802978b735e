// Private to this chapter.

#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "05-callbacks/clock.hpp"
#include "19-database/peer.hpp"
#include "19-database/map.hpp"

namespace database {

// WaitingLines are those who wait for a list to have something: a line for
// each key. A peer may stand in several, and is served once. First come,
// first served.
// Thread: the database's.
class WaitingLines {
 public:
  // The peer waits from now on, for `limit` at most. REQUIRES: it does not
  // wait; `keys` is not empty.
  void join(Peer& peer, std::vector<std::string> keys,
            std::optional<asyncio::Duration> limit);

  // It waits no more. Harmless when it does not.
  void leave(Peer& peer);

  // The list has got something: somebody may have waited for that.
  void pushed(std::string_view key);

  // A key that was pushed, while there are such, oldest first.
  std::optional<std::string> next_pushed();

  // How many wait.
  std::size_t size() const noexcept { return waiting_; }

  // The first in line, or nullptr.
  Peer* first(std::string_view key) const;

 private:
  Map<std::deque<Peer*>> lines_;
  std::deque<std::string> pushed_;
  std::size_t waiting_ = 0;
};

}  // namespace database
