#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/wait_for.hpp"
#include "exercises/expect.hpp"
#include "pool.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Task;
using exercise::Connection;
using exercise::ConnectionPtr;
using exercise::expect;
using exercise::expect_equal;
using exercise::Open;
using exercise::Pool;

namespace {

// Runs `body()` on a loop whose clock is virtual: it jumps from one deadline
// to the next.
template <class Body>
void run(Body body) {
  asyncio::Runner(test::manual_clock()).run(body());
}

// What the connections of a test have in common.
struct Server {
  int opened = 0;      // ever
  int open = 0;        // now
  int most_open = 0;   // at one time
  bool refuses = false;
};

class TestConnection final : public Connection {
 public:
  explicit TestConnection(Server& server)
      : number(++server.opened), server_(server) {
    server_.most_open = std::max(server_.most_open, ++server_.open);
  }
  ~TestConnection() override { --server_.open; }
  bool is_broken() const override { return broken; }

  const int number;
  bool broken = false;

 private:
  Server& server_;
};

// Opening takes a second; no real one, the clock is virtual.
Coro<ConnectionPtr> open_one(Server& server) {
  co_await asyncio::sleep(1s);
  if (server.refuses) throw std::runtime_error("connection refused");
  ConnectionPtr connection = std::make_unique<TestConnection>(server);
  co_return connection;
}
Open opener(Server& server) {
  return [&server] { return open_one(server); };
}

TestConnection& connection_of(const Pool::Lease& lease) {
  return static_cast<TestConnection&>(*lease);
}

// Takes a connection, keeps it for a minute, breaks it if told to, and gives
// its number; 0 if there was none within an hour, -1 if opening has failed.
Coro<int> use(Pool& pool, bool breaks = false) {
  int number = 0;
  try {
    Pool::Lease lease = co_await asyncio::wait_for(pool.acquire(), 1h);
    number = connection_of(lease).number;
    co_await asyncio::sleep(1min);
    connection_of(lease).broken = breaks;
  } catch (const asyncio::TimeoutError&) {
  } catch (const std::runtime_error&) {
    number = -1;
  }
  co_return number;
}

}  // namespace

TEST("a connection that was given back is lent again") {
  Server server;
  Pool pool(opener(server), 2);
  run([&]() -> Coro<> {
    const int first = co_await use(pool);
    const int second = co_await use(pool);
    expect_equal("the number of the first connection", first, 1,
                 "does acquire() give one at all?");
    expect_equal("the number of the second connection", second, 1,
                 "where does a connection go at the end of its lease?");
  });
}

TEST("no more are open at once than the pool may have") {
  Server server;
  Pool pool(opener(server), 2);
  run([&]() -> Coro<> {
    std::vector<Task<int>> users;
    for (int i = 0; i < 6; ++i) {
      users.push_back(asyncio::create_task(use(pool)));
    }
    for (Task<int>& user : users) {
      const int number = co_await user;
      expect(number > 0, "each of six tasks gets a connection in the end",
             "who waits, and who wakes it when a connection comes back?");
    }
    expect_equal("the most connections open at once", server.most_open, 2,
                 "what do the third and the fourth task do?");
  });
}

TEST("a connection that breaks is closed, and lent to nobody") {
  Server server;
  Pool pool(opener(server), 1);
  run([&]() -> Coro<> {
    Task<int> breaks = asyncio::create_task(use(pool, true));
    Task<int> waits = asyncio::create_task(use(pool));
    const int first = co_await breaks;
    const int second = co_await waits;
    expect_equal("the connection of the first", first, 1, "is there one?");
    expect_equal("the connection of the next, after the first one broke",
                 second, 2,
                 second == 0 ? "nobody woke the one who waited"
                             : "who looks whether it is broken?");
    expect_equal("the most connections open at once", server.most_open, 1,
                 "is a broken one closed before another is opened?");
  });
}

TEST("a connection that breaks while nobody uses it is lent to nobody") {
  Server server;
  Pool pool(opener(server), 1);
  run([&]() -> Coro<> {
    TestConnection* idle = nullptr;
    {
      Pool::Lease lease = co_await asyncio::wait_for(pool.acquire(), 1h);
      idle = &connection_of(lease);
    }
    expect_equal("the connections open when one was given back", server.open,
                 1, "where does it go at the end of its lease?");
    idle->broken = true;
    const int number = co_await use(pool);
    expect_equal("the next connection", number, 2,
                 "an idle one may break, too: when do you look?");
  });
}

TEST("opening that fails takes no place away") {
  Server server;
  Pool pool(opener(server), 1);
  run([&]() -> Coro<> {
    server.refuses = true;
    const int refused = co_await use(pool);
    expect_equal("what acquire() gives when opening throws (-1: it throws)",
                 refused, -1, "the error is the caller's");
    server.refuses = false;
    const int number = co_await use(pool);
    expect_equal("the next connection (0: none within an hour)", number, 1,
                 "is the place of the one that failed free again?");
  });
}

TEST("who waits may be cancelled, and takes nothing with it") {
  Server server;
  Pool pool(opener(server), 1);
  run([&]() -> Coro<> {
    Task<int> uses = asyncio::create_task(use(pool));
    Task<int> gives_up = asyncio::create_task(use(pool));
    Task<int> waits = asyncio::create_task(use(pool));
    co_await asyncio::sleep(10s);
    gives_up.cancel();
    co_await uses;
    const int number = co_await waits;
    expect_equal("the connection of who still waits (0: none in an hour)",
                 number, 1, "is the place kept for one who has left?");
  });
}

TEST("who is cancelled in the moment of its turn leaves it to the next") {
  Server server;
  Pool pool(opener(server), 1);
  run([&]() -> Coro<> {
    Task<int> gives_up, waits;
    {
      Pool::Lease lease = co_await asyncio::wait_for(pool.acquire(), 1h);
      gives_up = asyncio::create_task(use(pool));
      waits = asyncio::create_task(use(pool));
      co_await asyncio::sleep(10s);
    }
    gives_up.cancel();  // it is its turn now, and it has not run yet
    const int number = co_await waits;
    expect_equal("the connection of who is next (0: none in an hour)", number,
                 1, "who passes the place on?");
  });
}
