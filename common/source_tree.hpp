// source_tree.hpp reads the sources of the course, for tests that judge them:
// which files there are, what they include, what they say.
//
// Plain values, read once; usable on any thread. A folder or a file that cannot
// be read is a std::system_error.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace source_tree {

struct Include {
  int line = 0;
  std::string path;  // as written between the quotes
};

struct File {
  std::string path;  // from the root: "chapters/05-callbacks/event_loop.hpp"
  std::vector<std::string> lines;
  std::vector<Include> includes;  // #include "..." only

  std::string folder() const;     // "chapters/05-callbacks"
  std::string name() const;       // "event_loop.hpp"
  std::string stem() const;       // "event_loop"
  std::string extension() const;  // "hpp", or "" when there is none
  int chapter() const;            // 5; 0 for files outside of the chapters
  int exercise() const;  // 5 below exercises/05-* and solutions/05-*, else 0
};

// Every file below `root`, by path, but for build/, .git/ and other files whose
// names begin with a dot.
std::vector<File> read(const std::string& root);

// The root that CTest names, $ASYNCIO_SOURCE_DIR; else ".".
std::string root();

}  // namespace source_tree
