// What the tests of futures share: a loop whose time is moved by hand, a root
// that starts a coroutine and shows how it ended, and the reports of errors
// that nobody looked at.
//
// Not part of the library: for programs and tests.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "05-callbacks/loop_test.hpp"
#include "08-coroutines/root.hpp"
#include "09-futures/future.hpp"
#include "common/error.hpp"

namespace test {

using Numbers = std::vector<int>;

// Collects what the loop's exception handler is told.
struct World : ManualLoop {
  World() {
    loop.set_exception_handler(
        [this](asyncio::EventLoop&, const asyncio::ExceptionContext& context) {
          reports.push_back(context.message + ": " +
                            asyncio::describe(context.exception));
        });
  }
  void turn() { run_once(loop); }

  Log reports;
};

// Runs one coroutine, from the loop's next iteration on.
template <class T = void>
class Start final : public asyncio::Root<T> {
 public:
  Start(asyncio::EventLoop& loop, asyncio::Coro<T> coro)
      : asyncio::Root<T>(loop, std::move(coro)) {
    loop.schedule(*this);
  }

  using asyncio::Root<T>::wait;
  using asyncio::Root<T>::set_interrupt;
  using asyncio::Root<T>::interrupted;

 private:
  void throw_interrupt() override {
    this->clear_interrupt();
    throw std::runtime_error("interrupted");
  }
};

// How a future ended, in a word.
template <class T>
std::string ending(const asyncio::Future<T>& future) {
  try {
    future.result();
    return "value";
  } catch (const asyncio::CancelledError& error) {
    return "cancelled: " + error.message();
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace test
