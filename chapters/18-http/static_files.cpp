#include "18-http/static_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>

#include "18-http/http_date.hpp"
#include "18-http/percent.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace asyncio {
namespace {

using std::string_view;

constexpr std::uint64_t kPiece = 64 * 1024;

// A folder or a file below `folder`, and never a link. Without O_NONBLOCK,
// opening a named pipe would wait for somebody to write to it.
Descriptor open_below(int folder, const std::string& name) {
  constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  int fd;
  do {
    fd = ::openat(folder, name.c_str(), flags);
  } while (fd < 0 && errno == EINTR);
  return Descriptor(fd);
}

// Whether a segment, decoded, may be the name of a file that is served.
bool is_good_name(const std::optional<std::string>& name) {
  return name && !name->empty() && name->front() != '.' &&
         name->find('/') == std::string::npos &&
         name->find('\0') == std::string::npos;
}

std::string read_at(int fd, std::uint64_t offset, std::uint64_t size) {
  std::string data(static_cast<std::size_t>(size), '\0');
  std::size_t done = 0;
  while (done < data.size()) {
    const ssize_t n = ::pread(fd, data.data() + done, data.size() - done,
                              static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", "a file");
    if (n == 0) throw std::runtime_error("read a file: it has become shorter");
    done += static_cast<std::size_t>(n);
  }
  return data;
}

Coro<> send_file(std::shared_ptr<const Descriptor> file, ByteRange range,
                 BodyWriter& to) {
  for (std::uint64_t at = range.first; at <= range.last;) {
    const std::uint64_t size = std::min(kPiece, range.last - at + 1);
    const std::string piece = read_at(file->get(), at, size);
    co_await to.write(piece);
    at += size;
  }
}

// What of the second in which a file was changed had passed by then.
long nanoseconds_of(const struct stat& info) {
#if defined(__APPLE__)
  return info.st_mtimespec.tv_nsec;
#else
  return info.st_mtim.tv_nsec;
#endif
}

// Changes whenever the file does: when it was changed, and its length.
std::string etag_of(const struct stat& info) {
  char text[64];
  std::snprintf(text, sizeof text, "\"%llx.%lx-%llx\"",
                static_cast<unsigned long long>(info.st_mtime),
                static_cast<unsigned long>(nanoseconds_of(info)),
                static_cast<unsigned long long>(info.st_size));
  return text;
}

// "*", or a list with this tag in it. `weak`: a weak one is as good.
bool matches(string_view list, string_view etag, bool weak) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    string_view element = web::trim(list.substr(0, comma));
    if (weak && element.starts_with("W/")) element.remove_prefix(2);
    if (element == "*" || element == etag) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::optional<std::time_t> date_in(const HttpRequest& request,
                                   string_view name) {
  const auto date = request.header(name);
  return date ? parse_http_date(*date) : std::nullopt;
}

// If-None-Match counts, and If-Modified-Since only where it is missing.
bool is_unchanged(const HttpRequest& request, string_view etag,
                  std::time_t modified) {
  if (const auto tags = request.header("If-None-Match")) {
    return matches(*tags, etag, true);
  }
  const auto time = date_in(request, "If-Modified-Since");
  return time && modified <= *time;
}

// The client means another file than this: it knows an older one.
bool is_another(const HttpRequest& request, string_view etag,
                std::time_t modified) {
  if (const auto tags = request.header("If-Match")) {
    return !matches(*tags, etag, false);
  }
  const auto time = date_in(request, "If-Unmodified-Since");
  return time && modified > *time;
}

std::optional<ByteRange> wanted_range(const HttpRequest& request,
                                      string_view etag, std::uint64_t size) {
  const auto range = request.header("Range");
  if (!range || request.method() != "GET") return std::nullopt;
  // "If it is still this file": by its tag, and not if it is told by a date.
  const auto condition = request.header("If-Range");
  if (condition && *condition != etag) return std::nullopt;
  return parse_range(*range, size);
}

bool take_number(string_view& text, std::uint64_t& number) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return true;
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.first) + "-" +
         std::to_string(range.last) + "/" + std::to_string(size);
}

void set_body(HttpResponse& response, Descriptor file, const ByteRange& range) {
  const std::uint64_t size = range.last - range.first + 1;
  if (size <= kPiece) {
    response.body = read_at(file.get(), range.first, size);
    return;
  }
  auto shared = std::make_shared<const Descriptor>(std::move(file));
  response.stream_length = size;
  response.stream = [shared, range](BodyWriter& to) {
    return send_file(shared, range, to);
  };
}

