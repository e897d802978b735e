// Asynchronous files. asyncio has none; the cases are those of Python's
// test_file.py and of the package aiofiles: modes, reading by size and by
// line, seeking, errors, use after close; and what cancelling leaves behind.

#include "16-threads-and-executors/async_file.hpp"

#include <sys/stat.h>

#include <chrono>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "16-threads-and-executors/gate.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"
#include "common/scratch_folder.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;
using test::ThreadGate;

Coro<> write_file(std::string path, std::string text) {
  AsyncFile file = co_await AsyncFile::open(path, "w");
  co_await file.write(text);
  co_await file.close();
}
Coro<std::string> read_file(std::string path) {
  AsyncFile file = co_await AsyncFile::open(path);
  std::string text = co_await file.read_all();
  co_await file.close();
  co_return text;
}

TEST("what was written is read again") {
  const ScratchFolder folder;
  manual_run([path = folder.file("a")]() -> Coro<> {
    co_await write_file(path, "hello\n");
    std::string text = co_await read_file(path);
    CHECK_EQ(text, "hello\n");
  });
}

TEST("read gives as many bytes as asked for, fewer only at the end") {
  const ScratchFolder folder;
  manual_run([path = folder.file("a")]() -> Coro<> {
    const std::string big(200'000, 'x');
    co_await write_file(path, big + "end");
    AsyncFile file = co_await AsyncFile::open(path);
    std::string first = co_await file.read(150'000);
    std::string second = co_await file.read(50'000);
    std::string third = co_await file.read(10);
    std::string fourth = co_await file.read(10);
    CHECK_EQ(first.size(), 150'000u);
    CHECK_EQ(second.size(), 50'000u);
    CHECK_EQ(third, "end");
    CHECK_EQ(fourth, "");
  });
}

TEST("readline gives a line with its end, the last one perhaps without") {
  const ScratchFolder folder;
  manual_run([path = folder.file("a")]() -> Coro<> {
    const std::string wide(100'000, 'w');
    co_await write_file(path, "one\n\n" + wide + "\nlast");
    AsyncFile file = co_await AsyncFile::open(path);
    std::vector<std::string> lines;
    for (;;) {
      std::string line = co_await file.readline();
      if (line.empty()) break;
      lines.push_back(std::move(line));
    }
    CHECK_EQ(lines.size(), 4u);
    CHECK_EQ(lines[0], "one\n");
    CHECK_EQ(lines[1], "\n");
    CHECK(lines[2] == wide + "\n");
    CHECK_EQ(lines[3], "last");
  });
}

TEST("a file that grows can be read on") {
  const ScratchFolder folder;
  manual_run([path = folder.file("a")]() -> Coro<> {
    co_await write_file(path, "one");
    AsyncFile reader = co_await AsyncFile::open(path);
    std::string first = co_await reader.read_all();
    AsyncFile writer = co_await AsyncFile::open(path, "a");
    co_await writer.write("two");
    std::string second = co_await reader.read_all();
    CHECK_EQ(first, "one");
    CHECK_EQ(second, "two");
  });
}

TEST("seek, tell and write know what was read, not what stands in the buffer") {
  const ScratchFolder folder;
  manual_run([path = folder.file("a")]() -> Coro<> {
    co_await write_file(path, "0123456789");
    AsyncFile file = co_await AsyncFile::open(path, "r+");
    std::string two = co_await file.read(2);
    std::int64_t at = co_await file.tell();
    CHECK_EQ(at, 2);
    co_await file.write("ab");
    std::string rest = co_await file.read_all();
    CHECK_EQ(rest, "456789");
    at = co_await file.seek(-3, AsyncFile::From::kEnd);
    CHECK_EQ(at, 7);
    std::string three = co_await file.read(3);
    CHECK_EQ(three, "789");
    co_await file.seek(0);
    std::string all = co_await file.read_all();
    CHECK_EQ(all, "01ab456789");
  });
}

TEST("the modes are those of open()") {
  const ScratchFolder folder;
  manual_run([path = folder.file("a")]() -> Coro<> {
    co_await write_file(path, "old");
    {
      AsyncFile file = co_await AsyncFile::open(path, "ab+");
      co_await file.write("+new");
      co_await file.seek(0);
      std::string text = co_await file.read_all();
      CHECK_EQ(text, "old+new");
    }
    std::vector<std::string> errors;
    for (std::string mode : {"x", "q", "rw", "r++", ""}) {
      try {
        AsyncFile file = co_await AsyncFile::open(path, mode);
      } catch (const std::exception& error) {
        errors.push_back(error.what());
      }
    }
    CHECK_EQ(errors.size(), 5u);
    CHECK_EQ(errors[0], "open " + path + ": File exists");
    CHECK_EQ(errors[1], "open: invalid mode 'q'");
    CHECK_EQ(errors[3], "open: invalid mode 'r++'");
    co_await write_file(path, "");
    std::string text = co_await read_file(path);
    CHECK_EQ(text, "");
  });
}

TEST("errors name operation, file and cause") {
  const ScratchFolder folder;
  manual_run([path = folder.file("a")]() -> Coro<> {
    std::vector<std::string> errors;
    try {
      co_await read_file(path);
    } catch (const std::system_error& error) {
      errors.push_back(error.what());
    }
    co_await write_file(path, "text");
    AsyncFile reader = co_await AsyncFile::open(path);
    try {
      co_await reader.write("x");
    } catch (const std::system_error& error) {
      errors.push_back(error.what());
    }
    AsyncFile writer = co_await AsyncFile::open(path, "w");
    try {
      co_await writer.read(1);
    } catch (const std::system_error& error) {
      errors.push_back(error.what());
    }
    CHECK_EQ(errors.size(), 3u);
    CHECK_EQ(errors[0], "open " + path + ": No such file or directory");
    CHECK_EQ(errors[1], "write " + path + ": Bad file descriptor");
    CHECK_EQ(errors[2], "read " + path + ": Bad file descriptor");
  });
}

TEST("a closed file refuses every call, and closing it again is harmless") {
  const ScratchFolder folder;
  const int before = test::open_descriptors();
  manual_run([path = folder.file("a")]() -> Coro<> {
    AsyncFile file = co_await AsyncFile::open(path, "w+");
    CHECK(!file.closed());
    co_await file.fsync();
    co_await file.close();
    co_await file.close();
    CHECK(file.closed());
    int refused = 0;
    try {
      co_await file.read(1);
    } catch (const std::runtime_error& error) {
      refused += error.what() == "the file is closed: " + path;
    }
    try {
      co_await file.write("x");
    } catch (const std::runtime_error&) {
      ++refused;
    }
    CHECK_EQ(refused, 2);
  });
  CHECK_EQ(test::open_descriptors(), before);
}

TEST("a file that is being closed is closed already to whoever asks") {
  const ScratchFolder folder;
  ThreadGate gate;
  manual_run([&gate, path = folder.file("a")]() -> Coro<> {
    set_default_executor(get_running_loop(),
                         std::make_shared<ThreadPoolExecutor>(1));
    AsyncFile file = co_await AsyncFile::open(path, "w");
    Future<> busy = run_in_executor([&gate] { gate.wait(); });
    Task<> closing = create_task(file.close());
    co_await sleep(0s);
    const bool closed = file.closed();
    gate.open();
    co_await closing;
    CHECK(closed);
    CHECK(file.closed());
  });
}

TEST("a file that is only dropped is closed too") {
  const ScratchFolder folder;
  const int before = test::open_descriptors();
  manual_run([path = folder.file("a")]() -> Coro<> {
    AsyncFile file = co_await AsyncFile::open(path, "w");
    AsyncFile other = std::move(file);
    co_await other.write("x");
  });
  CHECK_EQ(test::open_descriptors(), before);
}

// Opens the other end of a named pipe, so that a read or a write of this one
// goes on.
TEST("a read that is cancelled loses nothing: the next one gets it") {
  const ScratchFolder folder;
  const std::string path = folder.file("pipe");
  CHECK_EQ(::mkfifo(path.c_str(), 0600), 0);
  manual_run([path]() -> Coro<> {
    AsyncFile file = co_await AsyncFile::open(path, "r+");
    Task<std::string> first = create_task(file.read(5));
    for (int i = 0; i < 3; ++i) co_await sleep(0s);  // its thread reads
    first.cancel();
    bool cancelled = false;
    try {
      co_await first;
    } catch (const CancelledError&) {
      cancelled = true;
    }
    CHECK(cancelled);
    auto feed = [path] {
      std::FILE* out = std::fopen(path.c_str(), "r+");
      std::fputs("hello", out);
      std::fclose(out);
    };
    co_await to_thread(feed);
    std::string text = co_await file.read(5);
    CHECK_EQ(text, "hello");
    co_await file.close();
  });
}

TEST("a place that cannot be told costs nothing that was read") {
  const ScratchFolder folder;
  const std::string path = folder.file("pipe");
  CHECK_EQ(::mkfifo(path.c_str(), 0600), 0);
  manual_run([path]() -> Coro<> {
    AsyncFile file = co_await AsyncFile::open(path, "r+");
    auto feed = [path](std::string text) {
      std::FILE* out = std::fopen(path.c_str(), "r+");
      std::fputs(text.c_str(), out);
      std::fclose(out);
    };
    co_await to_thread(feed, std::string("one\ntwo\n"));
    std::string line = co_await file.readline();
    CHECK_EQ(line, "one\n");
    std::string error;
    try {
      co_await file.tell();
    } catch (const std::system_error& failed) {
      error = failed.what();
    }
    CHECK_EQ(error, "seek " + path + ": Illegal seek");
    co_await to_thread(feed, std::string("three\n"));
    line = co_await file.readline();
    CHECK_EQ(line, "two\n");
  });
}

TEST("a file dropped while its call is at work is closed when that ends") {
  const ScratchFolder folder;
  const std::string path = folder.file("pipe");
  CHECK_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int before = test::open_descriptors();
  manual_run([path]() -> Coro<> {
    Task<std::string> task;
    {
      AsyncFile file = co_await AsyncFile::open(path, "r+");
      task = create_task(file.read(1));
      for (int i = 0; i < 3; ++i) co_await sleep(0s);
    }
    task.cancel();
    auto feed = [path] {
      std::FILE* out = std::fopen(path.c_str(), "r+");
      std::fputs("x", out);
      std::fclose(out);
    };
    co_await to_thread(feed);
  });
  CHECK_EQ(test::open_descriptors(), before);
}

TEST("calls of several tasks are made one after another, and all are made") {
  const ScratchFolder folder;
  manual_run([path = folder.file("a")]() -> Coro<> {
    AsyncFile file = co_await AsyncFile::open(path, "w+");
    std::vector<Task<>> writes;
    for (int i = 0; i < 50; ++i) {
      writes.push_back(create_task(file.write("0123456789")));
    }
    co_await gather(writes);
    co_await file.seek(0);
    std::vector<Task<std::string>> reads;
    for (int i = 0; i < 50; ++i) reads.push_back(create_task(file.read(10)));
    auto parts = co_await gather(reads);
    for (const std::string& part : parts) CHECK_EQ(part, "0123456789");
  });
}

TEST("fifty files at once") {
  const ScratchFolder folder;
  std::vector<std::string> paths;
  for (int i = 0; i < 50; ++i) {
    paths.push_back(folder.file(std::to_string(i)));
  }
  manual_run([&paths]() -> Coro<> {
    std::vector<Coro<>> writes;
    for (const std::string& path : paths) {
      writes.push_back(write_file(path, path));
    }
    co_await gather(std::move(writes));
    std::vector<Coro<std::string>> reads;
    for (const std::string& path : paths) reads.push_back(read_file(path));
    auto texts = co_await gather(std::move(reads));
    CHECK_EQ(texts, paths);
  });
}

}  // namespace
