#include "17-subprocesses-and-signals/process.hpp"

#include <stdexcept>
#include <system_error>

#include "11-gather/gather.hpp"

namespace asyncio {

void ProcessProtocol::connection_made(SubprocessTransport& transport) {
  transport_ = &transport;
  for (const int fd : {1, 2}) {
    Ref<Transport> pipe = transport.get_pipe_transport(fd);
    if (!pipe) continue;
    reader(fd).emplace(limit_);
    reader(fd)->set_transport(std::move(pipe));
    ++open_outputs_;
  }
  if (Ref<Transport> pipe = transport.get_pipe_transport(0)) {
    in_stream_ = make_ref<StreamProtocol>(limit_);
    in_stream_->connection_made(*pipe);
    in.emplace(in_stream_);
  }
}

void ProcessProtocol::pipe_data_received(int fd, std::string_view data) {
  reader(fd)->feed_data(data);
}

void ProcessProtocol::pipe_connection_lost(int fd, std::exception_ptr error) {
  if (fd == 0) {
    in->close();
    in_stream_->connection_lost(std::move(error));
    return;
  }
  if (error) {
    reader(fd)->set_exception(error);
  } else {
    reader(fd)->feed_eof();
  }
  --open_outputs_;
  maybe_close_transport();
}

void ProcessProtocol::process_exited() {
  exited_ = true;
  maybe_close_transport();
}

void ProcessProtocol::maybe_close_transport() {
  if (open_outputs_ > 0 || !exited_) return;
  std::exchange(transport_, nullptr)->close();
}

namespace {

[[noreturn]] void throw_no_pipe(const char* name) {
  throw std::logic_error(std::string(name) + " of the process is no pipe");
}

// The process may end, or close its input, before it has read everything.
bool is_broken_pipe(const std::system_error& error) {
  return error.code() == std::errc::broken_pipe ||
         error.code() == std::errc::connection_reset;
}

Coro<> feed(std::optional<StreamWriter> in, std::string input) {
  if (!in) co_return;
  try {
    if (!input.empty()) in->write(input);
    co_await in->drain();
  } catch (const std::system_error& error) {
    if (!is_broken_pipe(error)) throw;
  }
  in->close();
}

Coro<std::string> read_all(std::optional<StreamReader> from,
                           Ref<Transport> pipe) {
  std::string output;
  if (!from) co_return output;
  output = co_await from->read();
  pipe->close();
  co_return output;
}

Coro<ProcessOutput> talk(Ref<SubprocessTransport> transport,
                         Ref<ProcessProtocol> protocol, std::string input) {
  auto done = co_await gather(
      feed(protocol->in, std::move(input)),
      read_all(protocol->out, transport->get_pipe_transport(1)),
      read_all(protocol->err, transport->get_pipe_transport(2)));
  co_await transport->wait();
  ProcessOutput output{std::move(std::get<1>(done)),
                       std::move(std::get<2>(done))};
  co_return output;
}

}  // namespace

const StreamWriter& Process::in() const {
  if (!protocol_->in) throw_no_pipe("stdin");
  return *protocol_->in;
}
const StreamReader& Process::out() const {
  if (!protocol_->out) throw_no_pipe("stdout");
  return *protocol_->out;
}
const StreamReader& Process::err() const {
  if (!protocol_->err) throw_no_pipe("stderr");
  return *protocol_->err;
}

Coro<ProcessOutput> Process::communicate(std::string input) const {
  return talk(transport_, protocol_, std::move(input));
}

Coro<Process> create_subprocess_exec(std::vector<std::string> args,
                                     SubprocessOptions options,
                                     std::size_t limit) {
  auto protocol = make_ref<ProcessProtocol>(limit);
  SubprocessProtocolFactory factory = [protocol] { return protocol; };
  SubprocessConnection made = co_await subprocess_exec(
      std::move(factory), std::move(args), std::move(options));
  co_return Process(std::move(made.transport), std::move(protocol));
}

Coro<Process> create_subprocess_shell(std::string command,
                                      SubprocessOptions options,
                                      std::size_t limit) {
  return create_subprocess_exec({"/bin/sh", "-c", std::move(command)},
                                std::move(options), limit);
}

}  // namespace asyncio
