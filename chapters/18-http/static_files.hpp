#pragma once

#include <string>
#include <string_view>

#include "18-http/http_response.hpp"
#include "common/descriptor.hpp"

namespace asyncio {

// StaticFiles answers with the files below a folder, and with nothing else:
//
//     router.mount("/files/", StaticFiles("public"));
//
// The path is cut at its slashes first and decoded then, so "%2e%2e" and
// "..%2f" are names like any other, and names that begin with a dot or hold a
// slash or a NUL are not served. Each folder on the way is opened from the one
// before it, and a symbolic link is not followed: between a check and an open
// nothing can be exchanged, and nothing leads out. Only plain files count.
//
// It knows Last-Modified, ETag and their conditions (RFC 9110 section 13), and
// a single byte range (section 14). A file larger than 64 KiB is sent piece by
// piece. Reading from a disk blocks the loop, as chapter 16 explains; a file
// in the system's cache takes microseconds.
//
// Copies share the folder, which is opened once. Any loop, one thread.
class StaticFiles {
 public:
  // Throws std::system_error "open public: No such file or directory".
  explicit StaticFiles(const std::string& root,
                       std::string index = "index.html");

  // Serves request.part("*"), which Router::mount() sets.
  Coro<HttpResponse> operator()(HttpRequest& request) const;

  // The answer for a path below the folder, as it stands in a target.
  HttpResponse answer(const HttpRequest& request, std::string_view path) const;

 private:
  Descriptor open_file(std::string_view path, bool& is_folder) const;

  std::shared_ptr<const Descriptor> root_;
  std::string index_;
};

// "text/html; charset=utf-8" for "index.html": by what follows the last dot.
std::string_view type_of_file(std::string_view name);

// What a Range header asks for, of `size` bytes. Not a valid single range:
// nothing, and the header counts for nothing. `satisfiable` is false for one
// that lies behind the end.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool satisfiable = true;
};
std::optional<ByteRange> parse_range(std::string_view header,
                                     std::uint64_t size);

}  // namespace asyncio
