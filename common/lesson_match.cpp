#include "common/lesson_match.hpp"

#include "common/text.hpp"

namespace lesson {
namespace {

// A run of lines that must stand together; `at` is its first line's index.
struct Part {
  std::size_t at = 0;
  Lines lines;
};

std::string_view without_trailing_space(std::string_view line) {
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

template <class Skips>
std::vector<Part> split_parts(const Lines& block, Skips skips) {
  std::vector<Part> parts(1);
  for (std::size_t i = 0; i != block.size(); ++i) {
    if (skips(web::trim(block[i]))) {
      parts.push_back({i + 1, {}});
    } else {
      parts.back().lines.push_back(block[i]);
    }
  }
  return parts;
}

// What the file has before the excerpt's line: nullopt when the line differs.
std::optional<std::string_view> lost_indentation(std::string_view shown,
                                                 std::string_view actual) {
  if (!actual.ends_with(shown)) return std::nullopt;
  const std::string_view lost = actual.substr(0, actual.size() - shown.size());
  if (lost.find_first_not_of(" \t") != lost.npos) return std::nullopt;
  return lost;
}

// How many lines of the part stand in the file from `at` on.
std::size_t excerpt_run(const Lines& part, const Lines& file, std::size_t at) {
  std::optional<std::string_view> indentation;
  std::size_t n = 0;
  for (; n != part.size() && at + n != file.size(); ++n) {
    const std::string_view shown = without_trailing_space(part[n]);
    const std::string_view actual = without_trailing_space(file[at + n]);
    if (shown.empty() && actual.empty()) continue;
    const auto lost = lost_indentation(shown, actual);
    if (!lost || shown.empty() || (indentation && *lost != *indentation)) break;
    indentation = lost;
  }
  return n;
}

std::size_t output_run(const Lines& part, const Lines& output, std::size_t at) {
  std::size_t n = 0;
  while (n != part.size() && at + n != output.size() &&
         part[n] == output[at + n]) {
    ++n;
  }
  return n;
}

// Finds a part at `from` or later. Moves `from` behind it, or gives the longest
// run of its lines that was found.
template <class Run>
std::optional<std::size_t> find_part(const Part& part, std::size_t size,
                                     std::size_t& from, Run run) {
  std::size_t longest = 0;
  for (std::size_t at = from; at <= size; ++at) {
    const std::size_t n = run(at);
    if (n == part.lines.size()) {
      from = at + n;
      return std::nullopt;
    }
    if (n > longest) longest = n;
  }
  return part.at + longest;
}

// The lines to compare: trailing blank ones and spaces do not count.
Lines comparable(const Lines& lines, bool loose) {
  Lines out;
  for (const std::string& line : lines) {
    out.emplace_back(loose ? without_figures(line)
                           : std::string(without_trailing_space(line)));
  }
  while (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

// The length of a unit that follows a figure: "ms", " ms", "%", or none.
std::size_t unit_length(std::string_view rest) {
  const std::size_t space = rest.starts_with(' ') ? 1 : 0;
  for (const std::string_view unit :
       {"ns", "us", "µs", "ms", "s", "min", "kB", "KB", "MB", "GB", "KiB",
        "MiB", "GiB", "B", "x", "%"}) {
    const std::string_view after = rest.substr(space);
    if (!after.starts_with(unit)) continue;
    const std::string_view next = after.substr(unit.size());
    if (next.empty() || !web::is_alnum(next[0])) return space + unit.size();
  }
  return 0;
}

// The length of a figure: "12", "1,234.5", "127.0.0.1:80", "0x7ffe", "1e-9".
std::size_t figure_length(std::string_view text) {
  std::size_t n = 0;
  if (text.starts_with("0x")) {
    n = 2;
    while (n != text.size() && web::hex_digit(text[n]) >= 0) ++n;
    return n;
  }
  while (n != text.size() && web::is_digit(text[n])) {
    ++n;
    const bool joined = n + 1 < text.size() && web::is_digit(text[n + 1]) &&
                        std::string_view(".,:").find(text[n]) != text.npos;
    n += joined;
  }
  return n;
}

}  // namespace

std::optional<std::size_t> excerpt_fault(const Lines& block,
                                         const Lines& file) {
  const auto parts = split_parts(block, [](std::string_view line) {
    return line == "// ..." || line == "# ...";
  });
  std::size_t from = 0;
  for (const Part& part : parts) {
    const auto fault = find_part(part, file.size(), from, [&](std::size_t at) {
      return excerpt_run(part.lines, file, at);
    });
    if (fault) return fault;
  }
  return std::nullopt;
}

std::optional<std::size_t> output_fault(const Lines& block, const Lines& output,
                                        bool loose) {
  const Lines actual = comparable(output, loose);
  const auto parts =
      split_parts(comparable(block, loose),
                  [](std::string_view line) { return line == "..."; });
  std::size_t from = 0;
  for (std::size_t i = 0; i != parts.size(); ++i) {
    const Lines& lines = parts[i].lines;
    const auto run = [&](std::size_t at) {
      return output_run(lines, actual, at);
    };
    if (i + 1 == parts.size() && !parts[i].lines.empty() && i != 0 &&
        lines.size() + from <= actual.size()) {
      from = actual.size() - lines.size();  // the last part ends the output
    }
    if (i == 0) {  // and the first begins it
      from = run(0);
      if (from != lines.size()) return from;
    } else if (const auto fault =
                   find_part(parts[i], actual.size(), from, run)) {
      return fault;
    }
  }
  const bool open_end = parts.size() > 1 && parts.back().lines.empty();
  if (from != actual.size() && !open_end) return block.size();
  return std::nullopt;
}

std::string without_figures(std::string_view line) {
  std::string out;
  line = without_trailing_space(line);
  while (!line.empty()) {
    const std::size_t figure = figure_length(line);
    if (figure != 0) {
      line.remove_prefix(figure);
      line.remove_prefix(unit_length(line));
      out.push_back('#');
      continue;
    }
    const bool space = line[0] == ' ';
    if (!space || (!out.empty() && out.back() != ' ')) out.push_back(line[0]);
    line.remove_prefix(1);
  }
  return out;
}

}  // namespace lesson
