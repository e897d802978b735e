#include <set>
#include <thread>
#include <vector>

#include "08-coroutines/by_hand.hpp"
#include "common/test.hpp"

namespace {

using asyncio::Coro;
using asyncio::FramePool;
using test::HandRoot;
using test::Loop;

// Under AddressSanitizer nothing is recycled, so that it sees a use after
// free; there each block comes from the system.
bool recycles() {
  void* first = FramePool::allocate(100);
  FramePool::free(first, 100);
  void* second = FramePool::allocate(100);
  FramePool::free(second, 100);
  return first == second;
}

TEST("a freed block serves the next request of about its size") {
  if (!recycles()) test::skip("this build gives every block back");
  void* block = FramePool::allocate(190);
  FramePool::free(block, 190);
  const long allocations = FramePool::system_allocations();
  void* again = FramePool::allocate(200);
  CHECK(again == block);
  CHECK_EQ(FramePool::system_allocations(), allocations);
  void* other = FramePool::allocate(60);  // another list
  CHECK(other != block);
  FramePool::free(again, 200);
  FramePool::free(other, 60);
}

TEST("live counts what was allocated and not freed, of any size") {
  const long live = FramePool::live();
  std::vector<std::pair<void*, std::size_t>> blocks;
  const std::vector<std::size_t> sizes{1, 64, 65, 1000, 2048, 2049, 100'000};
  for (const std::size_t size : sizes) {
    blocks.emplace_back(FramePool::allocate(size), size);
  }
  CHECK_EQ(FramePool::live(), live + 7);
  for (auto [block, size] : blocks) FramePool::free(block, size);
  CHECK_EQ(FramePool::live(), live);
}

TEST("a block is aligned for any type, and no two overlap") {
  std::set<char*> starts;
  for (int i = 0; i < 100; ++i) {
    auto* block = static_cast<char*>(FramePool::allocate(200));
    CHECK_EQ(reinterpret_cast<std::uintptr_t>(block) %
                 __STDCPP_DEFAULT_NEW_ALIGNMENT__,
             0u);
    starts.insert(block);
  }
  CHECK_EQ(starts.size(), 100);
  char* previous = nullptr;
  for (char* start : starts) {
    CHECK(!previous || start - previous >= 200);
    previous = start;
  }
  for (char* start : starts) FramePool::free(start, 200);
}

TEST("each thread has its own blocks; one may be freed in another") {
  const long live = FramePool::live();
  void* block = FramePool::allocate(100);
  long there = 1;
  std::thread([&] {
    there = FramePool::live();
    FramePool::free(block, 100);
  }).join();
  CHECK_EQ(there, 0);
  CHECK_EQ(FramePool::live(), live + 1);  // as this thread sees it
}

TEST("a thread that only frees keeps no more than 4 MiB of a size") {
  if (!recycles()) test::skip("this build gives every block back");
  constexpr std::size_t size = 1000, count = 5 * 1024;
  std::vector<void*> blocks;
  std::thread([&] {
    while (blocks.size() < count) blocks.push_back(FramePool::allocate(size));
  }).join();
  const long before = FramePool::system_allocations();
  for (void* block : blocks) FramePool::free(block, size);
  blocks.clear();
  while (FramePool::system_allocations() == before) {
    blocks.push_back(FramePool::allocate(size));
  }
  CHECK(blocks.size() > 4 * 1024);
  CHECK(blocks.size() <= 4 * 1024 + 2);
  for (void* block : blocks) FramePool::free(block, size);
}

Coro<int> twice(int value) { co_return 2 * value; }
Coro<int> sum_of_twice(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await twice(i);
  co_return sum;
}

TEST("once warm, awaiting asks the system for nothing") {
  if (!recycles()) test::skip("this build gives every block back");
  Loop loop;
  HandRoot warm(loop, sum_of_twice(1));
  warm.run();
  const long allocations = FramePool::system_allocations();
  HandRoot root(loop, sum_of_twice(1000));
  root.run();
  CHECK_EQ(root.result(), 999'000);
  CHECK_EQ(FramePool::system_allocations(), allocations);
}

}  // namespace
