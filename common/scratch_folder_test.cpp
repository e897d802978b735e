#include "common/scratch_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>

#include "common/test.hpp"

namespace {

using asyncio::ScratchFolder;

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

}  // namespace

TEST("a scratch folder is new and empty, and no other has its name") {
  const ScratchFolder one, two;
  CHECK(exists(one.path()));
  CHECK(one.path() != two.path());
  CHECK_EQ(::rmdir(two.path().c_str()), 0);  // it was empty
}

TEST("what was written is read again, whatever the bytes") {
  const ScratchFolder folder;
  const std::string bytes("a\0b\n", 4);
  CHECK_EQ(folder.write("file", "longer than the next"), folder.file("file"));
  folder.write("file", bytes);
  CHECK_EQ(folder.read("file"), bytes);
  const std::string large(3'000'000, 'x');
  folder.write("large", large);
  CHECK(folder.read("large") == large);
}

TEST("folders are made with those above them, and again without harm") {
  const ScratchFolder folder;
  const std::string path = folder.make_folder("a/b/c");
  CHECK_EQ(path, folder.file("a/b/c"));
  CHECK_EQ(folder.make_folder("a/b/c"), path);
  folder.write("a/b/c/file", "deep");
  CHECK_EQ(folder.read("a/b/c/file"), "deep");
}

TEST("it is gone with all in it, and no link leads out of it") {
  const ScratchFolder outside;
  outside.write("kept", "kept");
  std::optional<ScratchFolder> folder(std::in_place);
  const std::string path = folder->path();
  folder->make_folder("a/b");
  folder->write("a/b/file", "");
  const std::string link = folder->file("link");
  CHECK_EQ(::symlink(outside.path().c_str(), link.c_str()), 0);
  folder.reset();
  CHECK(!exists(path));
  CHECK_EQ(outside.read("kept"), "kept");
}

TEST("a file that is not there is an error with its path") {
  const ScratchFolder folder;
  CHECK_WHAT(folder.read("none"), "open " + folder.file("none") + ": ");
  CHECK_WHAT(folder.write("no/folder", ""), "No such file or directory");
}
