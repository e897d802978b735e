// Private to this chapter.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "19-database/map.hpp"

namespace database {

// A command that cannot be done; what() is the error to answer.
class CommandError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A point of time that outlives the program, and so can stand in a file:
// milliseconds since 1970. kNever: none.
using Milliseconds = std::int64_t;
inline constexpr Milliseconds kNever = 0;

// A Store is the data of the server: texts and lists by key, and when each is
// to go. A key whose time has come is gone for whoever looks, at that very
// moment; its memory is given back then, or by remove_expired(). A list
// without items is gone as well.
//
// It does no I/O and asks no clock but the one it is given. Not thread-safe.
class Store {
 public:
  using List = std::deque<std::string>;
  struct Entry {
    std::string text;
    std::unique_ptr<List> list;  // or null: it is a text
    Milliseconds expires = kNever;
  };

  // `now` tells the time. `on_expired` hears of each key whose time has come.
  Store(std::function<Milliseconds()> now,
        std::function<void(std::string_view)> on_expired)
      : now_(std::move(now)), on_expired_(std::move(on_expired)) {}

  std::size_t size() const noexcept { return entries_.size(); }

  // What is at a key, or nullptr. It stays there until the key is erased.
  Entry* find(std::string_view key);

  // The same, and throws CommandError if it is not what one looks for.
  std::string* find_text(std::string_view key);
  List* find_list(std::string_view key);

  // Replaces whatever is at the key, without a time to go.
  void set(std::string_view key, std::string_view text);
  List& make_list(std::string_view key);  // or the one that is there

  // REQUIRES: the key is there.
  void expire(std::string_view key, Milliseconds when);

  // False if there was nothing.
  bool erase(std::string_view key);

  // The next time at which something is to go, and what goes until now.
  std::optional<Milliseconds> next_expiry() const;
  void remove_expired();

 private:
  using Entries = Map<Entry>;
  Entry& at(std::string_view key);
  void forget_expiry(Entries::iterator it);
  void erase(Entries::iterator it);

  std::function<Milliseconds()> now_;
  std::function<void(std::string_view)> on_expired_;
  Entries entries_;
  // The keys that are to go, in that order; they stand in entries_.
  std::set<std::pair<Milliseconds, std::string_view>> expiring_;
};

}  // namespace database
