#pragma once

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "common/descriptor.hpp"

namespace asyncio {

// A Redirect says where one of a child's three standard descriptors leads:
// subprocess::PIPE, STDOUT, DEVNULL, a descriptor of this process, of which
// the child gets a copy, or, by default, wherever this process's own leads.
class Redirect {
 public:
  enum class To { kInherited, kPipe, kNull, kStdout, kDescriptor };

  constexpr Redirect() = default;
  constexpr explicit Redirect(To to) noexcept : to_(to) {}
  constexpr Redirect(int fd) noexcept : to_(To::kDescriptor), fd_(fd) {}
  Redirect(const Descriptor& copied) noexcept : Redirect(copied.get()) {}

  constexpr To to() const noexcept { return to_; }
  constexpr int fd() const noexcept { return fd_; }

 private:
  To to_ = To::kInherited;
  int fd_ = -1;
};

namespace subprocess {
inline constexpr Redirect PIPE{Redirect::To::kPipe};        // to this process
inline constexpr Redirect STDOUT{Redirect::To::kStdout};    // for err only
inline constexpr Redirect DEVNULL{Redirect::To::kNull};
}  // namespace subprocess

// What subprocess.Popen takes beside the command. A type with a constructor,
// so that it may be a temporary in an await.
struct SubprocessOptions {
  SubprocessOptions() {}
  SubprocessOptions(Redirect in_to, Redirect out_to = {}, Redirect err_to = {})
      : in(in_to), out(out_to), err(err_to) {}

  Redirect in, out, err;  // stdin, stdout, stderr, whose names are macros
  std::string cwd;        // where it starts; empty: where this process is
  // Its environment, "NAME=value" each; none: this process's.
  std::optional<std::vector<std::string>> env;
  bool start_new_session = false;  // Ctrl-C at this terminal spares it
  std::vector<int> pass_fds;       // more descriptors that it inherits
};

// The environment of this process, to be copied and changed: os.environ.
std::vector<std::string> current_environment();

// A process that was started, and this process's ends of its pipes.
struct Spawned {
  pid_t pid = -1;
  std::array<Descriptor, 3> pipes;  // to its 0, from its 1 and 2
};

// Starts args[0], which is looked for in PATH unless it names a folder. It
// returns when the new program runs, and throws if it could not be begun:
// std::system_error "exec nonesuch: No such file or directory", or with
// "chdir", "fork", "pipe"; std::invalid_argument for no or impossible words.
// Popen and _posixsubprocess.c of CPython.
//
// The child gets this thread's signal mask, the default for each signal that
// has a handler here, and for SIGPIPE; and no descriptor but its three and
// `pass_fds`, since whatever the library opens is close-on-exec. Any thread
// may call it, also while others run.
Spawned spawn(const std::vector<std::string>& args,
              const SubprocessOptions& options);

}  // namespace asyncio
