#include "18-http/access_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "18-http/http_date.hpp"
#include "common/error.hpp"
#include "common/sigpipe.hpp"
#include "common/text.hpp"

namespace asyncio {
namespace {

constexpr std::size_t kFull = 16 * 1024;

// "[10/Oct/2000:13:55:36 +0000]", made of "Tue, 10 Oct 2000 13:55:36 GMT".
std::string log_time(std::time_t time) {
  const std::string date = http_date(time);
  return "[" + date.substr(5, 2) + "/" + date.substr(8, 3) + "/" +
         date.substr(12, 4) + ":" + date.substr(17, 8) + " +0000]";
}

std::string escaped(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  if (text.empty()) return "-";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (web::is_control(c) || byte > 0x7e || c == '"' || c == '\\') {
      result += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    } else {
      result += c;
    }
  }
  return result;
}

Descriptor open_log(const std::string& file) {
  Descriptor log(::open(file.c_str(),
                        O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (!log) throw_errno("open", file);
  return log;
}

}  // namespace

std::string access_line(const AccessEntry& entry) {
  using std::chrono::microseconds;
  const auto taken = std::chrono::duration_cast<microseconds>(entry.taken);
  return escaped(entry.host) + " - - " + log_time(entry.time) + " \"" +
         escaped(entry.request) + "\" " + std::to_string(entry.status) + " " +
         std::to_string(entry.bytes) + " \"" + escaped(entry.referer) +
         "\" \"" + escaped(entry.user_agent) + "\" " +
         std::to_string(taken.count()) + "\n";
}

AccessLog::AccessLog(const std::string& file) : AccessLog(open_log(file)) {}

AccessLog::AccessLog(Descriptor to) : to_(std::move(to)) { ignore_sigpipe(); }

void AccessLog::add(const AccessEntry& entry) {
  lines_ += access_line(entry);
  if (lines_.size() >= kFull) flush();
}

void AccessLog::flush() noexcept {
  std::string_view rest = lines_;
  while (!rest.empty()) {
    const ssize_t n = ::write(to_.get(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      if (!std::exchange(failed_, true)) {
        std::fprintf(stderr, "write access log: %s\n", std::strerror(errno));
      }
      break;
    }
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  lines_.clear();
}

}  // namespace asyncio
