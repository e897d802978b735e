#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "05-callbacks/clock.hpp"
#include "18-http/http_request.hpp"
#include "common/descriptor.hpp"

namespace asyncio {

// What a line of an access log tells.
struct AccessEntry {
  std::string host;       // who asked: "127.0.0.1"
  std::time_t time = 0;   // when the answer ended
  std::string request;    // "GET /a HTTP/1.1"; empty if none could be read
  int status = 0;
  std::uint64_t bytes = 0;  // of the body
  std::string referer;
  std::string user_agent;
  Duration taken{};         // from the whole request to the whole answer
};

// The line, in the form that Apache and nginx call "combined", with the
// microseconds behind it. What a client has sent may hold anything: quotes,
// backslashes and control bytes are escaped, so that nobody can write a line
// of his own into the log, or move a terminal's cursor.
std::string access_line(const AccessEntry& entry);

// An AccessLog collects lines, and writes them some thousand bytes at a time:
// whole lines in one write(), so that several workers can share a file that
// is open for appending. It is flushed by its owner, and when it dies.
//
// A log that cannot be written is reported once, to stderr; the server goes
// on. For a pipe that nobody reads, the first log makes the process ignore
// SIGPIPE, as chapter 14's WritePipeTransport does. Thread: the loop's.
class AccessLog {
 public:
  // Opens for appending. Throws std::system_error "open access.log: ...".
  explicit AccessLog(const std::string& file);
  explicit AccessLog(Descriptor to);
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  ~AccessLog() { flush(); }

  void add(const AccessEntry& entry);
  void flush() noexcept;

 private:
  Descriptor to_;
  std::string lines_;
  bool failed_ = false;
};

}  // namespace asyncio
