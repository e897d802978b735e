#pragma once

#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "09-futures/outcome.hpp"
#include "10-tasks/sleep.hpp"
#include "10-tasks/task.hpp"
#include "11-gather/completion_group.hpp"

namespace asyncio {

// A GatherBase is what gather does whatever its results look like. It
// follows CPython's gather and _GatheringFuture, of 3.12: children that are
// done when gather is called count at once.
class GatherBase : public CompletionGroup {
 protected:
  GatherBase(FutureBase& outer, std::vector<Ref<FutureBase>> children,
             bool exceptions_too);

  // Watches the children. Called last, when the whole object stands.
  void begin();
  // Cancels every child. The outer future ends as soon as the first of them
  // has, or, with return_exceptions, when the last of them has.
  bool cancel_children(const std::string& message);

  FutureBase& child(std::size_t i) const noexcept { return *children_[i]; }
  std::size_t size() const noexcept { return children_.size(); }

  virtual void set_results() = 0;

 private:
  void on_done(std::size_t i) final;
  void retain_group() noexcept final { outer_.retain(); }
  void release_group() noexcept final { outer_.release(); }
  void finish();
  [[noreturn]] void throw_cancelled();

  FutureBase& outer_;
  std::vector<Ref<FutureBase>> children_;
  std::size_t finished_ = 0;
  bool exceptions_too_;
  bool cancel_requested_ = false;
};

// The future that gather gives: R is made of the children by Collect.
template <class R, class Collect>
class GatherState final : public FutureState<R>, private GatherBase {
 public:
  GatherState(EventLoop& loop, std::vector<Ref<FutureBase>> children,
              bool exceptions_too, Collect collect)
      : FutureState<R>(loop),
        GatherBase(static_cast<FutureBase&>(*this), std::move(children),
                   exceptions_too),
        collect_(std::move(collect)) {}

  // Apart from the constructor, because it may complete the future, and
  // whoever is told then takes shares in it.
  void begin() { GatherBase::begin(); }

  bool cancel(const std::string& message) override {
    return !this->done() && cancel_children(message);
  }
  std::string describe_future() const override { return "gather"; }

 private:
  void set_results() override {
    if constexpr (std::is_void_v<R>) {
      this->set_result();
    } else {
      this->set_result(
          collect_([this](std::size_t i) -> FutureBase& { return child(i); }));
    }
  }

  Collect collect_;
};

// The first argument of a gather that gives exceptions like results.
struct ReturnExceptions {
  explicit ReturnExceptions() = default;
};
inline constexpr ReturnExceptions return_exceptions{};

// What a future that gives T contributes: its value, or how it ended. A
// value that is void stands as std::monostate.
template <class T>
using Gathered =
    std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
Gathered<T> gathered(FutureBase& child) {
  auto& state = static_cast<FutureState<T>&>(child);
  if constexpr (std::is_void_v<T>) {
    state.result();
    return {};
  } else {
    return take_result(state);
  }
}
template <class T>
Outcome<T> outcome_of(FutureBase& child) {
  return Outcome<T>(static_cast<FutureState<T>&>(child));
}

template <class R, class Collect>
Future<R> start_gather(EventLoop& loop, std::vector<Ref<FutureBase>> children,
                       bool exceptions, Collect collect) {
  auto state = make_ref<GatherState<R, Collect>>(
      loop, std::move(children), exceptions, std::move(collect));
  state->begin();
  return Future<R>(std::move(state));
}

template <class A>
using ResultOf = typename decltype(ensure_future(std::declval<A>()))::Result;

// Runs all of `awaitables` (coroutines become tasks) and gives the tuple of
// their results, in the order of the arguments: asyncio.gather.
//
// The first of them to fail gives its exception to whoever awaits gather, at
// once; the others run on. Cancelling the future that gather gives cancels
// them all. One of them that is cancelled counts as one that failed with
// CancelledError. Throws std::invalid_argument for futures of two loops.
template <class... A>
  requires(sizeof...(A) > 0)
auto gather(A... awaitables) {
  using R = std::tuple<Gathered<ResultOf<A>>...>;
  std::vector<Ref<FutureBase>> children{
      ensure_future(std::move(awaitables)).state()...};
  EventLoop& loop = children.front()->loop();
  auto collect = []<std::size_t... I>(std::index_sequence<I...>) {
    return [](auto&& child) {
      return R{gathered<ResultOf<A>>(child(I))...};
    };
  }(std::index_sequence_for<A...>());
  return start_gather<R>(loop, std::move(children), false, collect);
}

// The same, and gives an Outcome for each: a failure is a result like any
// other, and nobody is told before all have ended.
template <class... A>
  requires(sizeof...(A) > 0)
auto gather(ReturnExceptions, A... awaitables) {
  using R = std::tuple<Outcome<ResultOf<A>>...>;
  std::vector<Ref<FutureBase>> children{
      ensure_future(std::move(awaitables)).state()...};
  EventLoop& loop = children.front()->loop();
  auto collect = []<std::size_t... I>(std::index_sequence<I...>) {
    return [](auto&& child) {
      return R{outcome_of<ResultOf<A>>(child(I))...};
    };
  }(std::index_sequence_for<A...>());
  return start_gather<R>(loop, std::move(children), true, collect);
}

// What stands behind each of `awaitables`.
template <class A>
std::vector<Ref<FutureBase>> ensure_futures(std::vector<A> awaitables) {
  std::vector<Ref<FutureBase>> children;
  children.reserve(awaitables.size());
  for (A& awaitable : awaitables) {
    children.push_back(ensure_future(std::move(awaitable)).state());
  }
  return children;
}

// The same for any number of one kind: gives a vector of results, nothing
// (Future<void>) for coroutines that give nothing, or a vector of Outcomes.
// Gathering an empty vector gives an empty result at once.
template <class A>
auto gather(std::vector<A> awaitables) {
  using T = ResultOf<A>;
  using R = std::conditional_t<std::is_void_v<T>, void,
                               std::vector<Gathered<T>>>;
  auto children = ensure_futures(std::move(awaitables));
  EventLoop& loop =
      children.empty() ? get_running_loop() : children.front()->loop();
  std::size_t n = children.size();
  return start_gather<R>(
      loop, std::move(children), false, [n](auto&& child) {
        std::vector<Gathered<T>> results;
        results.reserve(n);
        for (std::size_t i = 0; i < n; ++i) {
          results.push_back(gathered<T>(child(i)));
        }
        return results;
      });
}
template <class A>
auto gather(ReturnExceptions, std::vector<A> awaitables) {
  using T = ResultOf<A>;
  auto children = ensure_futures(std::move(awaitables));
  EventLoop& loop =
      children.empty() ? get_running_loop() : children.front()->loop();
  std::size_t n = children.size();
  return start_gather<std::vector<Outcome<T>>>(
      loop, std::move(children), true, [n](auto&& child) {
        std::vector<Outcome<T>> results;
        results.reserve(n);
        for (std::size_t i = 0; i < n; ++i) {
          results.push_back(outcome_of<T>(child(i)));
        }
        return results;
      });
}

}  // namespace asyncio
