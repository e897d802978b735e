#include "common/stages.hpp"

#include <glob.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>

namespace stages {
namespace {

// "a/chapters/05-callbacks/crawl" is the stage "05-callbacks".
Stage stage_of(const std::string& program) {
  std::size_t end = program.rfind('/');
  if (end == std::string::npos || end == 0) return {program, program};
  std::size_t start = program.rfind('/', end - 1);
  start = start == std::string::npos ? 0 : start + 1;
  return {program.substr(start, end - start), program};
}

// Reads JSON as far as reports need it: objects, arrays, strings, numbers,
// true, false, null. The callers say what they want to find.
class Json {
 public:
  explicit Json(std::string_view text) : text_(text), rest_(text) {}

  bool take(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!take(c)) fail(std::string("expected ") + c);
  }

  std::string string() {
    expect('"');
    std::string out;
    while (!rest_.empty() && rest_.front() != '"') {
      char c = next();
      out += c == '\\' ? escaped() : c;
    }
    expect('"');
    return out;
  }

  // A string, or "" for null.
  std::string text() {
    if (!take_null()) return string();
    return "";
  }

  // A number, or 0 for null.
  double number() {
    if (take_null()) return 0;
    std::size_t n = rest_.find_first_not_of("+-.0123456789eE");
    std::string digits(rest_.substr(0, n));
    if (digits.empty()) fail("expected a number");
    rest_.remove_prefix(digits.size());
    return std::strtod(digits.c_str(), nullptr);
  }

  // Calls member(name) for each member of an object; it reads the value.
  template <typename Member>
  void object(Member member) {
    expect('{');
    if (take('}')) return;
    do {
      std::string name = string();
      expect(':');
      member(name);
    } while (take(','));
    expect('}');
  }

  template <typename Element>
  void array(Element element) {
    expect('[');
    if (take(']')) return;
    do {
      element();
    } while (take(','));
    expect(']');
  }

  [[noreturn]] void fail(const std::string& cause) const {
    std::size_t at = text_.size() - rest_.size();
    throw std::runtime_error("read JSON at byte " + std::to_string(at) + ": " +
                             cause + ", not '" +
                             std::string(rest_.substr(0, 40)) + "'");
  }

 private:
  void skip_space() {
    std::size_t n = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(n, rest_.size()));
  }

  bool take_null() {
    skip_space();
    if (rest_.substr(0, 4) != "null") return false;
    rest_.remove_prefix(4);
    return true;
  }

  char next() {
    if (rest_.empty()) fail("unexpected end");
    char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  // Characters beyond ASCII need not be told apart here.
  char escaped() {
    char c = next();
    if (c == 'n') return '\n';
    if (c == 't') return '\t';
    if (c == 'r') return '\r';
    if (c == 'b') return '\b';
    if (c == 'f') return '\f';
    if (c != 'u') return c;
    std::string digits;
    for (int i = 0; i < 4; ++i) digits += next();
    long code = std::strtol(digits.c_str(), nullptr, 16);
    return code < 128 ? static_cast<char>(code) : '?';
  }

  std::string_view text_;
  std::string_view rest_;
};

long integer(Json& json) { return static_cast<long>(json.number()); }

void read_page_member(Json& json, const std::string& name, Page& page) {
  if (name == "url") page.url = json.text();
  else if (name == "status") page.status = integer(json);
  else if (name == "content_type") page.content_type = json.text();
  else if (name == "bytes") page.bytes = integer(json);
  else if (name == "links") page.links = integer(json);
  else if (name == "redirect") page.redirect = json.text();
  else if (name == "tries") page.tries = integer(json);
  else if (name == "error") page.error = json.text();
  else if (name == "seconds") page.seconds = json.number();
  else json.fail("unknown member " + name + " of a page before this");
}

void read_total(Json& json, const std::string& name, Report& report) {
  if (name == "pages") report.total_pages = integer(json);
  else if (name == "failed") report.failed = integer(json);
  else if (name == "bytes") report.bytes = integer(json);
  else if (name == "links") report.links = integer(json);
  else if (name == "threads") report.threads = integer(json);
  else if (name == "most_sockets") report.most_sockets = integer(json);
  else if (name == "seconds") report.seconds = json.number();
  else json.fail("unknown total " + name + " before this");
}

}  // namespace

std::vector<Stage> find(const std::string& build_folder) {
  std::vector<Stage> found;
  if (const char* list = std::getenv("CRAWL_PROGRAMS")) {
    std::string_view rest = list;
    while (!rest.empty()) {
      std::size_t n = std::min(rest.find(' '), rest.size());
      if (n > 0) found.push_back(stage_of(std::string(rest.substr(0, n))));
      rest.remove_prefix(std::min(n + 1, rest.size()));
    }
    return found;
  }
  std::string pattern = build_folder + "/chapters/[0-9][0-9]-*/crawl";
  glob_t matches{};
  if (::glob(pattern.c_str(), 0, nullptr, &matches) == 0) {
    for (std::size_t i = 0; i < matches.gl_pathc; ++i) {
      found.push_back(stage_of(matches.gl_pathv[i]));
    }
  }
  ::globfree(&matches);
  return found;
}

std::string build_folder() {
  const char* folder = std::getenv("ASYNCIO_BUILD_DIR");
  return folder != nullptr && *folder != '\0' ? folder : "build";
}

std::string Page::str() const {
  return url + " | " + std::to_string(status) + " | " + content_type + " | " +
         std::to_string(bytes) + " bytes | " + std::to_string(links) +
         " links | " + redirect + " | " + error;
}

const Page* Report::find(std::string_view url) const {
  for (const Page& page : pages) {
    if (page.url == url) return &page;
  }
  return nullptr;
}

std::string Report::str() const {
  std::string out;
  for (const Page& page : pages) out += page.str() + "\n";
  return out + std::to_string(total_pages) + " pages, " +
         std::to_string(failed) + " failed, " + std::to_string(bytes) +
         " bytes, " + std::to_string(links) + " links\n";
}

Report read_report(std::string_view text) {
  Report report;
  Json json(text);
  json.object([&](const std::string& part) {
    if (part == "pages") {
      json.array([&] {
        Page& page = report.pages.emplace_back();
        json.object([&](const std::string& name) {
          read_page_member(json, name, page);
        });
      });
    } else if (part == "totals") {
      json.object([&](const std::string& name) {
        read_total(json, name, report);
      });
    } else {
      json.fail("unknown part " + part + " of the report before this");
    }
  });
  return report;
}

program::Outcome crawl(const Stage& stage,
                       const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {stage.program, "--json"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return program::run(argv);
}

}  // namespace stages
