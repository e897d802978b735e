// lesson_match.hpp compares what a lesson shows with what is: an excerpt with
// its file, a block of output with what the program printed.
//
// Both forms return nothing when they agree, else the first line of the block
// that does not, by its index. Pure functions, usable on any thread.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lesson {

using Lines = std::vector<std::string>;

// Every line of `block` stands in `file`, in this order and without a gap. The
// excerpt may have lost an indentation that all of its lines have in the file.
// A line that is only "// ..." or "# ..." skips any number of lines.
std::optional<std::size_t> excerpt_fault(const Lines& block, const Lines& file);

// `block` is all of `output`; a line that is only "..." skips any number of
// lines. `loose`: figures, their units and runs of spaces may differ. An index
// of block.size() means that the output goes on after the block's end.
std::optional<std::size_t> output_fault(const Lines& block, const Lines& output,
                                        bool loose);

// A line as the loose form sees it: "took 12.5 ms  (0x7ffe)" is "took # (#)".
std::string without_figures(std::string_view line);

}  // namespace lesson
