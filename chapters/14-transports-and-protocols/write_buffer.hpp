// Private to this chapter.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace asyncio {

// A WriteBuffer holds what the kernel has not taken yet. It costs a pointer
// while it is empty, as it is in nearly every connection at nearly all times.
class WriteBuffer {
 public:
  bool empty() const noexcept { return !block_; }
  std::size_t size() const noexcept {
    return block_ ? block_->bytes.size() - block_->start : 0;
  }
  std::string_view view() const noexcept {
    return block_ ? std::string_view(block_->bytes).substr(block_->start)
                  : std::string_view();
  }

  void append(std::string_view data) {
    if (data.empty()) return;
    if (!block_) block_ = std::make_unique<Block>();
    block_->bytes.append(data);
  }

  // The first `count` bytes are sent. REQUIRES: count <= size()
  void remove_prefix(std::size_t count) {
    if (count == size()) return clear();
    block_->start += count;
    // The gap in front is closed once it is the larger part, so that each
    // byte moves about once.
    if (block_->start <= block_->bytes.size() / 2) return;
    block_->bytes.erase(0, block_->start);
    block_->start = 0;
  }

  void clear() noexcept { block_.reset(); }

 private:
  struct Block {
    std::string bytes;
    std::size_t start = 0;  // of what is not sent yet
  };
  std::unique_ptr<Block> block_;
};

}  // namespace asyncio
