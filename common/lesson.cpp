#include "common/lesson.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "common/error.hpp"
#include "common/text.hpp"

namespace lesson {
namespace {

constexpr auto npos = std::string_view::npos;

// The characters of a fence, as "```" or "~~~~", or an empty view.
std::string_view fence_of(std::string_view line) {
  const std::string_view text = web::trim(line);
  if (text.empty() || (text[0] != '`' && text[0] != '~')) return {};
  const std::size_t length = text.find_first_not_of(text[0]);
  const std::string_view fence = text.substr(0, length);
  return fence.size() < 3 ? std::string_view() : fence;
}

bool closes(std::string_view line, std::string_view fence) {
  const std::string_view found = fence_of(line);
  return found.size() >= fence.size() && found[0] == fence[0] &&
         web::trim(line).size() == found.size();
}

std::size_t indentation(std::string_view line) {
  const std::size_t n = line.find_first_not_of(" \t");
  return n == npos ? line.size() : n;
}

// A block may stand in a list, and be indented as a whole.
std::string without_indentation(std::string_view line, std::size_t n) {
  return std::string(
      line.substr(n < indentation(line) ? n : indentation(line)));
}

// `[](int x)` in code is no link: the same line, with its code spans blanked.
std::string without_code(std::string_view line) {
  std::string out(line);
  std::size_t open = 0;
  while ((open = out.find('`', open)) != npos) {
    const std::size_t close = out.find('`', open + 1);
    if (close == npos) break;
    out.replace(open, close + 1 - open, close + 1 - open, ' ');
    open = close + 1;
  }
  return out;
}

void find_links(std::string_view line, int number, std::string_view open,
                char close, std::vector<Link>& links) {
  std::size_t at = 0;
  while ((at = line.find(open, at)) != npos) {
    at += open.size();
    const std::size_t end = line.find(close, at);
    if (end == npos) return;
    // [text](target "a title")
    std::string_view target = web::trim(line.substr(at, end - at));
    target = target.substr(0, target.find(' '));
    if (!target.empty()) links.push_back({number, std::string(target)});
  }
}

// A word has a letter or a digit: "--" and "|" are none.
int count_words(std::string_view line) {
  int words = 0;
  for (const std::string& word : split_words(line)) {
    bool counts = false;
    for (const char c : word) counts = counts || web::is_alnum(c);
    words += counts;
  }
  return words;
}

void read_prose(std::string_view line, int number, Page& page) {
  const std::string text = without_code(line);
  const std::size_t hashes = line.find_first_not_of('#');
  if (hashes != npos && hashes >= 1 && hashes <= 6 && line[hashes] == ' ') {
    page.headings.push_back({number, static_cast<int>(hashes),
                             std::string(web::trim(line.substr(hashes)))});
  }
  find_links(text, number, "](", ')', page.links);
  find_links(text, number, "src=\"", '"', page.links);
  find_links(text, number, "href=\"", '"', page.links);
  page.words += count_words(line);
  page.prose.append(line).push_back('\n');
}

}  // namespace

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(end == npos ? text.size() : end + 1);
  }
  return lines;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t", at)) != npos) {
    const std::size_t end = text.find_first_of(" \t", at);
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

Page parse_page(std::string path, std::string_view text) {
  Page page;
  page.path = std::move(path);
  std::string fence;  // of the block that is open
  std::size_t indent = 0;
  int number = 0;
  for (const std::string& line : split_lines(text)) {
    ++number;
    if (!fence.empty()) {
      if (closes(line, fence)) {
        fence.clear();
      } else {
        page.blocks.back().text.push_back(without_indentation(line, indent));
      }
    } else if (const std::string_view opened = fence_of(line);
               !opened.empty()) {
      fence = opened;
      indent = indentation(line);
      page.blocks.push_back(
          {number, split_words(line.substr(indent + fence.size())), {}});
    } else {
      read_prose(line, number, page);
    }
  }
  if (!fence.empty()) page.open_fence = page.blocks.back().line;
  return page;
}

Page read_page(const std::string& path) {
  return parse_page(path, read_file(path));
}

std::string anchor(std::string_view heading) {
  std::string out;
  for (const char c : heading) {
    const bool kept = web::is_alnum(c) || c == '-' || c == '_' || (c & 0x80);
    if (kept) out.push_back(web::to_lower(c));
    if (c == ' ') out.push_back('-');
  }
  return out;
}

bool exists(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0;
}

std::string read_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) asyncio::throw_errno("open", path);
  std::string text;
  char buffer[65536];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, file)) {
    text.append(buffer, n);
  }
  const bool failed = std::ferror(file) != 0;
  std::fclose(file);
  if (failed) asyncio::throw_errno("read", path);
  return text;
}

}  // namespace lesson
