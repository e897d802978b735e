#include "19-database/redis_client.hpp"

#include <deque>
#include <utility>

#include "12-cancellation/wait_for.hpp"
#include "common/text.hpp"

namespace asyncio {

using resp::Value;

RedisCommand::RedisCommand(std::initializer_list<RedisWord> words)
    : name_(words.begin()->text()) {
  resp::append_array(bytes_, words.size());
  for (const RedisWord& word : words) resp::append_text(bytes_, word.text());
}

RedisCommand::RedisCommand(const std::vector<std::string>& words)
    : name_(words.at(0)) {
  resp::append_array(bytes_, words.size());
  for (const std::string& word : words) resp::append_text(bytes_, word);
}

RedisCommand& RedisCommand::then(const RedisCommand& next) {
  name_ = next.name_;
  bytes_ += next.bytes_;
  answers_ += next.answers_;
  return *this;
}

namespace {

// One connection, and who waits for its answers, in order.
class RedisConnection final : public ReplyProtocol {
 public:
  using ReplyProtocol::ReplyProtocol;

  Future<Value> ask(const RedisCommand& command) {
    Future<Value> answer = create_future<Value>();
    waiting_.push_back({answer, command.answers() - 1});
    write(command.bytes());
    return answer;
  }

  bool is_waiting() const noexcept { return !waiting_.empty(); }

 private:
  // Who was cancelled stays in line, and its answer is dropped.
  struct Waiting {
    Future<Value> answer;
    std::size_t skip;  // answers that come before it
  };

  void reply(Value value) override {
    if (waiting_.empty()) throw resp::ProtocolError("an answer nobody asked");
    if (waiting_.front().skip > 0) {
      --waiting_.front().skip;
      return;
    }
    Future<Value> answer = std::move(waiting_.front().answer);
    waiting_.pop_front();
    if (!answer.done()) answer.set_result(std::move(value));
  }

  void ended() override {
    for (Waiting& each : std::exchange(waiting_, {})) {
      if (!each.answer.done()) each.answer.set_exception(error());
    }
  }

  std::deque<Waiting> waiting_;
};

bool is_one_of(const std::string& name, std::string_view a,
               std::string_view b) {
  return web::equal_ignoring_case(name, a) || web::equal_ignoring_case(name, b);
}

}  // namespace

struct RedisClient::State {
  explicit State(RedisOptions o) : options(std::move(o)) {}
  ~State() {
    if (connection) connection->abort();
  }

  const RedisOptions options;
  Ref<RedisConnection> connection;  // the newest, open or not
  Lock connecting;
  int connections = 0;
  bool in_multi = false;
};

RedisClient::RedisClient(RedisOptions options)
    : state_(std::make_shared<State>(std::move(options))) {}

// One task connects; who comes meanwhile waits for it.
Coro<> RedisClient::connect(Share state) {
  auto held = co_await state->connecting.hold();
  if (state->connection && state->connection->is_open()) co_return;
  auto fresh = make_ref<RedisConnection>(state->options);
  co_await connect_to_redis(fresh, state->options);
  state->connection = fresh;
  state->in_multi = false;
  ++state->connections;
}

Coro<Value> RedisClient::ask(Share state, RedisCommand command) {
  while (!state->connection || !state->connection->is_open()) {
    co_await connect(state);
  }
  Ref<RedisConnection> connection = state->connection;
  if (!connection->has_room()) co_await connection->drain();
  if (is_one_of(command.name(), "multi", "multi")) state->in_multi = true;
  if (is_one_of(command.name(), "exec", "discard")) state->in_multi = false;
  Future<Value> answer = connection->ask(command);
  co_return co_await std::move(answer);
}

Coro<Value> RedisClient::ask_within(Share state, RedisCommand command,
                                    std::optional<Duration> limit) {
  const std::string name = command.name();
  Value answer;
  try {
    answer = co_await wait_for(ask(state, std::move(command)), limit);
  } catch (const TimeoutError&) {
    if (state->connection) state->connection->abort();
    throw TimeoutError(name + ' ' + state->options.server() + ": timed out");
  }
  if (answer.is_error()) throw RedisError(name, answer.text);
  co_return answer;
}

Coro<Value> RedisClient::send(RedisCommand command) const {
  return ask_within(state_, std::move(command), state_->options.timeout);
}

Coro<Value> RedisClient::send(RedisCommand command,
                              std::optional<Duration> limit) const {
  return ask_within(state_, std::move(command), limit);
}

// Each takes the client by value: it may be gone by the time they run.
namespace {

Coro<std::vector<Value>> items_of(RedisClient client, RedisCommand command) {
  Value answer = co_await client.send(std::move(command));
  co_return std::move(answer.items);
}

Coro<std::optional<std::string>> text_of(RedisClient client,
                                         RedisCommand command) {
  Value answer = co_await client.send(std::move(command));
  if (answer.is_nil()) co_return std::nullopt;
  co_return std::move(answer.text);
}

Coro<std::int64_t> integer_of(RedisClient client, RedisCommand command) {
  Value answer = co_await client.send(std::move(command));
  co_return answer.integer;
}

Coro<> done(RedisClient client, RedisCommand command) {
  co_await client.send(std::move(command));
}

}  // namespace

Coro<std::vector<Value>> RedisClient::transaction(
    std::vector<RedisCommand> commands) const {
  RedisCommand all{"MULTI"};
  for (const RedisCommand& command : commands) all.then(command);
  return items_of(*this, all.then({"EXEC"}));
}

Coro<std::optional<std::string>> RedisClient::get(std::string key) const {
  return text_of(*this, {"GET", key});
}
Coro<> RedisClient::set(std::string key, std::string text) const {
  return done(*this, {"SET", key, text});
}
Coro<std::int64_t> RedisClient::incr(std::string key) const {
  return integer_of(*this, {"INCR", key});
}
Coro<std::int64_t> RedisClient::publish(std::string channel,
                                        std::string text) const {
  return integer_of(*this, {"PUBLISH", channel, text});
}

void RedisClient::close() const {
  if (state_->connection) state_->connection->abort();
}

bool RedisClient::is_connected() const noexcept {
  return state_->connection && state_->connection->is_open();
}

bool RedisClient::is_busy() const noexcept {
  return is_connected() &&
         (state_->in_multi || state_->connection->is_waiting());
}

int RedisClient::connections_made() const noexcept {
  return state_->connections;
}

}  // namespace asyncio
