#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "19-database/command.hpp"
#include "19-database/resp.hpp"
#include "common/text.hpp"

// The commands on the connection: what it hears, what it does as one, and
// what programs ask for first.
namespace database::commands {

namespace {

bool is(std::string_view word, std::string_view name) {
  return web::equal_ignoring_case(word, name);
}

[[noreturn]] void throw_unknown_subcommand(const Call& call) {
  std::string upper(call.command.name);
  for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
  throw CommandError("ERR unknown subcommand '" +
                     std::string(call.words[1].substr(0, 128)) + "'. Try " +
                     upper + " HELP.");
}

}  // namespace

void ping(const Call& call) {
  if (call.words.size() > 2) throw_wrong_number(call.command.name);
  const std::string_view text =
      call.words.size() == 2 ? call.words[1] : std::string_view();
  if (!call.peer.channels.empty()) {
    resp::append_array(call.out(), 2);
    resp::append_text(call.out(), "pong");
    resp::append_text(call.out(), text);
  } else if (call.words.size() == 2) {
    resp::append_text(call.out(), text);
  } else {
    resp::append_status(call.out(), "PONG");
  }
}

void echo(const Call& call) { resp::append_text(call.out(), call.words[1]); }

// ---- what a peer hears

namespace {

void confirm(const Call& call, std::string_view what,
             std::string_view channel) {
  resp::append_array(call.out(), 3);
  resp::append_text(call.out(), what);
  resp::append_text(call.out(), channel);
  resp::append_integer(call.out(),
                       static_cast<std::int64_t>(call.peer.channels.size()));
}

}  // namespace

void subscribe(const Call& call) {
  for (std::size_t i = 1; i < call.words.size(); ++i) {
    call.engine.channels().subscribe(call.peer, call.words[i]);
    confirm(call, "subscribe", call.words[i]);
  }
}

void unsubscribe(const Call& call) {
  std::vector<std::string> channels(call.words.begin() + 1, call.words.end());
  if (channels.empty()) channels = call.peer.channels;
  for (const std::string& channel : channels) {
    call.engine.channels().unsubscribe(call.peer, channel);
    confirm(call, "unsubscribe", channel);
  }
  if (channels.empty()) {
    call.out() += "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n";
  }
}

void publish(const Call& call) {
  const std::int64_t count =
      call.engine.channels().publish(call.words[1], call.words[2]);
  resp::append_integer(call.out(), count);
}

// ---- what it does as one

void multi(const Call& call) {
  if (call.peer.in_transaction) {
    throw CommandError("ERR MULTI calls can not be nested");
  }
  call.peer.in_transaction = true;
  call.peer.transaction_failed = false;
  resp::append_status(call.out(), "OK");
}

namespace {

void drop_transaction(Peer& peer) {
  peer.in_transaction = false;
  peer.queued.clear();
  peer.queued_bytes = 0;
}

}  // namespace

void exec(const Call& call) {
  Peer& peer = call.peer;
  if (call.words.size() > 1) {
    drop_transaction(peer);
    throw CommandError(
        "EXECABORT Transaction discarded because of: wrong number of "
        "arguments for 'exec' command");
  }
  if (!peer.in_transaction) throw CommandError("ERR EXEC without MULTI");
  if (!peer.transaction_failed) return call.engine.run_queued(peer);
  drop_transaction(peer);
  throw CommandError(
      "EXECABORT Transaction discarded because of previous errors.");
}

void discard(const Call& call) {
  if (!call.peer.in_transaction) {
    throw CommandError("ERR DISCARD without MULTI");
  }
  drop_transaction(call.peer);
  resp::append_status(call.out(), "OK");
}

// ---- what programs ask for first, kept to what they need

void quit(const Call& call) {
  call.peer.has_quit = true;
  resp::append_status(call.out(), "OK");
}

void select(const Call& call) {
  if (integer_word(call.words[1]) != 0) {
    throw CommandError("ERR DB index is out of range");
  }
  resp::append_status(call.out(), "OK");
}

// This server knows RESP 2 alone, as redis-server before version 6.
void hello(const Call& call) {
  if (call.words.size() > 1) {
    const auto version = resp::parse_integer(call.words[1]);
    if (!version) {
      throw CommandError(
          "ERR Protocol version is not an integer or out of range");
    }
    if (*version != 2) {
      throw CommandError("NOPROTO unsupported protocol version");
    }
  }
  std::string& out = call.out();
  resp::append_array(out, 14);
  for (std::string_view text : {"server", "redis", "version", "7.0.15"}) {
    resp::append_text(out, text);
  }
  resp::append_text(out, "proto");
  resp::append_integer(out, 2);
  resp::append_text(out, "id");
  resp::append_integer(out, call.peer.id);
  for (std::string_view text : {"mode", "standalone", "role", "master"}) {
    resp::append_text(out, text);
  }
  resp::append_text(out, "modules");
  resp::append_array(out, 0);
}

void client(const Call& call) {
  if (is(call.words[1], "id") && call.words.size() == 2) {
    resp::append_integer(call.out(), call.peer.id);
  } else if (is(call.words[1], "setname") && call.words.size() == 3) {
    call.peer.name = call.words[2];
    resp::append_status(call.out(), "OK");
  } else if (is(call.words[1], "getname") && call.words.size() == 2) {
    if (call.peer.name.empty()) return resp::append_nil(call.out());
    resp::append_text(call.out(), call.peer.name);
  } else {
    throw_unknown_subcommand(call);
  }
}

// What redis-cli asks for to help who types. It has its own tables too.
void command(const Call& call) { resp::append_array(call.out(), 0); }

// The two settings that redis-benchmark prints.
void config(const Call& call) {
  if (!is(call.words[1], "get")) throw_unknown_subcommand(call);
  if (call.words.size() < 3) throw_wrong_number("config|get");
  std::vector<std::string_view> answer;
  for (std::size_t i = 2; i < call.words.size(); ++i) {
    if (is(call.words[i], "save")) answer.insert(answer.end(), {"save", ""});
    if (is(call.words[i], "appendonly")) {
      const bool keeps = call.engine.keeps_records();
      answer.insert(answer.end(), {"appendonly", keeps ? "yes" : "no"});
    }
  }
  resp::append_command(call.out(), answer);
}

void info(const Call& call) {
  const std::string keys = std::to_string(call.store().size());
  const std::string waiting = std::to_string(call.engine.lines().size());
  resp::append_text(call.out(),
                    "# Server\r\nredis_version:7.0.15\r\n"
                    "redis_mode:standalone\r\n"
                    "# Clients\r\nblocked_clients:" + waiting + "\r\n"
                    "# Keyspace\r\ndb0:keys=" + keys + "\r\n");
}

}  // namespace database::commands
