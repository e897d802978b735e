#include "17-subprocesses-and-signals/child_watcher.hpp"

#include <signal.h>

#include <algorithm>
#include <system_error>
#include <thread>

#include "05-callbacks/loop_test.hpp"
#include "17-subprocesses-and-signals/child_world.hpp"
#include "17-subprocesses-and-signals/signals.hpp"
#include "17-subprocesses-and-signals/spawn.hpp"

// Who reaps, and who signals. CPython's cases: the watchers' tests of
// test_unix_events.py (ChildWatcherTestsMixin, through waitpid mocks), as
// facts about real processes:
//
//   test_sigchld, test_sigchld_two_children      the end of each child ...
//   test_sigchld_two_children_terminating_together
//                                                children that end together
//   test_sigchld_race_condition                  a child that ended before ...
//   test_sigchld_child_reaped_elsewhere          a status that somebody ...
//   test_sigchld_unknown_pid_during_registration,
//   test_sigchld_unhandled_exception             cannot apply: no waitpid(-1)
//   test_sigchld_replace_handler, _remove_handler  cannot apply: no handlers
//   test_set_loop_race_condition, test_close     cannot apply: one a loop
//
// and gh-87744 (a signal to a process that was reaped).

namespace {

using namespace asyncio;
using test::sh;
using test::with_each_watcher;

struct World {
  EventLoop loop;
  ChildWatcher& watcher = loop.service<ChildWatcher>();
  std::vector<int> ends;

  Ref<Child> start(const std::string& script, std::size_t last = 1) {
    const Spawned child = spawn(sh(script), SubprocessOptions());
    return watch(child.pid, last);
  }
  Ref<Child> watch(pid_t pid, std::size_t last = 1) {
    return watcher.watch(pid, [this, last](int returncode) {
      ends.push_back(returncode);
      if (ends.size() == last) loop.stop();
    });
  }
};

using test::wait_until_ended;

}  // namespace

TEST("the end of each child is told once, with its status") {
  with_each_watcher([] {
    World at;
    at.start("exit 0", 3);
    at.start("exit 42", 3);
    at.start("kill -TERM $$", 3);
    at.loop.run_forever();
    std::sort(at.ends.begin(), at.ends.end());
    CHECK_EQ(at.ends, (std::vector<int>{-SIGTERM, 0, 42}));
    CHECK_EQ(at.watcher.size(), 0);
    CHECK(test::no_children());
  });
}

TEST("children that end together are all told of") {
  with_each_watcher([] {
    World at;
    Pipe gate = make_pipe();
    for (int i = 0; i < 10; ++i) {
      const Spawned child =
          spawn(sh("read line"), SubprocessOptions(gate.read));
      at.watch(child.pid, 10);
    }
    gate = {};  // the end of the file, for all of them at once
    at.loop.run_forever();
    CHECK_EQ(at.ends.size(), 10);
    CHECK(test::no_children());
  });
}

TEST("a child that ended before it was watched is told of") {
  with_each_watcher([] {
    World at;
    const Spawned child = spawn(sh("exit 9"), SubprocessOptions());
    wait_until_ended(child.pid);
    at.watch(child.pid);
    at.loop.run_forever();
    CHECK_EQ(at.ends, std::vector<int>{9});
  });
}

TEST("a status that somebody else has taken is reported, and is 255") {
  with_each_watcher([] {
    World at;
    std::string message;
    at.loop.set_exception_handler(
        [&](EventLoop&, const ExceptionContext& context) {
          message = context.message;
        });
    const Spawned child = spawn(sh("exit 9"), SubprocessOptions());
    wait_until_ended(child.pid);
    Ref<Child> watched = at.watch(child.pid);
    ::waitpid(child.pid, nullptr, 0);
    at.loop.run_forever();
    CHECK_EQ(at.ends, std::vector<int>{255});
    CHECK(message.find("somebody else") != message.npos);
    CHECK(!watched->send_signal(SIGTERM));
  });
}

TEST("who is told of a status that was taken may ask the child again") {
  with_each_watcher([] {
    World at;
    Ref<Child> watched;
    int reports = 0;
    at.loop.set_exception_handler([&](EventLoop&, const ExceptionContext&) {
      if (++reports == 1) CHECK(watched->poll());
    });
    const Spawned child = spawn(sh("exit 9"), SubprocessOptions());
    wait_until_ended(child.pid);
    watched = at.watch(child.pid);
    ::waitpid(child.pid, nullptr, 0);
    at.loop.run_forever();
    CHECK_EQ(at.ends, std::vector<int>{255});
    CHECK_EQ(reports, 1);
  });
}

