// Who must outlive whom: the mistakes that coroutines make easy, and the forms
// that are right. A mistake here reads memory that is gone, so it may print
// anything, or what looks right. Build with the asan preset to see it stopped:
//
//   lifetimes             the right forms
//   lifetimes reference   one of the mistakes: reference view lambda local

#include <cstdio>
#include <string>
#include <string_view>

#include "08-coroutines/root.hpp"

namespace {

using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Root;

// Too long for the string object itself, so that the text is on the heap.
std::string text() { return "a text that was made for one line only"; }

// ---- Four coroutines that are fine, if they are called well.

Coro<std::size_t> by_value(std::string s) { co_return s.size(); }
Coro<std::size_t> by_reference(const std::string& s) { co_return s.size(); }
Coro<std::size_t> by_view(std::string_view s) {
  co_return s.find("one line");
}

// ---- Calls that break the rule: what they pass is gone before the await.

Coro<std::size_t> temporary_by_reference() {
  auto coro = by_reference(text());
  co_return co_await std::move(coro);  // the string died one line above
}

Coro<std::size_t> temporary_by_view() {
  auto coro = by_view(text());
  co_return co_await std::move(coro);
}

Coro<std::size_t> captured() {
  auto coro = [s = text()]() -> Coro<std::size_t> { co_return s.size(); }();
  co_return co_await std::move(coro);  // the closure died one line above
}

Coro<std::size_t> of_a_local() {
  const std::string local = text();
  return by_view(local);  // a plain function: it runs, and is over
}

// ---- And calls that keep it.

Coro<> right_forms() {
  auto coro = by_value(text());
  const std::size_t a = co_await std::move(coro);
  std::printf("a parameter by value            %zu\n", a);

  const std::size_t b = co_await by_reference(text());
  std::printf("a reference, awaited at once    %zu\n", b);

  const std::string local = text();
  auto later = by_view(local);
  const std::size_t c = co_await std::move(later);
  std::printf("a view of a local of the caller %zu\n", c);

  auto from_lambda = [](std::string s) -> Coro<std::size_t> {
    co_return s.size();
  }(text());
  const std::size_t d = co_await std::move(from_lambda);
  std::printf("a lambda's parameter            %zu\n", d);
}

template <class T>
T run(Coro<T> coro) {
  EventLoop loop;
  Root<T> root(loop, std::move(coro));
  root.run();
  return root.result();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view which = argc > 1 ? argv[1] : "";
  Coro<std::size_t> (*mistake)() = nullptr;
  if (which == "reference") mistake = temporary_by_reference;
  if (which == "view") mistake = temporary_by_view;
  if (which == "lambda") mistake = captured;
  if (which == "local") mistake = of_a_local;
  if (mistake) {
    std::printf("%zu\n", run(mistake()));
  } else {
    run(right_forms());
  }
}
