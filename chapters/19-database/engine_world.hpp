// A database without a server: commands go in as words, answers come out as
// bytes, and time moves when the test says so.
//
// Not part of the library: for programs and tests.

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "19-database/engine.hpp"
#include "19-database/resp.hpp"
#include "common/test.hpp"

namespace test {

class EngineWorld final : private database::Engine::Owner {
 public:
  EngineWorld() : engine(*this) {}

  database::Milliseconds time = 1'000'000'000'000;
  database::Milliseconds step = 0;  // the clock's, whenever it is looked at
  std::vector<std::string> records;  // as words with a space between
  database::Engine engine;

 private:
  database::Milliseconds now() override {
    return std::exchange(time, time + step);
  }
  bool keeps_records() const override { return true; }
  void record(std::span<const std::string_view> command) override {
    std::string line;
    for (std::string_view word : command) {
      line += (line.empty() ? "" : " ") + std::string(word);
    }
    records.push_back(std::move(line));
  }
};

class EnginePeer final : public database::Peer {
 public:
  explicit EnginePeer(EngineWorld& world) : world_(world) {
    world.engine.add(*this);
  }
  ~EnginePeer() { world_.engine.forget(*this); }

  // The answer to a command, as its bytes. Answers that came before, by
  // themselves, stand in front.
  std::string operator()(std::initializer_list<std::string_view> words) {
    world_.engine.execute(*this, database::Words(words));
    return std::exchange(out, {});
  }
  // A line of words without quotes.
  std::string operator()(std::string_view line) {
    database::Words words;
    while (!line.empty()) {
      const std::size_t end = line.find(' ');
      words.push_back(line.substr(0, end));
      line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    }
    world_.engine.execute(*this, words);
    return std::exchange(out, {});
  }
  std::string heard() { return std::exchange(out, {}); }
  int woken = 0;

 private:
  void wake() override { ++woken; }
  EngineWorld& world_;
};

}  // namespace test
