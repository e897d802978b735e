#include <cstdio>
#include <utility>

#include "07-generators/generator.hpp"

namespace {

// Says when it dies. One that was moved away says nothing.
class Says {
 public:
  explicit Says(const char* name) : name_(name) {}
  Says(Says&& other) noexcept : name_(std::exchange(other.name_, nullptr)) {}
  ~Says() {
    if (name_) std::printf("%s dies\n", name_);
  }

 private:
  const char* name_;
};

asyncio::Generator<int> count(Says /*parameter*/, int n) {
  std::printf("begins\n");
  const Says local("local");
  for (int i = 1; i <= n; ++i) co_yield i;
}

}  // namespace

int main() {
  {
    auto numbers = count(Says("parameter"), 1);
    std::printf("made\n");
    for (int i : numbers) std::printf("got %d\n", i);
    std::printf("over\n");
  }
  {
    auto numbers = count(Says("parameter"), 2);
    numbers.next();
    std::printf("left early\n");
  }
  {
    auto numbers = count(Says("parameter"), 1);
    std::printf("never begun\n");
  }
}
