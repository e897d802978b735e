#include "16-threads-and-executors/async_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "12-cancellation/shield.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"
#include "common/error.hpp"

namespace asyncio {

namespace {

constexpr std::size_t kChunk = 64 * 1024;  // what is read at a time

int flags_of(std::string mode) {
  const std::string given = mode;
  std::erase(mode, 'b');
  const bool both = mode.ends_with('+');
  if (both) mode.pop_back();
  const int access = both ? O_RDWR : mode == "r" ? O_RDONLY : O_WRONLY;
  if (mode == "r") return access;
  if (mode == "w") return access | O_CREAT | O_TRUNC;
  if (mode == "a") return access | O_CREAT | O_APPEND;
  if (mode == "x") return access | O_CREAT | O_EXCL;
  throw std::invalid_argument("open: invalid mode '" + given + "'");
}

// Makes a system call, again if a signal cuts it short.
template <class Call>
std::int64_t checked(const char* operation, const std::string& path,
                     Call call) {
  for (;;) {
    const std::int64_t result = call();
    if (result >= 0) return result;
    if (errno != EINTR) throw_errno(operation, path);
  }
}

}  // namespace

// Back to where the program believes to be, from where the buffer ends.
void AsyncFile::File::unread() {
  const auto ahead = static_cast<off_t>(left().size());
  if (ahead > 0) {
    checked("seek", path, [&] { return ::lseek(fd.get(), -ahead, SEEK_CUR); });
  }
  buffer.clear();  // not before: a pipe has no places to go back to
  taken = 0;
}

// Runs `function(file)` in a thread. Who awaits this may be cancelled, and
// the thread goes on: hence the shield, which leaves the future to itself.
template <class F>
Coro<std::int64_t> AsyncFile::call(StatePointer state, F function) {
  co_await wait_for_last_call(state);
  if (!state->file->fd) {
    throw std::runtime_error("the file is closed: " + state->file->path);
  }
  auto work = [file = state->file, function = std::move(function)] {
    return function(*file);
  };
  state->call = run_in_executor(std::move(work));
  Future<std::int64_t> shielded = shield(state->call);
  co_return co_await std::move(shielded);
}

// A call whose caller was cancelled may still be at work, or another task's.
// When this returns, the File is ours, until the next co_await.
Coro<void> AsyncFile::wait_for_last_call(StatePointer state) {
  while (state->call && !state->call.done()) {
    const Future<void> ended = create_future();
    state->call.add_done_callback([ended](const Future<std::int64_t>&) {
      if (!ended.done()) ended.set_result();
    });
    co_await ended;
  }
}

Coro<AsyncFile> AsyncFile::open(std::string path, std::string mode) {
  const int flags = flags_of(std::move(mode)) | O_CLOEXEC;
  auto open_it = [flags](std::string name) {
    auto file = std::make_shared<File>();
    file->fd = Descriptor(static_cast<int>(checked(
        "open", name, [&] { return ::open(name.c_str(), flags, 0666); })));
    file->path = std::move(name);
    return file;
  };
  auto file = co_await to_thread(open_it, std::move(path));
  co_return AsyncFile(std::move(file));
}

// Reads what the next read() of the system gives; 0 at the end of the file.
std::int64_t AsyncFile::read_more(File& file) {
  file.buffer.erase(0, std::exchange(file.taken, 0));
  const std::size_t size = file.buffer.size();
  file.buffer.resize(size + kChunk);
  std::int64_t n = 0;
  try {
    n = checked("read", file.path, [&] {
      return ::read(file.fd.get(), file.buffer.data() + size, kChunk);
    });
  } catch (...) {
    file.buffer.resize(size);
    throw;
  }
  file.buffer.resize(size + static_cast<std::size_t>(n));
  return n;
}

std::string AsyncFile::take(File& file, std::size_t size) {
  std::string taken(file.left().substr(0, size));
  file.taken += taken.size();
  return taken;
}

Coro<std::string> AsyncFile::read_to_size(StatePointer state,
                                          std::size_t size) {
  for (bool at_end = false;;) {
    co_await wait_for_last_call(state);
    if (at_end || state->file->left().size() >= size) {
      co_return take(*state->file, size);
    }
    const std::int64_t n = co_await call(state, read_more);
    at_end = n == 0;
  }
}

Coro<std::string> AsyncFile::read_to_newline(StatePointer state) {
  for (bool at_end = false;;) {
    co_await wait_for_last_call(state);
    const std::size_t newline = state->file->left().find('\n');
    if (newline != std::string::npos || at_end) {
      const bool found = newline != std::string::npos;
      co_return take(*state->file, found ? newline + 1 : newline);
    }
    const std::int64_t n = co_await call(state, read_more);
    at_end = n == 0;
  }
}

Coro<std::string> AsyncFile::read(std::size_t size) {
  return read_to_size(state_, size);
}
Coro<std::string> AsyncFile::read_all() {
  return read_to_size(state_, std::string::npos);
}
Coro<std::string> AsyncFile::readline() { return read_to_newline(state_); }

Coro<void> AsyncFile::write(std::string data) {
  auto write_it = [data = std::move(data)](File& file) {
    file.unread();
    std::string_view rest = data;
    while (!rest.empty()) {
      rest.remove_prefix(static_cast<std::size_t>(
          checked("write", file.path, [&] {
            return ::write(file.fd.get(), rest.data(), rest.size());
          })));
    }
    return std::int64_t{0};
  };
  co_await call(state_, std::move(write_it));
}

Coro<std::int64_t> AsyncFile::seek(std::int64_t offset, From from) {
  auto seek_it = [offset, from](File& file) {
    file.unread();
    const int whence = from == From::kStart     ? SEEK_SET
                       : from == From::kCurrent ? SEEK_CUR
                                                : SEEK_END;
    return checked("seek", file.path, [&] {
      return ::lseek(file.fd.get(), static_cast<off_t>(offset), whence);
    });
  };
  return call(state_, seek_it);
}

Coro<void> AsyncFile::fsync() {
  auto sync_it = [](File& file) {
    return checked("fsync", file.path, [&] { return ::fsync(file.fd.get()); });
  };
  co_await call(state_, sync_it);
}

Coro<void> AsyncFile::close() { return close(state_); }

Coro<void> AsyncFile::close(StatePointer state) {
  co_await wait_for_last_call(state);
  if (!state->file->fd) co_return;
  state->closed = true;
  auto close_it = [](File& file) {
    const int fd = file.fd.release();
    // After EINTR, too, the number is free, and may be somebody else's.
    if (::close(fd) < 0 && errno != EINTR) throw_errno("close", file.path);
    return std::int64_t{0};
  };
  co_await call(state, close_it);
}

}  // namespace asyncio
