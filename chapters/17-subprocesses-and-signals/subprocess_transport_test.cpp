#include "17-subprocesses-and-signals/subprocess_transport.hpp"

#include <signal.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "10-tasks/sleep.hpp"
#include "13-synchronization/sync_world.hpp"
#include "17-subprocesses-and-signals/child_world.hpp"
#include "common/error.hpp"

// SubprocessTransport and SubprocessProtocol. CPython's cases:
//
// test_events.py, SubprocessTestsMixin
//   test_subprocess_exec, _interactive        what goes in comes out ...
//   test_subprocess_shell                     a shell's line ...
//   test_subprocess_exitcode                  without pipes ...
//   test_subprocess_close_after_finish        closing what has finished ...
//   test_subprocess_kill, _terminate, _send_signal  signals ...
//   test_subprocess_stderr                    output and errors come apart
//   test_subprocess_stderr_redirect_to_stdout errors that go where ...
//   test_subprocess_close_client_stream       a closed output ...
//   test_subprocess_wait_no_same_group        spawn_test: a new session ...
//   test_subprocess_exec_invalid_args, _shell_invalid_args
//                                             spawn_test: no words ...; text
//                                             modes cannot apply: types
// test_subprocess.py
//   test_proc_exited                          after connection_lost ...
//   test_subprocess_repr                      cannot apply: no repr
//   test_close_kill_running                   close kills what runs
//   test_close_dont_kill_finished             close does not kill what ended
//   test_cancel_post_init                     a cancelled start ...
//   test_subprocess_protocol_events (gh-108973)  every function is called ...

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using subprocess::PIPE;
using subprocess::STDOUT;
using test::run_cleanly;
using test::sh;
using Log = std::vector<std::string>;

// Notes all it is told. `changed` is completed with each of them.
class Notes final : public SubprocessProtocol {
 public:
  Log log;
  std::map<int, std::string> data;

  void connection_made(SubprocessTransport&) override { note("made"); }
  void pipe_data_received(int fd, std::string_view bytes) override {
    data[fd] += bytes;
    note("data " + std::to_string(fd));
  }
  void pipe_connection_lost(int fd, std::exception_ptr) override {
    note("lost " + std::to_string(fd));
  }
  void process_exited() override { note("exited"); }
  void connection_lost(std::exception_ptr error) override {
    note(error ? "lost with an error" : "lost");
  }

  bool has(const std::string& what) const {
    return std::find(log.begin(), log.end(), what) != log.end();
  }
  // Waits for an entry.
  static Coro<> until(Ref<Notes> notes, std::string what) {
    while (!notes->has(what)) {
      notes->changed_ = create_future();
      co_await notes->changed_;
    }
  }
  // Waits for the output to be as long.
  static Coro<> until_size(Ref<Notes> notes, int fd, std::size_t size) {
    while (notes->data[fd].size() < size) {
      notes->changed_ = create_future();
      co_await notes->changed_;
    }
  }

 private:
  void note(std::string what) {
    log.push_back(std::move(what));
    if (changed_ && !changed_.done()) changed_.set_result();
  }
  Future<> changed_;
};

struct Started {
  Ref<SubprocessTransport> transport;
  Ref<Notes> notes;
};

// wait() may return a little before connection_lost().
Coro<> finished(Ref<SubprocessTransport> transport) {
  co_await transport->wait();
  while (transport->get_protocol()) co_await sleep(0s);
}

const SubprocessOptions all_pipes{PIPE, PIPE, PIPE};

Coro<Started> start(std::string script,
                    SubprocessOptions options = all_pipes) {
  auto notes = make_ref<Notes>();
  SubprocessProtocolFactory factory = [notes] { return notes; };
  SubprocessConnection made = co_await subprocess_exec(
      std::move(factory), sh(std::move(script)), std::move(options));
  Started started{made.transport, notes};
  co_return started;
}

}  // namespace

TEST("what goes in comes out, piece by piece") {
  run_cleanly([]() -> Coro<> {
    Started at = co_await start("exec cat");
    CHECK(at.notes->log == Log{"made"});
    Ref<Transport> in = at.transport->get_pipe_transport(0);
    in->write("Python ");
    co_await Notes::until_size(at.notes, 1, 7);
    in->write("The Winner");
    co_await Notes::until_size(at.notes, 1, 17);
    CHECK_EQ(at.notes->data[1], "Python The Winner");
    at.transport->close();
    co_await Notes::until(at.notes, "lost");
    CHECK_EQ(*at.transport->get_returncode(), -SIGKILL);
  });
}