HttpResponse answer_file(const HttpRequest& request, Descriptor file,
                         const struct stat& info, string_view type) {
  const auto size = static_cast<std::uint64_t>(info.st_size);
  const std::string etag = etag_of(info);
  if (is_another(request, etag, info.st_mtime)) return error_response(412);
  HttpResponse response;
  response.headers = {{"Last-Modified", http_date(info.st_mtime)},
                      {"ETag", etag},
                      {"Accept-Ranges", "bytes"}};
  if (is_unchanged(request, etag, info.st_mtime)) {
    response.status = 304;
    return response;
  }
  response.content_type = type;
  ByteRange range{0, size - 1, true};
  if (const auto wanted = wanted_range(request, etag, size)) {
    if (!wanted->satisfiable) {
      HttpResponse refused = error_response(416);
      refused.headers.add("Content-Range", "bytes */" + std::to_string(size));
      return refused;
    }
    range = *wanted;
    response.status = 206;
    response.headers.add("Content-Range", content_range(range, size));
  }
  if (size > 0) set_body(response, std::move(file), range);
  return response;
}

}  // namespace

StaticFiles::StaticFiles(const std::string& root, std::string index)
    : index_(std::move(index)) {
  Descriptor folder(
      ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throw_errno("open", root);
  root_ = std::make_shared<const Descriptor>(std::move(folder));
}

// Walks down, a folder at a time. Owns nothing if there is no such file.
Descriptor StaticFiles::open_file(string_view path, bool& is_folder) const {
  Descriptor here(::fcntl(root_->get(), F_DUPFD_CLOEXEC, 0));
  is_folder = false;
  while (here) {
    const auto slash = std::min(path.find('/'), path.size());
    std::optional<std::string> name = percent_decode(path.substr(0, slash));
    const bool last = slash == path.size();
    if (last && path.empty()) name = index_;  // "/" or "/folder/"
    if (!is_good_name(name)) return {};
    here = open_below(here.get(), *name);
    if (last) break;
    path.remove_prefix(slash + 1);
  }
  struct stat info;
  is_folder = here && ::fstat(here.get(), &info) == 0 && S_ISDIR(info.st_mode);
  return here;
}

HttpResponse StaticFiles::answer(const HttpRequest& request,
                                 string_view path) const {
  if (request.method() != "GET" && request.method() != "HEAD") {
    HttpResponse refused = error_response(405);
    refused.headers.add("Allow", "GET, HEAD");
    return refused;
  }
  bool is_folder = false;
  Descriptor file = open_file(path, is_folder);
  const bool index = path.empty() || path.ends_with('/');
  if (is_folder && !index) {
    // With the slash, so that the page's relative links lead into it. Only
    // the last part, since "//host/" would be another server.
    const auto name = path.substr(path.rfind('/') + 1);
    return redirect_response("./" + std::string(name) + "/", 301);
  }
  struct stat info;
  if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return error_response(404);
  }
  return answer_file(request, std::move(file), info,
                     type_of_file(index ? string_view(index_) : path));
}

Coro<HttpResponse> StaticFiles::operator()(HttpRequest& request) const {
  co_return answer(request, request.part("*"));
}

string_view type_of_file(string_view name) {
  static constexpr struct {
    string_view ending;
    string_view type;
  } types[] = {
      {"html", "text/html; charset=utf-8"},
      {"htm", "text/html; charset=utf-8"},
      {"css", "text/css; charset=utf-8"},
      {"js", "text/javascript; charset=utf-8"},
      {"json", "application/json"},
      {"txt", "text/plain; charset=utf-8"},
      {"md", "text/markdown; charset=utf-8"},
      {"xml", "application/xml"},
      {"svg", "image/svg+xml"},
      {"png", "image/png"},
      {"jpg", "image/jpeg"},
      {"jpeg", "image/jpeg"},
      {"gif", "image/gif"},
      {"ico", "image/x-icon"},
      {"webp", "image/webp"},
      {"pdf", "application/pdf"},
      {"wasm", "application/wasm"},
      {"woff2", "font/woff2"},
  };
  const auto dot = name.rfind('.');
  const auto ending = dot == string_view::npos ? "" : name.substr(dot + 1);
  for (const auto& known : types) {
    if (web::equal_ignoring_case(known.ending, ending)) return known.type;
  }
  return "application/octet-stream";
}

std::optional<ByteRange> parse_range(string_view header, std::uint64_t size) {
  if (!header.starts_with("bytes=")) return std::nullopt;
  header = web::trim(header.substr(6));
  ByteRange range;
  const bool suffix = header.starts_with('-');
  if (!suffix && !take_number(header, range.first)) return std::nullopt;
  if (!header.starts_with('-')) return std::nullopt;
  header.remove_prefix(1);
  range.last = size - 1;
  std::uint64_t number = 0;
  const bool has_number = take_number(header, number);
  if (!header.empty() || (suffix && !has_number)) return std::nullopt;
  if (suffix) {
    range.first = size - std::min(number, size);
    range.satisfiable = number > 0 && size > 0;
    return range;
  }
  if (has_number && number < range.first) return std::nullopt;
  if (has_number) range.last = std::min(number, size - 1);
  range.satisfiable = range.first < size;
  return range;
}

}  // namespace asyncio
