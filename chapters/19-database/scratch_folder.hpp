// A ScratchFolder is a new, empty folder for the files of a test, and takes
// them with it. Any thread; errors are those of error.hpp.
//
// Not part of the library: for programs and tests.

#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <set>
#include <string>
#include <string_view>

#include "common/descriptor.hpp"
#include "common/error.hpp"

namespace test {

class ScratchFolder {
 public:
  ScratchFolder() {
    if (!::mkdtemp(path_.data())) asyncio::throw_errno("mkdtemp", path_);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    for (const std::string& file : files_) ::unlink(file.c_str());
    ::rmdir(path_.c_str());
  }

  const std::string& path() const noexcept { return path_; }

  // A path in it, made or not.
  std::string file(const std::string& name) const {
    return *files_.insert(path_ + '/' + name).first;
  }

  // A file with these bytes and no others; its path.
  std::string write(const std::string& name, std::string_view bytes) const {
    const std::string path = file(name);
    const asyncio::Descriptor opened(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    while (!bytes.empty()) {
      const ssize_t n = ::write(opened.get(), bytes.data(), bytes.size());
      if (n < 0) asyncio::throw_errno("write", path);
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return path;
  }

  std::string read(const std::string& name) const {
    const std::string path = file(name);
    const asyncio::Descriptor opened(
        ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string bytes;
    char piece[4096];
    for (;;) {
      const ssize_t n = ::read(opened.get(), piece, sizeof piece);
      if (n < 0) asyncio::throw_errno("read", path);
      if (n == 0) return bytes;
      bytes.append(piece, static_cast<std::size_t>(n));
    }
  }

 private:
  std::string path_ = "/tmp/asyncio-database-XXXXXX";
  mutable std::set<std::string> files_;
};

}  // namespace test
