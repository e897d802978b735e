// Opens a built page of slides in Chromium, without a window, and tells what is
// wrong with it:
//
//   slides_test build/slides/index.html
//   slides_test build/slides/05-callbacks.html exercises/05-.../README.md...
//
// check.js measures every slide and presses every key, inside of a copy of the
// page. Here the deck is compared with what stands beside it: the index, its
// printed pages, and the chapter's exercises, each of which needs a row of a
// table. The exit status is 0, 1 with a line for each fault, or 77 where no
// Chromium is.

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "common/lesson.hpp"
#include "common/program.hpp"
#include "common/scratch_folder.hpp"

namespace {

using lesson::read_file;

constexpr std::chrono::seconds kHung(100);  // it judges no speed
constexpr std::string_view kDot = " \u00b7 ";

// The first of these names that stands in a folder of PATH, or nothing.
std::string find_chromium() {
  const char* variable = std::getenv("PATH");
  const std::string path = variable ? variable : "";
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    for (std::size_t at = 0; at < path.size();) {
      const std::size_t end = std::min(path.find(':', at), path.size());
      const std::string file = path.substr(at, end - at) + '/' + name;
      if (::access(file.c_str(), X_OK) == 0) return file;
      at = end + 1;
    }
  }
  return "";
}

class Test {
 public:
  Test(std::string chromium, std::string page)
      : chromium_(std::move(chromium)), page_(std::move(page)) {
    name_ = page_.substr(page_.rfind('/') + 1);
    name_ = name_.substr(0, name_.rfind('.'));
    for (const char* home : {"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"}) {
      ::setenv(home, folder_.path().c_str(), 1);
    }
  }

  int run(const std::vector<std::string>& exercises) {
    const std::string html = read_file(page_);
    for (const std::string& readme : exercises) check_exercise(html, readme);
    check_in_browser(html);
    if (name_ != "index") {
      check_index();
      check_print(html);
    }
    if (faults_ == 0) std::printf("%s: %s\n", name_.c_str(), found_.c_str());
    return faults_ == 0 ? 0 : 1;
  }

 private:
  void fault(const std::string& what) {
    ++faults_;
    std::printf("%s: %s\n", name_.c_str(), what.c_str());
  }

  // An exercise says "*predict · 10 minutes · easy · ...*" in its README, and a
  // deck "| 1-stop | predict | 10 |".
  void check_exercise(const std::string& html, const std::string& readme) {
    const std::string folder = readme.substr(0, readme.rfind('/'));
    const std::string name = folder.substr(folder.rfind('/') + 1);
    std::string facts;
    for (const std::string& line : lesson::split_lines(read_file(readme))) {
      if (line.starts_with('*') && facts.empty()) facts = line.substr(1);
    }
    const std::size_t dot = facts.find(kDot);
    if (dot == facts.npos) return fault(readme + " has no line of facts");
    const std::string kind = facts.substr(0, dot);
    const std::string rest = facts.substr(dot + kDot.size());
    const std::string minutes = rest.substr(0, rest.find(' '));
    for (const std::string& line : lesson::split_lines(html)) {
      if (line.starts_with("| ") && line.find(name) != line.npos &&
          line.ends_with("| " + kind + " | " + minutes + " |")) {
        return;
      }
    }
    fault("has no row | " + name + " | " + kind + " | " + minutes + " |");
  }

  // Opens a copy of the page, whose path needs no escapes in a URL. Time in the
  // browser is virtual: it jumps while nothing happens.
  program::Outcome browse(std::string_view html, const std::string& option) {
    const std::string copy = folder_.write("page.html", html);
    program::Program browser(
        {chromium_, "--headless=new", "--no-sandbox", "--disable-gpu",
         "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
         "--user-data-dir=" + folder_.file("profile"), "--window-size=1280,720",
         "--virtual-time-budget=20000", option, "file://" + copy});
    return browser.wait(kHung);
  }

