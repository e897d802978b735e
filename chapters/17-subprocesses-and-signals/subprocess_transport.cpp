#include "17-subprocesses-and-signals/subprocess_transport.hpp"

#include <signal.h>

#include <cerrno>

#include "10-tasks/task.hpp"
#include "14-transports-and-protocols/connection.hpp"
#include "common/error.hpp"

namespace asyncio {

namespace {

// A loop's service that keeps the transports until connection_lost().
class SubprocessRegistry {
 public:
  explicit SubprocessRegistry(EventLoop& loop) {
    loop.service<ChildWatcher>();  // made before us, it dies after us
  }
  ~SubprocessRegistry() {
    while (!transports_.empty()) {
      Ref<SubprocessTransport> transport = std::move(transports_.back());
      transports_.pop_back();
      transport->abandon();
    }
  }
  void add(SubprocessTransport& transport) {
    transports_.emplace_back(&transport);
  }
  void remove(SubprocessTransport& transport) noexcept {
    std::erase(transports_, Ref<SubprocessTransport>(&transport));
  }

 private:
  std::vector<Ref<SubprocessTransport>> transports_;
};

// Stands between one pipe and the process's transport: CPython's
// ReadSubprocessPipeProto and WriteSubprocessPipeProto.
class PipeProtocol final : public Protocol {
 public:
  PipeProtocol(Ref<SubprocessTransport> process, int fd)
      : process_(std::move(process)), fd_(fd) {}

  void connection_made(Transport& transport) override {
    process_->pipe_connected(fd_, transport);
  }
  void data_received(std::string_view data) override {
    process_->pipe_data_received(fd_, data);
  }
  void connection_lost(std::exception_ptr error) override {
    Ref<SubprocessTransport> process = std::move(process_);
    process->pipe_connection_lost(fd_, std::move(error));
  }
  void pause_writing() override {
    if (auto& protocol = process_->get_protocol()) protocol->pause_writing();
  }
  void resume_writing() override {
    if (auto& protocol = process_->get_protocol()) protocol->resume_writing();
  }

