// What a SubprocessProtocol is told, and in which order. The child says when
// each thing happens: it prints, closes its output, waits for its input to
// end, and exits.

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "09-futures/future.hpp"
#include "10-tasks/runner.hpp"
#include "17-subprocesses-and-signals/subprocess_transport.hpp"

using asyncio::Coro;
using asyncio::Future;
using asyncio::Ref;
using asyncio::SubprocessTransport;

class Events : public asyncio::SubprocessProtocol {
 public:
  Future<> done = asyncio::create_future();

  void connection_made(SubprocessTransport& transport) override {
    transport_ = &transport;
    std::puts("connection_made");
  }
  void pipe_data_received(int fd, std::string_view data) override {
    std::printf("pipe_data_received %d: %.*s\n", fd,
                static_cast<int>(data.size()), data.data());
    transport_->get_pipe_transport(0)->write("thank you\n");
  }
  void pipe_connection_lost(int fd, std::exception_ptr) override {
    std::printf("pipe_connection_lost %d\n", fd);
    if (fd == 1) transport_->get_pipe_transport(0)->close();
  }
  void process_exited() override {
    std::printf("process_exited: %d\n", *transport_->get_returncode());
  }
  void connection_lost(std::exception_ptr) override {
    std::puts("connection_lost");
    done.set_result();
  }

 private:
  SubprocessTransport* transport_ = nullptr;
};

Coro<> async_main() {
  using asyncio::subprocess::PIPE;
  std::vector<std::string> command = {
      "sh", "-c", "printf hello; read answer; exec 1>&-; read end; exit 5"};
  auto events = asyncio::make_ref<Events>();
  asyncio::SubprocessProtocolFactory factory = [events] { return events; };
  asyncio::SubprocessOptions options(PIPE, PIPE);
  auto made = co_await asyncio::subprocess_exec(factory, command, options);
  co_await events->done;
  std::printf("return code %d\n", *made.transport->get_returncode());
  made.transport->close();
}

int main() { asyncio::run(async_main()); }
