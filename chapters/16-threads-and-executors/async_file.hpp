#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "08-coroutines/coro.hpp"
#include "09-futures/future.hpp"
#include "common/descriptor.hpp"

namespace asyncio {

// An AsyncFile is a file whose calls do not hold up the loop: each blocks in
// a thread of the default executor. A selector is of no use here: it says
// that a file is always ready, and the read waits for the disk all the same.
// asyncio has no files; this follows Python's built-in open() in binary mode,
// as the package aiofiles does.
//
//     AsyncFile file = co_await AsyncFile::open("notes.txt", "r");
//     std::string text = co_await file.read_all();
//     co_await file.close();
//
// A call that is cancelled goes on in its thread, and the next one waits for
// it. Nothing that was read is lost: it stands in a buffer, for the next one.
// A write that was cancelled may have been made, wholly or not at all, unless
// it failed.
//
// Ownership: move-only; one that was moved from may only be assigned to. The
// destructor closes, at the latest when the call under way has ended. Thread:
// the loop's. Calls of several tasks are made one after another. Errors:
// std::system_error "read FILE: CAUSE".
class AsyncFile {
 public:
  // Modes: "r", "w", "a", "x", each also with "+"; a "b" changes nothing.
  // Throws std::invalid_argument for others.
  static Coro<AsyncFile> open(std::string path, std::string mode = "r");

  AsyncFile(AsyncFile&&) = default;
  AsyncFile& operator=(AsyncFile&&) = default;

  // At most `size` bytes, less only at the end of the file.
  Coro<std::string> read(std::size_t size);
  Coro<std::string> read_all();
  // To the end of the line, with it; empty at the end of the file.
  Coro<std::string> readline();

  // Writes all of it, where the last read or write ended.
  Coro<void> write(std::string data);

  enum class From { kStart, kCurrent, kEnd };
  // Goes to another place, and gives its offset.
  Coro<std::int64_t> seek(std::int64_t offset, From from = From::kStart);
  Coro<std::int64_t> tell() { return seek(0, From::kCurrent); }

  // Returns when the disk has all that was written.
  Coro<void> fsync();
  // Harmless when closed.
  Coro<void> close();
  bool closed() const noexcept { return !state_ || state_->closed; }

 private:
  // What a call uses, in its thread; between calls, the loop's thread does.
  struct File {
    std::string path;
    Descriptor fd;
    std::string buffer;     // what was read
    std::size_t taken = 0;  // how much of that is the program's already
    std::string_view left() const {
      return std::string_view(buffer).substr(taken);
    }
    void unread();
  };
  // A thread may hold a File to the last, but never a future: so there are
  // two objects.
  struct State {
    std::shared_ptr<File> file;
    Future<std::int64_t> call;  // the last one
    bool closed = false;        // or about to be
  };
  using StatePointer = std::shared_ptr<State>;

  explicit AsyncFile(std::shared_ptr<File> file)
      : state_(std::make_shared<State>()) {
    state_->file = std::move(file);
  }

  template <class F>
  static Coro<std::int64_t> call(StatePointer state, F function);
  static Coro<void> wait_for_last_call(StatePointer state);
  static std::int64_t read_more(File& file);
  static std::string take(File& file, std::size_t size);
  static Coro<std::string> read_to_size(StatePointer state, std::size_t size);
  static Coro<std::string> read_to_newline(StatePointer state);
  static Coro<void> close(StatePointer state);

  StatePointer state_;
};

}  // namespace asyncio