  void check_in_browser(const std::string& html) {
    const char* root = std::getenv("ASYNCIO_SOURCE_DIR");
    const std::string checks =
        read_file(std::string(root ? root : ".") + "/slides/check.js");
    const program::Outcome outcome =
        browse(html + "<script>" + checks + "</script>\n", "--dump-dom");
    const std::string report = report_of(outcome.out);
    if (report.empty()) fault("the browser gave no report:\n" + outcome.err);
    for (const std::string& line : lesson::split_lines(report)) {
      if (line.starts_with("fault: ")) fault(line.substr(7));
      if (line.starts_with("checked: ")) found_ = line.substr(9);
    }
  }

  // What check.js has written, out of the HTML of the whole page.
  static std::string report_of(const std::string& dom) {
    constexpr std::string_view opening = "<pre id=\"report\">";
    const std::size_t at = dom.rfind(opening);
    if (at == dom.npos) return "";
    const std::size_t begin = at + opening.size();
    std::string text = dom.substr(begin, dom.find("</pre>", begin) - begin);
    replace_all(text, "&lt;", "<");
    replace_all(text, "&gt;", ">");
    replace_all(text, "&amp;", "&");
    return text;
  }

  static void replace_all(std::string& text, std::string_view code,
                          std::string_view mark) {
    for (std::size_t i = 0; (i = text.find(code, i)) != text.npos; ++i) {
      text.replace(i, code.size(), mark);
    }
  }

  // "20 slides, 45 minutes" stand in the deck's row as two cells.
  void check_index() {
    const std::string index =
        page_.substr(0, page_.rfind('/') + 1) + "index.html";
    int slides = 0;
    int minutes = 0;
    std::sscanf(found_.c_str(), "%d slides, %d minutes", &slides, &minutes);
    const std::string cells = "</a></td><td>" + std::to_string(slides) +
                              "</td><td>" + std::to_string(minutes) + "</td>";
    for (const std::string& line : lesson::split_lines(read_file(index))) {
      if (line.find("href=\"" + name_ + ".html\"") == line.npos) continue;
      if (line.find(cells) == line.npos) {
        fault("it has " + found_ + ", but the index says: " + line);
      }
      return;
    }
    fault("the index does not name it");
  }

  // In a PDF each page is an object of the type Page, and of the size of the
  // stage: 1280 by 720 pixels are 960 by 540 points.
  void check_print(const std::string& html) {
    const std::string pdf = folder_.file("page.pdf");
    browse(html, "--print-to-pdf=" + pdf);
    if (!lesson::exists(pdf)) return fault("it cannot be printed");
    const std::string bytes = read_file(pdf);
    const int pages = count(bytes, "/Type /Page\n");
    const int slides = std::atoi(found_.c_str());
    if (pages != slides) {
      fault("it prints on " + std::to_string(pages) + " pages, but has " +
            std::to_string(slides) + " slides");
    }
    if (count(bytes, "/MediaBox [0 0 960 540]") != pages) {
      fault("its pages are not 960 by 540 points");
    }
  }

  static int count(const std::string& text, std::string_view word) {
    int times = 0;
    for (std::size_t at = 0; (at = text.find(word, at)) != text.npos; ++at) {
      ++times;
    }
    return times;
  }

  asyncio::ScratchFolder folder_;  // the browser's home, too
  std::string chromium_;
  std::string page_;
  std::string name_;
  std::string found_;  // what check.js counted: "20 slides, 45 minutes"
  int faults_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) {
    std::printf("usage: slides_test PAGE [README OF AN EXERCISE...]\n");
    return 2;
  }
  const std::string chromium = find_chromium();
  if (chromium.empty()) {
    std::printf("skipped: chromium is not installed\n");
    return 77;
  }
  return Test(chromium, argv[1]).run({argv + 2, argv + argc});
} catch (const std::system_error& error) {
  std::printf("%s\n", error.what());
  return 1;
}
