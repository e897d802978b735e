#include "exercises/learn/state.hpp"

#include <string>

#include "common/test.hpp"
#include "exercises/learn/learn_world.hpp"

using learn::parse_state;
using learn::State;

TEST("a state reads as it was written") {
  State state;
  state.current = "05-callbacks/2-jitter";
  state.done = {"01-one/1-first", "02-two/1-third"};
  const std::string text = learn::format_state(state);
  const State again = parse_state(text, ".learn");
  CHECK_EQ(again.current, state.current);
  CHECK(again.done == state.done);
  CHECK(again.is_done("01-one/1-first"));
  CHECK(!again.is_done("05-callbacks/2-jitter"));
}

TEST("a state is written for a person, too") {
  State state;
  state.current = "a/b";
  state.done = {"c/d"};
  CHECK_EQ(learn::format_state(state),
           "# Where you are in the course. build/learn writes this file.\n"
           "current a/b\ndone c/d\n");
}

TEST("empty lines and comments do not count") {
  CHECK_EQ(parse_state("\n# done a/b\n  \ndone c/d\n", "x").done.size(), 1);
}

TEST("a damaged state is an error that names the line") {
  CHECK_WHAT(parse_state("done a/b\nnonsense\n", "here/.learn"),
             "here/.learn:2: is damaged");
  CHECK_WHAT(parse_state("done\n", "x"), "neither 'current NAME'");
  CHECK_WHAT(parse_state("done a b\n", "x"), "'done a b'");
  CHECK_WHAT(parse_state(std::string("\0\1\2", 3), "x"), "x:1: is damaged");
}

TEST("a state that was never written is empty, and is not written by reading") {
  asyncio::ScratchFolder folder;
  const std::string path = folder.path() + "/.learn";
  CHECK(learn::read_state(path).done.empty());
  CHECK(!learn::is_file(path));
}

TEST("a state is written whole, and leaves nothing beside it") {
  asyncio::ScratchFolder folder;
  const std::string path = folder.path() + "/state";
  State state;
  state.current = "a/b";
  learn::write_state(path, state);
  learn::write_state(path, state);
  CHECK_EQ(learn::read_state(path).current, "a/b");
  CHECK_EQ(learn::entries(folder.path()).size(), 1);
}
