#pragma once

#include <optional>
#include <string>
#include <vector>

#include "15-streams/stream_reader.hpp"
#include "15-streams/stream_writer.hpp"
#include "17-subprocesses-and-signals/subprocess_transport.hpp"

namespace asyncio {

// A ProcessProtocol makes streams of a process's pipes: CPython's
// SubprocessStreamProtocol. When the process and its output have ended, it
// closes the transport.
class ProcessProtocol final : public SubprocessProtocol {
 public:
  explicit ProcessProtocol(std::size_t limit) : limit_(limit) {}

  std::optional<StreamWriter> in;
  std::optional<StreamReader> out, err;

  void connection_made(SubprocessTransport& transport) override;
  void pipe_data_received(int fd, std::string_view data) override;
  void pipe_connection_lost(int fd, std::exception_ptr error) override;
  void process_exited() override;
  void pause_writing() override { in_stream_->pause_writing(); }
  void resume_writing() override { in_stream_->resume_writing(); }

 private:
  std::optional<StreamReader>& reader(int fd) { return fd == 1 ? out : err; }
  void maybe_close_transport();

  const std::size_t limit_;
  Ref<StreamProtocol> in_stream_;  // what `in` writes to and waits for
  SubprocessTransport* transport_ = nullptr;
  int open_outputs_ = 0;
  bool exited_ = false;
};

// What communicate() gives: all that the process wrote. Empty for what is no
// pipe.
struct ProcessOutput {
  std::string out;
  std::string err;
};

// A Process is a program that was started: asyncio.subprocess.Process. It is
// a handle, whose copies share one process; dropping the last one neither
// ends the process nor its pipes.
//
// in(), out() and err() are Python's proc.stdin, proc.stdout and proc.stderr,
// whose names are macros in C. A process whose output nobody reads stops when
// its pipe is full, so wait() alone may wait for ever: communicate() reads.
//
// Thread: the loop's.
class Process {
 public:
  Process() = default;  // empty; may only be assigned to
  Process(Ref<SubprocessTransport> transport, Ref<ProcessProtocol> protocol)
      : transport_(std::move(transport)), protocol_(std::move(protocol)) {}

  pid_t pid() const noexcept { return transport_->get_pid(); }
  // None while it runs; then its exit status, or minus the signal that ended
  // it.
  std::optional<int> returncode() const noexcept {
    return transport_->get_returncode();
  }

  // Throw std::logic_error if that is no pipe.
  const StreamWriter& in() const;
  const StreamReader& out() const;
  const StreamReader& err() const;

  // Waits until the process has ended, and gives its return code.
  Coro<int> wait() const { return transport_->wait(); }

  // Writes `input` and closes the pipe, while it reads both outputs to their
  // end, then waits for the process. A process that does not read its input
  // to the end is no error.
  Coro<ProcessOutput> communicate(std::string input = {}) const;

  // Throw std::system_error "kill 1234: No such process" when the process
  // and its pipes have ended.
  void send_signal(int number) const { transport_->send_signal(number); }
  void terminate() const { transport_->terminate(); }
  void kill() const { transport_->kill(); }

  SubprocessTransport& transport() const noexcept { return *transport_; }

 private:
  Ref<SubprocessTransport> transport_;
  Ref<ProcessProtocol> protocol_;
};

// Starts a program, see spawn(). `limit` is that of its StreamReaders.
// Cancelling it kills the process, and waits for its end.
// asyncio.create_subprocess_exec().
Coro<Process> create_subprocess_exec(
    std::vector<std::string> args, SubprocessOptions options = {},
    std::size_t limit = StreamReader::kDefaultLimit);

// The same for a line that /bin/sh reads; see subprocess_shell().
Coro<Process> create_subprocess_shell(
    std::string command, SubprocessOptions options = {},
    std::size_t limit = StreamReader::kDefaultLimit);

}  // namespace asyncio
