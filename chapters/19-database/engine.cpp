#include "19-database/engine.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "19-database/command.hpp"
#include "19-database/resp.hpp"
#include "common/text.hpp"

namespace database {

namespace {

// The ones that are sent most come first.
constexpr std::array table = {
    Command{"get", 2, commands::get},
    Command{"set", -3, commands::set},
    Command{"incr", 2, commands::incr},
    Command{"del", -2, commands::del},
    Command{"exists", -2, commands::exists},
    Command{"expire", 3, commands::expire},
    Command{"pexpireat", 3, commands::pexpireat},
    Command{"ttl", 2, commands::ttl},
    Command{"lpush", -3, commands::lpush},
    Command{"lpop", -2, commands::lpop},
    Command{"llen", 2, commands::llen},
    Command{"blpop", -3, commands::blpop},
    Command{"publish", 3, commands::publish},
    Command{"subscribe", -2, commands::subscribe, false, true},
    Command{"unsubscribe", -1, commands::unsubscribe, false, true},
    Command{"multi", 1, commands::multi, true},
    Command{"exec", -1, commands::exec, true},
    Command{"discard", 1, commands::discard, true},
    Command{"ping", -1, commands::ping, false, true},
    Command{"echo", 2, commands::echo},
    Command{"quit", -1, commands::quit, true, true},
    Command{"select", 2, commands::select},
    Command{"hello", -1, commands::hello},
    Command{"client", -2, commands::client},
    Command{"command", -1, commands::command},
    Command{"config", -2, commands::config},
    Command{"info", -1, commands::info},
};

// As much of the arguments as fits.
[[noreturn]] void throw_unknown(const Words& words) {
  std::string arguments;
  for (std::size_t i = 1; i < words.size() && arguments.size() < 128; ++i) {
    const std::size_t room = 128 - arguments.size();
    arguments += "'" + std::string(words[i].substr(0, room)) + "' ";
  }
  throw CommandError("ERR unknown command '" +
                     std::string(words[0].substr(0, 128)) +
                     "', with args beginning with: " + arguments);
}

// The command, if it may be sent like this, now.
const Command& check(const Peer& peer, const Words& words) {
  const Command* command = find_command(words[0]);
  if (!command) throw_unknown(words);
  const int count = static_cast<int>(words.size());
  if (command->words >= 0 ? count != command->words : count < -command->words) {
    throw_wrong_number(command->name);
  }
  if (!peer.channels.empty() && !command->while_subscribed) {
    const bool exec = command->run == commands::exec;
    throw CommandError(
        std::string(exec ? "EXECABORT Transaction discarded because of: "
                         : "ERR ") +
        "Can't execute '" + std::string(command->name) +
        "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / "
        "QUIT / RESET are allowed in this context");
  }
  return *command;
}

// Keeps it for EXEC.
void queue(Peer& peer, const Words& words) {
  peer.queued.emplace_back(words.begin(), words.end());
  for (const std::string& word : peer.queued.back()) {
    peer.queued_bytes += sizeof word + word.size();
  }
}

// An error is one line, whatever was in the words that it quotes.
void append_error_line(std::string& out, std::string text) {
  std::ranges::replace(text, '\r', ' ');
  std::ranges::replace(text, '\n', ' ');
  resp::append_error(out, text);
}

}  // namespace

const Command* find_command(std::string_view name) noexcept {
  for (const Command& command : table) {
    if (web::equal_ignoring_case(command.name, name)) return &command;
  }
  return nullptr;
}

std::int64_t integer_word(std::string_view word) {
  const std::optional<std::int64_t> number = resp::parse_integer(word);
  if (number) return *number;
  throw CommandError("ERR value is not an integer or out of range");
}

void throw_wrong_number(std::string_view name) {
  throw CommandError("ERR wrong number of arguments for '" +
                     std::string(name) + "' command");
}

Engine::Engine(Owner& owner)
    : owner_(owner),
      store_([this] { return now(); },
             [this](std::string_view key) { record({"DEL", key}); }) {}

void Engine::execute(Peer& peer, const Words& words) {
  const Command* command = nullptr;
  try {
    command = &check(peer, words);
    if (peer.in_transaction && !command->after_multi) {
      queue(peer, words);
      resp::append_status(peer.out, "QUEUED");
    } else {
      command->run({*this, peer, words, *command});
    }
  } catch (const CommandError& error) {
    if (!command && peer.in_transaction) peer.transaction_failed = true;
    append_error_line(peer.out, error.what());
  }
  serve_waiting();
}

// Nobody else gets a turn in between, so they are one. In the journal, they
// stand between MULTI and EXEC.
void Engine::run_queued(Peer& peer) {
  const auto queued = std::exchange(peer.queued, {});
  peer.queued_bytes = 0;
  peer.in_transaction = false;
  resp::append_array(peer.out, queued.size());
  in_exec_ = true;
  for (const std::vector<std::string>& command : queued) {
    const Words words(command.begin(), command.end());
    const Command& found = *find_command(words[0]);
    try {
      found.run({*this, peer, words, found});
    } catch (const CommandError& error) {
      append_error_line(peer.out, error.what());
    }
  }
  in_exec_ = false;
  if (std::exchange(multi_recorded_, false)) record({"EXEC"});
}

void Engine::record(std::span<const std::string_view> command) {
  if (replaying_ || !owner_.keeps_records()) return;
  if (in_exec_ && !std::exchange(multi_recorded_, true)) {
    static constexpr std::string_view multi[] = {"MULTI"};
    owner_.record(multi);
  }
  owner_.record(command);
}

// Not before the whole command is done, EXEC as well: who pushes three items
// and counts them must find three.
void Engine::serve_waiting() {
  while (std::optional<std::string> key = lines_.next_pushed()) {
    while (Peer* peer = lines_.first(*key)) {
      const Store::Entry* entry = store_.find(*key);
      if (!entry || !entry->list) break;
      serve(*key, *entry->list, *peer);
    }
  }
}

void Engine::serve(const std::string& key, Store::List& list, Peer& peer) {
  resp::append_array(peer.out, 2);
  resp::append_text(peer.out, key);
  resp::append_text(peer.out, list.front());
  list.pop_front();
  record({"LPOP", key});
  if (list.empty()) store_.erase(key);
  lines_.leave(peer);
  peer.wake();
}

void Engine::stop_waiting(Peer& peer) {
  if (!peer.is_waiting()) return;
  lines_.leave(peer);
  resp::append_nil_array(peer.out);
  peer.wake();
}

void Engine::forget(Peer& peer) {
  lines_.leave(peer);
  channels_.unsubscribe_all(peer);
}

namespace {

// Who sends what is in the journal.
class Replayer final : public Peer {
 public:
  void wake() override {}
};

}  // namespace

void Engine::replay(const Words& words) {
  Replayer replayer;
  const Command& command = check(replayer, words);
  replaying_ = true;
  try {
    command.run({*this, replayer, words, command});
  } catch (...) {
    replaying_ = false;
    throw;
  }
  replaying_ = false;
  forget(replayer);
}

}  // namespace database
