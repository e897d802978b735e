// Where a generator keeps its locals: on the heap, in one piece, from its
// creation to its end. The addresses differ from run to run.

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "07-generators/generator.hpp"

namespace {

bool announce = false;

}  // namespace

// The compiler takes a frame's memory from here.
void* operator new(std::size_t size) {
  void* const memory = std::malloc(size);
  if (!memory) throw std::bad_alloc();
  if (announce) std::printf("  new    %4zu bytes at %p\n", size, memory);
  return memory;
}
void operator delete(void* memory) noexcept {
  if (announce) std::printf("  delete            at %p\n", memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace {

using asyncio::Generator;

void show(const char* what, const void* address) {
  std::printf("  %-18s at %p\n", what, address);
}

// A function's local: on the stack, wherever the stack happens to end.
void plain(int depth, int deepest) {
  int local = depth;
  std::printf("  local, %d deep      at %p\n", depth,
              static_cast<void*>(&local));
  if (depth < deepest) plain(depth + 1, deepest);
}

// A generator's local. What it yields is where the local stands.
Generator<int> counter() {
  int count = 0;
  for (;;) {
    ++count;
    co_yield count;
  }
}

// Asks for the next value from further down the stack.
void next_from_below(Generator<int>& generator, int depth) {
  if (depth > 0) {
    next_from_below(generator, depth - 1);
  } else {
    generator.next();
  }
}

void print_places() {
  std::puts("a plain function");
  plain(1, 1);
  plain(1, 3);

  std::puts("a generator");
  announce = true;
  {
    Generator<int> generator = counter();
    show("the handle", &generator);
    show("the frame", generator.frame());
    generator.next();
    std::printf("  its local, now %2d  at %p\n", generator.value(),
                static_cast<void*>(&generator.value()));
    next_from_below(generator, 20);
    std::printf("  its local, now %2d  at %p\n", generator.value(),
                static_cast<void*>(&generator.value()));
  }
  announce = false;
}

// Four generators, and what their frames must hold.
Generator<int> nothing() { co_return; }

Generator<int> one_local() {
  int n = 1;
  co_yield n;
}

Generator<int> parameter(int n) { co_yield n; }

Generator<int> array() {
  int n[100] = {};
  for (int& i : n) co_yield i;
}

void print_sizes() {
  announce = true;
  std::puts("no local");
  { nothing(); }
  std::puts("one int");
  { one_local(); }
  std::puts("one int as a parameter");
  { parameter(1); }
  std::puts("an array of 100 ints, 400 bytes");
  { array(); }
  announce = false;
}

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 1024);  // no memory of its own
  print_places();
  print_sizes();
}
