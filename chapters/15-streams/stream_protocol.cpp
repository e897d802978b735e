#include "15-streams/stream_protocol.hpp"

#include "10-tasks/task.hpp"
#include "15-streams/stream_reader.hpp"
#include "15-streams/stream_writer.hpp"

namespace asyncio {

Coro<> ClientHandler::operator()(StreamReader reader,
                                 StreamWriter writer) const {
  return function_(std::move(reader), std::move(writer));
}

StreamProtocol::StreamProtocol(std::size_t limit, Ref<ClientHandler> handler)
    : ReadSide(limit), handler_(std::move(handler)) {}

StreamProtocol::~StreamProtocol() = default;

void StreamProtocol::connection_made(Transport& transport) {
  set_transport(Ref<Transport>(&transport));
  if (handler_) start_handler();
}

void StreamProtocol::start_handler() {
  const Ref<StreamProtocol> self(this);
  Task<> task = create_task((*handler_)(StreamReader(self),
                                        StreamWriter(self)));
  task_ = task.state();
  task_->add_waiter(*this);
  retain();  // until run() or drop()
}

// The handler has ended. If its last StreamWriter went with it, the transport
// is closing already; after an error nobody else will use it either.
void StreamProtocol::run() {
  const Ref<StreamProtocol> self(this);
  release();
  const Ref<FutureBase> task = std::exchange(task_, {});
  std::exception_ptr error = task->cancelled() ? nullptr : task->exception();
  if (error) {
    task->loop().call_exception_handler(
        {"Unhandled exception in client_connected_cb",
         task->describe_future(), error});
  }
  if (error || task->cancelled()) transport()->close();
}

void StreamProtocol::drop() noexcept {
  task_ = {};
  release();
}

bool StreamProtocol::eof_received() {
  feed_eof();
  return true;  // our half of the connection stays open
}

void StreamProtocol::connection_lost(std::exception_ptr error) {
  failed_ = error != nullptr;
  if (failed_) {
    set_exception(std::move(error));
  } else {
    feed_eof();
  }
  lose();
}

// The last StreamWriter is gone: nobody can close the transport any more.
void StreamProtocol::close_unclosed() noexcept {
  const Ref<Transport>& transport = this->transport();
  if (!transport || transport->is_closing()) return;
  EventLoop& loop = transport->loop();
  if (loop.is_closed()) return;  // which closes its transports itself
  try {
    if (loop.get_debug()) {
      loop.call_exception_handler({"unclosed StreamWriter", "", nullptr});
    }
    transport->close();
  } catch (const std::exception&) {
    // No memory left to close it later: the loop's end does.
  }
}

}  // namespace asyncio
