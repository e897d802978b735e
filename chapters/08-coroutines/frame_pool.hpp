#pragma once

#include <cstddef>
#include <new>

namespace asyncio {

// The FramePool recycles the memory of coroutine frames, and of the small
// objects that come and go with them (futures, tasks). A frame that dies
// leaves its block in a list of its size; the next one of that size takes it
// from there, in a few instructions. Once a loop is warm, awaiting a
// coroutine asks the system for nothing.
//
// Thread: each has its own lists, so there are no locks. A block freed in
// another thread stays there. A list keeps 4 MiB at most, and what is more
// goes back to the system: else the lists of a thread that only frees would
// grow for ever. All of them go back when the thread ends. Under
// AddressSanitizer nothing is recycled, so that it can see a use after free;
// code built with it can be linked with code built without.
class FramePool {
 public:
  // As operator new and delete: throws std::bad_alloc.
  static void* allocate(std::size_t size) {
    std::size_t index = list_of(size);
    if (kRecycles && index < kLists && lists_[index]) [[likely]] {
      Block* block = lists_[index];
      lists_[index] = block->next;
      return block;
    }
    return allocate_from_system(size);
  }

  // REQUIRES: `size` is what allocate() was given.
  static void free(void* memory, std::size_t size) noexcept {
    std::size_t index = list_of(size);
    if (kRecycles && index < kLists && has_cleaner_) [[likely]] {
      Block* first = lists_[index];
      std::size_t length = first ? first->length + 1 : 1;
      if (length * (index + 1) <= kMostIdle / kStep) [[likely]] {
        lists_[index] = new (memory) Block{first, length};
        return;
      }
    }
    free_to_system(memory);
  }

  // How many blocks are in use that this thread allocated (less those of
  // other threads that it freed). A test that ends with as many as it began
  // with has leaked no frame.
  static long live() noexcept;

  // How many blocks this thread has asked the system for, ever.
  static long system_allocations() noexcept { return system_allocations_; }

 private:
  struct Block {
    Block* next;
    std::size_t length;  // of the list that begins here
  };
  struct Cleaner;
#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool kRecycles = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  static constexpr bool kRecycles = false;
#else
  static constexpr bool kRecycles = true;
#endif
#else
  static constexpr bool kRecycles = true;
#endif
  static constexpr std::size_t kLists = 64;
  static constexpr std::size_t kStep = 32;  // bytes between two sizes
  // What malloc usually keeps of its own beside a block. A block is that much
  // smaller than a multiple of kStep, so the two together waste nothing.
  static constexpr std::size_t kMallocs = sizeof(std::size_t);
  static constexpr std::size_t kMostIdle = 4 * 1024 * 1024;  // in one list

  static constexpr std::size_t list_of(std::size_t size) noexcept {
    return (size + kMallocs - 1) / kStep;
  }
  static constexpr std::size_t size_in(std::size_t list) noexcept {
    return (list + 1) * kStep - kMallocs;
  }
  static void* allocate_from_system(std::size_t size);
  static void free_to_system(void* memory) noexcept;

  // Plain data, so that the compiler reads them without a guard.
  static constinit thread_local Block* lists_[kLists];
  static constinit thread_local long system_allocations_;
  static constinit thread_local long system_frees_;
  static constinit thread_local bool has_cleaner_;
};

inline constinit thread_local FramePool::Block*
    FramePool::lists_[FramePool::kLists] = {};
inline constinit thread_local long FramePool::system_allocations_ = 0;
inline constinit thread_local long FramePool::system_frees_ = 0;
inline constinit thread_local bool FramePool::has_cleaner_ = false;

// A Pooled object lives in the frame pool.
class Pooled {
 public:
  static void* operator new(std::size_t size) {
    return FramePool::allocate(size);
  }
  static void operator delete(void* memory, std::size_t size) noexcept {
    FramePool::free(memory, size);
  }
};

}  // namespace asyncio
