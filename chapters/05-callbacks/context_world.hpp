// A context with one number in it: what the tests of chapters 05 to 10 pass
// on, before there are context variables.
//
// Not part of the library: for programs and tests.

#pragma once

#include <atomic>

#include "05-callbacks/context.hpp"

namespace test {

class NumberContext final : public asyncio::ContextData {
 public:
  static asyncio::Context make(int number) {
    return asyncio::Context(new NumberContext(number));
  }
  // How many there are that have not been destroyed.
  static int alive() { return alive_; }
  int number() const { return number_; }

 private:
  explicit NumberContext(int number) : number_(number) { ++alive_; }
  ~NumberContext() override { --alive_; }

  const int number_;
  static inline std::atomic<int> alive_{0};
};

// The number in a context; 0 if it is empty.
inline int number(const asyncio::Context& context) {
  auto* data = static_cast<const NumberContext*>(context.data());
  return data ? data->number() : 0;
}
// That of the thread's own, and a new one in its place.
inline int number() { return number(asyncio::Context::current()); }
inline void set_number(int number) {
  asyncio::Context::set_current(NumberContext::make(number));
}

}  // namespace test
