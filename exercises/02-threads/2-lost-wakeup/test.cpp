#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

#include "exercises/expect.hpp"
#include "mailbox.hpp"

using exercise::Condition;
using exercise::expect;
using exercise::expect_equal;
using exercise::fail;
using exercise::Mailbox;

namespace {

// A thread that calls pop() once. It is joined, whatever the test finds.
class Reader {
 public:
  Reader(Mailbox& mailbox, Condition& arrived)
      : arrived_(arrived), thread_([this, &mailbox] { read(mailbox); }) {}
  Reader(const Reader&) = delete;
  ~Reader() { end(); }

  std::string letter() {
    end();
    return came_;
  }

 private:
  void read(Mailbox& mailbox) {
    try {
      came_ = mailbox.pop();
    } catch (const exercise::NobodyWokeIt&) {
      came_ = "nothing: it slept";
    } catch (const std::exception& error) {
      came_ = error.what();
    }
    arrived_.left();
  }

  void end() {
    arrived_.give_up();
    if (thread_.joinable()) thread_.join();
  }

  Condition& arrived_;
  std::string came_;
  std::thread thread_;
};

}  // namespace

TEST("a letter that is there already is taken at once") {
  Condition arrived;
  Mailbox mailbox(arrived);
  mailbox.push("a");
  Reader reader(mailbox, arrived);
  if (arrived.sleeps()) {
    fail("push(\"a\"), then pop(): expected \"a\", but pop sleeps",
         "the notification came before pop, and nobody keeps it; what can pop "
         "look at before it sleeps?");
  }
  expect_equal("push(\"a\"), then pop()", reader.letter(), "a",
               "which letter does pop take?");
}

TEST("a letter wakes whoever sleeps for it") {
  Condition arrived;
  Mailbox mailbox(arrived);
  Reader reader(mailbox, arrived);
  expect(arrived.sleeps(), "pop() of an empty mailbox sleeps",
         "wait on arrived_ while there is no letter");
  mailbox.push("b");
  if (arrived.sleeps()) {
    fail("pop() sleeps, then push(\"b\"): expected \"b\", but pop still sleeps",
         "it was woken, or was not; if it was, what was in the box at that "
         "moment?");
  }
  expect_equal("pop() sleeps, then push(\"b\")", reader.letter(), "b",
               "it was woken; what was in the box at that moment?");
}

TEST("who is woken by chance sleeps on") {
  Condition arrived;
  Mailbox mailbox(arrived);
  Reader reader(mailbox, arrived);
  expect(arrived.sleeps(), "pop() of an empty mailbox sleeps",
         "wait on arrived_ while there is no letter");
  arrived.wake_by_chance();
  if (!arrived.sleeps()) {
    fail("pop() was woken by chance: expected that it sleeps on, came \"" +
             reader.letter() + "\"",
         "whoever wakes has to look again, and not only once");
  }
  mailbox.push("c");
  arrived.sleeps();
  expect_equal("pop(), woken by chance and then by push(\"c\")",
               reader.letter(), "c", "look again after each wake-up");
}

TEST("letters come in the order in which they were sent") {
  Condition arrived;
  Mailbox mailbox(arrived);
  std::string came;
  for (const char* letter : {"d", "e", "f"}) mailbox.push(letter);
  std::thread reader([&] {
    try {
      for (int i = 0; i < 3; ++i) came += mailbox.pop();
    } catch (const exercise::NobodyWokeIt&) {
    } catch (const std::exception& error) {
      came += error.what();
    }
    arrived.left();
  });
  arrived.sleeps();
  arrived.give_up();
  reader.join();
  expect_equal("three letters pushed, then three times pop()", came, "def",
               "the oldest letter first, and none is lost");
}
