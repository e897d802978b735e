#include "common/lesson_rules.hpp"

#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>

#include "common/lesson_match.hpp"
#include "common/lesson_svg.hpp"
#include "common/text.hpp"

namespace lesson {
namespace {

constexpr int fewest_words = 1500;
constexpr int most_words = 4000;

constexpr std::string_view skeleton[] = {"What you will build",
                                         "What broke",
                                         "Predict",
                                         "The idea",
                                         "Build it",
                                         "Run it",
                                         "What it costs",
                                         "In asyncio",
                                         "Pitfalls",
                                         "Check yourself",
                                         "Exercises",
                                         "What is still wrong"};

// Languages whose blocks have to name a file, or to be a sketch.
constexpr std::string_view code[] = {"cpp", "c++", "py", "python"};

constexpr std::size_t skeleton_size = std::size(skeleton);

template <class Words>
bool is_one_of(std::string_view word, const Words& words) {
  for (const std::string_view candidate : words) {
    if (candidate == word) return true;
  }
  return false;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, slash);
}

// chapters/05-callbacks/README.md, but not the README.md at the top.
bool is_lesson(const std::string& path) {
  const std::string folder = folder_of(path);
  const std::string name = folder.substr(folder.rfind('/') + 1);
  return path.ends_with("/README.md") && name.size() > 3 &&
         web::is_digit(name[0]) && web::is_digit(name[1]) && name[2] == '-' &&
         folder_of(folder).ends_with("chapters");
}

class Checker {
 public:
  Checker(const Page& page, const Tree& tree) : page_(page), tree_(tree) {}

  std::vector<Fault> run() {
    if (page_.open_fence != 0) {
      fail(page_.open_fence, "this fence is never closed");
    }
    for (const Block& block : page_.blocks) check_block(block);
    for (const Link& link : page_.links) check_link(link);
    if (is_lesson(page_.path)) {
      check_skeleton();
      check_length();
      check_minutes();
      check_picture();
    }
    return std::move(faults_);
  }

 private:
  // Keeps the faults in the order of their lines.
  void fail(int line, std::string what) {
    auto at = faults_.end();
    while (at != faults_.begin() && (at - 1)->line > line) --at;
    faults_.insert(at, Fault{page_.path, line, std::move(what)});
  }

  void check_block(const Block& block) {
    const std::string kind = block.info.empty() ? "" : block.info[0];
    if (kind == "output" || kind == "output~") return check_output(block);
    if (kind == "measured") return check_measured(block);
    if (kind == "console") return check_console(block);
    const bool names_file = block.info.size() > 1;
    if (names_file && block.info[1] != "sketch") return check_excerpt(block);
    if (!names_file && is_one_of(kind, code)) {
      fail(block.line, "code that names no file: say `" + kind +
                           " FILE`, or `" + kind +
                           " sketch` for code that is "
                           "not in the tree");
    }
  }

  void check_excerpt(const Block& block) {
    const std::string& name = block.info[1];
    std::string path = tree_.root + "/chapters/" + name;
    if (!exists(path)) path = tree_.root + "/" + name;
    if (!exists(path)) return fail(block.line, "there is no file " + name);
    const auto fault = excerpt_fault(block.text, split_lines(read_file(path)));
    if (!fault) return;
    const bool past_end = *fault >= block.text.size();
    fail(line_of(block, *fault),
         "not in " + name + ", here: " +
             (past_end ? "(the end of the block)" : block.text[*fault]));
  }

  void check_output(const Block& block) try {
    const Command command =
        parse_command({block.info.begin() + 1, block.info.end()});
    if (command.words[0].ends_with(".py") && tree_.python.empty()) return;
    const bool loose = block.info[0] == "output~";
    const std::string printed =
        run_command(tree_, command, loose ? "" : "virtual");
    const auto fault = output_fault(block.text, split_lines(printed), loose);
    if (!fault) return;
    const bool past_end = *fault >= block.text.size();
    fail(line_of(block, *fault),
         command.words[0] + " does not print: " +
             (past_end ? "(the end of the block)" : block.text[*fault]) +
             "\nit prints:\n" + printed);
  } catch (const Unexpected& unexpected) {
    fail(block.line, unexpected.what);
  }

  void check_measured(const Block& block) try {
    program_path(
        tree_,
        parse_command({block.info.begin() + 1, block.info.end()}).words[0]);
  } catch (const Unexpected& unexpected) {
    fail(block.line, unexpected.what);
  }

  void check_console(const Block& block) {
    for (std::size_t i = 0; i != block.text.size(); ++i) {
      if (!block.text[i].starts_with("$ ")) continue;
      const auto words = split_words(block.text[i].substr(2));
      for (std::size_t w = 0; w != words.size(); ++w) {
        check_word(line_of(block, i), w == 0 ? "" : words[w - 1], words[w]);
      }
    }
  }

