#include "17-subprocesses-and-signals/process.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "12-cancellation/wait_for.hpp"
#include "17-subprocesses-and-signals/child_world.hpp"

// Process and its streams. CPython's cases, test_subprocess.py's
// SubprocessMixin:
//
//   test_stdin_stdout                      input written by hand ...
//   test_communicate, _none_input, _empty_input  communicate ...
//   test_shell, test_start_new_session     a shell's status ...; spawn_test
//   test_kill, _terminate, _send_signal, _kill_issue43884  signals ...
//   test_stdin_broken_pipe                 drain throws ...
//   test_communicate_ignore_broken_pipe    communicate does not mind ...
//   test_pause_reading                     an output that nobody reads ...
//   test_stdin_not_inheritable             a second child ...
//   test_devnull_input, _output, _error    what is no pipe ...
//   test_devstdin_input                    /dev/stdin is the pipe
//   test_cancel_process_wait               a cancelled wait ...
//   test_cancel_make_subprocess_transport_exec  a cancelled start ...
//   test_cancel_post_init                  subprocess_transport_test
//   test_popen_error, _with_stdin_pipe     spawn_test: a program that is not
//   test_read_stdout_after_process_exit    output can be read after the end
//   test_create_subprocess_exec_text_mode_fails, _shell_text_mode_fails,
//   test_create_subprocess_exec_with_path  cannot apply: types
//   test_create_subprocess_env_shell, _exec  the environment reaches ...
//   test_subprocess_concurrent_wait        many may wait
//   test_subprocess_communicate_stdout (gh-100133)  many communicate at once
//   GenericWatcherTests                    cannot apply: a watcher is active

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using subprocess::DEVNULL;
using subprocess::PIPE;
using test::run_cleanly;
using test::sh;

const SubprocessOptions in_out{PIPE, PIPE};

// Named: g++ 12 does not compile a list of words inside an await.
const std::vector<std::string> cat = {"cat"};
const std::vector<std::string> long_sleep = {"sleep", "1000"};
const std::vector<std::string> ends_at_once = {"true"};
const std::vector<std::string> cat_dev_stdin = {"cat", "/dev/stdin"};

// What a shell's script prints.
Coro<std::string> output_of(std::string script) {
  SubprocessOptions options({}, PIPE);
  Process process = co_await create_subprocess_shell(script, options);
  ProcessOutput output = co_await process.communicate();
  co_return output.out;
}

// More than a pipe and the buffers of both sides hold.
const std::string large_data(4'000'000, 'x');

}  // namespace

TEST("input written by hand comes out, and the end is told") {
  run_cleanly([]() -> Coro<> {
    Process process = co_await create_subprocess_exec(cat, in_out);
    CHECK(process.pid() > 0);
    CHECK(!process.returncode());
    process.in().write("some data");
    co_await process.in().drain();
    process.in().close();
    const std::string data = co_await process.out().read();
    const int returncode = co_await process.wait();
    CHECK_EQ(data, "some data");
    CHECK_EQ(returncode, 0);
    CHECK_EQ(*process.returncode(), 0);
    co_await process.in().wait_closed();
  });
}

TEST("communicate writes the input, and reads to the end") {
  run_cleanly([]() -> Coro<> {
    const std::vector<std::string> words = sh("cat; echo bad >&2; exit 3");
    Process process =
        co_await create_subprocess_exec(words, {PIPE, PIPE, PIPE});
    ProcessOutput output = co_await process.communicate("some data");
    CHECK_EQ(output.out, "some data");
    CHECK_EQ(output.err, "bad\n");
    CHECK_EQ(*process.returncode(), 3);
  });
}

TEST("communicate without input closes the pipe") {
  run_cleanly([]() -> Coro<> {
    Process process = co_await create_subprocess_exec(cat, in_out);
    ProcessOutput output = co_await process.communicate();
    CHECK_EQ(output.out, "");
    CHECK_EQ(*process.returncode(), 0);
  });
}

TEST("communicate does not deadlock, however much goes in and comes out") {
  run_cleanly([]() -> Coro<> {
    Process process = co_await create_subprocess_exec(cat, in_out);
    ProcessOutput output = co_await process.communicate(large_data);
    CHECK(output.out == large_data);
    CHECK_EQ(*process.returncode(), 0);
  });
}

TEST("communicate does not mind an input that is not read to its end") {
  run_cleanly([]() -> Coro<> {
    Process process = co_await create_subprocess_exec(ends_at_once, {PIPE});
    co_await process.communicate(large_data);
    const int returncode = co_await process.wait();
    CHECK_EQ(returncode, 0);
  });
}

TEST("drain throws when the process has closed its input") {
  run_cleanly([]() -> Coro<> {
    const std::vector<std::string> words = sh("exec 0<&-; echo closed; read x");
    Process process = co_await create_subprocess_exec(words, in_out);
    co_await process.out().readline();
    bool broken = false;
    try {
      for (int i = 0; i < 100; ++i) {
        process.in().write(large_data);
        co_await process.in().drain();
      }
    } catch (const std::system_error& error) {
      broken = error.code() == std::errc::broken_pipe ||
               error.code() == std::errc::connection_reset;
    }
    CHECK(broken);
    co_await process.wait();
  });
}

