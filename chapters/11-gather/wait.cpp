#include "11-gather/wait.hpp"

#include <stdexcept>

#include "09-futures/future.hpp"

namespace asyncio {

namespace {

// Completes `waiter_` when enough of the futures are done, or time is over.
class WaitState final : public RefCounted, public CompletionGroup {
 public:
  WaitState(std::vector<Ref<FutureBase>> futures, ReturnWhen return_when,
            EventLoop& loop)
      : CompletionGroup(loop, futures.size()),
        futures_(std::move(futures)),
        return_when_(return_when),
        waiter_(loop),
        remaining_(futures_.size()) {
    check_same_loop(loop, futures_);
  }

  const Future<void>& begin(std::optional<Duration> timeout) {
    if (timeout) {
      timer_ = waiter_.get_loop().call_later(*timeout, [this] { wake(); });
    }
    for (std::size_t i = 0; i < futures_.size(); ++i) watch(i, *futures_[i]);
    return waiter_;
  }
  void end() {
    timer_.cancel();
    for (std::size_t i = 0; i < futures_.size(); ++i) unwatch(i);
  }

 private:
  void on_done(std::size_t i) override {
    --remaining_;
    if (remaining_ == 0 || return_when_ == FIRST_COMPLETED ||
        (return_when_ == FIRST_EXCEPTION && failed(*futures_[i]))) {
      timer_.cancel();
      wake();
    }
  }
  static bool failed(FutureBase& future) {
    return !future.cancelled() && future.exception() != nullptr;
  }
  void wake() {
    if (!waiter_.done()) waiter_.set_result();
  }
  void retain_group() noexcept override { RefCounted::retain(); }
  void release_group() noexcept override { RefCounted::release(); }

  std::vector<Ref<FutureBase>> futures_;
  ReturnWhen return_when_;
  Future<void> waiter_;
  std::size_t remaining_;
  TimerHandle timer_;
};

}  // namespace

Coro<void> wait_for_futures(std::vector<Ref<FutureBase>> futures,
                            std::optional<Duration> timeout,
                            ReturnWhen return_when) {
  if (futures.empty()) {
    throw std::invalid_argument("wait: set of Tasks/Futures is empty");
  }
  auto state = make_ref<WaitState>(std::move(futures), return_when,
                                   get_running_loop());
  struct End {
    WaitState& state;
    ~End() { state.end(); }
  } end{*state};
  co_await state->begin(timeout);
}

}  // namespace asyncio
