#pragma once

#include <string>
#include <string_view>

#include "19-database/engine.hpp"

namespace database {

// A Call is a command on its way. It lives as long as the command runs.
//
// Private to this chapter, as the table and the functions are.
struct Call {
  Engine& engine;
  Peer& peer;
  const Words& words;  // the first is the name
  const Command& command;

  Store& store() const noexcept { return engine.store(); }
  std::string& out() const noexcept { return peer.out; }
};

// A Command is a row of the table of all commands.
struct Command {
  std::string_view name;  // in lower case
  int words;              // how many, with the name; below zero: at least
  // Answers in call.out(), or throws CommandError before it has answered or
  // changed anything.
  void (*run)(const Call& call);
  bool after_multi = false;      // runs at once, and is not queued
  bool while_subscribed = false;  // who has subscribed may send it
};

// Or nullptr. Upper and lower case are the same.
const Command* find_command(std::string_view name) noexcept;

// The functions, by the file that has them.
namespace commands {
// text_commands.cpp
void get(const Call&);
void set(const Call&);
void del(const Call&);
void exists(const Call&);
void incr(const Call&);
void expire(const Call&);
void pexpireat(const Call&);
void ttl(const Call&);
// list_commands.cpp
void lpush(const Call&);
void lpop(const Call&);
void llen(const Call&);
void blpop(const Call&);
// peer_commands.cpp
void ping(const Call&);
void echo(const Call&);
void subscribe(const Call&);
void unsubscribe(const Call&);
void publish(const Call&);
void multi(const Call&);
void exec(const Call&);
void discard(const Call&);
void quit(const Call&);
void select(const Call&);
void hello(const Call&);
void client(const Call&);
void command(const Call&);
void config(const Call&);
void info(const Call&);
}  // namespace commands

// A number among the words, or CommandError: "ERR value is not an integer or
// out of range".
std::int64_t integer_word(std::string_view word);

[[noreturn]] void throw_wrong_number(std::string_view name);

}  // namespace database
