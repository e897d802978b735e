// A ScratchFolder is a new, empty folder below /tmp for the files of a test or
// a program, and is removed with all that is in it.
//
// It owns the folder, not what stands open in it. Any thread; errors are those
// of error.hpp: "mkdtemp /tmp/asyncio-XXXXXX: No space left on device".

#pragma once

#include <string>
#include <string_view>

namespace asyncio {

class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  // Without links on its way.
  const std::string& path() const noexcept { return path_; }

  // The path of `name` in it, made or not; "sub/name" too.
  std::string file(std::string_view name) const;

  // A folder in it, with the folders above; its path.
  std::string make_folder(std::string_view name) const;

  // A file with these bytes and no others; its path. Its folder exists.
  std::string write(std::string_view name, std::string_view bytes) const;

  std::string read(std::string_view name) const;

 private:
  std::string path_ = "/tmp/asyncio-XXXXXX";
};

}  // namespace asyncio