 private:
  Ref<SubprocessTransport> process_;
  const int fd_;
};

std::size_t index(int fd) { return static_cast<std::size_t>(fd); }

}  // namespace

SubprocessTransport::SubprocessTransport(EventLoop& loop,
                                         Ref<SubprocessProtocol> protocol)
    : loop_(loop), protocol_(std::move(protocol)) {}

void SubprocessTransport::start(const std::vector<std::string>& args,
                                const SubprocessOptions& options,
                                const Future<>& connected) {
  auto& registry = loop_.service<SubprocessRegistry>();
  Spawned spawned = spawn(args, options);
  pid_ = spawned.pid;
  for (std::size_t fd = 0; fd < 3; ++fd) {
    pipes_[fd].wanted = static_cast<bool>(spawned.pipes[fd]);
  }
  Ref<SubprocessTransport> self(this);
  child_ = loop_.service<ChildWatcher>().watch(
      pid_, [self](int returncode) { self->exited(returncode); });
  registry.add(*this);
  Task<> task(loop_, connect_pipes(std::move(spawned.pipes), connected));
  // One that is cancelled before it has begun says nothing by itself.
  task.add_done_callback([self, connected](const Future<>&) {
    if (self->connected_) return;
    self->pipes_connected(std::make_exception_ptr(CancelledError()), connected);
  });
}

Coro<> SubprocessTransport::connect_pipes(std::array<Descriptor, 3> ends,
                                          Future<> connected) {
  Ref<SubprocessTransport> self(this);
  std::exception_ptr error;
  try {
    for (int fd = 0; fd < 3; ++fd) {
      if (!ends[index(fd)]) continue;
      co_await connect_pipe(fd, std::move(ends[index(fd)]));
      if (closed_) pipes_[index(fd)].transport->close();
    }
  } catch (const Interrupted&) {
    throw;
  } catch (...) {
    error = std::current_exception();
  }
  pipes_connected(error, connected);
}

void SubprocessTransport::pipes_connected(std::exception_ptr error,
                                          const Future<>& connected) {
  connected_ = true;
  if (error) {
    // The protocol never hears of the process; the process ends all the same.
    protocol_ = {};
    for (Pipe& pipe : pipes_) pipe.wanted = static_cast<bool>(pipe.transport);
  } else {
    tell([this](SubprocessProtocol& protocol) {
      protocol.connection_made(*this);
    });
  }
  for (auto& early : std::exchange(early_, {})) loop_.call_soon(early);
  if (error) try_finish();  // it may have ended already
  if (connected.done()) return;
  if (error) {
    connected.set_exception(error);
  } else {
    connected.set_result();
  }
}

Coro<> SubprocessTransport::connect_pipe(int fd, Descriptor end) {
  Ref<SubprocessTransport> self(this);
  ProtocolFactory factory = [self, fd] {
    return make_ref<PipeProtocol>(self, fd);
  };
  if (fd == 0) {
    co_await connect_write_pipe(std::move(factory), std::move(end));
  } else {
    co_await connect_read_pipe(std::move(factory), std::move(end));
  }
}

void SubprocessTransport::pipe_connected(int fd, Transport& transport) {
  pipes_[index(fd)].transport = Ref<Transport>(&transport);
}

// What happens is told by the loop, and not before connection_made().
void SubprocessTransport::schedule(std::function<void()> function) {
  if (connected_) {
    loop_.call_soon(std::move(function));
  } else {
    early_.push_back(std::move(function));
  }
}

template <class F>
void SubprocessTransport::tell(F function) {
  Ref<SubprocessTransport> self(this);
  schedule([self, function = std::move(function)] {
    Ref<SubprocessProtocol> protocol = self->protocol_;
    if (protocol) function(*protocol);
  });
}

void SubprocessTransport::pipe_data_received(int fd, std::string_view data) {
  tell([fd, copy = std::string(data)](SubprocessProtocol& protocol) {
    protocol.pipe_data_received(fd, copy);
  });
}

void SubprocessTransport::pipe_connection_lost(int fd,
                                               std::exception_ptr error) {
  tell([fd, error](SubprocessProtocol& protocol) {
    protocol.pipe_connection_lost(fd, error);
  });
  pipes_[index(fd)].lost = true;
  try_finish();
}

void SubprocessTransport::exited(int returncode) {
  returncode_ = returncode;
  tell([](SubprocessProtocol& protocol) { protocol.process_exited(); });
  try_finish();
}

// A pipe can outlive its process: a grandchild may have inherited it.
void SubprocessTransport::try_finish() {
  if (!returncode_) return;
  for (const Pipe& pipe : pipes_) {
    if (pipe.wanted && !pipe.lost) return;
  }
  schedule([self = Ref<SubprocessTransport>(this)] { self->finish(); });
}

void SubprocessTransport::finish() {
  Ref<SubprocessTransport> self(this);
  loop_.service<SubprocessRegistry>().remove(*this);
  struct End {
    SubprocessTransport& transport;
    ~End() {
      transport.finished_ = true;
      transport.protocol_ = {};
      transport.child_ = {};
      for (const Future<int>& waiter : std::exchange(transport.waiters_, {})) {
        if (!waiter.done()) waiter.set_result(*transport.returncode_);
      }
    }
  } end{*this};
  Ref<SubprocessProtocol> protocol = protocol_;
  if (protocol) protocol->connection_lost(nullptr);
}

void SubprocessTransport::abandon() noexcept {
  closed_ = finished_ = true;
  early_.clear();
  waiters_.clear();
  for (Pipe& pipe : pipes_) pipe.transport = {};
  child_ = {};
  Ref<SubprocessProtocol> last = std::move(protocol_);
}

Ref<Transport> SubprocessTransport::get_pipe_transport(int fd) const {
  return fd < 0 || fd > 2 ? Ref<Transport>() : pipes_[index(fd)].transport;
}

void SubprocessTransport::send_signal(int number) {
  if (!child_) throw os_error(ESRCH, "kill", std::to_string(pid_));
  child_->send_signal(number);
}

void SubprocessTransport::terminate() { send_signal(SIGTERM); }

void SubprocessTransport::kill() { send_signal(SIGKILL); }

void SubprocessTransport::close() {
  if (std::exchange(closed_, true)) return;
  for (Pipe& pipe : pipes_) {
    if (pipe.transport) pipe.transport->close();
  }
  // It may have ended without our having heard of it yet: asked first.
  if (!child_ || child_->poll()) return;
  try {
    child_->send_signal(SIGKILL);
  } catch (const std::system_error&) {
    // It runs as somebody else now, and may not be killed.
  }
}

Coro<int> SubprocessTransport::wait() {
  return wait_for(Ref<SubprocessTransport>(this));
}

Coro<int> SubprocessTransport::wait_for(Ref<SubprocessTransport> transport) {
  if (transport->returncode_) co_return *transport->returncode_;
  Future<int> waiter(transport->loop_);
  transport->waiters_.push_back(waiter);
  int returncode = co_await waiter;
  co_return returncode;
}

Coro<SubprocessConnection> subprocess_exec(SubprocessProtocolFactory factory,
                                           std::vector<std::string> args,
                                           SubprocessOptions options) {
  SubprocessConnection made;
  made.protocol = factory();
  made.transport = make_ref<SubprocessTransport>(get_running_loop(),
                                                 made.protocol);
  Future<> connected = create_future();
  made.transport->start(args, options, connected);
  std::exception_ptr error;
  try {
    co_await connected;
  } catch (const Interrupted&) {
    throw;
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    made.transport->close();
    co_await made.transport->wait();
    std::rethrow_exception(error);
  }
  co_return made;
}

Coro<SubprocessConnection> subprocess_shell(SubprocessProtocolFactory factory,
                                            std::string command,
                                            SubprocessOptions options) {
  return subprocess_exec(std::move(factory),
                         {"/bin/sh", "-c", std::move(command)},
                         std::move(options));
}

}  // namespace asyncio