TEST("every function is called, connection_made first, connection_lost last") {
  run_cleanly([]() -> Coro<> {
    SubprocessOptions options({}, PIPE, PIPE);
    Started at = co_await start("echo out; echo err >&2", options);
    co_await Notes::until(at.notes, "lost");
    const Log& log = at.notes->log;
    CHECK_EQ(log.size(), 7);
    CHECK_EQ(log.front(), "made");
    CHECK_EQ(log.back(), "lost");
    CHECK(at.notes->has("exited"));
    auto place = [&](const char* what) {
      return std::find(log.begin(), log.end(), what);
    };
    CHECK(place("data 1") < place("lost 1"));
    CHECK(place("data 2") < place("lost 2"));
    CHECK_EQ(at.notes->data[1], "out\n");
    CHECK_EQ(at.notes->data[2], "err\n");
    at.transport->close();
  });
}

TEST("a shell's line is run") {
  run_cleanly([]() -> Coro<> {
    auto notes = make_ref<Notes>();
    SubprocessProtocolFactory factory = [notes] { return notes; };
    auto made = co_await subprocess_shell(factory, "echo Python | cat");
    made.transport->get_pipe_transport(0)->close();
    co_await Notes::until(notes, "lost");
    CHECK_EQ(*made.transport->get_returncode(), 0);
    CHECK_EQ(notes->data[1], "Python\n");
    CHECK_EQ(notes->data[2], "");
    made.transport->close();
  });
}

TEST("without pipes there is only the end to hear of") {
  run_cleanly([]() -> Coro<> {
    Started at = co_await start("exit 7", {});
    for (const int fd : {-1, 0, 1, 2, 3}) {
      CHECK(!at.transport->get_pipe_transport(fd));
    }
    co_await Notes::until(at.notes, "lost");
    CHECK(at.notes->log == Log({"made", "exited", "lost"}));
    CHECK_EQ(*at.transport->get_returncode(), 7);
    at.transport->close();  // closing what has finished is harmless
    CHECK(at.transport->is_closing());
  });
}

TEST("signals reach the process, and its return code says which") {
  run_cleanly([]() -> Coro<> {
    for (const int number : {SIGKILL, SIGTERM, SIGHUP}) {
      Started at = co_await start("exec cat");
      CHECK(!at.transport->get_returncode());
      if (number == SIGKILL) at.transport->kill();
      if (number == SIGTERM) at.transport->terminate();
      if (number == SIGHUP) at.transport->send_signal(SIGHUP);
      co_await Notes::until(at.notes, "lost");
      CHECK_EQ(*at.transport->get_returncode(), -number);
      at.transport->close();
    }
  });
}

TEST("output and errors come apart, or together if asked") {
  run_cleanly([]() -> Coro<> {
    const std::string script = "read x; echo OUT:$x; echo ERR:$x >&2";
    Started apart = co_await start(script);
    apart.transport->get_pipe_transport(0)->write("test\n");
    co_await Notes::until(apart.notes, "lost");
    CHECK_EQ(apart.notes->data[1], "OUT:test\n");
    CHECK_EQ(apart.notes->data[2], "ERR:test\n");
    Started one = co_await start(script, {PIPE, PIPE, STDOUT});
    CHECK(!one.transport->get_pipe_transport(2));
    one.transport->get_pipe_transport(0)->write("test\n");
    co_await Notes::until(one.notes, "lost");
    CHECK_EQ(one.notes->data[1], "OUT:test\nERR:test\n");
  });
}

TEST("a closed output is a broken pipe to the child") {
  run_cleanly([]() -> Coro<> {
    Started at = co_await start("while read x; do echo OUT:$x; done");
    at.transport->get_pipe_transport(0)->write("test\n");
    co_await Notes::until_size(at.notes, 1, 9);
    at.transport->get_pipe_transport(1)->close();
    co_await Notes::until(at.notes, "lost 1");
    at.transport->get_pipe_transport(0)->write("xxx\n");
    co_await Notes::until(at.notes, "lost");
    CHECK_EQ(*at.transport->get_returncode(), -SIGPIPE);
  });
}

TEST("close kills what runs") {
  run_cleanly([]() -> Coro<> {
    Started at = co_await start("exec sleep 1000", {});
    at.transport->close();
    at.transport->close();
    const int returncode = co_await at.transport->wait();
    CHECK_EQ(returncode, -SIGKILL);
  });
}

TEST("close does not kill what has ended without our having heard of it") {
  run_cleanly([]() -> Coro<> {
    const SubprocessOptions options(PIPE);
    Started at = co_await start("read line; exit 3", options);
    at.transport->get_pipe_transport(0)->write("go on\n");
    test::wait_until_ended(at.transport->get_pid());
    CHECK(!at.transport->get_returncode());
    at.transport->close();
    const int returncode = co_await at.transport->wait();
    CHECK_EQ(returncode, 3);
  });
}

