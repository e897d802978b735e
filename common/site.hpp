// The embedded site is a small web server with fixed pages, so that every
// crawl of the course runs offline and finds the same things. It is the other
// side of the experiment, not a part of the course's library: a thread a
// connection and blocking sockets, the plainest server there is.
//
// Pages come from site_pages.hpp: a tree of HTML pages with every kind of
// link that a crawler must understand, each answered after a fixed delay of
// its own. Under /bad/ stand the misbehaviours of site_faults.hpp. No good
// page links there.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "common/descriptor.hpp"
#include "common/socket.hpp"

namespace site {

struct Options {
  int pages = 60;                       // addresses that a crawl of "/" finds
  std::chrono::milliseconds delay{50};  // about the time that an answer takes
  std::uint16_t port = 0;               // 0: any free port
};

// Site runs the embedded site in a process of its own, so that its threads
// and its CPU time are not counted with the crawl's.
//
// The child serves until this object is destroyed, or until this process
// ends, however it ends: the child watches a pipe that closes with it. It
// ignores Ctrl-C, which a terminal sends to both processes. The port is bound
// before the constructor returns, so a connection is never refused.
//
// REQUIRES: no other thread runs yet. A forked copy of a program with threads
// holds their locks and not the threads that would release them.
// Throws std::system_error when there is no port or no process to be had.
class Site {
 public:
  explicit Site(const Options& options = {});
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  std::string url() const;  // "http://127.0.0.1:40123/"
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return pid_; }

 private:
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
  asyncio::Descriptor lifeline_;  // closing it stops the child
};

// Opens the listening socket of a site: 127.0.0.1, at options.port.
asyncio::Socket listen(const Options& options);

// Serves in this process until `stop_fd` becomes readable or its peer closes.
// Threads of connections that are still busy live on: the caller has to end
// the process without waiting for them (_exit).
void serve(asyncio::Socket& listener, const Options& options, int stop_fd);

}  // namespace site
