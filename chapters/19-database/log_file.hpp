#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/descriptor.hpp"

namespace database {

// A LogFile is an append-only file: every command that has changed the data,
// in order, written as a client would send it. Whoever runs them again has
// the data again. It is the format of Redis's own AOF, so redis-server can
// read it too.
//
//   *3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n
//   MULTI ... EXEC    these count together, or not at all
//
// A server that is killed while it writes leaves a record that is not whole,
// and always the last one. load() cuts it off.
//
// Ownership: one process has the file at a time; it is locked until the
// LogFile dies. Thread: any, but one at a time. Errors: std::system_error
// "open FILE: CAUSE".
class LogFile {
 public:
  using Apply = std::function<void(const std::vector<std::string_view>&)>;

  // Opens the file, or makes it.
  explicit LogFile(std::string path);
  virtual ~LogFile() = default;
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // Calls `apply` for each command that counts, and cuts off what is not
  // whole. Throws std::runtime_error "load FILE: at byte N: CAUSE" for what
  // no server has written; then nothing is cut.
  struct Loaded {
    std::uint64_t commands = 0;
    std::uint64_t cut = 0;  // bytes
  };
  Loaded load(const Apply& apply);

  // Adds records to the end: they outlive this process. And sync(): they
  // outlive the power supply too. A write that fails may have written a part.
  virtual void write(std::string_view records);
  virtual void sync();

  const std::string& path() const noexcept { return path_; }

 private:
  class Loader;
  std::uint64_t read_all(Loader& loader);
  [[noreturn]] void fail(const char* operation) const;

  std::string path_;
  asyncio::Descriptor file_;
};

}  // namespace database
