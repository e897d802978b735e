#include "17-subprocesses-and-signals/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "common/error.hpp"
#include "common/platform.hpp"

extern char** environ;

namespace asyncio {

namespace {

// What a child tells before it gives up: which step failed, and why. One
// write of so few bytes is never cut in two.
struct Failure {
  enum Step { kExec, kChdir, kRedirect, kSetsid } step;
  int code;
};

// Everything that the child needs, made before the fork. Another thread of
// this process may hold the heap's lock at that moment, and in the child
// nobody would ever release it: there, only system calls are safe.
struct Plan {
  std::vector<std::string> paths;  // to be tried in this order
  std::vector<char*> argv, envp;   // with a null pointer at the end
  const SubprocessOptions& options;
  int sources[3];  // what becomes its 0, 1, 2; -1: what it has already
  int report;      // where to write a Failure
  sigset_t mask;   // this thread's
};

void check_words(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word.find('\0') != word.npos) {
      throw std::invalid_argument("start a process: a word has a null byte");
    }
  }
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  for (const std::string& word : words) {
    result.push_back(const_cast<char*>(word.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

// The value of PATH that the child will have.
std::string search_path(const SubprocessOptions& options) {
  if (options.env) {
    for (const std::string& variable : *options.env) {
      if (variable.starts_with("PATH=")) return variable.substr(5);
    }
  } else if (const char* path = std::getenv("PATH")) {
    return path;
  }
  return "/bin:/usr/bin";
}

std::vector<std::string> candidates(const std::string& program,
                                    const SubprocessOptions& options) {
  if (program.find('/') != program.npos) return {program};
  std::vector<std::string> result;
  const std::string path = search_path(options);
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    std::string folder = path.substr(begin, end - begin);
    result.push_back(folder.empty() ? program : folder + "/" + program);
    begin = end + 1;
  }
  return result;
}

// ---- In the child, between fork and exec.

// ThreadSanitizer's _exit() first writes what stands in the buffers of stdio:
// they are the parent's, who would write it once more.
[[noreturn]] void exit_at_once(int status) {
#ifdef __SANITIZE_THREAD__
  ::syscall(SYS_exit_group, status);
#endif
  ::_exit(status);
}

[[noreturn]] void give_up(const Plan& plan, Failure::Step step, int code) {
  const Failure failure{step, code};
  [[maybe_unused]] const auto sent =
      ::write(plan.report, &failure, sizeof failure);
  exit_at_once(127);
}

// A handler of the parent's would run in the child, too, and write into the
// parent's pipes. What is ignored stays ignored (nohup relies on it), but for
// SIGPIPE, which servers ignore and programs in a pipeline need.
void reset_signals(const Plan& plan) {
  struct sigaction action {};
  for (int number = 1; number < NSIG; ++number) {
    if (::sigaction(number, nullptr, &action) < 0) continue;
    if (action.sa_handler == SIG_IGN && number != SIGPIPE) continue;
    if (action.sa_handler == SIG_DFL) continue;
    action = {};
    action.sa_handler = SIG_DFL;
    ::sigaction(number, &action, nullptr);
  }
  ::pthread_sigmask(SIG_SETMASK, &plan.mask, nullptr);
}

// Makes sources[i] the descriptor i. One that is itself below 3 is first
// copied out of the way of the others.
void redirect(const Plan& plan) {
  int sources[3];
  for (int i = 0; i < 3; ++i) {
    int source = plan.sources[i];
    if (source >= 0 && source < 3 && source != i) {
      source = ::fcntl(source, F_DUPFD_CLOEXEC, 3);
      if (source < 0) give_up(plan, Failure::kRedirect, errno);
    }
    sources[i] = source;
  }
  for (int i = 0; i < 3; ++i) {
    const int source = sources[i];
    if (source < 0) continue;
    // The copy that dup2 makes is not close-on-exec.
    const int done = source == i ? ::fcntl(i, F_SETFD, 0) : ::dup2(source, i);
    if (done < 0) give_up(plan, Failure::kRedirect, errno);
  }
  for (const int fd : plan.options.pass_fds) {
    if (::fcntl(fd, F_SETFD, 0) < 0) give_up(plan, Failure::kRedirect, errno);
  }
}

[[noreturn]] void become(const Plan& plan) {
  redirect(plan);
  if (!plan.options.cwd.empty() && ::chdir(plan.options.cwd.c_str()) < 0) {
    give_up(plan, Failure::kChdir, errno);
  }
  if (plan.options.start_new_session && ::setsid() < 0) {
    give_up(plan, Failure::kSetsid, errno);
  }
  reset_signals(plan);
  int code = 0;
  for (const std::string& path : plan.paths) {
    ::execve(path.c_str(), plan.argv.data(), plan.envp.data());
    // A file that may not be run says more than one that is not there.
    const bool absent = errno == ENOENT || errno == ENOTDIR;
    if (code == 0 || (!absent && (code == ENOENT || code == ENOTDIR))) {
      code = errno;
    }
  }
  give_up(plan, Failure::kExec, code);
}

// ---- In the parent.

// The two ends of one redirection: the child's, and ours if it is a pipe.
struct Ends {
  Descriptor child, ours;
  int source = -1;
};

Ends open_ends(const Redirect& redirect, bool child_reads) {
  Ends ends;
  if (redirect.to() == Redirect::To::kPipe) {
    Pipe pipe = make_pipe();
    ends.child = std::move(child_reads ? pipe.read : pipe.write);
    ends.ours = std::move(child_reads ? pipe.write : pipe.read);
    ends.source = ends.child.get();
  } else if (redirect.to() == Redirect::To::kNull) {
    ends.child.reset(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!ends.child) throw_errno("open", "/dev/null");
    ends.source = ends.child.get();
  } else if (redirect.to() == Redirect::To::kDescriptor) {
    ends.source = redirect.fd();
    if (::fcntl(ends.source, F_GETFD) < 0) {
      throw_errno("redirect to", std::to_string(ends.source));
    }
  }
  return ends;
}

// The child reports through this one, and must not put another in its place:
// its number is above those that are redirected.
Descriptor above_two(Descriptor descriptor) {
  const int fd = descriptor.get();
  if (fd > 2) return descriptor;
  Descriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) throw_errno("fcntl", std::to_string(fd));
  return copy;
}

// fork() copies the page tables, which takes long in a large process. vfork()
// lends the child our memory instead, and this thread waits until the child
// has become the program or has exited: it must never return from here.
#if ASYNCIO_HAS_VFORK
#define ASYNCIO_FORK ::vfork
#else
#define ASYNCIO_FORK ::fork
#endif

// No signal may reach the child before its handlers are gone.
pid_t fork_with_signals_blocked(Plan& plan) {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &plan.mask);
  const pid_t pid = ASYNCIO_FORK();
  if (pid == 0) become(plan);
  const int saved = errno;
  ::pthread_sigmask(SIG_SETMASK, &plan.mask, nullptr);
  errno = saved;
  return pid;
}

// Waits until the child has become the program: then its end of the pipe,
// which is close-on-exec, is closed, and there is nothing to read.
void check_begun(int report, pid_t pid, const std::string& program,
                 const SubprocessOptions& options) {
  Failure failure{};
  ssize_t got;
  do {
    got = ::read(report, &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  if (got != sizeof failure) return;
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  switch (failure.step) {
    case Failure::kChdir: throw os_error(failure.code, "chdir", options.cwd);
    case Failure::kRedirect: throw os_error(failure.code, "redirect", program);
    case Failure::kSetsid: throw os_error(failure.code, "setsid", program);
    case Failure::kExec: break;
  }
  throw os_error(failure.code, "exec", program);
}

}  // namespace

std::vector<std::string> current_environment() {
  std::vector<std::string> result;
  for (char** variable = environ; *variable; ++variable) {
    result.emplace_back(*variable);
  }
  return result;
}

Spawned spawn(const std::vector<std::string>& args,
              const SubprocessOptions& options) {
  if (args.empty()) throw std::invalid_argument("start a process: no words");
  check_words(args);
  if (options.env) check_words(*options.env);
  for (const Redirect& to : {options.in, options.out}) {
    if (to.to() != Redirect::To::kStdout) continue;
    throw std::invalid_argument("start a process: STDOUT is for err only");
  }
  Ends in = open_ends(options.in, true), out = open_ends(options.out, false),
       err = open_ends(options.err, false);
  if (options.err.to() == Redirect::To::kStdout) {
    err.source = out.source < 0 ? STDOUT_FILENO : out.source;
  }
  const std::vector<std::string> env =
      options.env ? *options.env : current_environment();
  Pipe report = make_pipe();
  report.write = above_two(std::move(report.write));
  Plan plan{candidates(args[0], options),
            pointers(args),
            pointers(env),
            options,
            {in.source, out.source, err.source},
            report.write.get(),
            {}};
  const pid_t pid = fork_with_signals_blocked(plan);
  if (pid < 0) throw_errno("fork", args[0]);
  report.write.reset();
  check_begun(report.read.get(), pid, args[0], options);
  return Spawned{
      pid, {std::move(in.ours), std::move(out.ours), std::move(err.ours)}};
}

}  // namespace asyncio
