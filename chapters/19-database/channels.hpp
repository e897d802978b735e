// Private to this chapter.

#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "19-database/peer.hpp"
#include "19-database/map.hpp"
#include "19-database/resp.hpp"

namespace database {

// Channels are who hears what: SUBSCRIBE, UNSUBSCRIBE, PUBLISH. Nothing is
// kept: who is not there when a message is published never hears of it.
// Thread: the database's.
class Channels {
 public:
  void subscribe(Peer& peer, std::string_view channel) {
    if (std::ranges::count(peer.channels, channel) > 0) return;
    peer.channels.emplace_back(channel);
    const auto found = hearers_.find(channel);
    if (found != hearers_.end()) {
      found->second.push_back(&peer);
    } else {
      hearers_.emplace(channel, std::vector<Peer*>(1, &peer));
    }
  }

  void unsubscribe(Peer& peer, std::string_view channel) {
    const auto found = hearers_.find(channel);
    if (found == hearers_.end()) return;
    std::erase(found->second, &peer);
    if (found->second.empty()) hearers_.erase(found);
    std::erase(peer.channels, channel);
  }

  void unsubscribe_all(Peer& peer) {
    while (!peer.channels.empty()) {
      unsubscribe(peer, std::string(peer.channels.back()));
    }
  }

  // Gives it to each, in order of coming; to how many.
  std::int64_t publish(std::string_view channel, std::string_view text) {
    const auto found = hearers_.find(channel);
    if (found == hearers_.end()) return 0;
    for (Peer* peer : found->second) {
      resp::append_array(peer->out, 3);
      resp::append_text(peer->out, "message");
      resp::append_text(peer->out, channel);
      resp::append_text(peer->out, text);
      peer->wake();
    }
    return static_cast<std::int64_t>(found->second.size());
  }

 private:
  Map<std::vector<Peer*>> hearers_;
};

}  // namespace database
