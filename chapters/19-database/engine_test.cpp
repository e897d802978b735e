#include "19-database/engine.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "19-database/engine_world.hpp"
#include "common/test.hpp"

// What the commands do. That redis-server answers the same, byte for byte, is
// shown by redis_server_test.

namespace {

using test::EnginePeer;
using test::EngineWorld;
using Records = std::vector<std::string>;

constexpr const char* ok = "+OK\r\n";
constexpr const char* nil = "$-1\r\n";

TEST("SET replaces whatever was there, and its time to go") {
  EngineWorld world;
  EnginePeer peer(world);
  CHECK_EQ(peer("SET k v EX 10"), ok);
  CHECK_EQ(peer("TTL k"), ":10\r\n");
  CHECK_EQ(peer("SET k w"), ok);
  CHECK_EQ(peer("TTL k"), ":-1\r\n");
  CHECK_EQ(peer("LPUSH list a"), ":1\r\n");
  CHECK_EQ(peer("SET list v"), ok);
  CHECK_EQ(peer("GET list"), "$1\r\nv\r\n");
}

TEST("a key is gone at its moment, for whoever looks") {
  EngineWorld world;
  EnginePeer peer(world);
  peer("SET k v PX 100");
  world.time += 99;
  CHECK_EQ(peer("EXISTS k k"), ":2\r\n");
  world.time += 1;
  CHECK_EQ(peer("GET k"), nil);
  CHECK_EQ(peer("TTL k"), ":-2\r\n");
  CHECK_EQ(world.engine.store().size(), 0);
}

TEST("keys that nobody looks at are removed too, and no others") {
  EngineWorld world;
  EnginePeer peer(world);
  peer("SET a 1 PX 10");
  peer("SET b 1 PX 20");
  peer("SET c 1");
  CHECK_EQ(*world.engine.store().next_expiry(), world.time + 10);
  world.time += 15;
  world.engine.store().remove_expired();
  CHECK_EQ(world.engine.store().size(), 2);
  CHECK_EQ(*world.engine.store().next_expiry(), world.time + 5);
  peer("SET b 1");
  CHECK(!world.engine.store().next_expiry());
}

TEST("the journal has what was done, not what was asked") {
  EngineWorld world;
  EnginePeer peer(world);
  const std::string when = std::to_string(world.time + 10'000);
  peer("SET k v EX 10");
  peer("SET k w NX");
  peer("DEL x k y");
  peer("incr n");
  peer("EXPIRE n 10");
  peer("EXPIRE n -1");
  peer("GET n");
  peer("LPUSH l a b");
  peer("LPOP l 5");
  peer("LPOP l");
  CHECK_EQ(world.records,
           (Records{"SET k v PXAT " + when, "DEL k", "incr n",
                    "PEXPIREAT n " + when, "DEL n", "LPUSH l a b",
                    "LPOP l 5"}));
}

TEST("a key that goes by itself leaves a DEL in the journal") {
  EngineWorld world;
  EnginePeer peer(world);
  peer("SET k 5 PX 10");
  world.time += 10;
  peer("INCR k");
  CHECK_EQ(world.records.size(), 3);
  CHECK_EQ(world.records[1], "DEL k");
  CHECK_EQ(world.records[2], "INCR k");
}

void replay(const EngineWorld& world, EngineWorld& later) {
  for (const std::string& record : world.records) {
    database::Words words;
    for (std::size_t i = 0; i < record.size();) {
      const std::size_t end = std::min(record.find(' ', i), record.size());
      words.push_back(std::string_view(record).substr(i, end - i));
      i = end + 1;
    }
    later.engine.replay(words);
  }
}

TEST("a journal that is replayed gives the same data, however late") {
  EngineWorld world;
  EnginePeer peer(world);
  peer("SET gone 5 PX 10");
  peer("INCR gone");
  world.time += 10;
  peer("INCR gone");
  peer("LPUSH l a b c");
  peer("LPOP l");
  EngineWorld later;
  later.time = world.time + 1'000'000;
  replay(world, later);
  EnginePeer reader(later);
  CHECK_EQ(reader("GET gone"), "$1\r\n1\r\n");
  CHECK_EQ(reader("TTL gone"), ":-1\r\n");
  CHECK_EQ(reader("LPOP l 9"), "*2\r\n$1\r\nb\r\n$1\r\na\r\n");
  CHECK(later.records.size() == 1);  // this LPOP alone
}

TEST("a key that was given more time has all of it after a replay") {
  EngineWorld world;
  EnginePeer peer(world);
  peer("INCR n");
  peer("EXPIRE n 10");
  peer("INCR n");
  peer("EXPIRE n 1000");
  EngineWorld later;
  later.time = world.time + 11'000;  // the first of its times has passed
  replay(world, later);
  EnginePeer reader(later);
  CHECK_EQ(reader("GET n"), "$1\r\n2\r\n");
  CHECK_EQ(reader("TTL n"), ":989\r\n");
}

TEST("a list that is empty is gone") {
  EngineWorld world;
  EnginePeer peer(world);
  CHECK_EQ(peer("LPUSH l a b"), ":2\r\n");
  CHECK_EQ(peer("LPOP l"), "$1\r\nb\r\n");
  CHECK_EQ(peer("LLEN l"), ":1\r\n");
  CHECK_EQ(peer("LPOP l"), "$1\r\na\r\n");
  CHECK_EQ(peer("EXISTS l"), ":0\r\n");
}

TEST("who waits for a list is served in order of coming") {
  EngineWorld world;
  EnginePeer first(world), second(world), pusher(world);
  CHECK_EQ(first("BLPOP k 0"), "");
  CHECK_EQ(second("BLPOP k 0"), "");
  CHECK(first.is_waiting());
  CHECK_EQ(pusher("LPUSH k a"), ":1\r\n");
  CHECK_EQ(first.heard(), "*2\r\n$1\r\nk\r\n$1\r\na\r\n");
  CHECK_EQ(first.woken, 1);
  CHECK(!first.is_waiting());
  CHECK_EQ(second.heard(), "");
  CHECK_EQ(pusher("LPUSH k b"), ":1\r\n");
  CHECK_EQ(second.heard(), "*2\r\n$1\r\nk\r\n$1\r\nb\r\n");
  CHECK_EQ(world.records,
           (Records{"LPUSH k a", "LPOP k", "LPUSH k b", "LPOP k"}));
}

TEST("a push is whole before those who wait are served") {
  EngineWorld world;
  EnginePeer first(world), second(world), pusher(world);
  first("BLPOP k 0");
  second("BLPOP k 0");
  CHECK_EQ(pusher("LPUSH k a b c"), ":3\r\n");
  CHECK_EQ(first.heard(), "*2\r\n$1\r\nk\r\n$1\r\nc\r\n");
  CHECK_EQ(second.heard(), "*2\r\n$1\r\nk\r\n$1\r\nb\r\n");
  CHECK_EQ(pusher("LLEN k"), ":1\r\n");
}

TEST("who waits for several lists gets one item, and waits no more") {
  EngineWorld world;
  EnginePeer waiter(world), pusher(world);
  waiter("BLPOP a b a 0");
  pusher("LPUSH b 1");
  CHECK_EQ(waiter.heard(), "*2\r\n$1\r\nb\r\n$1\r\n1\r\n");
  CHECK_EQ(pusher("LPUSH a 2"), ":1\r\n");
  CHECK_EQ(waiter.heard(), "");
  CHECK_EQ(waiter("BLPOP x a 0"), "*2\r\n$1\r\na\r\n$1\r\n2\r\n");
}

TEST("who has waited too long gets nil, and no item later") {
  EngineWorld world;
  EnginePeer waiter(world), pusher(world);
  waiter("BLPOP k 0.25");
  CHECK_EQ(waiter.wait_limit->count(), 250'000'000);
  world.engine.stop_waiting(waiter);
  CHECK_EQ(waiter.heard(), "*-1\r\n");
  CHECK_EQ(waiter.woken, 1);
  pusher("LPUSH k a");
  CHECK_EQ(waiter.heard(), "");
  CHECK_EQ(pusher("LLEN k"), ":1\r\n");
}

TEST("who is gone gets no item: the next in line does") {
  EngineWorld world;
  EnginePeer pusher(world), second(world);
  {
    EnginePeer first(world);
    first("BLPOP k other 0");
    second("BLPOP k 0");
  }
  pusher("LPUSH k a");
  CHECK_EQ(second.heard(), "*2\r\n$1\r\nk\r\n$1\r\na\r\n");
  CHECK_EQ(pusher("LPUSH other b"), ":1\r\n");
  CHECK_EQ(pusher("LLEN other"), ":1\r\n");
}

TEST("a list may go between any two looks at the clock") {
  for (int looks = 1; looks < 20; ++looks) {
    EngineWorld world;
    EnginePeer waiter(world), pusher(world);
    waiter("BLPOP l 0");
    pusher("MULTI");
    pusher("LPUSH l a");
    pusher("PEXPIREAT l " + std::to_string(world.time + looks));
    world.step = 1;
    pusher("EXEC");
    CHECK_EQ(waiter.heard().empty(), waiter.is_waiting());
    CHECK_EQ(pusher("LLEN l"), ":0\r\n");
  }
}

TEST("a text at the key of a waiting line is not taken for a list") {
  EngineWorld world;
  EnginePeer waiter(world), other(world);
  waiter("BLPOP k 0");
  other("MULTI");
  other("LPUSH k a");
  other("SET k text");
  CHECK_EQ(other("EXEC"), "*2\r\n:1\r\n+OK\r\n");
  CHECK_EQ(waiter.heard(), "");
  CHECK(waiter.is_waiting());
}

TEST("a transaction is done at EXEC, as one") {
  EngineWorld world;
  EnginePeer peer(world), waiter(world), other(world);
  waiter("BLPOP l 0");
  CHECK_EQ(peer("MULTI"), ok);
  CHECK_EQ(peer("SET k 1"), "+QUEUED\r\n");
  CHECK_EQ(peer("INCR k"), "+QUEUED\r\n");
  CHECK_EQ(peer("LPUSH l a b"), "+QUEUED\r\n");
  CHECK_EQ(peer("LLEN l"), "+QUEUED\r\n");
  CHECK_EQ(peer("BLPOP none 0"), "+QUEUED\r\n");
  CHECK_EQ(other("GET k"), nil);
  CHECK_EQ(peer("EXEC"), "*5\r\n+OK\r\n:2\r\n:2\r\n:2\r\n*-1\r\n");
  CHECK_EQ(waiter.heard(), "*2\r\n$1\r\nl\r\n$1\r\nb\r\n");
  CHECK_EQ(world.records, (Records{"MULTI", "SET k 1", "INCR k", "LPUSH l a b",
                                   "EXEC", "LPOP l"}));
}

TEST("a transaction that only reads leaves no record") {
  EngineWorld world;
  EnginePeer peer(world);
  peer("MULTI");
  peer("GET k");
  CHECK_EQ(peer("EXEC"), "*1\r\n$-1\r\n");
  CHECK(world.records.empty());
}

TEST("an error at EXEC undoes nothing; an error before it, everything") {
  EngineWorld world;
  EnginePeer peer(world);
  peer("MULTI");
  peer("SET k x");
  peer("INCR k");
  peer("SET k y");
  CHECK_EQ(peer("EXEC"),
           "*3\r\n+OK\r\n-ERR value is not an integer or out of range\r\n"
           "+OK\r\n");
  CHECK_EQ(peer("GET k"), "$1\r\ny\r\n");
  peer("MULTI");
  peer("SET k z");
  peer("GET");
  CHECK_EQ(peer("EXEC"),
           "-EXECABORT Transaction discarded because of previous errors.\r\n");
  CHECK_EQ(peer("GET k"), "$1\r\ny\r\n");
  peer("MULTI");
  peer("SET k z");
  CHECK_EQ(peer("DISCARD"), ok);
  CHECK_EQ(peer("GET k"), "$1\r\ny\r\n");
  CHECK_EQ(peer("EXEC"), "-ERR EXEC without MULTI\r\n");
}

TEST("a message goes to all who have subscribed, and to no others") {
  EngineWorld world;
  EnginePeer first(world), second(world), other(world);
  CHECK_EQ(first("SUBSCRIBE a b"),
           "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
           "*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n");
  second("SUBSCRIBE a a");
  CHECK_EQ(other({"PUBLISH", "a", "hello you"}), ":2\r\n");
  const char* heard =
      "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$9\r\nhello you\r\n";
  CHECK(first.heard() == heard);
  CHECK_EQ(second.heard(), heard + std::string());
  CHECK_EQ(other("PUBLISH b x"), ":1\r\n");
  CHECK_EQ(first("UNSUBSCRIBE"),
           "*3\r\n$7\r\nmessage\r\n$1\r\nb\r\n$1\r\nx\r\n"
           "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n"
           "*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:0\r\n");
  CHECK_EQ(other("PUBLISH b x"), ":0\r\n");
}

TEST("who has subscribed may send little else") {
  EngineWorld world;
  EnginePeer peer(world);
  peer("SUBSCRIBE a");
  CHECK_EQ(peer("GET k"),
           "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE "
           "/ PING / QUIT / RESET are allowed in this context\r\n");
  CHECK(peer("EXEC").starts_with("-EXECABORT Transaction discarded because "
                                 "of: Can't execute 'exec': only (P|S)"));
  CHECK_EQ(peer("PING"), "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
}

TEST("who is gone hears nothing") {
  EngineWorld world;
  EnginePeer other(world);
  {
    EnginePeer gone(world);
    gone("SUBSCRIBE a b");
  }
  CHECK_EQ(other("PUBLISH a x"), ":0\r\n");
}

TEST("an error that quotes a line end is still one line") {
  EngineWorld world;
  EnginePeer peer(world);
  CHECK_EQ(peer({"a\r\nb", "c"}),
           "-ERR unknown command 'a  b', with args beginning with: 'c' \r\n");
}

}  // namespace
