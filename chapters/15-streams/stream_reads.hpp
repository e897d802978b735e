#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "08-coroutines/coro.hpp"
#include "15-streams/stream_protocol.hpp"

namespace asyncio {

// The stream has ended before what was asked for. The bytes that came are
// taken from it: here they are.
class IncompleteReadError : public std::runtime_error {
 public:
  IncompleteReadError(std::string partial, std::optional<std::size_t> expected);
  const std::string& partial() const noexcept { return partial_; }
  // How many were asked for, if that is known.
  std::optional<std::size_t> expected() const noexcept { return expected_; }

 private:
  std::string partial_;
  std::optional<std::size_t> expected_;
};

// More than the limit has come, and no separator in it.
class LimitOverrunError : public std::runtime_error {
 public:
  LimitOverrunError(const std::string& message, std::size_t consumed)
      : std::runtime_error(message), consumed_(consumed) {}
  // How many bytes stand before the separator, or surely do not hold it.
  std::size_t consumed() const noexcept { return consumed_; }

 private:
  std::size_t consumed_;
};

struct Nothing {};  // the argument of reads that take none

// The awaiters of StreamReader's reads, each standing in the frame of whoever
// awaits it. enough() looks at the queue; await_resume() takes from it.

class ReadSome final : public ReadCall {
 public:
  using Result = std::string;
  ReadSome(Ref<StreamProtocol> stream, std::size_t count) noexcept
      : ReadCall(std::move(stream)), count_(count) {}
  std::string await_resume();

 private:
  const char* name() const noexcept override { return "read"; }
  bool enough() override { return !bytes().empty() || eof() || count_ == 0; }
  const std::size_t count_;
};

class ReadInto final : public ReadCall {
 public:
  using Result = std::size_t;
  ReadInto(Ref<StreamProtocol> stream, std::span<char> place) noexcept
      : ReadCall(std::move(stream)), place_(place) {}
  std::size_t await_resume();

 private:
  const char* name() const noexcept override { return "read_into"; }
  bool enough() override {
    return !bytes().empty() || eof() || place_.empty();
  }
  const std::span<char> place_;
};

class ReadAll final : public ReadCall {
 public:
  using Result = std::string;
  ReadAll(Ref<StreamProtocol> stream, Nothing) noexcept
      : ReadCall(std::move(stream)) {}
  std::string await_resume();

 private:
  const char* name() const noexcept override { return "read"; }
  bool enough() override { return eof(); }
};

class ReadExactly final : public ReadCall {
 public:
  using Result = std::string;
  ReadExactly(Ref<StreamProtocol> stream, std::size_t count) noexcept
      : ReadCall(std::move(stream)), count_(count) {}
  std::string await_resume();

 private:
  const char* name() const noexcept override { return "readexactly"; }
  bool enough() override { return bytes().size() >= count_ || eof(); }
  const std::size_t count_;
};

// A SeparatorScan looks for a separator in bytes that grow at their end, and
// looks at each of them once.
class SeparatorScan {
 public:
  static constexpr std::size_t kNone = std::string_view::npos;

  // True if it is there, or if more than `limit` bytes stand before it.
  bool look(std::string_view bytes, std::string_view separator,
            std::size_t limit);
  std::size_t found() const noexcept { return found_; }
  // Throws if there was more than `limit`.
  void check(std::size_t limit) const;

 private:
  std::size_t found_ = kNone;
  std::size_t passed_ = 0;  // no separator begins in so many bytes
};

class ReadUntil final : public ReadCall {
 public:
  using Result = std::string;
  // Throws std::invalid_argument if the separator is empty.
  ReadUntil(Ref<StreamProtocol> stream, std::string separator);
  std::string await_resume();

 private:
  const char* name() const noexcept override { return "readuntil"; }
  bool enough() override {
    return scan_.look(bytes().view(), separator_, limit()) || eof();
  }
  const std::string separator_;
  SeparatorScan scan_;
};

class ReadLine final : public ReadCall {
 public:
  using Result = std::string;
  ReadLine(Ref<StreamProtocol> stream, Nothing) noexcept
      : ReadCall(std::move(stream)) {}
  std::string await_resume();

 private:
  const char* name() const noexcept override { return "readline"; }
  bool enough() override {
    return scan_.look(bytes().view(), "\n", limit()) || eof();
  }
  SeparatorScan scan_;
};

// What StreamReader's functions give: await it, or give it to whatever takes
// a coroutine.
template <class Call, class Argument = Nothing>
class [[nodiscard]] ReadAwaitable {
 public:
  using Result = typename Call::Result;
  explicit ReadAwaitable(Ref<StreamProtocol> stream,
                         Argument argument = {}) noexcept
      : stream_(std::move(stream)), argument_(std::move(argument)) {}

  Call operator co_await() && {
    return Call(std::move(stream_), std::move(argument_));
  }
  operator Coro<Result>() && { return as_coroutine(std::move(*this)); }

 private:
  static Coro<Result> as_coroutine(ReadAwaitable read) {
    co_return co_await std::move(read);
  }
  Ref<StreamProtocol> stream_;
  [[no_unique_address]] Argument argument_;
};

}  // namespace asyncio