TEST("the environment reaches a program, and a shell") {
  run_cleanly([]() -> Coro<> {
    const std::string value(100, 'v');  // too long to stand in the string
    SubprocessOptions options({}, PIPE);
    options.env = current_environment();
    options.env->push_back("PROCESS_TEST=" + value);
    const std::vector<std::string> words = sh("echo $PROCESS_TEST");
    Process program = co_await create_subprocess_exec(words, options);
    ProcessOutput output = co_await program.communicate();
    CHECK_EQ(output.out, value + "\n");
    Process shell = co_await create_subprocess_shell("echo $PROCESS_TEST",
                                                     std::move(options));
    output = co_await shell.communicate();
    CHECK_EQ(output.out, value + "\n");
    CHECK_EQ(*shell.returncode(), 0);
  });
}

TEST("a shell's status is the process's") {
  run_cleanly([]() -> Coro<> {
    Process process = co_await create_subprocess_shell("exit 7");
    const int returncode = co_await process.wait();
    CHECK_EQ(returncode, 7);
  });
}

TEST("signals end the process, and the return code is negative") {
  run_cleanly([]() -> Coro<> {
    for (const int number : {SIGKILL, SIGTERM, SIGHUP}) {
      Process process = co_await create_subprocess_exec(long_sleep);
      if (number == SIGKILL) process.kill();
      if (number == SIGTERM) process.terminate();
      if (number == SIGHUP) process.send_signal(SIGHUP);
      const int returncode = co_await process.wait();
      CHECK_EQ(returncode, -number);
    }
  });
}

TEST("a signal to a process that has ended throws") {
  run_cleanly([]() -> Coro<> {
    Process process = co_await create_subprocess_exec(ends_at_once);
    co_await process.wait();
    while (process.transport().get_protocol()) co_await sleep(0s);
    CHECK_WHAT(process.kill(), "No such process");
    CHECK_WHAT(process.terminate(), "kill " + std::to_string(process.pid()));
  });
}

TEST("a process that handles SIGTERM decides for itself") {
  run_cleanly([]() -> Coro<> {
    const std::vector<std::string> words =
        sh("trap 'echo bye; exit 4' TERM; echo ready; while :; do read x; "
           "done");
    Process process = co_await create_subprocess_exec(words, in_out);
    const std::string ready = co_await process.out().readline();
    CHECK_EQ(ready, "ready\n");
    process.terminate();
    process.in().write("\n");  // the shell looks at its trap between commands
    const std::string bye = co_await process.out().readline();
    CHECK_EQ(bye, "bye\n");
    const int returncode = co_await process.wait();
    CHECK_EQ(returncode, 4);
  });
}

TEST("what is no pipe is no stream, and its output is empty") {
  run_cleanly([]() -> Coro<> {
    Process process = co_await create_subprocess_exec(
        sh("cat; echo lost >&2"), {DEVNULL, PIPE, DEVNULL});
    CHECK_WHAT(process.in(), "stdin of the process is no pipe");
    CHECK_WHAT(process.err(), "stderr of the process is no pipe");
    ProcessOutput output = co_await process.communicate("ignored");
    CHECK_EQ(output.out, "");
    CHECK_EQ(output.err, "");
    CHECK_EQ(*process.returncode(), 0);
  });
}

TEST("/dev/stdin is the pipe") {
  if (::access("/dev/stdin", R_OK) != 0) test::skip("there is no /dev/stdin");
  run_cleanly([]() -> Coro<> {
    Process process = co_await create_subprocess_exec(cat_dev_stdin,
                                                        in_out);
    ProcessOutput output = co_await process.communicate("abc");
    CHECK_EQ(output.out, "abc");
  });
}

TEST("a second child does not hold the first one's input open") {
  run_cleanly([]() -> Coro<> {
    Process first = co_await create_subprocess_exec(cat, in_out);
    Process second = co_await create_subprocess_exec(cat, in_out);
    first.in().close();
    const int returncode = co_await first.wait();
    CHECK_EQ(returncode, 0);
    co_await second.communicate();
  });
}

TEST("an output that nobody reads stops the process, and goes on when read") {
  run_cleanly([]() -> Coro<> {
    // Reading pauses above twice the limit, and the process writes until its
    // pipe is full.
    const std::size_t limit = 10;
    const std::vector<std::string> words = {"head", "-c", "1000000",
                                            "/dev/zero"};
    Process process = co_await create_subprocess_exec(words, {{}, PIPE}, limit);
    Ref<Transport> pipe = process.transport().get_pipe_transport(1);
    while (pipe->is_reading()) co_await sleep(0s);
    CHECK(!process.returncode());
    const std::string all = co_await process.out().read();
    CHECK_EQ(all.size(), 1'000'000);
    const int returncode = co_await process.wait();
    CHECK_EQ(returncode, 0);
  });
}

