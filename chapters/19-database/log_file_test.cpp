#include "19-database/log_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/scratch_folder.hpp"
#include "common/test.hpp"

namespace {

using database::LogFile;
using asyncio::ScratchFolder;
using Commands = std::vector<std::string>;

struct Result {
  Commands commands;
  LogFile::Loaded loaded;
};

Result load(const std::string& path) {
  LogFile log(path);
  Result result;
  result.loaded = log.load([&](const std::vector<std::string_view>& words) {
    std::string line;
    for (std::string_view word : words) line.append(word).append(1, ' ');
    result.commands.push_back(line);
  });
  return result;
}

constexpr std::string_view set_a = "*2\r\n$1\r\nA\r\n$1\r\n1\r\n";
constexpr std::string_view set_b = "*2\r\n$1\r\nB\r\n$2\r\n\r\n\r\n";
constexpr std::string_view multi = "*1\r\n$5\r\nMULTI\r\n";
constexpr std::string_view exec = "*1\r\n$4\r\nEXEC\r\n";

TEST("what was written is there again") {
  const ScratchFolder folder;
  {
    LogFile log(folder.file("log"));
    log.write(set_a);
    log.write(set_b);
    log.sync();
  }
  const Result result = load(folder.file("log"));
  CHECK_EQ(result.commands, (Commands{"A 1 ", "B \r\n "}));
  CHECK_EQ(result.loaded.commands, 2);
  CHECK_EQ(result.loaded.cut, 0);
}

TEST("a file that is cut anywhere loses the last record, and no other") {
  const ScratchFolder folder;
  const std::string all = std::string(set_a) + std::string(set_b);
  for (std::size_t size = 0; size < all.size(); ++size) {
    const std::string path = folder.write("log", all.substr(0, size));
    const bool first = size >= set_a.size();
    const Result result = load(path);
    CHECK_EQ(result.commands, first ? Commands{"A 1 "} : Commands());
    CHECK_EQ(result.loaded.cut, size - (first ? set_a.size() : 0));
    CHECK_EQ(folder.read("log"), first ? set_a : "");
    // What is written now follows a whole record.
    LogFile(path).write(set_b);
    CHECK_EQ(load(path).commands.size(), first ? 2 : 1);
  }
}

TEST("a transaction that is cut anywhere leaves nothing of itself") {
  const ScratchFolder folder;
  std::string all(multi);
  all.append(set_a).append(set_b).append(exec);
  for (std::size_t size = 0; size < all.size(); ++size) {
    const std::string path =
        folder.write("log", std::string(set_b) + all.substr(0, size));
    CHECK_EQ(load(path).commands, (Commands{"B \r\n "}));
    CHECK_EQ(folder.read("log"), set_b);
  }
  CHECK_EQ(load(folder.write("log", all)).commands,
           (Commands{"A 1 ", "B \r\n "}));
}

TEST("what no server has written is refused, and nothing is cut") {
  const ScratchFolder folder;
  const std::string text = std::string(set_a) + "*1\r\n+oops\r\n";
  const std::string path = folder.write("log", text);
  CHECK_WHAT(load(path), "log: at byte 18: Protocol error: expected '$'");
  CHECK_EQ(folder.read("log"), text);
}

TEST("what cannot be applied is refused, with its place") {
  const ScratchFolder folder;
  const std::string path = folder.write("log", set_a);
  LogFile log(path);
  CHECK_WHAT(log.load([](const auto&) { throw std::runtime_error("no"); }),
             "log: at byte 0: no");
}

TEST("a file longer than what is read at once is read whole") {
  const ScratchFolder folder;
  std::string all;
  for (int i = 0; i < 30'000; ++i) all.append(set_a).append(set_b);
  const Result result = load(folder.write("log", all));
  CHECK_EQ(result.commands.size(), 60'000);
}

TEST("one file is for one process") {
  const ScratchFolder folder;
  LogFile log(folder.file("log"));
  CHECK_WHAT(LogFile(folder.file("log")), "lock ");
}

TEST("a file that cannot be opened is an error with its name") {
  CHECK_WHAT(LogFile("/no/such/folder/log"),
             "open /no/such/folder/log: No such file");
}

}  // namespace
