#include "exercises/learn/picture.hpp"

#include <cstdlib>
#include <string>

#include "common/columns.hpp"
#include "common/test.hpp"

using learn::Look;
using learn::Picture;

namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

Picture large() {
  Picture picture;
  picture.done = 3;
  picture.all = 10;
  picture.title = "A title · with a dot";
  picture.facts = "05-callbacks/2-jitter: " + std::string(100, 'f');
  picture.paths = {"Edit: " + std::string(100, 'p')};
  picture.status = "test failed";
  picture.footer = "q quit";
  picture.more = "learn check";
  for (int i = 0; i < 100; ++i) {
    picture.text += "word ";
    picture.message += "line " + std::to_string(i) + " " +
                       std::string(60, 'm') + " " + std::string(60, 'n') + "\n";
  }
  return picture;
}

}  // namespace

TEST("a picture fits the terminal, whatever it shows") {
  for (const std::size_t rows : {10u, 24u, 50u}) {
    for (const std::size_t columns : {40u, 80u, 132u}) {
      Look look;
      look.rows = rows;
      look.columns = columns;
      const auto lines = learn::compose(look, large());
      CHECK(lines.size() <= rows);
      for (const std::string& line : lines) {
        CHECK(columns::width(line) <= columns);
      }
      CHECK_EQ(lines.back(), "q quit");
    }
  }
}

TEST("a message that is too long says how much is missing, and where it is") {
  const std::string text = joined(learn::compose(Look(), large()));
  CHECK(text.find("more lines: learn check") != text.npos);
  CHECK(text.find("line 0 ") != text.npos);
}

TEST("without UTF-8 all is ASCII") {
  for (const char c : joined(learn::compose(Look(), large()))) {
    CHECK((c & 0x80) == 0);
  }
  CHECK_EQ(Look().plain("·—‘x’ é 漢"), "--'x' ? ?");
  CHECK_EQ(Look().bar(3, 10, 10), "[###-------]  3/10");
}

TEST("with UTF-8 and colour it is not") {
  Look look;
  look.utf8 = look.colour = true;
  CHECK_EQ(look.bar(1, 2, 2), "█░  1/2");
  CHECK_EQ(look.paint(learn::Colour::red, "x"), "\x1b[31mx\x1b[0m");
  CHECK_EQ(Look().paint(learn::Colour::red, "x"), "x");
}

TEST("prose is joined and broken anew, code is left as it is") {
  Look look;
  const auto lines =
      look.lines("one\ntwo three\n\n    code  here\n- item\n  more", 9, true);
  CHECK_EQ(joined(lines), "one two\nthree\n\n   ...ere\n- item\n  more\n");
}

TEST("a message's lines stay lines") {
  Look look;
  CHECK_EQ(joined(look.lines("one\n  two three", 9, false)),
           "one\n  two\n  three\n");
}

TEST("what a test said is cut down to what failed") {
  const std::string said =
      "- holds\n- fails\n  test.cpp:1: no\n- holds\n1 passed, 1 failed\n";
  CHECK_EQ(learn::failures_only(said),
           "- fails\n  test.cpp:1: no\n1 passed, 1 failed\n");
  CHECK_EQ(learn::failures_only("- holds\n- the last before a crash\n"),
           "- the last before a crash\n");
  CHECK_EQ(learn::before_claims("a warning\n- holds\n1 passed\n"),
           "a warning\n");
}

TEST("the claim at which a sanitizer has stopped the test stays") {
  CHECK_EQ(learn::failures_only("- holds\n- stops here\n====\n  #0 in f\n"),
           "- stops here\n====\n  #0 in f\n");
  CHECK_EQ(
      learn::failures_only("- holds\nsaid\n- holds\n2 passed, 0 failed\n"),
      "said\n2 passed, 0 failed\n");
}

TEST("a first paragraph that leads to the next has it") {
  CHECK_EQ(learn::first_paragraph("one\n\ntwo"), "one");
  CHECK_EQ(learn::first_paragraph("one:\n\ntwo\n\nthree"), "one:\n\ntwo");
  CHECK_EQ(learn::first_paragraph("one:"), "one:");
}

TEST("the locale is UTF-8 if its first word says so") {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) ::unsetenv(name);
  CHECK(!learn::is_utf8_locale());
  ::setenv("LANG", "en_GB.UTF-8", 1);
  CHECK(learn::is_utf8_locale());
  ::setenv("LC_CTYPE", "C", 1);
  CHECK(!learn::is_utf8_locale());
  ::setenv("LC_ALL", "C.utf8", 1);
  CHECK(learn::is_utf8_locale());
}
