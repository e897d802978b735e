#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "19-database/command.hpp"
#include "19-database/resp.hpp"

// The commands on lists.
namespace database::commands {

void lpush(const Call& call) {
  Store::List& list = call.store().make_list(call.words[1]);
  for (std::size_t i = 2; i < call.words.size(); ++i) {
    list.emplace_front(call.words[i]);
  }
  call.engine.record(call.words);
  call.engine.lines().pushed(call.words[1]);
  resp::append_integer(call.out(), static_cast<std::int64_t>(list.size()));
}

namespace {

// Takes the first item, and answers with it. A list that is empty is gone.
void pop_front(const Call& call, std::string_view key, Store::List& list) {
  resp::append_text(call.out(), list.front());
  list.pop_front();
  if (list.empty()) call.store().erase(key);
}

void pop_several(const Call& call, std::size_t most) {
  const std::string_view key = call.words[1];
  Store::List* list = call.store().find_list(key);
  if (!list) return resp::append_nil_array(call.out());
  const std::size_t count = std::min(most, list->size());
  resp::append_array(call.out(), count);
  if (count > 0) call.engine.record(call.words);
  for (std::size_t i = 0; i < count; ++i) pop_front(call, key, *list);
}

}  // namespace

void lpop(const Call& call) {
  if (call.words.size() > 3) throw_wrong_number(call.command.name);
  if (call.words.size() == 3) {
    const auto most = resp::parse_integer(call.words[2]);
    if (!most || *most < 0) {
      throw CommandError("ERR value is out of range, must be positive");
    }
    return pop_several(call, static_cast<std::size_t>(*most));
  }
  Store::List* list = call.store().find_list(call.words[1]);
  if (!list) return resp::append_nil(call.out());
  call.engine.record(call.words);
  pop_front(call, call.words[1], *list);
}

void llen(const Call& call) {
  const Store::List* list = call.store().find_list(call.words[1]);
  resp::append_integer(call.out(),
                       list ? static_cast<std::int64_t>(list->size()) : 0);
}

namespace {

// "0.5": so many seconds; "0": for ever.
std::optional<asyncio::Duration> wait_limit(std::string_view word) {
  const std::string text(word);
  char* end = nullptr;
  errno = 0;
  const double seconds = std::strtod(text.c_str(), &end);
  const bool number = !text.empty() && text[0] > ' ' &&
                      end == text.c_str() + text.size() && errno == 0 &&
                      !std::isnan(seconds);
  if (!number) {
    throw CommandError("ERR timeout is not a float or out of range");
  }
  // redis-server 7.0 says so of a time without an end as well.
  if (seconds < 0 || seconds > 9.2e15) {
    throw CommandError("ERR timeout is negative");
  }
  if (seconds == 0 || seconds > 9.2e9) return {};  // 292 years are for ever
  return asyncio::Duration(static_cast<std::int64_t>(std::ceil(seconds * 1e9)));
}

}  // namespace

void blpop(const Call& call) {
  const auto limit = wait_limit(call.words.back());
  const Words keys(call.words.begin() + 1, call.words.end() - 1);
  for (std::string_view key : keys) {
    Store::List* list = call.store().find_list(key);
    if (!list) continue;
    resp::append_array(call.out(), 2);
    resp::append_text(call.out(), key);
    call.engine.record({"LPOP", key});
    return pop_front(call, key, *list);
  }
  // Whoever is in the middle of EXEC must not wait.
  if (call.engine.in_exec()) return resp::append_nil_array(call.out());
  call.engine.lines().join(call.peer, {keys.begin(), keys.end()}, limit);
}

}  // namespace database::commands
