#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "08-coroutines/coro.hpp"
#include "09-futures/future.hpp"
#include "14-transports-and-protocols/transport.hpp"
#include "17-subprocesses-and-signals/child_watcher.hpp"
#include "17-subprocesses-and-signals/spawn.hpp"

namespace asyncio {

class SubprocessTransport;

// A SubprocessProtocol is told what happens to a process and its pipes:
// asyncio.SubprocessProtocol. connection_made() comes first. Then, in any
// order, what each pipe brings and its end, and process_exited(). When the
// process has ended and every pipe, connection_lost() comes last.
class SubprocessProtocol : public AnyProtocol {
 public:
  virtual void connection_made(SubprocessTransport& transport) {
    (void)transport;
  }
  // The child has written `data` to its descriptor `fd`, 1 or 2.
  virtual void pipe_data_received(int fd, std::string_view data) {
    (void)fd, (void)data;
  }
  // The pipe to 0, or from 1 or 2, has ended.
  virtual void pipe_connection_lost(int fd, std::exception_ptr error) {
    (void)fd, (void)error;
  }
  // get_returncode() tells how. There may be output still to come.
  virtual void process_exited() {}
};

using SubprocessProtocolFactory = std::function<Ref<SubprocessProtocol>()>;

// A SubprocessTransport is the loop's side of a child process: its number,
// how it ended, the transports of its pipes. asyncio.SubprocessTransport;
// the order of events is that of CPython's base_subprocess.py.
//
// Ownership: the loop keeps it until connection_lost() was called. If the
// loop ends before, the process is killed. Thread: the loop's.
class SubprocessTransport final : public RefCounted, public Pooled {
 public:
  SubprocessTransport(EventLoop& loop, Ref<SubprocessProtocol> protocol);

  pid_t get_pid() const noexcept { return pid_; }
  // Its exit status, or minus the signal that ended it; none while it runs.
  std::optional<int> get_returncode() const noexcept { return returncode_; }
  // The pipe to 0, or from 1 or 2; empty if that is no pipe.
  Ref<Transport> get_pipe_transport(int fd) const;

  // Nothing happens to a process that has ended. Throws std::system_error
  // "kill 1234: No such process" after connection_lost().
  void send_signal(int number);
  void terminate();  // SIGTERM: it may clean up
  void kill();       // SIGKILL: it is not asked

  // Closes the pipes, and kills the process if it still runs.
  void close();
  bool is_closing() const noexcept { return closed_; }

  // Returns how the process ended, once it has, and its pipes.
  Coro<int> wait();

  void set_protocol(Ref<SubprocessProtocol> protocol) {
    protocol_ = std::move(protocol);
  }
  const Ref<SubprocessProtocol>& get_protocol() const { return protocol_; }

  // ---- For subprocess_exec() and the pipes.

  // Starts the process, then connects its pipes; `connected` tells when.
  void start(const std::vector<std::string>& args,
             const SubprocessOptions& options, const Future<>& connected);
  void pipe_connected(int fd, Transport& transport);
  void pipe_data_received(int fd, std::string_view data);
  void pipe_connection_lost(int fd, std::exception_ptr error);
  // The loop goes: lets go of the protocol and the pipes.
  void abandon() noexcept;

 private:
  struct Pipe {
    bool wanted = false;  // it was asked for
    bool lost = false;
    Ref<Transport> transport;
  };

  Coro<> connect_pipes(std::array<Descriptor, 3> ends, Future<> connected);
  Coro<> connect_pipe(int fd, Descriptor end);
  void pipes_connected(std::exception_ptr error, const Future<>& connected);
  void schedule(std::function<void()> function);
  template <class F>
  void tell(F function);
  void exited(int returncode);
  void try_finish();
  void finish();
  static Coro<int> wait_for(Ref<SubprocessTransport> transport);

  EventLoop& loop_;
  Ref<SubprocessProtocol> protocol_;
  Ref<Child> child_;
  pid_t pid_ = -1;
  std::optional<int> returncode_;
  std::array<Pipe, 3> pipes_;
  bool connected_ = false;
  bool closed_ = false;
  bool finished_ = false;
  std::vector<std::function<void()>> early_;  // what waits for connected_
  std::vector<Future<int>> waiters_;
};

// What the functions below give.
struct SubprocessConnection {
  Ref<SubprocessTransport> transport;
  Ref<SubprocessProtocol> protocol;
};

// Starts a program, see spawn(), and returns when its protocol is about to be
// told connection_made(). Unless told otherwise, all three of its descriptors
// are pipes. Cancelling it kills the process. loop.subprocess_exec().
Coro<SubprocessConnection> subprocess_exec(
    SubprocessProtocolFactory factory, std::vector<std::string> args,
    SubprocessOptions options = {subprocess::PIPE, subprocess::PIPE,
                                 subprocess::PIPE});

// The same for a line that /bin/sh reads. Words that come from elsewhere do
// not belong into it: "; rm -rf ~" is a fine name for a file.
Coro<SubprocessConnection> subprocess_shell(
    SubprocessProtocolFactory factory, std::string command,
    SubprocessOptions options = {subprocess::PIPE, subprocess::PIPE,
                                 subprocess::PIPE});

}  // namespace asyncio