  // One word of a command, and the word before it.
  void check_word(int line, const std::string& before, std::string word) {
    if (word.starts_with("./")) word.erase(0, 2);
    if (before == "--preset") {
      if (!has_preset(word)) fail(line, "there is no preset " + word);
    } else if (before == "--target" && word.starts_with("chapter")) {
      const bool known = exists(tree_.build + "/CMakeFiles/" + word) ||
                         has_chapter(word.substr(7));
      if (!known) fail(line, "there is no target " + word);
    } else if (word.starts_with("build/")) {
      check_built(line, word);
    } else if (word.starts_with("chapters/") || word.starts_with("common/")) {
      if (!exists(tree_.root + "/" + word)) fail(line, "there is no " + word);
    }
  }

  // build/chapters/..., or build/release/chapters/... of another preset.
  void check_built(int line, const std::string& word) {
    std::string path = word.substr(6);
    const std::size_t slash = path.find('/');
    if (slash != path.npos && has_preset(path.substr(0, slash))) {
      path.erase(0, slash + 1);
    } else if (has_preset(path)) {
      return;
    }
    if (!exists(tree_.build + "/" + path)) {
      fail(line, word + " has not been built");
    }
  }

  bool has_preset(const std::string& name) const {
    const std::string path = tree_.root + "/CMakePresets.json";
    return exists(path) && read_file(path).find("\"name\": \"" + name + "\"") !=
                               std::string::npos;
  }

  bool has_chapter(const std::string& number) const {
    const std::string path = tree_.build + "/chapters/CTestTestfile.cmake";
    return exists(path) && read_file(path).find("subdirs(\"" + number + "-") !=
                               std::string::npos;
  }

  void check_link(const Link& link) {
    const std::string& target = link.target;
    if (target.find("://") != target.npos || target.starts_with("mailto:")) {
      return;
    }
    const std::size_t hash = target.find('#');
    const std::string file = target.substr(0, hash);
    const std::string path =
        file.empty() ? page_.path : folder_of(page_.path) + "/" + file;
    if (!file.empty() && !exists(path)) {
      return fail(link.line, "there is no " + target);
    }
    if (path.ends_with(".svg")) check_svg(link.line, path);
    if (hash == target.npos || !path.ends_with(".md")) return;
    const Page other = file.empty() ? page_ : read_page(path);
    for (const Heading& heading : other.headings) {
      if (anchor(heading.text) == target.substr(hash + 1)) return;
    }
    fail(link.line, "no heading is reached by " + target);
  }

  void check_svg(int line, const std::string& path) {
    const auto fault = svg_fault(read_file(path));
    if (!fault) return;
    fail(line, path + ":" + std::to_string(fault->line) + ": " + fault->what);
  }

  void check_skeleton() {
    std::size_t next = 0;
    for (const Heading& heading : page_.headings) {
      if (heading.level != 2) continue;
      if (next != skeleton_size && heading.text == skeleton[next]) {
        ++next;
        continue;
      }
      const bool known = is_one_of(heading.text, skeleton);
      fail(heading.line, "## " + heading.text +
                             (known ? " is out of order"
                                    : " is no heading of "
                                      "the skeleton") +
                             expected(next));
    }
    if (next != skeleton_size) fail(1, "a heading is missing" + expected(next));
  }

  static std::string expected(std::size_t next) {
    if (next == skeleton_size) return "";
    return "; the next is: ## " + std::string(skeleton[next]);
  }

  void check_length() {
    if (page_.words >= fewest_words && page_.words <= most_words) return;
    fail(1, std::to_string(page_.words) + " words; a lesson has " +
                std::to_string(fewest_words) + " to " +
                std::to_string(most_words));
  }

  void check_minutes() {
    const std::string opening =
        page_.prose.substr(0, page_.prose.find("\n## "));
    if (opening.find(" minutes") == opening.npos) {
      fail(1, "the opening does not say how many minutes the lesson takes");
    }
  }

  void check_picture() {
    for (const Link& link : page_.links) {
      if (link.target.ends_with(".svg")) return;
    }
    fail(1, "the lesson has no SVG picture");
  }

  static int line_of(const Block& block, std::size_t index) {
    return block.line + 1 + static_cast<int>(index);
  }

  const Page& page_;
  const Tree& tree_;
  std::vector<Fault> faults_;
};

}  // namespace

std::vector<Fault> check_page(const Page& page, const Tree& tree) {
  return Checker(page, tree).run();
}

}  // namespace lesson
