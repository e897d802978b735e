// Each fault that a lesson can have is reported with its file and its line.

#include <sys/stat.h>

#include <cstdio>
#include <string>
#include <vector>

#include "common/lesson.hpp"
#include "common/lesson_match.hpp"
#include "common/lesson_rules.hpp"
#include "common/lesson_svg.hpp"
#include "common/scratch_folder.hpp"
#include "common/test.hpp"

namespace {

// A repository in a temporary folder: one chapter, one program.
class Sandbox {
 public:
  Sandbox() {
    for (const char* folder : {"chapters/05-callbacks",
                               "build/chapters/05-callbacks", "common"}) {
      folder_.make_folder(folder);
    }
    write("chapters/05-callbacks/loop.cpp",
          "#include <vector>\n\nvoid run() {\n  while (ready()) {\n"
          "    step();\n  }\n}\n\nvoid stop() {\n}\n");
    write("chapters/05-callbacks/idea.svg",
          "<svg viewBox=\"0 0 1 1\"><title>One</title></svg>\n");
    write("build/chapters/05-callbacks/tick",
          "#!/bin/sh\necho \"clock $ASYNCIO_CLOCK\"\n"
          "echo \"took 12.5 ms   of 3\"\necho lost >&2\nexit ${1:-0}\n");
    ::chmod(folder_.file("build/chapters/05-callbacks/tick").c_str(), 0755);
    write("CMakePresets.json", "{ \"name\": \"test\" }\n");
  }

  void write(const std::string& path, const std::string& text) const {
    folder_.write(path, text);
  }

  // The faults of a page at `path`, one "line: what" a line, first lines only.
  std::string faults(const std::string& text,
                     const std::string& path = "chapters/05-callbacks/x.md") {
    const lesson::Tree tree{root(), root() + "/build", ""};
    std::string out;
    for (const auto& fault :
         check_page(lesson::parse_page(root() + "/" + path, text), tree)) {
      CHECK_EQ(fault.file, root() + "/" + path);
      out += std::to_string(fault.line) + ": " +
             fault.what.substr(0, fault.what.find('\n')) + "\n";
    }
    return out;
  }

  const std::string& root() const { return folder_.path(); }

 private:
  asyncio::ScratchFolder folder_;
};

std::string words(int n) {
  std::string out;
  for (int i = 0; i != n; ++i) out += i % 10 == 9 ? "word\n" : "word ";
  return out;
}

const char* const headings[] = {"What you will build",
                                "What broke",
                                "Predict",
                                "The idea",
                                "Build it",
                                "Run it",
                                "What it costs",
                                "In asyncio",
                                "Pitfalls",
                                "Check yourself",
                                "Exercises",
                                "What is still wrong"};

// A lesson without a fault; `left_out` is the index of a heading to forget.
std::string whole_lesson(int n, int left_out = -1) {
  std::string out = "# Callbacks\n\nTakes 40 minutes.\n\n![a](idea.svg)\n";
  for (int i = 0; i != 12; ++i) {
    if (i != left_out) out += std::string("## ") + headings[i] + "\n";
  }
  return out + words(n);
}

const char* const lesson_path = "chapters/05-callbacks/README.md";

}  // namespace

TEST("an excerpt that stands in its file passes, also indented less") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults("```cpp 05-callbacks/loop.cpp\nvoid run() {\n"
                          "// ...\n}\n```\n"),
           "");
  CHECK_EQ(sandbox.faults("```cpp chapters/05-callbacks/loop.cpp\n"
                          "while (ready()) {\n  step();\n}\n```\n"),
           "");
}

TEST("a line that is not in the file is reported by its own line") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults("Text.\n\n```cpp 05-callbacks/loop.cpp\n"
                          "void run() {\n  while (false) {\n```\n"),
           "5: not in 05-callbacks/loop.cpp, here:   while (false) {\n");
}

