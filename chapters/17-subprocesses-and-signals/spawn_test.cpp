#include "17-subprocesses-and-signals/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <thread>

#include "17-subprocesses-and-signals/child_world.hpp"

// Starting a process: what CPython's tests of subprocess ask of Popen, as far
// as asyncio's cases rest on it (test_popen_error, _with_stdin_pipe,
// test_create_subprocess_env_exec, test_send_signal's bpo-31034,
// test_stdin_not_inheritable).

namespace {

using namespace asyncio;
using subprocess::DEVNULL;
using subprocess::PIPE;
using subprocess::STDOUT;
using test::sh;

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

// How the process ended, as Python says it.
int end_of(const Spawned& child) {
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

// What a shell's script prints.
std::string output_of(const std::string& script, SubprocessOptions options) {
  options.out = PIPE;
  Spawned child = spawn(sh(script), options);
  std::string text = read_all(child.pipes[1].get());
  end_of(child);
  return text;
}

}  // namespace

TEST("a process is started, and its exit status is its own") {
  const Spawned child = spawn(sh("exit 7"), {});
  CHECK(child.pid > 0);
  CHECK(!child.pipes[0] && !child.pipes[1] && !child.pipes[2]);
  CHECK_EQ(end_of(child), 7);
}

TEST("pipes lead to its input, and from its output and its errors") {
  Spawned child = spawn(sh("cat; echo problem >&2"), {PIPE, PIPE, PIPE});
  CHECK_EQ(::write(child.pipes[0].get(), "hello", 5), 5);
  child.pipes[0].reset();
  CHECK_EQ(read_all(child.pipes[1].get()), "hello");
  CHECK_EQ(read_all(child.pipes[2].get()), "problem\n");
  CHECK_EQ(end_of(child), 0);
}

TEST("errors may go where the output goes, wherever that is") {
  CHECK_EQ(output_of("echo out; echo err >&2", {{}, PIPE, STDOUT}),
           "out\nerr\n");
  Spawned child = spawn(sh("echo lost >&2"), {{}, DEVNULL, STDOUT});
  CHECK_EQ(end_of(child), 0);
}

TEST("a null device is empty to read, and takes all that is written") {
  CHECK_EQ(output_of("wc -c | tr -d ' '", {DEVNULL}), "0\n");
  Spawned child = spawn(sh("echo x && echo y >&2"), {{}, DEVNULL, DEVNULL});
  CHECK_EQ(end_of(child), 0);
}

TEST("a descriptor is copied, and stays ours") {
  Pipe pipe = make_pipe();
  Spawned child = spawn(sh("echo here"), {{}, pipe.write});
  CHECK_EQ(end_of(child), 0);
  CHECK_EQ(::write(pipe.write.get(), "and us", 6), 6);
  pipe.write.reset();
  CHECK_EQ(read_all(pipe.read.get()), "here\nand us");
}

TEST("descriptors below 3 can be exchanged") {
  Pipe pipe = make_pipe();
  // In a child of our own, whose 1 and 2 are the pipe and /dev/null.
  const pid_t middle = ::fork();
  if (middle == 0) {
    ::dup2(pipe.write.get(), 1);
    ::dup2(::open("/dev/null", O_WRONLY), 2);
    const Spawned child = spawn(sh("echo to 1; echo to 2 >&2"), {{}, 2, 1});
    ::_exit(end_of(child));
  }
  pipe.write.reset();
  CHECK_EQ(read_all(pipe.read.get()), "to 2\n");
  ::waitpid(middle, nullptr, 0);
}

TEST("a process whose own three are closed can still start one with pipes") {
  Pipe pipe = make_pipe();
  const pid_t middle = ::fork();
  if (middle == 0) {
    for (const int fd : {0, 1, 2}) ::close(fd);
    Spawned child = spawn(sh("cat; echo x >&2"), {PIPE, PIPE, PIPE});
    bool good = ::write(child.pipes[0].get(), "a", 1) == 1;
    child.pipes[0].reset();
    good = good && read_all(child.pipes[1].get()) == "a";
    good = good && read_all(child.pipes[2].get()) == "x\n";
    ::_exit(good && end_of(child) == 0 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(middle, &status, 0);
  CHECK_EQ(status, 0);
}

TEST("a program that is not there is an error, and leaves nothing") {
  const int before = test::open_descriptors();
  CHECK_WHAT(spawn({"nonesuch-program"}, {PIPE, PIPE, PIPE}),
             "exec nonesuch-program: No such file or directory");
  CHECK_WHAT(spawn({"/nonesuch/program"}, {}),
             "exec /nonesuch/program: No such file or directory");
  CHECK_WHAT(spawn({"/etc/passwd"}, {}), "exec /etc/passwd: Permission denied");
  CHECK_EQ(test::open_descriptors(), before);
  CHECK(test::no_children());
}

TEST("an error is told also by a process whose own three are closed") {
  const pid_t middle = ::fork();
  if (middle == 0) {
    const Descriptor file(::open("/dev/null", O_RDWR));
    for (const int fd : {0, 1, 2}) ::close(fd);
    try {
      spawn({"nonesuch-program"}, {{}, file, file});
    } catch (const std::system_error&) {
      ::_exit(0);
    }
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(middle, &status, 0);
  CHECK_EQ(status, 0);
}

TEST("no words, or words with a null byte, are refused") {
  CHECK_THROWS(std::invalid_argument, spawn({}, {}));
  CHECK_THROWS(std::invalid_argument, spawn({std::string("a\0b", 3)}, {}));
  SubprocessOptions options;
  options.env = {std::string("A=\0", 3)};
  CHECK_THROWS(std::invalid_argument, spawn(sh("exit"), options));
  CHECK_THROWS(std::invalid_argument, spawn(sh("exit"), {STDOUT}));
}

TEST("a closed descriptor cannot be redirected to") {
  CHECK_WHAT(spawn(sh("exit"), {{}, 987}), "redirect to 987");
}

TEST("it starts in the folder that it is given") {
  SubprocessOptions options;
  options.cwd = "/";
  CHECK_EQ(output_of("pwd", options), "/\n");
  options.cwd = "/nonesuch";
  CHECK_WHAT(spawn(sh("pwd"), options),
             "chdir /nonesuch: No such file or directory");
  CHECK(test::no_children());
}

TEST("it has our environment, or the one that it is given") {
  ::setenv("SPAWN_TEST", "ours", 1);
  CHECK_EQ(output_of("echo $SPAWN_TEST", {}), "ours\n");
  SubprocessOptions options;
  options.env = {"SPAWN_TEST=its"};
  CHECK_EQ(output_of("echo $SPAWN_TEST", options), "its\n");
  options.env = current_environment();
  options.env->push_back("MORE=1");
  CHECK_EQ(output_of("echo $SPAWN_TEST $MORE", options), "ours 1\n");
  options.env->clear();
  CHECK_EQ(output_of("echo [$SPAWN_TEST]", options), "[]\n");
  ::unsetenv("SPAWN_TEST");
}

TEST("a program is looked for in the PATH that it will have") {
  SubprocessOptions options(DEVNULL, DEVNULL, DEVNULL);
  CHECK_EQ(end_of(spawn({"true"}, options)), 0);
  options.env = {"PATH=/nonesuch"};
  CHECK_WHAT(spawn({"true"}, options), "No such file");
  options.env = {"PATH=/nonesuch:/etc/passwd:/bin:/usr/bin"};
  CHECK_EQ(end_of(spawn({"true"}, options)), 0);
}

TEST("a new session spares it our terminal's signals") {
  SubprocessOptions options(PIPE);
  Spawned child = spawn(sh("read line"), options);
  CHECK_EQ(::getsid(child.pid), ::getsid(0));
  options.start_new_session = true;
  Spawned apart = spawn(sh("read line"), options);
  CHECK_EQ(::getsid(apart.pid), apart.pid);
  child.pipes[0].reset();
  apart.pipes[0].reset();
  end_of(child);
  end_of(apart);
}

TEST("it inherits no descriptor of ours but those that are passed") {
  Pipe pipe = make_pipe();
  const int fd = pipe.write.get();
  const std::string script =
      "(echo passed >&" + std::to_string(fd) + ") 2>/dev/null || echo none";
  CHECK_EQ(output_of(script, {}), "none\n");
  SubprocessOptions options;
  options.pass_fds = {fd};
  CHECK_EQ(output_of(script, options), "");
  pipe.write.reset();
  CHECK_EQ(read_all(pipe.read.get()), "passed\n");
}

TEST("its signals have the default handlers, also those that we catch") {
  // bpo-31034; and SIGPIPE, which we ignore, is not ignored in a pipeline.
  struct sigaction mine {}, old_hup, old_pipe;
  mine.sa_handler = [](int) {};
  ::sigaction(SIGHUP, &mine, &old_hup);
  mine.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &mine, &old_pipe);
  CHECK_EQ(end_of(spawn(sh("kill -HUP $$; exit 3"), {})), -SIGHUP);
  CHECK_EQ(end_of(spawn(sh("kill -PIPE $$; exit 3"), {})), -SIGPIPE);
  ::sigaction(SIGHUP, &old_hup, nullptr);
  ::sigaction(SIGPIPE, &old_pipe, nullptr);
}

TEST("a signal that we ignore stays ignored, as nohup needs it") {
  struct sigaction ignore {}, old;
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGHUP, &ignore, &old);
  CHECK_EQ(end_of(spawn(sh("kill -HUP $$; exit 3"), {})), 3);
  ::sigaction(SIGHUP, &old, nullptr);
}

TEST("it has our signal mask, and we have it again") {
  sigset_t before, after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  CHECK_EQ(end_of(spawn(sh("kill -TERM $$; exit 3"), {})), -SIGTERM);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (const int number : {SIGINT, SIGTERM, SIGCHLD, SIGUSR1}) {
    CHECK_EQ(sigismember(&before, number), sigismember(&after, number));
  }
}

TEST("threads may start processes at the same time, and use the heap") {
  // If the child between fork and exec needed the heap, whose lock another
  // thread holds at that moment, it would hang.
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    while (!stop) std::string(1000, 'x').swap(*std::make_unique<std::string>());
  });
  std::atomic<int> good{0};
  auto start_some = [&] {
    for (int i = 0; i < 20; ++i) {
      Spawned child = spawn(sh("echo x; exit 5"), {{}, PIPE});
      const bool said = read_all(child.pipes[1].get()) == "x\n";
      if (end_of(child) == 5 && said) ++good;
    }
  };
  std::thread one(start_some), two(start_some);
  one.join();
  two.join();
  stop = true;
  busy.join();
  CHECK_EQ(good.load(), 40);
}
