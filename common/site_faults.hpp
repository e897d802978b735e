// The misbehaviours of the embedded site, one a path under /bad/. A few of
// them only look wrong: a crawler must read those without a word.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/socket.hpp"

namespace site {

struct Fault {
  const char* name;   // its path is /bad/NAME
  const char* about;  // what it does, for the index
  void (*act)(asyncio::Socket& peer, std::string_view query);
};

const std::vector<Fault>& faults();

// The page /bad/, which links to every misbehaviour.
std::string fault_index();

// Does what stands at /bad/NAME, and returns true; false if nothing does. The
// request has been read. Returns when the peer gives up, where the
// misbehaviour has no end of its own. Throws what the socket throws.
bool misbehave(asyncio::Socket& peer, std::string_view target);

}  // namespace site
