#include "19-database/store.hpp"

namespace database {

namespace {
constexpr const char* wrong_type =
    "WRONGTYPE Operation against a key holding the wrong kind of value";
}  // namespace

Store::Entry* Store::find(std::string_view key) {
  const auto it = entries_.find(key);
  if (it == entries_.end()) return nullptr;
  Entry& entry = it->second;
  if (entry.expires == kNever || entry.expires > now_()) return &entry;
  on_expired_(it->first);
  erase(it);
  return nullptr;
}

std::string* Store::find_text(std::string_view key) {
  Entry* entry = find(key);
  if (entry && entry->list) throw CommandError(wrong_type);
  return entry ? &entry->text : nullptr;
}

Store::List* Store::find_list(std::string_view key) {
  Entry* entry = find(key);
  if (entry && !entry->list) throw CommandError(wrong_type);
  return entry ? entry->list.get() : nullptr;
}

Store::Entry& Store::at(std::string_view key) {
  const auto it = entries_.find(key);
  if (it != entries_.end()) return it->second;
  return entries_.emplace(key, Entry()).first->second;
}

void Store::set(std::string_view key, std::string_view text) {
  const auto it = entries_.find(key);
  if (it == entries_.end()) {
    entries_.emplace(key, Entry{std::string(text), nullptr, kNever});
    return;
  }
  forget_expiry(it);
  it->second.list.reset();
  it->second.text.assign(text);
  // A small text does not keep the memory of the large one before it.
  if (it->second.text.capacity() / 4 > text.size() + 64) {
    it->second.text.shrink_to_fit();
  }
}

Store::List& Store::make_list(std::string_view key) {
  if (List* list = find_list(key)) return *list;
  Entry& entry = at(key);
  entry.list = std::make_unique<List>();
  return *entry.list;
}

void Store::expire(std::string_view key, Milliseconds when) {
  const auto it = entries_.find(key);
  forget_expiry(it);
  it->second.expires = when;
  expiring_.emplace(when, it->first);
}

bool Store::erase(std::string_view key) {
  if (!find(key)) return false;
  erase(entries_.find(key));
  return true;
}

void Store::erase(Entries::iterator it) {
  forget_expiry(it);
  entries_.erase(it);
}

void Store::forget_expiry(Entries::iterator it) {
  if (it->second.expires == kNever) return;
  expiring_.erase({it->second.expires, it->first});
  it->second.expires = kNever;
}

std::optional<Milliseconds> Store::next_expiry() const {
  if (expiring_.empty()) return {};
  return expiring_.begin()->first;
}

void Store::remove_expired() {
  while (!expiring_.empty() && expiring_.begin()->first <= now_()) {
    find(expiring_.begin()->second);
  }
}

}  // namespace database
