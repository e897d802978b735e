// A server that finishes what it has begun. Each line that a client sends is
// an order, and takes a while. When the server is told to stop,
//
//   1. nobody new is let in;
//   2. who is waiting for an order is sent away;
//   3. who works on an order finishes it, and sends the answer;
//   4. who has not finished when the patience ends is cut off.
//
// Not part of the library: for programs and tests.

#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/sleep.hpp"
#include "12-cancellation/wait_for.hpp"
#include "15-streams/streams.hpp"

namespace graceful {

using asyncio::AnyTask;
using asyncio::Coro;
using asyncio::StreamReader;
using asyncio::StreamWriter;

class Kitchen {
 public:
  explicit Kitchen(asyncio::Duration time_for_an_order)
      : time_for_an_order_(time_for_an_order) {}

  // Serves one client.
  Coro<> serve(StreamReader reader, StreamWriter writer) {
    ++clients_;
    while (!stopping_) {
      std::string order = co_await next_order(reader);
      if (order.empty()) break;
      co_await asyncio::sleep(time_for_an_order_);
      ++finished_;
      writer.write("done: " + order);
      co_await writer.drain();
    }
    writer.close();
    co_await writer.wait_closed();
  }

  // Returns when the last client is gone. True if all went by themselves.
  Coro<bool> stop(asyncio::Server server, asyncio::Duration patience) {
    stopping_ = true;
    server.close();
    for (const AnyTask& task : idle_) task.cancel();
    try {
      co_await asyncio::wait_for(server.wait_closed(), patience);
      co_return true;
    } catch (const asyncio::TimeoutError&) {
    }
    server.abort_clients();
    co_await server.wait_closed();
    co_return false;
  }

  int clients() const { return clients_; }
  int finished() const { return finished_; }
  std::size_t idle() const { return idle_.size(); }

 private:
  // While a task waits here, it has begun nothing, and may be cancelled.
  Coro<std::string> next_order(StreamReader reader) {
    struct Idle {
      std::vector<AnyTask>& tasks;
      AnyTask self = asyncio::current_task();
      explicit Idle(std::vector<AnyTask>& t) : tasks(t) {
        tasks.push_back(self);
      }
      ~Idle() { tasks.erase(std::find(tasks.begin(), tasks.end(), self)); }
    } idle(idle_);
    std::string order = co_await reader.readline();
    co_return order;
  }

  const asyncio::Duration time_for_an_order_;
  bool stopping_ = false;
  int clients_ = 0, finished_ = 0;
  std::vector<AnyTask> idle_;
};

}  // namespace graceful