TEST("lines stand together, in the file's order, with one indentation") {
  const lesson::Lines file = {"a", "  b", "    c", "d"};
  CHECK(!lesson::excerpt_fault({"b", "  c"}, file));
  CHECK(!lesson::excerpt_fault({"a", "// ...", "d"}, file));
  CHECK(!lesson::excerpt_fault({"b", "# ...", "d"}, file));
  CHECK_EQ(lesson::excerpt_fault({"a", "d"}, file).value(), 1u);
  CHECK_EQ(lesson::excerpt_fault({"b", "c"}, file).value(), 1u);
  CHECK_EQ(lesson::excerpt_fault({"d", "// ...", "a"}, file).value(), 2u);
}

TEST("code that names no file, or one that is not there, is reported") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults("```cpp 05-callbacks/lop.cpp\nx\n```\n"),
           "1: there is no file 05-callbacks/lop.cpp\n");
  CHECK_EQ(sandbox.faults("```py\nx\n```\n").substr(0, 27),
           "1: code that names no file:");
  CHECK_EQ(sandbox.faults("```cpp sketch\nx\n```\n```\nx\n```\n"), "");
}

TEST("output is the program's, on a clock that jumps") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults("```output 05-callbacks/tick\nclock virtual\n"
                          "took 12.5 ms   of 3\n```\n"),
           "");
  CHECK_EQ(sandbox.faults("```output 05-callbacks/tick\n...\n"
                          "took 12.5 ms   of 3\n```\n"),
           "");
  CHECK_EQ(sandbox.faults("```output ASYNCIO_CLOCK=real 05-callbacks/tick 2>&1"
                          "\nclock real\n...\nlost\n```\n"),
           "");
}

TEST("output that differs, or goes on, is reported by its own line") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults("```output 05-callbacks/tick\nclock virtual\n"
                          "took 13.5 ms   of 3\n```\n"),
           "3: 05-callbacks/tick does not print: took 13.5 ms   of 3\n");
  CHECK_EQ(sandbox.faults("```output 05-callbacks/tick\nclock virtual\n```\n"),
           "3: 05-callbacks/tick does not print: (the end of the block)\n");
}

TEST("in loose output figures, their units and spaces may differ") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults("```output~ 05-callbacks/tick\nclock\n"
                          "took 1,380 us of 4\n```\n"),
           "");
  CHECK_EQ(sandbox.faults("```output~ 05-callbacks/tick\nclock\n"
                          "takes 1 ms of 4\n```\n"),
           "3: 05-callbacks/tick does not print: takes 1 ms of 4\n");
}

TEST("a figure is a number with its unit") {
  CHECK_EQ(lesson::without_figures("took 12.5 ms  (0x7ffe) 3 suns"),
           "took # (#) # suns");
  CHECK_EQ(lesson::without_figures("127.0.0.1:80, 12 % 1s."), "#, # #.");
}

TEST("output's skips match from both ends") {
  const lesson::Lines output = {"a", "b", "c", "b"};
  CHECK(!lesson::output_fault({"a", "...", "b"}, output, false));
  CHECK(!lesson::output_fault({"...", "c", "..."}, output, false));
  CHECK(lesson::output_fault({"b", "..."}, output, false).has_value());
  CHECK(lesson::output_fault({"...", "c"}, output, false).has_value());
  CHECK(lesson::output_fault({"a", "b", "c"}, output, false).has_value());
  CHECK(lesson::output_fault({"a", "...", "b", "c", "b", "b"}, output, false)
            .has_value());
}

TEST("a program that is missing or fails is reported") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults("\n```measured 05-callbacks/tock\n```\n"),
           "2: there is no program " + sandbox.root() +
               "/build/chapters/05-callbacks/tock\n");
  CHECK_EQ(sandbox.faults("```output 05-callbacks/tick 3\n```\n"),
           "1: exited with status 3, not 0; it printed:\n");
  CHECK_EQ(sandbox.faults("```output exit=3 05-callbacks/tick 3\n...\n```\n"),
           "");
  CHECK_EQ(sandbox.faults("```output\n```\n"),
           "1: the block names no program\n");
}

TEST("a command names programs, presets and files that exist") {
  Sandbox sandbox;
  CHECK_EQ(
      sandbox.faults("```console\n$ cmake --workflow --preset test\n"
                     "$ ./build/chapters/05-callbacks/tick 1\nlost\n```\n"),
      "");
  CHECK_EQ(sandbox.faults("```console\n$ cmake --workflow --preset fast\n"
                          "$ build/chapters/05-callbacks/tock\n"
                          "$ cat chapters/README\n```\n"),
           "2: there is no preset fast\n"
           "3: build/chapters/05-callbacks/tock has not been built\n"
           "4: there is no chapters/README\n");
}