TEST("a child of another part of the program is left to it") {
  with_each_watcher([] {
    World at;
    const Spawned other = spawn(sh("exit 9"), SubprocessOptions());
    wait_until_ended(other.pid);
    at.start("exit 1");
    at.loop.run_forever();
    int status = 0;
    CHECK_EQ(::waitpid(other.pid, &status, 0), other.pid);
    CHECK_EQ(WEXITSTATUS(status), 9);
  });
}

TEST("a signal goes to a child until it is reaped, and never after") {
  with_each_watcher([] {
    World at;
    Ref<Child> child = at.start("exec sleep 1000");
    CHECK(child->send_signal(0));
    CHECK(child->send_signal(SIGKILL));
    wait_until_ended(child->pid());
    CHECK(child->send_signal(SIGTERM));  // its number is still its own
    at.loop.run_forever();
    CHECK_EQ(at.ends, std::vector<int>{-SIGKILL});
    CHECK(!child->send_signal(SIGTERM));
    CHECK(!child->send_signal(0));
  });
}

TEST("poll reaps a child that has ended, and no other") {
  with_each_watcher([] {
    World at;
    Ref<Child> ended = at.start("exit 4", 1);
    Ref<Child> running = at.start("exec sleep 1000", 2);
    wait_until_ended(ended->pid());
    CHECK(ended->poll());
    CHECK(!running->poll());
    CHECK(at.ends.empty());  // told by the loop
    CHECK_EQ(at.watcher.size(), 1);
    at.loop.run_forever();
    CHECK_EQ(at.ends, std::vector<int>{4});
  });
}

TEST("a signal that is none is an error") {
  with_each_watcher([] {
    World at;
    Ref<Child> child = at.start("exec sleep 1000");
    CHECK_WHAT(child->send_signal(12345), "kill ");
  });
}

TEST("a loop that ends kills and reaps what is left") {
  with_each_watcher([] {
    const int before = test::open_descriptors();
    pid_t pid = 0;
    {
      World at;
      pid = at.start("exec sleep 1000")->pid();
      test::run_once(at.loop);
    }
    CHECK(test::no_children());
    CHECK(::kill(pid, 0) < 0);
    CHECK_EQ(test::open_descriptors(), before);
  });
}

TEST("the program may listen to SIGCHLD, too") {
  with_each_watcher([] {
    World at;
    int heard = 0;
    add_signal_handler(at.loop, SIGCHLD, [&] { ++heard; });
    at.start("exit 1");
    at.loop.run_forever();
    for (int i = 0; i < 3; ++i) test::run_once(at.loop);
    CHECK_EQ(at.ends, std::vector<int>{1});
    CHECK_EQ(heard, 1);
    CHECK(remove_signal_handler(at.loop, SIGCHLD));
    at.start("exit 2", 2);
    at.loop.run_forever();
    CHECK_EQ(at.ends, (std::vector<int>{1, 2}));
  });
}

TEST("SIGCHLD is listened to only while there are children") {
  setenv("ASYNCIO_CHILD_WATCHER", "sigchld", 1);
  World at;
  unsetenv("ASYNCIO_CHILD_WATCHER");
  CHECK(!at.watcher.uses_pidfd());
  auto is_default = [] {
    struct sigaction action;
    sigaction(SIGCHLD, nullptr, &action);
    return action.sa_handler == SIG_DFL;
  };
  CHECK(is_default());
  at.start("exit 1");
  CHECK(!is_default());
  at.loop.run_forever();
  CHECK(is_default());
}

TEST("loops in several threads have children of their own") {
  with_each_watcher([] {
    auto run_some = [] {
      World at;
      for (int i = 0; i < 5; ++i) at.start("exit " + std::to_string(i), 5);
      at.loop.run_forever();
      std::sort(at.ends.begin(), at.ends.end());
      CHECK_EQ(at.ends, (std::vector<int>{0, 1, 2, 3, 4}));
    };
    std::thread one(run_some), two(run_some);
    one.join();
    two.join();
    CHECK(test::no_children());
  });
}

TEST("signals that race with the end of a child reach nobody else") {
  with_each_watcher([] {
    World at;
    const std::size_t count = 100;
    std::vector<Ref<Child>> children;
    std::size_t sent = 0, refused = 0;
    for (std::size_t i = 0; i < count; ++i) {
      children.push_back(at.start("exit 0", count));
    }
    // Over and over, each is sent a signal, while one after another ends.
    std::function<void()> shoot = [&] {
      for (auto& child : children) {
        child->send_signal(SIGTERM) ? ++sent : ++refused;
      }
      if (at.ends.size() < count) at.loop.call_soon(shoot);
    };
    at.loop.call_soon(shoot);
    at.loop.run_forever();
    CHECK_EQ(at.ends.size(), count);
    for (auto& child : children) CHECK(!child->send_signal(SIGTERM));
    CHECK(test::no_children());
  });
}
