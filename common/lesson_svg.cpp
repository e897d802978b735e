#include "common/lesson_svg.hpp"

#include <cstddef>
#include <vector>

#include "common/text.hpp"

namespace lesson {
namespace {

constexpr auto npos = std::string_view::npos;

// One pass over the tags; the names of those that are open stand on a stack.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<SvgFault> run() {
    while (!fault_ && at_ < text_.size()) {
      const std::size_t tag = text_.find('<', at_);
      check_entities(text_.substr(at_, tag == npos ? npos : tag - at_));
      if (tag == npos) break;
      at_ = tag;
      read_markup();
    }
    if (!fault_ && !open_.empty()) {
      fail("<" + std::string(open_.back()) + "> is never closed");
    }
    if (!fault_ && !seen_root_) fail("the file is not an <svg>");
    if (!fault_ && !seen_view_box_) fail("<svg> has no viewBox");
    if (!fault_ && !seen_title_) fail("there is no <title>");
    return fault_;
  }

 private:
  void read_markup() {
    if (text_.substr(at_).starts_with("<!--")) return skip_to("-->");
    if (text_.substr(at_).starts_with("<![CDATA[")) return skip_to("]]>");
    if (text_.substr(at_).starts_with("<?")) return skip_to("?>");
    if (text_.substr(at_).starts_with("<!")) return skip_to(">");
    const std::size_t end = tag_end();
    if (end == npos) return fail("a tag does not end");
    read_tag(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
  }

  void skip_to(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    if (found == npos) return fail("no " + std::string(end) + " ends this");
    at_ = found + end.size();
  }

  // The tag's `>`: one in a quoted value does not count.
  std::size_t tag_end() const {
    char quote = 0;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      const char c = text_[i];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        return i;
      } else if (c == '<') {
        return npos;
      }
    }
    return npos;
  }

  void read_tag(std::string_view tag) {
    check_entities(tag);
    if (tag.starts_with('/')) return close_tag(web::trim(tag.substr(1)));
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
    if (!seen_root_) {
      seen_root_ = name == "svg";
      seen_view_box_ = tag.find("viewBox=") != npos;
      if (!seen_root_) return fail("the file is not an <svg>");
    }
    seen_title_ = seen_title_ || name == "title";
    if (!tag.ends_with('/')) open_.push_back(name);
  }

  void close_tag(std::string_view name) {
    if (open_.empty() || open_.back() != name) {
      return fail("</" + std::string(name) + "> closes nothing");
    }
    open_.pop_back();
  }

  // &amp; &#8594; &#x2192;
  void check_entities(std::string_view text) {
    for (std::size_t i = text.find('&'); i != npos; i = text.find('&', i + 1)) {
      std::size_t end = i + 1;
      while (end < text.size() &&
             (web::is_alnum(text[end]) || text[end] == '#')) {
        ++end;
      }
      if (end == i + 1 || end == text.size() || text[end] != ';') {
        return fail("a bare &: write &amp;");
      }
    }
  }

  void fail(std::string what) {
    if (fault_) return;
    int line = 1;
    for (const char c : text_.substr(0, at_)) line += c == '\n';
    fault_ = SvgFault{line, std::move(what)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;
  bool seen_root_ = false;
  bool seen_view_box_ = false;
  bool seen_title_ = false;
  std::optional<SvgFault> fault_;
};

}  // namespace

std::optional<SvgFault> svg_fault(std::string_view text) {
  return Scanner(text).run();
}

}  // namespace lesson
