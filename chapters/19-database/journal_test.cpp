#include "19-database/journal.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/sleep.hpp"
#include "19-database/database_world.hpp"
#include "common/error.hpp"
#include "common/test.hpp"

// Group commit: what is answered when, while the disk takes its time.

namespace {

using asyncio::Coro;
using database::Journal;
using database::LogFile;
using database::Server;
using test::connect_to;
using test::RawClient;
using test::with_server;

// A disk that takes its time until the test lets it go on, or that is broken.
class SlowFile final : public LogFile {
 public:
  using LogFile::LogFile;

  void write(std::string_view records) override {
    LogFile::write(records);
    const std::lock_guard lock(mutex_);
    written_ += records;
  }

  void sync() override {
    std::unique_lock lock(mutex_);
    ++begun_;
    changed_.wait(lock, [this] { return allowed_ > 0 || broken_; });
    if (broken_) throw asyncio::os_error(EIO, "sync", path());
    --allowed_;
  }

  void allow(int syncs) {
    const std::lock_guard lock(mutex_);
    allowed_ += syncs;
    changed_.notify_all();
  }
  void break_it() {
    const std::lock_guard lock(mutex_);
    broken_ = true;
    changed_.notify_all();
  }
  int begun() {
    const std::lock_guard lock(mutex_);
    return begun_;
  }
  std::string written() {
    const std::lock_guard lock(mutex_);
    return written_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string written_;
  int begun_ = 0;
  int allowed_ = 0;
  bool broken_ = false;
};

Coro<> until_begun(std::shared_ptr<SlowFile> file, int count) {
  while (file->begun() < count) {
    co_await asyncio::sleep(std::chrono::milliseconds(1));
  }
}

struct Disk {
  asyncio::ScratchFolder folder;
  std::shared_ptr<SlowFile> file =
      std::make_shared<SlowFile>(folder.file("log"));
  database::ServerOptions options() const {
    database::ServerOptions options;
    options.log = file;
    return options;
  }
};

TEST("a write is answered when the disk has it, and not before") {
  Disk disk;
  with_server([&](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    client.stream().writer.write("SET k 1\r\n");
    co_await until_begun(disk.file, 1);
    CHECK_EQ(server.bytes_held(), 5);
    CHECK_EQ(disk.file->written(),
             "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\n1\r\n");
    disk.file->allow(1);
    std::string got = co_await client.expect("", "+OK\r\n");
    CHECK_EQ(got, "+OK\r\n");
    CHECK_EQ(server.bytes_held(), 0);
  }, disk.options());
}

TEST("a read waits too for what it has seen, and others do not wait") {
  Disk disk;
  with_server([&](Server& server) -> Coro<> {
    RawClient writer = co_await connect_to(server);
    RawClient reader = co_await connect_to(server);
    std::string got = co_await reader.expect("GET k\r\n", "$-1\r\n");
    CHECK_EQ(got, "$-1\r\n");
    writer.stream().writer.write("SET k 1\r\n");
    co_await until_begun(disk.file, 1);
    reader.stream().writer.write("GET k\r\n");
    while (server.bytes_held() < 12) {
      co_await asyncio::sleep(std::chrono::milliseconds(1));
    }
    disk.file->allow(1);
    got = co_await reader.expect("", "$1\r\n1\r\n");
    CHECK_EQ(got, "$1\r\n1\r\n");
  }, disk.options());
}

TEST("what comes while the disk is at work is one batch") {
  Disk disk;
  with_server([&](Server& server) -> Coro<> {
    std::vector<RawClient> clients;
    for (int i = 0; i < 50; ++i) {
      RawClient client = co_await connect_to(server);
      clients.push_back(std::move(client));
    }
    clients[0].stream().writer.write("INCR n\r\n");
    co_await until_begun(disk.file, 1);
    for (RawClient& client : clients) {
      client.stream().writer.write("INCR n\r\nINCR n\r\n");
    }
    while (server.bytes_held() < 100 * 4) {
      co_await asyncio::sleep(std::chrono::milliseconds(1));
    }
    CHECK_EQ(disk.file->begun(), 1);
    disk.file->allow(2);
    std::string got = co_await clients[0].ask("", 12);
    CHECK_EQ(got.substr(0, 4), ":1\r\n");
    for (std::size_t i = 1; i < clients.size(); ++i) {
      got = co_await clients[i].ask("", 8);
      CHECK_EQ(got[0], ':');
    }
    CHECK_EQ(disk.file->begun(), 2);
  }, disk.options());
}

TEST("each batch is answered by itself, in order") {
  Disk disk;
  with_server([&](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    client.stream().writer.write("INCR n\r\n");
    co_await until_begun(disk.file, 1);
    client.stream().writer.write("INCR n\r\nGET n\r\n");
    while (server.bytes_held() < 15) {
      co_await asyncio::sleep(std::chrono::milliseconds(1));
    }
    disk.file->allow(1);
    std::string got = co_await client.expect("", ":1\r\n");
    CHECK_EQ(got, ":1\r\n");
    co_await until_begun(disk.file, 2);
    CHECK_EQ(server.bytes_held(), 11);
    disk.file->allow(1);
    got = co_await client.expect("", ":2\r\n$1\r\n2\r\n");
    CHECK_EQ(got, ":2\r\n$1\r\n2\r\n");
  }, disk.options());
}

TEST("who says its end while the disk is at work gets its answer") {
  Disk disk;
  with_server([&](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    client.stream().writer.write("SET k 1\r\nQUIT\r\n");
    client.stream().writer.write_eof();
    co_await until_begun(disk.file, 1);
    disk.file->allow(1);
    std::string got = co_await client.rest();
    CHECK_EQ(got, "+OK\r\n+OK\r\n");
  }, disk.options());
}

TEST("who is gone while the disk is at work harms nobody") {
  Disk disk;
  with_server([&](Server& server) -> Coro<> {
    RawClient other = co_await connect_to(server);
    {
      RawClient client = co_await connect_to(server);
      client.stream().writer.write("SET k 1\r\n");
      co_await until_begun(disk.file, 1);
      client.stream().writer.transport().abort();
    }
    disk.file->allow(1);
    std::string got = co_await other.expect("GET k\r\n", "$1\r\n1\r\n");
    CHECK_EQ(got, "$1\r\n1\r\n");
  }, disk.options());
}

TEST("much that waits for the disk stops a client, and loses nothing") {
  Disk disk;
  with_server([&](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    constexpr int count = 300'000;
    std::string commands;
    for (int i = 0; i < count; ++i) commands += "SET k 1\r\n";
    client.stream().writer.write(commands);
    co_await until_begun(disk.file, 1);
    while (server.bytes_held() < 1'000'000) {
      co_await asyncio::sleep(std::chrono::milliseconds(1));
    }
    CHECK(server.bytes_held() < 1'400'000);
    disk.file->allow(1000);
    std::string got = co_await client.ask("", count * 5);
    CHECK_EQ(got.substr(got.size() - 5), "+OK\r\n");
  }, disk.options());
}

TEST("a disk that fails ends the server, and nothing is promised") {
  Disk disk;
  std::string error, got;
  with_server([&](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    client.stream().writer.write("SET k 1\r\n");
    co_await until_begun(disk.file, 1);
    disk.file->break_it();
    try {
      co_await server.serve_forever();
    } catch (const std::system_error& failure) {
      error = failure.what();
    }
    try {
      got = co_await client.rest();
    } catch (const std::system_error&) {
    }
  }, disk.options());
  CHECK(error.starts_with("sync "));
  CHECK(error.ends_with("Input/output error"));
  CHECK_EQ(got, "");
}

TEST("without sync, the kernel has a write before it is answered") {
  Disk disk;
  database::ServerOptions options = disk.options();
  options.sync = Journal::Sync::kNo;
  with_server([&](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    co_await client.expect("LPUSH l a\r\n", ":1\r\n");
    CHECK_EQ(disk.file->written(),
             "*3\r\n$5\r\nLPUSH\r\n$1\r\nl\r\n$1\r\na\r\n");
    CHECK_EQ(disk.file->begun(), 0);
  }, options);
}

TEST("closing a server waits for the disk, and answers") {
  Disk disk;
  std::string got;
  asyncio::run([](Disk& on, std::string& answer) -> Coro<> {
    Server server(asyncio::get_running_loop(), on.options());
    co_await server.listen("127.0.0.1", 0);
    RawClient client = co_await connect_to(server);
    client.stream().writer.write("SET k 1\r\n");
    co_await until_begun(on.file, 1);
    asyncio::Task<> closing = asyncio::create_task(server.close());
    co_await asyncio::sleep(std::chrono::seconds(0));
    on.file->allow(1);
    answer = co_await client.rest();
    co_await closing;
  }(disk, got));
  CHECK_EQ(got, "+OK\r\n");
}

TEST("a server that is closing begins nothing more") {
  Disk disk;
  std::string got;
  asyncio::run([](Disk& on, std::string& answer) -> Coro<> {
    Server server(asyncio::get_running_loop(), on.options());
    co_await server.listen("127.0.0.1", 0);
    RawClient first = co_await connect_to(server);
    RawClient second = co_await connect_to(server);
    first.stream().writer.write("SET k 1\r\n");
    co_await until_begun(on.file, 1);
    asyncio::Task<> closing = asyncio::create_task(server.close());
    co_await asyncio::sleep(std::chrono::seconds(0));
    second.stream().writer.write("SET l 1\r\n");
    for (int i = 0; i < 20; ++i) {
      co_await asyncio::sleep(std::chrono::milliseconds(1));
    }
    on.file->allow(2);
    answer = co_await first.rest();
    co_await closing;
  }(disk, got));
  CHECK_EQ(got, "+OK\r\n");
  CHECK_EQ(disk.file->begun(), 1);
}

TEST("a server that begins again has what the last one has answered") {
  asyncio::ScratchFolder folder;
  const auto begin = [&] {
    database::ServerOptions options;
    options.log = std::make_shared<LogFile>(folder.file("log"));
    return options;
  };
  with_server([](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    const std::string commands =
        "SET k 1 EX 1000\r\nMULTI\r\nINCR k\r\nLPUSH l a b\r\nEXEC\r\n"
        "LPOP l\r\n";
    co_await client.expect(
        commands, "+OK\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:2\r\n:2\r\n"
                  "$1\r\nb\r\n");
  }, begin());
  with_server([](Server& server) -> Coro<> {
    CHECK_EQ(server.loaded().commands, 4);
    RawClient client = co_await connect_to(server);
    std::string got = co_await client.expect("GET k\r\nLPOP l\r\nTTL k\r\n",
                                             "$1\r\n2\r\n$1\r\na\r\n:1000\r\n");
    CHECK_EQ(got.substr(0, 14), "$1\r\n2\r\n$1\r\na\r\n");
  }, begin());
}

}  // namespace
