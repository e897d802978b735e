// lesson.hpp reads a lesson or a deck: as much of Markdown as the lesson check
// needs, which is fenced blocks, headings, links and the number of words.
//
// Plain values that own their text; usable on any thread. A file that cannot be
// read is a std::system_error; Markdown itself has no errors, but for a fence
// that is never closed, which Page::open_fence tells.
//
// Source: CommonMark 0.30, sections 4.2 (headings) and 4.5 (fenced blocks).

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lesson {

// A fenced block. Its text starts on the line after `line`.
struct Block {
  int line = 0;
  std::vector<std::string> info;  // the words after the fence
  std::vector<std::string> text;  // without the fence's own indentation
};

struct Heading {
  int line = 0;
  int level = 0;
  std::string text;
};

// The target of [text](target), ![text](target), src="target", href="target".
struct Link {
  int line = 0;
  std::string target;
};

struct Page {
  std::string path;
  std::vector<Block> blocks;
  std::vector<Heading> headings;
  std::vector<Link> links;
  std::string prose;   // the text outside of fenced blocks, line by line
  int words = 0;       // of the prose
  int open_fence = 0;  // the line of a fence that is never closed, or 0
};

Page parse_page(std::string path, std::string_view text);
Page read_page(const std::string& path);

// What GitHub makes of a heading: "In asyncio" is reached as #in-asyncio.
std::string anchor(std::string_view heading);

bool exists(const std::string& path);
std::string read_file(const std::string& path);
std::vector<std::string> split_lines(std::string_view text);
std::vector<std::string> split_words(std::string_view text);

}  // namespace lesson
