#include "19-database/waiting_lines.hpp"

#include <algorithm>
#include <utility>

namespace database {

void WaitingLines::join(Peer& peer, std::vector<std::string> keys,
                        std::optional<asyncio::Duration> limit) {
  for (const std::string& key : keys) {
    std::deque<Peer*>& line = lines_[key];
    // The same key may be named twice.
    if (std::ranges::count(line, &peer) == 0) line.push_back(&peer);
  }
  ++waiting_;
  peer.waits_for = std::move(keys);
  peer.wait_limit = limit;
}

void WaitingLines::leave(Peer& peer) {
  if (peer.is_waiting()) --waiting_;
  for (const std::string& key : std::exchange(peer.waits_for, {})) {
    const auto found = lines_.find(key);
    if (found == lines_.end()) continue;
    std::erase(found->second, &peer);
    if (found->second.empty()) lines_.erase(found);
  }
}

void WaitingLines::pushed(std::string_view key) {
  if (first(key)) pushed_.emplace_back(key);
}

std::optional<std::string> WaitingLines::next_pushed() {
  if (pushed_.empty()) return {};
  std::string key = std::move(pushed_.front());
  pushed_.pop_front();
  return key;
}

Peer* WaitingLines::first(std::string_view key) const {
  const auto found = lines_.find(key);
  return found == lines_.end() ? nullptr : found->second.front();
}

}  // namespace database
