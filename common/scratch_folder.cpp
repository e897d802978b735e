#include "common/scratch_folder.hpp"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "common/descriptor.hpp"
#include "common/error.hpp"

namespace asyncio {
namespace {

int remove_one(const char* path, const struct stat*, int, struct FTW*) {
  return std::remove(path);
}

Descriptor open_file(const std::string& path, int flags) {
  Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0666));
  if (!file) throw_errno("open", path);
  return file;
}

}  // namespace

ScratchFolder::ScratchFolder() {
  if (!::mkdtemp(path_.data())) throw_errno("mkdtemp", path_);
  // On a Mac, /tmp is a link.
  char real[PATH_MAX];
  if (::realpath(path_.c_str(), real)) path_ = real;
}

// What is in a folder comes before it; links are not followed. Whoever hinders
// this, in /tmp, leaves a folder behind and fails no test.
ScratchFolder::~ScratchFolder() {
  ::nftw(path_.c_str(), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

std::string ScratchFolder::file(std::string_view name) const {
  return path_ + '/' + std::string(name);
}

std::string ScratchFolder::make_folder(std::string_view name) const {
  for (std::size_t end = 0; end != name.npos;) {
    end = name.find('/', end + 1);
    const std::string path = file(name.substr(0, end));
    if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
      throw_errno("mkdir", path);
    }
  }
  return file(name);
}

std::string ScratchFolder::write(std::string_view name,
                                 std::string_view bytes) const {
  const std::string path = file(name);
  const auto opened = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
  while (!bytes.empty()) {
    const ssize_t n = ::write(opened.get(), bytes.data(), bytes.size());
    if (n < 0) throw_errno("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return path;
}

std::string ScratchFolder::read(std::string_view name) const {
  const std::string path = file(name);
  const auto opened = open_file(path, O_RDONLY);
  std::string bytes;
  char piece[4096];
  for (;;) {
    const ssize_t n = ::read(opened.get(), piece, sizeof piece);
    if (n < 0) throw_errno("read", path);
    if (n == 0) return bytes;
    bytes.append(piece, static_cast<std::size_t>(n));
  }
}

}  // namespace asyncio
