#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "19-database/resp.hpp"

namespace resp {

// A CommandParser makes commands of the bytes that a client sends, which may
// come in any pieces: arrays of texts, as programs send them, or lines of
// words, as a person with nc or telnet does. It follows redis-server's
// processMultibulkBuffer and processInlineBuffer (networking.c), down to the
// words of its complaints.
//
//   parser.feed(bytes);
//   while (parser.next()) execute(parser.arguments());
//   parser.save();
//
// Nothing is copied on this way: the arguments point into the bytes that were
// fed. Only save() keeps what is left, mostly nothing.
//
// Not thread-safe. Throws ProtocolError; it is of no more use then.
class CommandParser {
 public:
  struct Limits {
    Limits() {}
    std::size_t line = 64 * 1024;
    std::size_t text = 512 * 1024 * 1024;
    std::size_t command = 1024 * 1024 * 1024;  // all of its arguments
  };
  explicit CommandParser(const Limits& limits = Limits()) : limits_(limits) {}

  // Adds bytes, which must stay where they are until save().
  void feed(std::string_view bytes);

  // True if another command is whole; arguments() has it, and points to it,
  // until the next call of next(), feed() or save(). At least one argument.
  bool next();
  const std::vector<std::string_view>& arguments() const noexcept {
    return arguments_;
  }

  // Copies the bytes that are not used up yet.
  void save();

  // How many bytes wait, and how many have become whole commands, ever.
  std::size_t waiting() const noexcept { return input_.size() - start_; }
  std::uint64_t consumed() const noexcept { return consumed_; }

 private:
  struct Range {
    std::size_t begin, size;
  };
  bool read_array();
  bool read_text();
  bool read_text_size();
  bool read_inline();
  bool read_line(char end, const char* complaint, std::string_view& line);
  void finish_command();
  void take_ranges();

  Limits limits_;
  std::string_view input_;    // fed last, or buffer_
  std::string buffer_;        // kept from what was fed before
  std::size_t start_ = 0;     // where the command begins
  std::size_t position_ = 0;  // how far it was read
  std::int64_t missing_ = 0;  // arguments of the array that are still to come
  std::int64_t text_ = -1;    // the size of the one that comes now, if known
  std::vector<Range> ranges_;
  std::vector<std::string_view> arguments_;
  std::vector<std::string> words_;  // of a line: quotes make them new texts
  std::uint64_t consumed_ = 0;
};

// The words of a line, as redis-server's sdssplitargs takes them apart: "..."
// knows \n, \r, \t, \b, \a and \xHH, '...' knows \'. False if a quote stays
// open, or something follows a closing quote.
bool split_words(std::string_view line, std::vector<std::string>& words);

}  // namespace resp
