// ByteQueue: bytes in at the end, out at the front.

#include <random>
#include <string>

#include "15-streams/byte_queue.hpp"
#include "common/test.hpp"

using asyncio::ByteQueue;

TEST("bytes come out in the order in which they went in") {
  ByteQueue queue;
  CHECK(queue.empty());
  queue.push("one");
  queue.push("two");
  CHECK_EQ(queue.view(), "onetwo");
  CHECK_EQ(queue.take(4), "onet");
  queue.push("three");
  CHECK_EQ(queue.size(), std::size_t{7});
  char place[5];
  CHECK_EQ(queue.take_into(place), std::size_t{5});
  CHECK_EQ(std::string(place, 5), "wothr");
  queue.drop(1);
  CHECK_EQ(queue.take(100), "e");
  CHECK(queue.empty());
}

TEST("taking all hands over the memory, and taking more is no error") {
  ByteQueue queue;
  queue.push(std::string(1000, 'x'));
  const char* where = queue.view().data();
  std::string all = queue.take(2000);
  CHECK(all.data() == where);
  CHECK_EQ(queue.take(1), "");
  queue.drop(5);
  CHECK(queue.empty());
}

TEST("a queue that nothing is in holds no memory") {
  ByteQueue queue;
  queue.push(std::string(100'000, 'x'));
  queue.drop(99'999);
  queue.push("y");
  CHECK_EQ(queue.take(2), "xy");
  queue.push("z");  // would be in the old memory, were there any
  std::string last = queue.take(1);
  CHECK(last.capacity() < 100);
}

TEST("a queue through which much passes does not grow") {
  ByteQueue queue;
  queue.push("behind");
  for (int i = 0; i < 10'000; ++i) {
    queue.push(std::string(100, 'x'));
    queue.drop(100);
  }
  std::string left = queue.take(6);
  CHECK(left.capacity() < 1000);
}

TEST("a queue does what a string does, whatever the order of the calls") {
  std::mt19937 random(15);
  ByteQueue queue;
  std::string model;
  char next = 'a';
  for (int i = 0; i < 100'000; ++i) {
    const std::size_t count = random() % 20;
    if (random() % 2 == 0) {
      std::string bytes(count, next);
      next = next == 'z' ? 'a' : static_cast<char>(next + 1);
      queue.push(bytes);
      model += bytes;
    } else {
      CHECK_EQ(queue.take(count), model.substr(0, count));
      model.erase(0, count);
    }
    CHECK_EQ(queue.view(), model);
  }
}
