#include "exercises/learn/prediction.hpp"

#include <string>

#include "common/test.hpp"

using learn::Guess;
using learn::judge_prediction;

TEST("a prediction is right line for line") {
  const Guess guess = judge_prediction("a\nb\n", "# what comes?\n\n a \nb");
  CHECK(guess.right);
  CHECK_EQ(guess.message, "All 2 lines are right.\n");
}

TEST("the first wrong line is told, and how many before it are right") {
  const Guess guess = judge_prediction("a\nb\nc\n", "a\nx\ny\n");
  CHECK(!guess.right);
  CHECK_EQ(guess.message,
           "1 line is right so far.\n"
           "line 2: you predicted \"x\", the program printed \"b\"\n");
}

TEST("a prediction may be too long") {
  CHECK_EQ(
      judge_prediction("a\n", "a\nb\n").message,
      "1 line is right so far.\n"
      "line 2: you predicted \"b\", the program printed \"(nothing more)\"\n");
}

TEST("a line that is not predicted yet is not given away") {
  CHECK_EQ(judge_prediction("a\nb\n", "a\n").message,
           "1 line is right so far.\n"
           "line 2: not predicted yet, and the program prints one\n");
  CHECK_EQ(judge_prediction("a\n", "# comment\n?\n").message,
           "line 1: not predicted yet, and the program prints one\n");
  CHECK(!judge_prediction("a\n", "").right);
  CHECK(judge_prediction("?\n", "?\n").right);
}

TEST("a usual guess gets its word, at its line only") {
  const std::string usual =
      "# 1 x => never\n1 x => look at a\n2 x => not this\n1 y => nor this\n";
  CHECK_EQ(judge_prediction("a\n", "x\n", usual).message,
           "line 1: you predicted \"x\", the program printed \"a\"\n"
           "look at a\n");
}

TEST("a line that begins with # counts if the program has printed it") {
  CHECK(!judge_prediction("#1\n", "").right);
}
