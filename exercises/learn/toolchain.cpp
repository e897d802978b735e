#include "exercises/learn/toolchain.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include "common/lesson.hpp"
#include "exercises/learn/files.hpp"

namespace learn {
namespace {

void append(std::vector<std::string>& to,
            const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

void take(Toolchain& toolchain, const std::string& key,
          const std::string& value) {
  if (key == "source") toolchain.source = value;
  if (key == "build") toolchain.build = value;
  if (key == "work") toolchain.work = value;
  if (key == "compiler") toolchain.compiler = value;
  if (key == "precompiled") toolchain.precompiled = value;
  if (key == "flag") toolchain.flags.push_back(value);
  if (key == "include") toolchain.includes.push_back(value);
  if (key == "library") toolchain.libraries.push_back(value);
  if (key == "sanitize") toolchain.sanitize.push_back(value);
  if (key == "default") toolchain.is_default = value == "yes";
}

}  // namespace

bool Toolchain::has_flag(const std::string& flag) const {
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

Toolchain read_toolchain(const std::string& path) {
  if (!is_file(path)) {
    throw std::runtime_error(path + " is missing: configure the course anew");
  }
  Toolchain toolchain;
  for (const std::string& line : lesson::split_lines(lesson::read_file(path))) {
    const std::size_t space = line.find(' ');
    if (space == line.npos) continue;
    take(toolchain, line.substr(0, space), line.substr(space + 1));
  }
  if (toolchain.compiler.empty() || toolchain.source.empty() ||
      toolchain.work.empty()) {
    throw std::runtime_error(path + " is damaged: configure the course anew");
  }
  return toolchain;
}

std::vector<std::string> compile_command(const Toolchain& toolchain,
                                         const Build& build) {
  std::vector<std::string> words = {toolchain.compiler};
  append(words, toolchain.flags);
  words.push_back("-fdiagnostics-color=never");
  if (build.strict) words.push_back("-Werror");
  if (build.sanitize) {
    append(words, toolchain.sanitize);
  } else if (!toolchain.precompiled.empty()) {
    append(words, {"-include", toolchain.precompiled});
  }
  for (const std::string& folder : toolchain.includes) {
    words.push_back("-I" + folder);
  }
  append(words, build.sources);
  append(words, {"-o", build.output});
  append(words, toolchain.libraries);
  return words;
}

}  // namespace learn
