#include <limits>
#include <optional>

#include "19-database/command.hpp"
#include "19-database/resp.hpp"
#include "common/text.hpp"

// The commands on keys and texts.
namespace database::commands {

namespace {

using Limits = std::numeric_limits<std::int64_t>;

[[noreturn]] void throw_bad_time(const Call& call) {
  throw CommandError("ERR invalid expire time in '" +
                     std::string(call.command.name) + "' command");
}

// The point of time that `number` is: in seconds or milliseconds, from now or
// from 1970.
Milliseconds point_of_time(const Call& call, std::int64_t number,
                           bool seconds, bool absolute) {
  if (seconds) {
    if (number > Limits::max() / 1000 || number < Limits::min() / 1000) {
      throw_bad_time(call);
    }
    number *= 1000;
  }
  if (absolute) return number;
  const Milliseconds now = call.engine.now();
  if (number > Limits::max() - now) throw_bad_time(call);
  return number + now;
}

// What follows the value of SET.
struct SetOptions {
  bool only_new = false;  // NX
  bool only_old = false;  // XX
  std::string_view unit;  // EX, PX or PXAT
  std::string_view time;
};

SetOptions set_options(const Words& words) {
  SetOptions options;
  for (std::size_t i = 3; i < words.size(); ++i) {
    const auto is = [word = words[i]](std::string_view name) {
      return web::equal_ignoring_case(word, name);
    };
    if (is("nx") && !options.only_old) {
      options.only_new = true;
    } else if (is("xx") && !options.only_new) {
      options.only_old = true;
    } else if ((is("ex") || is("px") || is("pxat")) && options.unit.empty() &&
               i + 1 < words.size()) {
      options.unit = words[i];
      options.time = words[++i];
    } else {
      throw CommandError("ERR syntax error");
    }
  }
  return options;
}

std::optional<Milliseconds> expiry(const Call& call,
                                   const SetOptions& options) {
  if (options.unit.empty()) return {};
  const std::int64_t number = integer_word(options.time);
  if (number <= 0) throw_bad_time(call);
  return point_of_time(call, number,
                       web::equal_ignoring_case(options.unit, "ex"),
                       web::equal_ignoring_case(options.unit, "pxat"));
}

}  // namespace

void get(const Call& call) {
  const std::string* text = call.store().find_text(call.words[1]);
  if (text) {
    resp::append_text(call.out(), *text);
  } else {
    resp::append_nil(call.out());
  }
}

// The record says when the key is to go, and not how long it has: it may be
// read much later.
void set(const Call& call) {
  const SetOptions options = set_options(call.words);
  const std::optional<Milliseconds> expires = expiry(call, options);
  const std::string_view key = call.words[1];
  if (options.only_new || options.only_old) {
    const bool there = call.store().find(key) != nullptr;
    if (there != options.only_old) return resp::append_nil(call.out());
  }
  call.store().set(key, call.words[2]);
  if (expires) {
    call.store().expire(key, *expires);
    call.engine.record({"SET", key, call.words[2], "PXAT",
                          std::to_string(*expires)});
  } else {
    call.engine.record({"SET", key, call.words[2]});
  }
  resp::append_status(call.out(), "OK");
}

void del(const Call& call) {
  std::int64_t count = 0;
  for (std::size_t i = 1; i < call.words.size(); ++i) {
    if (!call.store().erase(call.words[i])) continue;
    ++count;
    call.engine.record({"DEL", call.words[i]});
  }
  resp::append_integer(call.out(), count);
}

void exists(const Call& call) {
  std::int64_t count = 0;
  for (std::size_t i = 1; i < call.words.size(); ++i) {
    if (call.store().find(call.words[i])) ++count;
  }
  resp::append_integer(call.out(), count);
}

void incr(const Call& call) {
  std::string* text = call.store().find_text(call.words[1]);
  const std::int64_t before = text ? integer_word(*text) : 0;
  if (before == Limits::max()) {
    throw CommandError("ERR increment or decrement would overflow");
  }
  if (text) {
    *text = std::to_string(before + 1);
  } else {
    call.store().set(call.words[1], "1");
  }
  call.engine.record(call.words);
  resp::append_integer(call.out(), before + 1);
}

namespace {

void expire_at(const Call& call, Milliseconds when) {
  const std::string_view key = call.words[1];
  if (!call.store().find(key)) return resp::append_integer(call.out(), 0);
  if (when <= call.engine.now()) {
    call.store().erase(key);
    call.engine.record({"DEL", key});
  } else {
    call.store().expire(key, when);
    call.engine.record({"PEXPIREAT", key, std::to_string(when)});
  }
  resp::append_integer(call.out(), 1);
}

}  // namespace

void expire(const Call& call) {
  const std::int64_t number = integer_word(call.words[2]);
  expire_at(call, point_of_time(call, number, true, false));
}

void pexpireat(const Call& call) {
  const std::int64_t number = integer_word(call.words[2]);
  expire_at(call, point_of_time(call, number, false, true));
}

void ttl(const Call& call) {
  const Store::Entry* entry = call.store().find(call.words[1]);
  std::int64_t seconds = -2;
  if (entry && entry->expires == kNever) {
    seconds = -1;
  } else if (entry) {
    seconds = (entry->expires - call.engine.now() + 500) / 1000;
  }
  resp::append_integer(call.out(), seconds);
}

}  // namespace database::commands
