// The parsers of RESP are fed real messages, changed some ten thousand times
// by a generator with a fixed seed: every run is the same. resp_fuzzer.cpp
// does it without an end.

#include <cstdint>
#include <string>
#include <string_view>

#include "19-database/fuzz_resp.hpp"
#include "common/test.hpp"

namespace {

using fuzz::seeds;

// SplitMix64, the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t bound) {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<std::size_t>((z ^ (z >> 31)) % bound);
  }

 private:
  std::uint64_t state_;
};

// A byte changed, taken out or put in, a piece repeated, another one joined.
void mutate(std::string& bytes, Random& random) {
  constexpr std::string_view likely = "\r\n$*+-:0129'\"\\ x";
  const std::size_t at = random.below(bytes.size() + 1);
  switch (random.below(5)) {
    case 0:
      if (at < bytes.size()) bytes[at] = likely[random.below(likely.size())];
      return;
    case 1:
      bytes.erase(at, 1 + random.below(4));
      return;
    case 2:
      bytes.insert(at, 1, static_cast<char>(random.below(256)));
      return;
    case 3:
      bytes.insert(at, bytes.substr(random.below(bytes.size() + 1), 20));
      return;
    default:
      bytes.insert(at, seeds[random.below(std::size(seeds))]);
  }
}

TEST("whatever comes, and however it is cut, is read the same way") {
  Random random(19);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(seeds[random.below(std::size(seeds))]);
    for (std::size_t changes = random.below(6); changes > 0; --changes) {
      mutate(bytes, random);
    }
    fuzz::fuzz_resp(bytes);
  }
}

}  // namespace