TEST("a link leads to a file, and to a heading in it") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults("# The idea\n[a](loop.cpp) [b](#the-idea) `[](int)`"
                          " [c](https://example.org/x)\n"),
           "");
  CHECK_EQ(sandbox.faults("# A\n[a](lop.cpp)\n<img src=\"no.svg\">\n"
                          "[b](#idea)\n"),
           "2: there is no lop.cpp\n3: there is no no.svg\n"
           "4: no heading is reached by #idea\n");
}

TEST("a picture that a browser would not draw is reported") {
  Sandbox sandbox;
  sandbox.write("chapters/05-callbacks/bad.svg",
                "<svg viewBox=\"0 0 1 1\">\n<title>x</title>\n<g>\n</svg>\n");
  const std::string path = sandbox.root() + "/chapters/05-callbacks/bad.svg";
  CHECK_EQ(sandbox.faults("\n![a](bad.svg)\n"),
           "2: " + path + ":4: </svg> closes nothing\n");
}

TEST("an SVG has a view box, a title and no bare ampersand") {
  const auto fault = [](const char* text) {
    const auto found = lesson::svg_fault(text);
    return found ? found->what : std::string();
  };
  CHECK_EQ(fault("<?xml version='1.0'?><!-- < --><svg viewBox='0 0 1 1'>"
                 "<title>a &amp; b</title><path d='>'/></svg>"),
           "");
  CHECK_EQ(fault("<svg><title>a</title></svg>"), "<svg> has no viewBox");
  CHECK_EQ(fault("<svg viewBox=''></svg>"), "there is no <title>");
  CHECK_EQ(fault("<html></html>"), "the file is not an <svg>");
  CHECK_EQ(fault("<svg viewBox=''><title>a & b</title></svg>"),
           "a bare &: write &amp;");
  CHECK_EQ(fault("<svg viewBox=''><title>a</title>"), "<svg> is never closed");
  CHECK_EQ(fault("<svg viewBox='><title>a</title></svg>"),
           "a tag does not end");
}

TEST("a whole lesson passes") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults(whole_lesson(2000), lesson_path), "");
}

TEST("a heading that is missing, strange or out of order is reported") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults(whole_lesson(2000, 11), lesson_path),
           "1: a heading is missing; the next is: ## What is still wrong\n");
  CHECK_EQ(sandbox.faults(whole_lesson(2000) + "\n## Extras\n", lesson_path)
               .substr(0, 4),
           "219:");
  CHECK(
      sandbox.faults(whole_lesson(2000, 1), lesson_path)
          .find("7: ## Predict is out of order; the next is: ## What broke") !=
      std::string::npos);
}

TEST("a lesson's length, minutes and picture are checked") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults(whole_lesson(100), lesson_path).substr(0, 6),
           "1: 131");
  CHECK_EQ(sandbox.faults(whole_lesson(4000), lesson_path).substr(0, 7),
           "1: 4031");
  std::string text = whole_lesson(2000);
  text.replace(text.find("Takes 40 minutes"), 16, "");
  text.replace(text.find("![a](idea.svg)"), 14, "");
  CHECK_EQ(sandbox.faults(text, lesson_path),
           "1: the opening does not say how many minutes the lesson takes\n"
           "1: the lesson has no SVG picture\n");
}

TEST("a fence that is never closed is reported") {
  Sandbox sandbox;
  CHECK_EQ(sandbox.faults("a\n```\nb\n"), "2: this fence is never closed\n");
}

TEST("a block in a list is read without the list's indentation") {
  const auto page =
      lesson::parse_page("x.md", "- a\n\n  ```text\n  b\n    c\n  ```\n");
  CHECK_EQ(page.blocks.size(), 1u);
  CHECK_EQ(page.blocks[0].line, 3);
  CHECK_EQ(page.blocks[0].text[1], "  c");
}
