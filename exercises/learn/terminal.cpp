#include "exercises/learn/terminal.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string_view>

namespace learn {
namespace {

// What every terminal since the VT100 understands, and its screen for guests.
constexpr const char* guest_screen = "\x1b[?1049h\x1b[2J";
constexpr const char* own_screen = "\x1b[?1049l";
constexpr const char* to_the_top = "\x1b[H";
constexpr const char* erase_line = "\x1b[2K";
constexpr const char* erase_below = "\x1b[J";

// Without the keys of several bytes: ESC, '[' or 'O', and on to a letter.
std::string single_keys(std::string_view bytes) {
  std::string keys;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\x1b') {
      keys += bytes[i];
      continue;
    }
    if (i + 1 == bytes.size() || (bytes[i + 1] != '[' && bytes[i + 1] != 'O')) {
      continue;  // the key ESC itself
    }
    for (i += 2; i < bytes.size() && (bytes[i] < '@' || bytes[i] > '~');) ++i;
  }
  return keys;
}

}  // namespace

void Terminal::enter() {
  if (entered_ || ::tcgetattr(in_, &before_) < 0) return;
  entered_ = true;
  apply();
}

void Terminal::apply() {
  termios keys = before_;
  // Not line by line, and not shown. Ctrl-C and Ctrl-Z stay signals.
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  keys.c_cc[VMIN] = 1;
  keys.c_cc[VTIME] = 0;
  ::tcsetattr(in_, TCSANOW, &keys);
}

void Terminal::leave() {
  if (on_its_screen_) write(own_screen);
  on_its_screen_ = false;
  if (entered_) ::tcsetattr(in_, TCSANOW, &before_);
  entered_ = false;
}

void Terminal::again() {
  on_its_screen_ = false;  // who knows; drawing asks for it anew
  if (entered_) apply();
}

void Terminal::draw(const Look& look, const std::vector<std::string>& lines) {
  std::string text;
  if (look.terminal) {
    if (!on_its_screen_) text += guest_screen;
    on_its_screen_ = true;
    text += to_the_top;
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (look.terminal) text += erase_line;
    text += lines[i];
    if (i + 1 < lines.size() || !look.terminal) text += "\r\n";
  }
  if (look.terminal) text += erase_below;
  write(text);
}

void Terminal::write(const std::string& text) const {
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t n = ::write(out_, rest.data(), rest.size());
    if (n >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd room{out_, POLLOUT, 0};  // somebody has made it non-blocking
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return;  // it is gone
    }
  }
}

std::string Terminal::read_keys(bool& end) const {
  char buffer[256];
  const ssize_t n = ::read(in_, buffer, sizeof buffer);
  end = n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
  if (n <= 0) return {};
  return single_keys({buffer, static_cast<std::size_t>(n)});
}

}  // namespace learn
