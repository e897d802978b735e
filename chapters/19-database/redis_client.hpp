#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "13-synchronization/lock.hpp"
#include "19-database/reply_protocol.hpp"
#include "19-database/resp.hpp"

namespace asyncio {

// The server has refused a command: "LPUSH: WRONGTYPE Operation against a key
// holding the wrong kind of value". code() is the first word of its answer.
class RedisError : public std::runtime_error {
 public:
  RedisError(std::string_view command, const std::string& answer)
      : std::runtime_error(std::string(command) + ": " + answer),
        code_(answer.substr(0, answer.find(' '))) {}
  const std::string& code() const noexcept { return code_; }

 private:
  std::string code_;
};

// A word of a command: a text, or an integer.
class RedisWord {
 public:
  RedisWord(std::string_view text) : text_(text) {}
  RedisWord(const std::string& text) : text_(text) {}
  RedisWord(const char* text) : text_(text) {}
  RedisWord(std::integral auto number) : text_(std::to_string(number)) {}
  std::string_view text() const noexcept { return text_; }

 private:
  std::string text_;
};

// A RedisCommand is what is sent: its name, its bytes, and how many answers
// there will be. In a co_await expression it needs a name: g++ 12 does not
// compile a list there.
class RedisCommand {
 public:
  RedisCommand(std::initializer_list<RedisWord> words);
  explicit RedisCommand(const std::vector<std::string>& words);

  // `next` follows at once, in one piece; the answer is then that of `next`.
  RedisCommand& then(const RedisCommand& next);

  const std::string& name() const noexcept { return name_; }
  const std::string& bytes() const noexcept { return bytes_; }
  std::size_t answers() const noexcept { return answers_; }

 private:
  std::string name_;
  std::string bytes_;
  std::size_t answers_ = 1;
};

// A RedisClient talks to a Redis server, or to one of chapter 19. Many tasks
// may use one at once: their commands go out on one connection, one behind
// another, without waiting for answers in between (pipelining); the answers
// come back in the same order, and each finds its task.
//
//     RedisClient client(options);
//     co_await client.command("SET", "answer", 42);
//     std::optional<std::string> text = co_await client.get("answer");
//
// It connects when the first command is sent, and again when the connection
// was lost: then those that are not answered fail with RedisConnectionLost,
// and are not sent again, since the server may have done them.
//
// A task that is cancelled while it waits gives up its answer: that is read
// and dropped when it comes. An answer that takes longer than the timeout
// ends the connection, since all the others stand behind it. So a command
// that waits in the server (BLPOP) needs a connection of its own: RedisPool.
//
// Ownership: a handle; copies share the connection, which is closed with the
// last. Thread: the loop's. Errors: RedisError for what the server answers;
// RedisConnectionLost; TimeoutError; std::system_error "connect ...".
class RedisClient {
 public:
  explicit RedisClient(RedisOptions options = RedisOptions());

  // Sends a command, and gives the answer.
  template <class... Words>
  Coro<resp::Value> command(const Words&... words) const {
    return send(RedisCommand{RedisWord(words)...});
  }
  Coro<resp::Value> send(RedisCommand command) const;
  // The same with a limit of its own; none: for ever.
  Coro<resp::Value> send(RedisCommand command,
                         std::optional<Duration> limit) const;

  // Several commands as one: MULTI, the commands, EXEC. Gives the answers; one
  // that is an error does not undo the others.
  Coro<std::vector<resp::Value>> transaction(
      std::vector<RedisCommand> commands) const;

  // Some that are used often.
  Coro<std::optional<std::string>> get(std::string key) const;
  Coro<> set(std::string key, std::string text) const;
  Coro<std::int64_t> incr(std::string key) const;
  Coro<std::int64_t> publish(std::string channel, std::string text) const;

  // Drops the connection. The next command connects again.
  void close() const;

  bool is_connected() const noexcept;
  // Commands that are not answered, those that nobody waits for included; and
  // whether a MULTI is open. A pool does not give such a connection to others.
  bool is_busy() const noexcept;
  // How often it has connected.
  int connections_made() const noexcept;

 private:
  struct State;
  using Share = std::shared_ptr<State>;
  static Coro<> connect(Share state);
  static Coro<resp::Value> ask(Share state, RedisCommand command);
  static Coro<resp::Value> ask_within(Share state, RedisCommand command,
                                      std::optional<Duration> limit);
  Share state_;
};

}  // namespace asyncio
