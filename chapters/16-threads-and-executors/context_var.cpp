#include "16-threads-and-executors/context_var.hpp"

#include <atomic>

namespace asyncio {

ContextValues::Value ContextValues::get(const Context& context,
                                        std::uint64_t variable) noexcept {
  auto* values = static_cast<const ContextValues*>(context.data());
  if (!values) return nullptr;
  for (const Row& row : values->rows_) {
    if (row.variable == variable) return row.value;
  }
  return nullptr;
}

void ContextValues::set(std::uint64_t variable, Value value) {
  const Context before = Context::current();
  auto* fresh = new ContextValues;
  Context after(fresh);
  if (before.data()) {
    fresh->rows_ = static_cast<const ContextValues*>(before.data())->rows_;
    std::erase_if(fresh->rows_,
                  [&](const Row& row) { return row.variable == variable; });
  }
  if (value) fresh->rows_.push_back({variable, std::move(value)});
  Context::set_current(std::move(after));
}

std::uint64_t ContextValues::next_number() noexcept {
  static constinit std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace asyncio
