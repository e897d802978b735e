#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exercises/expect.hpp"
#include "fields.hpp"

using exercise::expect_equal;
using exercise::fields;

namespace {

using Texts = std::vector<std::string>;

// As a line comes from a file: a string that nobody keeps. It is too long to
// stand in the string object itself, so its text is on the heap.
std::string read_line() {
  return "a first field that is rather long,the second one,,the last of four";
}

const Texts kFields = {"a first field that is rather long", "the second one",
                       "", "the last of four"};

template <class Generator>
Texts read_all(Generator& generator) {
  Texts texts;
  while (texts.size() < 100 && generator.next()) {
    texts.emplace_back(generator.value());
  }
  return texts;
}

}  // namespace

TEST("the fields of a line that somebody keeps") {
  const std::string line = read_line();
  auto generator = fields(line);
  expect_equal("the fields", read_all(generator), kFields,
               "this worked before you changed something");
}

TEST("the fields of a line that is read in the same statement") {
  auto generator = fields(read_line());
  expect_equal("the fields of a temporary string", read_all(generator),
               kFields, "when does the body begin, and what is left of the "
               "line by then?");
}

TEST("a line that is changed while its fields are read") {
  std::string line = read_line();
  auto generator = fields(line);
  generator.next();
  line.assign(line.size(), 'x');
  generator.next();
  expect_equal("the second field", std::string(generator.value()),
               "the second one", "whose text does the generator read?");
}

TEST("a generator that is handed on, and two at once") {
  auto first = fields(read_line());
  auto second = fields(read_line() + ",and a fifth");
  first.next();
  second.next();
  auto moved = std::move(first);
  expect_equal("the other fields of the first", read_all(moved),
               Texts(kFields.begin() + 1, kFields.end()),
               "each generator needs a line of its own");
  expect_equal("how many others the second has", read_all(second).size(), 4,
               "each generator needs a line of its own");
}

TEST("a line without a comma is one field, and so is an empty one") {
  auto one = fields("one");
  expect_equal("the fields of \"one\"", read_all(one), Texts{"one"},
               "the last field has no comma behind it");
  auto none = fields("");
  expect_equal("the fields of \"\"", read_all(none), Texts{""},
               "the last field has no comma behind it");
}
