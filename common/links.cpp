#include "common/links.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <utility>

#include "common/text.hpp"

namespace web {
namespace {

using std::string_view;
constexpr auto npos = string_view::npos;

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

// ---- Character references -------------------------------------------------

void append_utf8(std::string& to, std::uint32_t code) {
  const auto add = [&to](std::uint32_t byte) { to += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

bool is_character(std::uint32_t code) {
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  return code != 0 && !surrogate && code <= 0x10FFFF;
}

// Decodes "&#38;" at the start of text; returns its length, or 0 for none.
std::size_t decode_number(string_view text, std::string& to) {
  std::size_t at = 2;
  const bool hex = at < text.size() && to_lower(text[at]) == 'x';
  if (hex) ++at;
  const std::size_t first = at;
  std::uint32_t code = 0;
  for (; at < text.size(); ++at) {
    const int digit = hex_digit(text[at]);
    if (digit < 0 || (!hex && digit > 9)) break;
    code = code * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
    code = std::min<std::uint32_t>(code, 0x110000);  // and no overflow
  }
  if (at == first) return 0;
  append_utf8(to, is_character(code) ? code : 0xFFFD);
  return at < text.size() && text[at] == ';' ? at + 1 : at;
}

// Decodes "&amp;" at the start of text; returns its length, or 0 for none.
std::size_t decode_name(string_view text, std::string& to) {
  static constexpr struct {
    string_view name, value;
    bool needs_semicolon;
  } names[] = {
      {"amp", "&", false},   {"lt", "<", false},  {"gt", ">", false},
      {"quot", "\"", false}, {"apos", "'", true}, {"nbsp", "\xC2\xA0", false},
  };
  for (const auto& entity : names) {
    if (!text.substr(1).starts_with(entity.name)) continue;
    const std::size_t end = 1 + entity.name.size();
    const char next = end < text.size() ? text[end] : '\0';
    if (next != ';' &&
        (entity.needs_semicolon || next == '=' || is_alnum(next))) {
      return 0;
    }
    to += entity.value;
    return next == ';' ? end + 1 : end;
  }
  return 0;
}

// ---- Tags -----------------------------------------------------------------

// What is of interest in a start tag.
struct Tag {
  std::string name;                 // lower case
  std::optional<std::string> href;  // decoded
};

// Walks over a page from tag to tag. It moves only forward, and looks ahead
// for a closing mark only where a missing one ends the walk: so it is linear.
class Tokenizer {
 public:
  explicit Tokenizer(string_view html) : html_(html) {}

  // The next start tag, or nothing at the end of the page.
  std::optional<Tag> next();

 private:
  char at(std::size_t i) const { return i < html_.size() ? html_[i] : '\0'; }
  void skip_past(string_view mark, std::size_t from);
  void skip_comment();
  void skip_raw_text(const std::string& name);
  std::optional<Tag> read_tag();
  void read_attribute(Tag& tag);
  string_view read_name();
  string_view read_value();

  string_view html_;
  std::size_t position_ = 0;
};

std::optional<Tag> Tokenizer::next() {
  for (;;) {
    position_ = html_.find('<', position_);
    if (position_ == npos) return std::nullopt;
    const char c = at(++position_);
    if (is_alpha(c)) {
      auto tag = read_tag();
      if (tag) skip_raw_text(tag->name);
      return tag;
    }
    if (c == '/' && is_alpha(at(position_ + 1))) {
      ++position_;
      if (!read_tag()) return std::nullopt;  // an end tag leads nowhere
    } else if (c == '!' || c == '?' || c == '/') {
      skip_comment();
    }  // else the '<' is text: "1 < 2"
  }
}

void Tokenizer::skip_past(string_view mark, std::size_t from) {
  const auto found = html_.find(mark, from);
  position_ = found == npos ? html_.size() : found + mark.size();
}

// "<!-- -->", and what browsers take for a comment: "<!doctype>", "<?xml?>".
void Tokenizer::skip_comment() {
  if (!html_.substr(position_).starts_with("!--")) {
    return skip_past(">", position_);
  }
  const std::size_t text = position_ + 3;
  const string_view rest = html_.substr(text);
  if (rest.starts_with(">") || rest.starts_with("->")) {
    return skip_past(">", text);  // "<!-->" is a whole comment
  }
  // "--!>" ends one too. Whichever comes first; without either, all is comment.
  for (auto dashes = html_.find("--", text); dashes != npos;
       dashes = html_.find("--", dashes + 1)) {
    const std::size_t close = dashes + (at(dashes + 2) == '!' ? 3 : 2);
    if (at(close) == '>') {
      position_ = close + 1;
      return;
    }
  }
  position_ = html_.size();
}

// Within these elements a '<' is text, until their own end tag.
void Tokenizer::skip_raw_text(const std::string& name) {
  static constexpr string_view raw[] = {"script",  "style",    "textarea",
                                        "title",   "iframe",   "xmp",
                                        "noembed", "noframes", "plaintext"};
  if (std::find(std::begin(raw), std::end(raw), name) == std::end(raw)) return;
  while (position_ < html_.size()) {
    skip_past("</", position_);
    const std::size_t end = position_ + name.size();
    const char c = at(end);
    if (name != "plaintext" && (is_space(c) || c == '/' || c == '>') &&
        equal_ignoring_case(html_.substr(position_, name.size()), name)) {
      position_ -= 2;
      return;
    }
  }
}

// At a tag's name. A tag that the page's end cuts off is none.
std::optional<Tag> Tokenizer::read_tag() {
  Tag tag;
  const std::size_t start = position_;
  while (position_ < html_.size() && !is_space(html_[position_]) &&
         html_[position_] != '/' && html_[position_] != '>') {
    ++position_;
  }
  tag.name = lower(html_.substr(start, position_ - start));
  for (;;) {
    while (is_space(at(position_)) || at(position_) == '/') ++position_;
    if (position_ >= html_.size()) {
      position_ = html_.size();
      return std::nullopt;
    }
    if (html_[position_] == '>') break;
    read_attribute(tag);
  }
  ++position_;
  return tag;
}

void Tokenizer::read_attribute(Tag& tag) {
  const string_view name = read_name();
  std::size_t next = position_;
  while (is_space(at(next))) ++next;
  string_view value;
  if (at(next) == '=') {
    position_ = next + 1;
    while (is_space(at(position_))) ++position_;
    value = read_value();
  }
  if (!tag.href && equal_ignoring_case(name, "href")) {
    tag.href = decode_entities(value);
  }
}

// A name may begin with '=', or the walk would stand still there.
string_view Tokenizer::read_name() {
  const std::size_t start = position_++;
  while (position_ < html_.size() && !is_space(html_[position_]) &&
         string_view("/>=").find(html_[position_]) == npos) {
    ++position_;
  }
  return html_.substr(start, position_ - start);
}

string_view Tokenizer::read_value() {
  const char quote = at(position_);
  std::size_t start = position_;
  if (quote == '"' || quote == '\'') {
    skip_past(string_view(&quote, 1), ++start);
    const bool closed = position_ > start && html_[position_ - 1] == quote;
    return html_.substr(start, position_ - start - (closed ? 1 : 0));
  }
  while (position_ < html_.size() && !is_space(html_[position_]) &&
         html_[position_] != '>') {
    ++position_;
  }
  return html_.substr(start, position_ - start);
}

std::optional<Url> try_resolve(const Url& base, string_view reference) {
  try {
    return resolve(base, reference);
  } catch (const UrlError&) {
    return std::nullopt;  // "mailto:somebody", "http://"
  }
}

}  // namespace

std::string decode_entities(string_view text) {
  std::string result;
  result.reserve(text.size());
  for (;;) {
    const std::size_t mark = std::min(text.find('&'), text.size());
    result += text.substr(0, mark);
    text.remove_prefix(mark);
    if (text.empty()) return result;
    const bool number = text.size() > 1 && text[1] == '#';
    const std::size_t length =
        number ? decode_number(text, result) : decode_name(text, result);
    if (length == 0) result += '&';
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

std::vector<Url> extract_links(string_view html, const Url& page) {
  std::vector<std::string> references;
  std::optional<std::string> base_reference;
  Tokenizer tokenizer(html);
  while (auto tag = tokenizer.next()) {
    if (!tag->href) continue;
    if (tag->name == "a" || tag->name == "area") {
      references.push_back(std::move(*tag->href));
    } else if (tag->name == "base" && !base_reference) {
      base_reference = std::move(tag->href);
    }
  }
  // The base counts for the links that stand before it, too.
  const Url base =
      try_resolve(page, base_reference.value_or("")).value_or(page);
  std::vector<Url> links;
  std::unordered_set<std::string> seen;
  for (const std::string& reference : references) {
    auto url = try_resolve(base, reference);
    if (url && seen.insert(url->str()).second) links.push_back(std::move(*url));
  }
  return links;
}

}  // namespace web
