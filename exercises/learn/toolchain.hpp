// A Toolchain is what it takes to build one exercise as the course itself was
// built. CMake writes it into build/exercises/build.txt, a fact a line:
//
//   source /course
//   compiler /usr/bin/g++
//   flag -std=c++20
//   library /course/build/common/libasyncio_common.a
//
// A plain value; any thread. A file that is missing or damaged is an error
// that says to build the course again.

#pragma once

#include <string>
#include <vector>

namespace learn {

struct Toolchain {
  std::string source;       // the course's root
  std::string build;        // where its programs stand
  std::string work;         // where exercises are built
  std::string compiler;
  std::string precompiled;  // the header that was read once; may be empty
  std::vector<std::string> flags;
  std::vector<std::string> includes;
  std::vector<std::string> libraries;  // in the linker's order
  // What to add for AddressSanitizer; none if the build has it already, or has
  // another sanitizer, which does not go together with it.
  std::vector<std::string> sanitize;
  bool is_default = false;  // the build that everybody has

  std::string exercises() const { return source + "/exercises"; }
  std::string solutions() const { return source + "/solutions"; }
  bool has_flag(const std::string& flag) const;
};

Toolchain read_toolchain(const std::string& path);

// How to build one program.
struct Build {
  std::vector<std::string> sources;
  std::string output;
  bool sanitize = false;
  bool strict = false;  // a warning is an error
};

// The command that compiles and links it.
std::vector<std::string> compile_command(const Toolchain& toolchain,
                                         const Build& build);

}  // namespace learn
