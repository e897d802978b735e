#pragma once

#include <memory>
#include <utility>

namespace asyncio {

// A Rare<T> is a T that hardly ever differs from T(): a name, a message. It
// takes one pointer, and memory only once it is something else, so that the
// many objects that hold one stay small and are quickly made.
//
// Ownership: as a T's. Private to futures and tasks.
template <class T>
class Rare {
 public:
  bool is_default() const noexcept { return !value_; }
  const T& get() const {
    static const T usual{};
    return value_ ? *value_ : usual;
  }
  // To change it.
  T& edit() {
    if (!value_) value_ = std::make_unique<T>();
    return *value_;
  }
  void set(const T& value) {
    if (value_ || value != T()) edit() = value;
  }
  // Gives the value away, and is T() again.
  T take() {
    std::unique_ptr<T> value = std::move(value_);
    return value ? std::move(*value) : T();
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace asyncio
