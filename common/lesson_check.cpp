// The lesson check: proves every excerpt, output, link and picture of a lesson
// or a deck, and prints each fault as FILE:LINE: WHAT. The rules stand in
// common/lesson_rules.hpp. CTest runs it for each lesson, as lesson/NN-name.

#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "common/lesson_rules.hpp"

namespace {

const char usage[] =
    "usage: lesson_check [--root DIR] [--build DIR] [--python PROGRAM] "
    "PAGE.md...\n";

struct Arguments {
  lesson::Tree tree{".", "build", ""};
  std::vector<std::string> pages;
};

bool parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    std::string* value = nullptr;
    if (std::strcmp(argv[i], "--root") == 0) value = &arguments.tree.root;
    if (std::strcmp(argv[i], "--build") == 0) value = &arguments.tree.build;
    if (std::strcmp(argv[i], "--python") == 0) value = &arguments.tree.python;
    if (value == nullptr) {
      if (argv[i][0] == '-') return false;
      arguments.pages.emplace_back(argv[i]);
    } else if (++i == argc) {
      return false;
    } else {
      *value = argv[i];
    }
  }
  return !arguments.pages.empty();
}

}  // namespace

int main(int argc, char** argv) try {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    std::fputs(usage, stderr);
    return 2;
  }
  std::size_t faults = 0;
  for (const std::string& path : arguments.pages) {
    const lesson::Page page = lesson::read_page(path);
    for (const auto& fault : lesson::check_page(page, arguments.tree)) {
      std::printf("%s:%d: %s\n", fault.file.c_str(), fault.line,
                  fault.what.c_str());
      ++faults;
    }
    std::printf("%s: %d words, %zu blocks, %zu links\n", path.c_str(),
                page.words, page.blocks.size(), page.links.size());
  }
  return faults == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "lesson_check: %s\n", error.what());
  return 1;
}
