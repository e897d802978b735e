#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/runner.hpp"
#include "11-gather/gather.hpp"
#include "19-database/redis_client.hpp"
#include "common/scratch_folder.hpp"
#include "19-database/server.hpp"
#include "common/test.hpp"

// kill -9 at random moments of a write load: what was answered is there when
// the server begins again. The server is another process; its port comes out
// of a pipe.

namespace {

using asyncio::Coro;
using asyncio::RedisClient;
using asyncio::RedisOptions;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

// SplitMix64, the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  int below(int bound) {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<int>((z ^ (z >> 31)) % static_cast<unsigned>(bound));
  }

 private:
  std::uint64_t state_;
};

// ---- the server's process

Coro<> serve(std::string path, int port_to) {
  database::ServerOptions options;
  options.log = std::make_shared<database::LogFile>(std::move(path));
  database::Server server(asyncio::get_running_loop(), options);
  co_await server.listen("127.0.0.1", 0);
  const std::uint16_t port = server.port();
  if (::write(port_to, &port, sizeof port) != sizeof port) ::_exit(1);
  co_await server.serve_forever();
}

class ServerProcess {
 public:
  explicit ServerProcess(const std::string& path) {
    asyncio::Pipe pipe = asyncio::make_pipe();
    pid_ = ::fork();
    if (pid_ == 0) {
      try {
        asyncio::run(serve(path, pipe.write.get()));
      } catch (const std::exception& error) {
        std::fprintf(stderr, "server: %s\n", error.what());
      }
      ::_exit(1);
    }
    pipe.write.reset();
    CHECK_EQ(::read(pipe.read.get(), &port_, sizeof port_), sizeof port_);
  }
  ~ServerProcess() {
    kill();
    ::waitpid(pid_, nullptr, 0);
  }
  void kill() const { ::kill(pid_, SIGKILL); }

  RedisOptions options() const {
    RedisOptions options;
    options.port = port_;
    options.connect_tries = 1;
    options.timeout = std::chrono::seconds(60);
    return options;
  }

 private:
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

// ---- what was answered

// Each writer has a key of its own. What is in the file may be the last value
// that was answered, or the one that was under way after it.
struct Writer {
  std::int64_t answered = 0;
  std::int64_t sent = 0;
};

std::int64_t total_of(const std::vector<Writer>& writers) {
  std::int64_t total = 0;
  for (const Writer& writer : writers) total += writer.answered;
  return total;
}

// Counts up until the server is gone. Every third time the number is written
// with another key beside it, in a transaction.
Coro<> write_on(RedisClient client, Writer& writer, std::string name) {
  for (;;) {
    const std::int64_t number = ++writer.sent;
    if (number % 3 == 0) {
      std::vector<asyncio::RedisCommand> both = {{"SET", name, number},
                                                 {"SET", name + "b", number}};
      co_await client.transaction(both);
    } else {
      co_await client.command("SET", name, number);
    }
    writer.answered = number;
  }
}

Coro<> write_until_killed(const ServerProcess& server,
                          std::vector<Writer>& writers, int answers) {
  std::vector<RedisClient> clients;
  std::vector<asyncio::Task<>> tasks;
  for (std::size_t i = 0; i < writers.size(); ++i) {
    if (i % 4 == 0) clients.emplace_back(server.options());
    tasks.push_back(asyncio::create_task(
        write_on(clients.back(), writers[i], "w" + std::to_string(i))));
  }
  // So many answers later, and wherever the server stands then.
  const std::int64_t enough = total_of(writers) + answers;
  while (total_of(writers) < enough) {
    co_await asyncio::sleep(std::chrono::seconds(0));
  }
  server.kill();
  for (asyncio::Task<>& task : tasks) {
    try {
      co_await task;
    } catch (const std::exception&) {
    }
  }
}

Coro<> check(const ServerProcess& server, std::vector<Writer>& writers) {
  RedisClient client(server.options());
  for (std::size_t i = 0; i < writers.size(); ++i) {
    const std::string name = "w" + std::to_string(i);
    std::optional<std::string> text = co_await client.get(name);
    std::optional<std::string> beside = co_await client.get(name + "b");
    const std::int64_t found = text ? std::stoll(*text) : 0;
    const std::int64_t found_beside = beside ? std::stoll(*beside) : 0;
    CHECK(found >= writers[i].answered);
    CHECK(found <= writers[i].sent);
    // A transaction is there as one.
    CHECK_EQ(found_beside, found - found % 3);
    writers[i] = {found, found};
  }
}

TEST("a server that is killed at any moment loses no write it has answered") {
  constexpr int rounds = sanitized ? 10 : 100;
  const asyncio::ScratchFolder folder;
  std::vector<Writer> writers(16);
  Random random(19);
  for (int round = 0; round < rounds; ++round) {
    {
      const ServerProcess server(folder.file("log"));
      asyncio::run(write_until_killed(server, writers, random.below(300)));
    }
    const ServerProcess server(folder.file("log"));
    asyncio::run(check(server, writers));
  }
}

}  // namespace
