#include "common/crawl_report.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "common/columns.hpp"

namespace crawler {
namespace {

using columns::grouped;

constexpr std::size_t kWidth = 80;

// "http://host:8000" if every page's URL begins so; else empty.
std::string common_origin(const std::vector<Page>& pages) {
  std::string origin;
  for (const Page& page : pages) {
    const std::size_t host = page.url.find("://");
    if (host == page.url.npos) return "";
    const std::string own = page.url.substr(0, page.url.find('/', host + 3));
    if (!origin.empty() && own != origin) return "";
    origin = own;
  }
  return origin;
}

std::string without(const std::string& origin, const std::string& url) {
  const std::size_t size = origin.size();
  const bool has = url.compare(0, size, origin) == 0 && url[size] == '/';
  return columns::printable(has ? url.substr(size) : url);
}

// "/old -> /new", "/slow (4 tries)".
std::string place(const Page& page, const std::string& origin,
                  std::size_t width) {
  std::string tries;
  if (page.tries > 1) tries = " (" + std::to_string(page.tries) + " tries)";
  const std::string from = without(origin, page.url);
  std::size_t room = width - tries.size();
  if (page.redirect.empty()) return columns::elide(from, room) + tries;

  // Each gets half of the room, and what the other leaves.
  const std::string to = without(origin, page.redirect);
  room -= 4;
  const std::string head =
      columns::elide(from, room - std::min(room / 2, columns::width(to)));
  return head + " -> " + columns::elide(to, room - columns::width(head)) +
         tries;
}

struct Cells {
  std::string status, type, bytes, links, seconds, place;
};

// How wide each column must be for what stands in it.
struct Widths {
  std::size_t type = 4, bytes = 5, links = 5, seconds = 7;

  void fit(const Cells& cells) {
    type = std::max(type, columns::width(cells.type));
    bytes = std::max(bytes, cells.bytes.size());
    links = std::max(links, cells.links.size());
    seconds = std::max(seconds, cells.seconds.size());
  }
  std::size_t rest() const {
    return kWidth - 6 - type - bytes - links - seconds - 5 * 2;
  }
};

Cells cells_of(const Page& page) {
  const bool answered = page.status != 0;
  const std::string type = columns::printable(page.content_type);
  return {answered ? std::to_string(page.status) : "-",
          type.empty() ? "-" : columns::elide(type, 12),
          answered ? grouped(page.bytes) : "-",
          answered ? grouped(page.links) : "-",
          columns::decimal(page.seconds, 3), ""};
}

std::string line(const Cells& cells, const Widths& widths) {
  return columns::right(cells.status, 6) + "  " +
         columns::left(cells.type, widths.type) + "  " +
         columns::right(cells.bytes, widths.bytes) + "  " +
         columns::right(cells.links, widths.links) + "  " +
         columns::right(cells.seconds, widths.seconds) + "  " + cells.place +
         "\n";
}

std::string failures(const std::vector<Page>& pages) {
  std::string text;
  std::size_t count = 0;
  for (const Page& page : pages) {
    if (page.error.empty()) continue;
    ++count;
    std::string error = page.error;
    if (error.find(page.url) == error.npos) error = page.url + ": " + error;
    text += "  " + columns::printable(error) + "\n";
  }
  if (count == 0) return "";
  return "\n" + columns::count(count, "page") + " failed:\n" + text;
}

// "name":"value", or null where the value is empty.
std::string member(const char* name, const std::string& value) {
  return "\"" + std::string(name) + "\":" +
         (value.empty() ? "null" : json_string(value));
}

std::string member(const char* name, std::uint64_t value) {
  return "\"" + std::string(name) + "\":" + std::to_string(value);
}

std::string member(const char* name, double value) {
  return "\"" + std::string(name) + "\":" + columns::decimal(value, 6);
}

std::string json_page(const Page& page) {
  return "{" + member("url", page.url) + "," +
         (page.status == 0 ? "\"status\":null"
                           : member("status", std::uint64_t(page.status))) +
         "," + member("content_type", page.content_type) + "," +
         member("bytes", page.bytes) + "," + member("links", page.links) +
         "," + member("redirect", page.redirect) + "," +
         member("tries", std::uint64_t(page.tries)) + "," +
         member("error", page.error) + "," + member("seconds", page.seconds) +
         "}";
}

}  // namespace

std::string table(const Crawl& crawl) {
  const std::vector<Page> pages = crawl.pages();
  if (pages.empty()) return "";
  const std::string origin = common_origin(pages);
  Widths widths;
  for (const Page& page : pages) widths.fit(cells_of(page));

  const std::string heading =
      origin.empty() ? "url"
                     : columns::elide("path at " + origin, widths.rest());
  std::string text = line(
      {"status", "type", "bytes", "links", "seconds", heading}, widths);
  for (const Page& page : pages) {
    Cells cells = cells_of(page);
    cells.place = place(page, origin, widths.rest());
    text += line(cells, widths);
  }
  return text + failures(pages) + "\n";
}

std::string totals_line(const Crawl& crawl) {
  const Totals totals = crawl.totals();
  std::string text =
      columns::count(totals.pages, "page") + ", " + grouped(totals.failed) +
      " failed, " + columns::count(totals.bytes, "byte") + ", " +
      columns::count(totals.links, "link") + " in " +
      columns::decimal(totals.seconds, 2) + " s\n" +
      columns::count(totals.threads, "thread") + ", at most " +
      columns::count(totals.most_sockets, "socket") + " open at once\n";
  if (crawl.limited()) {
    text += "stopped at --max-pages " +
            std::to_string(crawl.options().max_pages) +
            ": there are more pages\n";
  }
  if (crawl.interrupted()) {
    text += "interrupted: " + columns::count(crawl.waiting(), "known page") +
            " not visited\n";
  }
  return text;
}

std::string json(const Crawl& crawl) {
  std::string text = "{\"pages\":[";
  const char* separator = "\n";
  for (const Page& page : crawl.pages()) {
    text += separator + json_page(page);
    separator = ",\n";
  }
  const Totals totals = crawl.totals();
  return text + "\n],\n\"totals\":{" + member("pages", totals.pages) + "," +
         member("failed", totals.failed) + "," +
         member("bytes", totals.bytes) + "," + member("links", totals.links) +
         "," + member("seconds", totals.seconds) + "," +
         member("threads", totals.threads) + "," +
         member("most_sockets", totals.most_sockets) + "}}\n";
}

std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : columns::valid_utf8(text, "\xef\xbf\xbd")) {
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      result += escape;
    } else {
      result += c;
    }
  }
  return result + "\"";
}

Progress::Progress(bool wanted)
    : active_(wanted && ::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::changed(const Crawl& crawl) {
  if (!active_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  const int width = columns::terminal_width(STDERR_FILENO) - 1;
  std::fprintf(stderr, "\r\x1b[K%s", progress_text(crawl, width).c_str());
  drawn_ = true;
}

std::string progress_text(const Crawl& crawl, int width) {
  const Totals totals = crawl.totals();
  const auto running = static_cast<std::size_t>(crawl.running());
  const std::string text =
      "crawl: " + columns::count(totals.pages - running, "page") + ", " +
      grouped(totals.failed) + " failed, " + grouped(running) +
      " under way, " + grouped(crawl.waiting()) + " waiting, " +
      columns::decimal(totals.seconds, 1) + " s";
  return columns::elide(text, static_cast<std::size_t>(std::max(width, 4)));
}

}  // namespace crawler
