#include "08-coroutines/frame_pool.hpp"

#include <new>

namespace asyncio {

// Gives a thread's idle blocks back when the thread ends; what is freed in it
// after that goes back at once.
struct FramePool::Cleaner {
  Cleaner() { has_cleaner_ = true; }
  ~Cleaner() {
    has_cleaner_ = false;
    for (Block*& list : lists_) {
      while (list) {
        Block* block = list;
        list = block->next;
        free_to_system(block);
      }
    }
  }
};

void* FramePool::allocate_from_system(std::size_t size) {
  static thread_local Cleaner cleaner;
  (void)&cleaner;  // made on the thread's first allocation
  std::size_t index = list_of(size);
  void* memory = ::operator new(index < kLists ? size_in(index) : size);
  ++system_allocations_;
  return memory;
}

void FramePool::free_to_system(void* memory) noexcept {
  ++system_frees_;
  ::operator delete(memory);
}

long FramePool::live() noexcept {
  long live = system_allocations_ - system_frees_;
  for (const Block* list : lists_) {
    if (list) live -= static_cast<long>(list->length);
  }
  return live;
}

}  // namespace asyncio
