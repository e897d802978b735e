// A loop's life: run, stop, close, threads, debug mode, services, observers.
// event_loop_test.cpp says which cases of CPython's tests are here.

#include "05-callbacks/event_loop.hpp"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include "05-callbacks/loop_test.hpp"
#include "common/descriptor.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;
using test::Log;
using test::make_token;
using test::run_once;

TEST("a loop that was stopped before it ran makes one iteration, no wait") {
  EventLoop loop;
  test::PollCounter counter;
  loop.set_observer(&counter);
  int calls = 0;
  loop.call_soon([&] {
    ++calls;
    loop.call_soon([&] { ++calls; });
  });
  loop.stop();
  loop.run_forever();
  CHECK_EQ(calls, 1);
  CHECK_EQ(counter.polls, 1);
  CHECK(counter.last && *counter.last == 0s);
  loop.set_observer(nullptr);
}

TEST("stop lets the iteration end, and leaves the rest for the next run") {
  EventLoop loop;
  Log log;
  loop.call_soon([&] {
    loop.stop();
    log.push_back("stop");
    loop.call_soon([&] {
      log.push_back("left over");
      loop.stop();
    });
  });
  loop.call_soon([&] { log.push_back("same iteration"); });
  loop.run_forever();
  CHECK_EQ(log, Log({"stop", "same iteration"}));
  loop.run_forever();
  CHECK_EQ(log, Log({"stop", "same iteration", "left over"}));
}

TEST("is_running is true inside callbacks only") {
  EventLoop loop;
  bool inside = false;
  CHECK(!loop.is_running());
  CHECK(asyncio::get_running_loop_or_null() == nullptr);
  CHECK_WHAT(asyncio::get_running_loop(), "no running event loop");
  loop.call_soon([&] {
    inside = loop.is_running() && &asyncio::get_running_loop() == &loop;
  });
  run_once(loop);
  CHECK(inside);
  CHECK(!loop.is_running());
  CHECK(asyncio::get_running_loop_or_null() == nullptr);
}

TEST("a thread runs one loop at a time, and a loop is not reentrant") {
  EventLoop loop, other;
  std::string same, another;
  loop.call_soon([&] {
    try {
      loop.run_forever();
    } catch (const std::runtime_error& error) {
      same = error.what();
    }
    try {
      other.run_forever();
    } catch (const std::runtime_error& error) {
      another = error.what();
    }
    loop.stop();
  });
  loop.run_forever();
  CHECK_EQ(same, "This event loop is already running");
  CHECK_EQ(another, "Cannot run the event loop while another loop is running");
  run_once(other);  // afterwards it may
}

TEST("another thread may run its own loop meanwhile") {
  EventLoop loop;
  bool ran = false;
  loop.call_soon([&] {
    std::thread([&] {
      EventLoop other;
      other.call_soon([&] { ran = true; });
      run_once(other);
    }).join();
  });
  run_once(loop);
  CHECK(ran);
}

TEST("close drops what waits, runs none of it, and may be called twice") {
  EventLoop loop;
  auto token = make_token();
  bool called = false;
  loop.call_soon([&called, token] { called = true; });
  loop.call_later(0s, [&called, token] { called = true; });
  CHECK(!loop.is_closed());
  loop.close();
  CHECK(loop.is_closed());
  loop.close();
  CHECK(!called);
  CHECK_EQ(token.use_count(), 1);
}

TEST("a closed loop refuses work") {
  EventLoop loop;
  loop.close();
  CHECK_WHAT(loop.run_forever(), "Event loop is closed");
  CHECK_WHAT(loop.call_soon([] {}), "Event loop is closed");
  CHECK_WHAT(loop.call_later(1s, [] {}), "Event loop is closed");
  CHECK_WHAT(loop.call_at(loop.time(), [] {}), "Event loop is closed");
  CHECK_WHAT(loop.add_reader(0, [] {}), "Event loop is closed");
  CHECK_WHAT(loop.add_writer(0, [] {}), "Event loop is closed");
  CHECK(!loop.remove_reader(0));
  CHECK(!loop.remove_writer(0));
}

