// A reader that does not read: the writer is told to pause, and what waits in
// its process stays small.

#include <algorithm>
#include <cstdio>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "14-transports-and-protocols/connection.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Future;
using asyncio::Protocol;
using asyncio::Ref;
using asyncio::Socket;
using asyncio::Transport;
using asyncio::make_ref;

class Writer : public Protocol {
 public:
  void connection_made(Transport& made) override {
    transport = &made;
    transport->set_write_buffer_limits(4096, 1024);
  }
  void data_received(std::string_view) override {}
  void pause_writing() override {
    if (most == 0) std::puts("writer: pause_writing");
    most = std::max(most, transport->get_write_buffer_size());
    may_write = asyncio::create_future();
  }
  void resume_writing() override {
    if (!resumed_) std::puts("writer: resume_writing");
    resumed_ = true;
    may_write.set_result();
  }

  Transport* transport = nullptr;
  Future<> may_write;  // empty, or done, while it may
  std::size_t most = 0;

 private:
  bool resumed_ = false;
};

class Reader : public Protocol {
 public:
  void connection_made(Transport& made) override {
    transport = &made;
    transport->pause_reading();
  }
  void data_received(std::string_view data) override {
    received += data.size();
  }
  void connection_lost(std::exception_ptr) override { end.set_result(); }

  Transport* transport = nullptr;
  std::size_t received = 0;
  Future<> end = asyncio::create_future();
};

Coro<> write_all(Ref<Writer> writer) {
  const std::string piece(1024, 'x');
  for (int i = 0; i < 1000; ++i) {
    if (writer->may_write) co_await writer->may_write;
    writer->transport->write(piece);
  }
  std::printf("writer: all is written, and never more than 5 KiB waited: %s\n",
              writer->most <= 5 * 1024 ? "True" : "False");
  writer->transport->close();
}

Coro<> async_main() {
  auto [left, right] = Socket::pair();
  auto writer = make_ref<Writer>();
  auto reader = make_ref<Reader>();
  asyncio::ProtocolFactory make_writer = [&] { return writer; };
  asyncio::ProtocolFactory make_reader = [&] { return reader; };
  co_await asyncio::create_connection(make_writer, std::move(left));
  co_await asyncio::create_connection(make_reader, std::move(right));
  asyncio::Task<> writing = asyncio::create_task(write_all(writer));
  co_await asyncio::sleep(5s);
  std::printf("after 5 s: the reader has %zu bytes\n", reader->received);
  std::printf("the writer is done: %s\n", writing.done() ? "True" : "False");
  reader->transport->resume_reading();
  co_await reader->end;
  std::printf("the reader has %zu bytes\n", reader->received);
}

int main() { asyncio::run(async_main()); }
