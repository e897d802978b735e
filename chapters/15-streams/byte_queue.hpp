#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace asyncio {

// A ByteQueue is a line of bytes: put in at the end, taken at the front. It
// is what StreamReader keeps between what comes and what is read: CPython
// uses a bytearray.
//
// It owns memory only while there is something in it. Taking from the front
// costs as much as what is taken: the rest stays where it is until more than
// half of the memory is behind it. Thread: any one at a time.
class ByteQueue {
 public:
  std::string_view view() const noexcept {
    return std::string_view(data_).substr(taken_);
  }
  std::size_t size() const noexcept { return data_.size() - taken_; }
  bool empty() const noexcept { return data_.size() == taken_; }

  void push(std::string_view bytes) {
    if (data_.empty()) {
      data_ = std::string(bytes);  // exactly as large
      return;
    }
    if (taken_ > data_.size() / 2) {
      data_.erase(0, taken_);
      taken_ = 0;
    }
    data_.append(bytes);
  }

  // The first `count` bytes, or all if there are fewer. All of them change
  // hands without a copy.
  std::string take(std::size_t count) {
    if (count >= size() && taken_ == 0) return std::exchange(data_, {});
    std::string bytes(view().substr(0, count));
    drop(bytes.size());
    return bytes;
  }
  std::size_t take_into(std::span<char> place) {
    const std::size_t count = view().copy(place.data(), place.size());
    drop(count);
    return count;
  }
  void drop(std::size_t count) {
    taken_ += std::min(count, size());
    if (empty()) clear();
  }
  void clear() noexcept {
    data_ = std::string();
    taken_ = 0;
  }

 private:
  std::string data_;
  std::size_t taken_ = 0;  // of the bytes at the front of data_
};

}  // namespace asyncio