TEST("a running loop cannot be closed") {
  EventLoop loop;
  std::string error;
  loop.call_soon([&] {
    try {
      loop.close();
    } catch (const std::runtime_error& caught) {
      error = caught.what();
    }
  });
  run_once(loop);
  CHECK_EQ(error, "Cannot close a running event loop");
  CHECK(!loop.is_closed());
}

TEST("a loop gives its descriptors back") {
  const int before = test::open_descriptors();
  for (int i = 0; i < 3; ++i) {
    EventLoop loop;
    run_once(loop);
  }
  CHECK_EQ(test::open_descriptors(), before);
}

TEST("in debug mode, another thread must not schedule on a running loop") {
  EventLoop loop;
  loop.set_debug(true);
  Log errors;
  const auto attempt = [&errors](auto schedule) {
    try {
      schedule();
    } catch (const std::runtime_error& error) {
      errors.push_back(error.what());
    }
  };
  loop.call_soon([&] {
    std::thread([&] {
      attempt([&] { loop.call_soon([] {}); });
      attempt([&] { loop.call_later(60s, [] {}); });
      attempt([&] { loop.call_at(loop.time() + 60s, [] {}); });
    }).join();
  });
  run_once(loop);
  const std::string expected =
      "Non-thread-safe operation invoked on an event loop other than the "
      "current one";
  CHECK_EQ(errors, Log({expected, expected, expected}));
}

TEST("any thread may schedule on a loop that does not run") {
  EventLoop loop;
  loop.set_debug(true);
  bool called = false;
  std::thread([&] { loop.call_soon([&] { called = true; }); }).join();
  run_once(loop);
  CHECK(called);
}

TEST("debug mode is off, unless the environment says otherwise") {
  ::unsetenv("ASYNCIO_DEBUG");
  CHECK(!EventLoop().get_debug());
  ::setenv("ASYNCIO_DEBUG", "1", 1);
  EventLoop loop;
  ::unsetenv("ASYNCIO_DEBUG");
  CHECK(loop.get_debug());
  loop.set_debug(false);
  CHECK(!loop.get_debug());
}

TEST("the selector is the one that the environment names") {
  const char* name = std::getenv("ASYNCIO_SELECTOR");
  if (!name || !*name) test::skip("no ASYNCIO_SELECTOR");
  CHECK_EQ(EventLoop().selector_name(), name);
}

// A callback that is no handle, as later chapters make them.
struct Thrower final : asyncio::Callback {
  void run() override {
    ++runs;
    throw std::logic_error("a bug");
  }
  int runs = 0;
};

TEST("what leaves a bare callback leaves run_forever, which may go on") {
  EventLoop loop;
  Thrower thrower;
  bool next = false;
  loop.schedule(thrower);
  loop.call_soon([&] {
    next = true;
    loop.stop();
  });
  CHECK_THROWS(std::logic_error, loop.run_forever());
  CHECK(!loop.is_running());
  CHECK(!next);
  loop.run_forever();
  CHECK(next);
  CHECK_EQ(thrower.runs, 1);
}

// A service that reports its life.
Log service_log;
template <int number>
struct Service {
  explicit Service(EventLoop& the_loop) : loop(the_loop) { say("made"); }
  ~Service() { say(loop.is_closed() ? "gone, loop closed" : "gone"); }
  void say(const char* what) {
    service_log.push_back(std::to_string(number) + " " + what);
  }
  EventLoop& loop;
};

TEST("a service is made once for a loop, and the last one dies first") {
  service_log.clear();
  {
    EventLoop loop, other;
    Service<1>& first = loop.service<Service<1>>();
    loop.service<Service<2>>();
    CHECK(&loop.service<Service<1>>() == &first);
    CHECK(&other.service<Service<1>>() != &first);
    service_log.clear();
  }
  CHECK_EQ(service_log, Log({"1 gone, loop closed", "2 gone, loop closed",
                             "1 gone, loop closed"}));
}

