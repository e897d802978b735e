#pragma once

#include <functional>
#include <memory>

#include "08-coroutines/coro.hpp"

namespace exercise {

// A Connection to some server. Destroying it closes it. Given; not to be
// edited.
class Connection {
 public:
  virtual ~Connection() = default;
  // True for ever once something has gone wrong on it: also while nobody uses
  // it, when the server has closed it.
  virtual bool is_broken() const = 0;
};

using ConnectionPtr = std::unique_ptr<Connection>;

// Opens one. It may wait, and it may throw.
using Open = std::function<asyncio::Coro<ConnectionPtr>()>;

}  // namespace exercise