TEST("after connection_lost a signal is an error, as to no process") {
  run_cleanly([]() -> Coro<> {
    Started at = co_await start("exit 6", {});
    co_await finished(at.transport);
    CHECK_EQ(*at.transport->get_returncode(), 6);
    CHECK(!at.transport->is_closing());
    CHECK(!at.transport->get_protocol());
    CHECK_WHAT(at.transport->terminate(), "No such process");
    CHECK_WHAT(at.transport->kill(), "No such process");
    CHECK_WHAT(at.transport->send_signal(SIGHUP), "No such process");
    at.transport->close();
  });
}

TEST("connection_lost waits for a grandchild that holds the pipe") {
  run_cleanly([]() -> Coro<> {
    // The grandchild reads what we write: a background job's input would be
    // /dev/null, so it is copied first.
    Started at = co_await start("exec 3<&0; cat <&3 & exit 0");
    co_await Notes::until(at.notes, "exited");
    CHECK_EQ(*at.transport->get_returncode(), 0);
    at.transport->get_pipe_transport(0)->write("still there");
    co_await Notes::until_size(at.notes, 1, 11);
    CHECK(!at.notes->has("lost"));
    at.transport->get_pipe_transport(0)->close();
    co_await Notes::until(at.notes, "lost");
  });
}

TEST("a cancelled start kills the process, and waits for its end") {
  run_cleanly([]() -> Coro<> {
    auto task = create_task(start("exec sleep 1000"));
    get_running_loop().call_soon([task] { task.cancel(); });
    co_await test::await_cancelled(task);
    CHECK(test::no_children());
  });
}

TEST("a start that is cancelled with all its tasks ends, too") {
  run_cleanly([]() -> Coro<> {
    for (int turns = 0; turns < 4; ++turns) {
      auto task = create_task(start("exec sleep 1000"));
      for (int i = 0; i < turns; ++i) co_await sleep(0s);
      const AnyTask self = current_task();
      for (AnyTask& other : all_tasks(get_running_loop())) {
        if (!(other == self)) other.cancel();
      }
      co_await test::await_cancelled(task);
      CHECK(test::no_children());
    }
  });
}

TEST("run() ends also when its last act was to start a process") {
  run_cleanly([]() -> Coro<> {
    create_task(start("exec sleep 1000"));
    co_return;
  });
}

TEST("a program that is not there throws, and its protocol hears nothing") {
  run_cleanly([]() -> Coro<> {
    auto notes = make_ref<Notes>();
    SubprocessProtocolFactory factory = [notes] { return notes; };
    std::string error;
    try {
      std::vector<std::string> words = {"nonesuch-program"};
      co_await subprocess_exec(factory, words);
    } catch (const std::system_error& caught) {
      error = caught.what();
    }
    CHECK_EQ(error, "exec nonesuch-program: No such file or directory");
    co_await sleep(0s);
    CHECK(notes->log.empty());
  });
}

TEST("a loop that ends with processes takes them along, and the protocols") {
  test::with_each_watcher([] {
    const int descriptors = test::open_descriptors();
    auto notes = make_ref<Notes>();
    {
      Runner runner;
      auto main = [&]() -> Coro<> {
        SubprocessProtocolFactory factory = [notes] { return notes; };
        std::vector<std::string> words = sh("exec sleep 1000");
        co_await subprocess_exec(factory, words);
      };
      runner.run(main());
      CHECK(notes->ref_count() > 1);
    }
    CHECK_EQ(notes->ref_count(), 1);
    CHECK(test::no_children());
    CHECK_EQ(test::open_descriptors(), descriptors);
  });
}

TEST("an exception in the protocol is reported, and the rest is told") {
  run_cleanly([]() -> Coro<> {
    class Bad final : public SubprocessProtocol {
     public:
      void process_exited() override { throw std::runtime_error("bad"); }
      void connection_lost(std::exception_ptr) override {
        throw std::runtime_error("worse");
      }
    };
    Log reports;
    get_running_loop().set_exception_handler(
        [&](EventLoop&, const ExceptionContext& context) {
          reports.push_back(describe(context.exception));
        });
    SubprocessProtocolFactory factory = [] { return make_ref<Bad>(); };
    std::vector<std::string> words = sh("exit 5");
    auto made = co_await subprocess_exec(factory, words, {});
    const int returncode = co_await made.transport->wait();
    CHECK_EQ(returncode, 5);
    co_await finished(made.transport);
    co_await sleep(0s);
    CHECK(reports == Log({"bad", "worse"}));
  });
}