// Writes down all that an observer is told.
struct Recorder final : asyncio::Observer {
  explicit Recorder(Log& a_log) : log(a_log) {}
  void scheduled(const asyncio::Callback& callback) override {
    log.push_back("scheduled " + callback.describe());
  }
  void started(const asyncio::Callback& callback) override {
    log.push_back("started " + callback.describe());
  }
  void finished(const asyncio::Callback*) override {
    log.push_back("finished");
  }
  void polling(std::optional<asyncio::Duration> timeout) override {
    log.push_back(!timeout            ? "polling"
                  : *timeout == 0s    ? "polling, no wait"
                                      : "polling, some time");
  }
  void polled() override { log.push_back("polled"); }
  Log& log;
};

TEST("an observer is told what is scheduled, what runs, and each question") {
  test::ManualLoop manual;
  EventLoop& loop = manual.loop;
  Log log;
  Recorder recorder(log);
  loop.set_observer(&recorder);
  CHECK(loop.observer() == &recorder);
  loop.call_soon([&] { log.push_back("soon"); });
  loop.call_soon([&] { log.push_back("never"); }).cancel();
  loop.call_later(1s, [&] {
    log.push_back("later");
    loop.stop();
  });
  loop.run_forever();
  loop.set_observer(nullptr);
  loop.call_soon([] {});
  run_once(loop);
  CHECK_EQ(log, Log({"scheduled call_soon", "scheduled call_soon",
                     "polling, no wait", "polled", "started call_soon", "soon",
                     "finished", "polling, some time", "polled",
                     "scheduled call_later", "started call_later", "later",
                     "finished"}));
}

// A service whose end asks for S.
template <class S>
struct AsksInTheEnd {
  explicit AsksInTheEnd(EventLoop& l) : loop(l) {}
  ~AsksInTheEnd() {
    try {
      loop.service<S>();
      asked = "got it";
    } catch (const std::logic_error& error) {
      asked = error.what();
    }
  }
  EventLoop& loop;
  static inline std::string asked;
};
struct Plain {
  explicit Plain(EventLoop&) : text("a plain service, with some memory") {}
  std::string text;
};
struct Itself : AsksInTheEnd<Itself> {
  using AsksInTheEnd::AsksInTheEnd;
};

TEST("a service that dies may ask for one that is new, or old") {
  for (bool old : {false, true}) {
    EventLoop loop;
    if (old) loop.service<Plain>();
    loop.service<AsksInTheEnd<Plain>>();
  }
  CHECK_EQ(AsksInTheEnd<Plain>::asked, "got it");
}

TEST("a service that dies and asks for itself gets an error") {
  { EventLoop().service<Itself>(); }
  CHECK_EQ(Itself::asked,
           "The loop destroys the service that it is asked for");
}

TEST("an observer is told of what the kernel has scheduled") {
  EventLoop loop;
  const asyncio::Pipe pipe = asyncio::make_pipe();
  CHECK_EQ(::write(pipe.write.get(), "x", 1), 1);
  loop.add_reader(pipe.read.get(), [] {});
  Log log;
  Recorder recorder(log);
  loop.set_observer(&recorder);
  run_once(loop);
  loop.set_observer(nullptr);
  loop.remove_reader(pipe.read.get());
  CHECK_EQ(log, Log({"polling, no wait", "polled", "scheduled reader",
                     "started reader", "finished"}));
}

TEST("an observer may take itself off while a callback runs") {
  EventLoop loop;
  Log log;
  Recorder recorder(log);
  loop.set_observer(&recorder);
  loop.call_soon([&] { loop.set_observer(nullptr); });
  run_once(loop);
  CHECK_EQ(log, Log({"scheduled call_soon", "polling, no wait", "polled",
                     "started call_soon"}));
}

}  // namespace