TEST("wait alone waits for ever for a process whose pipe is full") {
  test::with_each_watcher([] {
    // Time passes only when nothing else can happen.
    test::manual_run([]() -> Coro<> {
      const std::vector<std::string> words = {"head", "-c", "1000000",
                                              "/dev/zero"};
      Process process = co_await create_subprocess_exec(words, {{}, PIPE}, 10);
      Ref<Transport> pipe = process.transport().get_pipe_transport(1);
      while (pipe->is_reading()) co_await sleep(0s);
      bool timed_out = false;
      try {
        co_await wait_for(process.wait(), 100h);
      } catch (const TimeoutError&) {
        timed_out = true;
      }
      CHECK(timed_out);
      ProcessOutput output = co_await process.communicate();
      CHECK_EQ(output.out.size(), 1'000'000);
      CHECK_EQ(*process.returncode(), 0);
    });
  });
}

TEST("output can be read after the process has ended") {
  run_cleanly([]() -> Coro<> {
    const std::vector<std::string> words =
        sh("i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done");
    Process process = co_await create_subprocess_exec(words, {{}, PIPE});
    const int returncode = co_await process.wait();
    CHECK_EQ(returncode, 0);
    int lines = 0;
    for (;;) {
      const std::string line = co_await process.out().readline();
      if (line.empty()) break;
      CHECK_EQ(line, "line " + std::to_string(lines++) + "\n");
    }
    CHECK_EQ(lines, 100);
  });
}

TEST("many may wait, and who comes late is told at once") {
  run_cleanly([]() -> Coro<> {
    Process process = co_await create_subprocess_exec(cat, in_out);
    std::vector<Task<int>> early;
    for (int i = 0; i < 10; ++i) early.push_back(create_task(process.wait()));
    co_await process.communicate("x");
    for (auto& task : early) {
      const int returncode = co_await task;
      CHECK_EQ(returncode, 0);
    }
    auto late = create_task(process.wait());
    co_await sleep(0s);
    CHECK_EQ(late.result(), 0);
  });
}

TEST("many communicate at once, each with its own") {
  run_cleanly([]() -> Coro<> {
    std::vector<Task<std::string>> tasks;
    for (int i = 0; i < 10; ++i) {
      tasks.push_back(create_task(output_of("echo foo" + std::to_string(i))));
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const std::string output = co_await tasks[i];
      CHECK_EQ(output, "foo" + std::to_string(i) + "\n");
    }
  });
}

TEST("a cancelled wait leaves the process running") {
  run_cleanly([]() -> Coro<> {
    Process process = co_await create_subprocess_exec(long_sleep);
    auto waiting = create_task(process.wait());
    get_running_loop().call_soon([waiting] { waiting.cancel(); });
    bool cancelled = false;
    try {
      co_await waiting;
    } catch (const CancelledError&) {
      cancelled = true;
    }
    CHECK(cancelled);
    CHECK(!process.returncode());
    process.kill();
    const int returncode = co_await process.wait();
    CHECK_EQ(returncode, -SIGKILL);
  });
}

TEST("a cancelled communicate leaves the process running") {
  run_cleanly([]() -> Coro<> {
    Process process = co_await create_subprocess_exec(long_sleep, in_out);
    auto talking = create_task(process.communicate("data"));
    co_await sleep(0s);
    talking.cancel();
    bool cancelled = false;
    try {
      co_await talking;
    } catch (const CancelledError&) {
      cancelled = true;
    }
    CHECK(cancelled);
    CHECK(!process.returncode());
    process.kill();
    const int returncode = co_await process.wait();
    CHECK_EQ(returncode, -SIGKILL);
  });
}

TEST("a cancelled start leaves no process behind") {
  run_cleanly([]() -> Coro<> {
    for (int turns = 0; turns < 6; ++turns) {
      auto task =
          create_task(create_subprocess_exec(long_sleep, in_out));
      for (int i = 0; i < turns; ++i) co_await sleep(0s);
      if (task.done()) {
        const Process process = task.result();
        process.kill();
        co_await process.wait();
        continue;
      }
      task.cancel();
      try {
        co_await task;
      } catch (const CancelledError&) {
      }
      CHECK(test::no_children());
    }
  });
}

TEST("a process outlives its last handle, and not its loop") {
  run_cleanly([]() -> Coro<> {
    {
      Process process = co_await create_subprocess_exec(long_sleep);
    }
    co_await sleep(0s);
    CHECK_EQ(waitpid(-1, nullptr, WNOHANG), 0);  // it runs
  });
}

TEST("a process whose handle outlives the loop is only a number") {
  Process kept;
  {
    Runner runner;
    auto main = [&]() -> Coro<> {
      kept = co_await create_subprocess_exec(long_sleep, in_out);
    };
    runner.run(main());
  }
  CHECK(test::no_children());
  CHECK(kept.pid() > 0);
  CHECK_WHAT(kept.kill(), "No such process");
}
