#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "05-callbacks/context.hpp"

namespace asyncio {

// A ContextValues is what a context holds: a value for each variable that was
// set. It never changes. Setting a variable makes a new one, which shares
// all values with the one before; so a copy of a context costs one count.
// CPython's is a tree (a HAMT), whose copies cost less when there are many
// variables; programs have a few.
class ContextValues final : public ContextData {
 public:
  using Value = std::shared_ptr<const void>;

  // In the thread's own context. Null: not set there.
  static Value get(std::uint64_t variable) noexcept {
    return get(Context::current(), variable);
  }
  static Value get(const Context& context, std::uint64_t variable) noexcept;
  // A null value takes the variable out.
  static void set(std::uint64_t variable, Value value);

  // A number for each variable ever made, since an address may be used again.
  static std::uint64_t next_number() noexcept;

 private:
  struct Row {
    std::uint64_t variable;
    Value value;
  };
  std::vector<Row> rows_;  // few: a search from the front
};

// A ContextVar<T> is a variable that has a value of its own in each task:
// contextvars.ContextVar. What a task sets, those it creates later inherit,
// and to_thread carries along; its creator and its siblings do not see it.
//
//     ContextVar<int> request_id("request_id", 0);  // a global
//     request_id.set(17);
//     log(request_id.get());  // at any depth of calls
//
// Thread: any; the values themselves are shared between threads, and constant.
template <class T>
class ContextVar {
 public:
  // What reset() needs: the value before a set(). contextvars.Token.
  class Token {
   public:
    // The value before, or nothing.
    std::optional<T> old_value() const {
      if (!old_) return std::nullopt;
      return *static_cast<const T*>(old_.get());
    }

   private:
    friend class ContextVar;
    Token(std::uint64_t variable, ContextValues::Value old)
        : variable_(variable), old_(std::move(old)) {}
    std::uint64_t variable_;
    ContextValues::Value old_;
    bool used_ = false;
  };

  explicit ContextVar(std::string name) : name_(std::move(name)) {}
  ContextVar(std::string name, T default_value)
      : name_(std::move(name)), default_(std::move(default_value)) {}
  ContextVar(const ContextVar&) = delete;
  ContextVar& operator=(const ContextVar&) = delete;

  const std::string& name() const noexcept { return name_; }

  // The value in this context, else the default. Throws std::out_of_range,
  // Python's LookupError, when there is neither.
  T get() const {
    if (auto value = ContextValues::get(number_)) {
      return *static_cast<const T*>(value.get());
    }
    if (default_) return *default_;
    throw std::out_of_range("ContextVar '" + name_ + "' has no value");
  }
  // The same, with a default of the caller's, that goes before the variable's.
  T get(T other) const {
    auto value = ContextValues::get(number_);
    return value ? *static_cast<const T*>(value.get()) : std::move(other);
  }
  // The value in another context.
  std::optional<T> get_in(const Context& context) const {
    auto value = ContextValues::get(context, number_);
    if (!value) return std::nullopt;
    return *static_cast<const T*>(value.get());
  }

  Token set(T value) {
    Token token(number_, ContextValues::get(number_));
    ContextValues::set(number_, std::make_shared<const T>(std::move(value)));
    return token;
  }

  // Back to what it was before the set() that gave `token`. Throws
  // std::invalid_argument if that was another variable's, and
  // std::logic_error if it was used already.
  void reset(Token& token) {
    if (token.variable_ != number_) {
      throw std::invalid_argument("Token was created by another ContextVar");
    }
    if (std::exchange(token.used_, true)) {
      throw std::logic_error("Token has already been used once");
    }
    ContextValues::set(number_, std::move(token.old_));
  }

 private:
  const std::uint64_t number_ = ContextValues::next_number();
  const std::string name_;
  const std::optional<T> default_;
};

// A copy of the context that this thread runs in: contextvars.copy_context().
inline Context copy_context() noexcept { return Context::current(); }

// Calls `function(args...)` in `context`, and gives what it returns: what it
// sets stays in `context`. Context.run(). REQUIRES: nobody runs in that
// Context object now (in a copy of it, anybody may).
template <class F, class... Args>
decltype(auto) run_in_context(Context& context, F&& function, Args&&... args) {
  ContextScope scope(context);
  return std::forward<F>(function)(std::forward<Args>(args)...);
}

}  // namespace asyncio
