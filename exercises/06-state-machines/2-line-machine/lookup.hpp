// Given, and not to be changed: the machine that your machine calls.

#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "06-state-machines/machine.hpp"

namespace exercise {

// A Desk keeps the machines that wait until somebody opens it.
class Desk {
 public:
  void keep(asyncio::Machine& machine) { waiting_.push_back(&machine); }
  void forget(asyncio::Machine& machine) { std::erase(waiting_, &machine); }
  void open() {
    for (asyncio::Machine* machine : std::exchange(waiting_, {})) {
      machine->resume();
    }
  }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  std::vector<asyncio::Machine*> waiting_;
};

// A Lookup answers one line: "apple" gives "APPLE". For a line that begins
// with "slow" it waits at the desk first. "long" gives a million letters, and
// for "fail" it throws.
class Lookup : public asyncio::Machine {
 public:
  Lookup(asyncio::EventLoop& loop, Desk& desk, std::string line)
      : Machine(loop), desk_(desk), line_(std::move(line)) {}
  ~Lookup() override { desk_.forget(*this); }

  enum State { START, ANSWER };

  // The answer, or throws. REQUIRES: done()
  const std::string& result() const {
    Machine::result();
    return answer_;
  }

 private:
  Machine* step() override {
    if (state() == START && line_.starts_with("slow")) {
      desk_.keep(*this);
      return pause(ANSWER);
    }
    if (line_ == "fail") throw std::runtime_error("no answer to: fail");
    answer_ = line_ == "long" ? std::string(1'000'000, 'L') : line_;
    for (char& c : answer_) {
      c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return finish();
  }

  Desk& desk_;
  const std::string line_;
  std::string answer_;
};

}  // namespace exercise
