// Files without holding up the loop: three are written at once, then read by
// lines, while the loop counts its turns.


#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "16-threads-and-executors/async_file.hpp"
#include "common/scratch_folder.hpp"

using asyncio::AsyncFile;
using asyncio::Coro;

Coro<void> write_story(std::string path, int lines) {
  AsyncFile file = co_await AsyncFile::open(path, "w");
  for (int i = 1; i <= lines; ++i) {
    co_await file.write("line " + std::to_string(i) + "\n");
  }
  co_await file.fsync();
  co_await file.close();
}

Coro<int> count_lines(std::string path) {
  AsyncFile file = co_await AsyncFile::open(path);
  int lines = 0;
  for (;;) {
    std::string line = co_await file.readline();
    if (line.empty()) break;
    ++lines;
  }
  co_await file.close();
  co_return lines;
}

Coro<void> count_turns(long& turns) {
  for (;; ++turns) co_await asyncio::sleep(std::chrono::milliseconds(1));
}

Coro<void> async_main(std::string folder) {
  long turns = 0;
  auto counter = asyncio::create_task(count_turns(turns));
  std::vector<std::string> paths = {folder + "/a", folder + "/b",
                                    folder + "/c"};
  co_await asyncio::gather(write_story(paths[0], 10),
                           write_story(paths[1], 200),
                           write_story(paths[2], 3000));
  auto [a, b, c] = co_await asyncio::gather(count_lines(paths[0]),
                                            count_lines(paths[1]),
                                            count_lines(paths[2]));
  std::printf("%d, %d and %d lines\n", a, b, c);
  std::printf("the loop had its turns: %s\n", turns > 0 ? "yes" : "no");
  counter.cancel();

  try {
    co_await AsyncFile::open(folder.substr(0, 4) + "/no/such/file");
  } catch (const std::system_error& error) {
    std::printf("%s\n", error.what());
  }
}

int main() {
  const asyncio::ScratchFolder folder;
  asyncio::run(async_main(folder.path()));
}
