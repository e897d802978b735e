// Generators that are made of generators: who runs when, and what happens to
// those that never reach their end. The twin is pipeline.py.

#include <cstdio>

#include "07-generators/generator.hpp"

namespace {

using asyncio::Generator;

// Says when it dies: what `finally` is to Python.
struct Ends {
  explicit Ends(const char* a_name) : name(a_name) {}
  ~Ends() { std::printf("    %s ends\n", name); }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  const char* name;
};

Generator<int> numbers(int last) {
  Ends ends("numbers");
  std::puts("    numbers begins");
  for (int n = 1; n <= last; ++n) {
    std::printf("    numbers yields %d\n", n);
    co_yield n;
  }
}

Generator<int> odd(Generator<int> source) {
  Ends ends("odd");
  std::puts("    odd begins");
  for (int n : source) {
    if (n % 2 == 1) co_yield n;
  }
}

Generator<int> squares(Generator<int> source) {
  Ends ends("squares");
  std::puts("    squares begins");
  for (int n : source) {
    int square = n * n;
    co_yield square;
  }
}

Generator<int> fibonacci() {
  Ends ends("fibonacci");
  int a = 0;
  int b = 1;
  for (;;) {
    co_yield a;
    const int next = a + b;
    a = b;
    b = next;
  }
}

Generator<int> broken() {
  Ends ends("broken");
  int one = 1;
  co_yield one;
  throw "no more";
}

}  // namespace

int main() {
  std::puts("to the end");
  {
    Generator<int> pipeline = squares(odd(numbers(4)));
    std::puts("  made: nothing has run");
    for (int n : pipeline) std::printf("  got %d\n", n);
    std::puts("  over");
  }

  std::puts("left early");
  {
    Generator<int> pipeline = squares(odd(numbers(1'000'000)));
    for (int n : pipeline) {
      std::printf("  got %d\n", n);
      if (n > 5) break;
    }
    std::puts("  the generators stand where they yielded");
  }

  std::puts("never begun");
  { Generator<int> pipeline = squares(odd(numbers(3))); }

  std::puts("without an end");
  {
    Generator<int> sequence = fibonacci();
    std::fputs("  got", stdout);
    for (int i = 0; i < 10 && sequence.next(); ++i) {
      std::printf(" %d", sequence.value());
    }
    std::puts("");
  }

  std::puts("with an error");
  {
    Generator<int> sequence = broken();
    try {
      for (int n : sequence) std::printf("  got %d\n", n);
    } catch (const char* error) {
      std::printf("  caught: %s\n", error);
    }
    std::printf("  another value: %s\n", sequence.next() ? "yes" : "no");
  }
}
