// What becomes of exceptions that leave a callback. event_loop_test.cpp says
// which cases of CPython's tests are here.

#include <stdio.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include "05-callbacks/event_loop.hpp"
#include "05-callbacks/loop_test.hpp"
#include "common/descriptor.hpp"
#include "common/error.hpp"
#include "common/interrupt.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;
using asyncio::ExceptionContext;
using test::Log;
using test::run_once;

[[noreturn]] void fail() { throw std::runtime_error("spam"); }

// What `function` prints on stderr.
template <class Function>
std::string stderr_of(Function function) {
  std::FILE* file = std::tmpfile();
  const int saved = ::dup(2);
  ::dup2(::fileno(file), 2);
  function();
  std::fflush(stderr);
  ::dup2(saved, 2);
  ::close(saved);
  std::string text(1000, '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

TEST("an exception is printed, and the loop goes on") {
  EventLoop loop;
  bool next = false;
  loop.call_soon(fail);
  loop.call_soon([&] { next = true; });
  CHECK_EQ(stderr_of([&] { run_once(loop); }),
           "Exception in callback call_soon: spam\n");
  CHECK(next);
}

TEST("the message says whether it was a timer") {
  test::ManualLoop manual;
  EventLoop& loop = manual.loop;
  loop.call_later(1s, fail);
  loop.call_at(loop.time() + 2s, fail);
  loop.call_later(3s, [&] { loop.stop(); });
  CHECK_EQ(stderr_of([&] { loop.run_forever(); }),
           "Exception in callback call_later: spam\n"
           "Exception in callback call_at: spam\n");
}

TEST("an exception of any type is reported") {
  EventLoop loop;
  loop.call_soon([] { throw 42; });
  CHECK_EQ(stderr_of([&] { run_once(loop); }),
           "Exception in callback call_soon: unknown exception\n");
}

TEST("an exception handler hears of it instead, until it is taken off") {
  EventLoop loop;
  Log log;
  loop.set_exception_handler(
      [&](EventLoop& from, const ExceptionContext& context) {
        CHECK(&from == &loop);
        log.push_back(context.message + ", " + context.subject + ", " +
                      asyncio::describe(context.exception));
      });
  loop.call_soon(fail);
  CHECK_EQ(stderr_of([&] { run_once(loop); }), "");
  CHECK_EQ(log, Log({"Exception in callback, call_soon, spam"}));
  loop.set_exception_handler({});
  loop.call_soon(fail);
  CHECK_EQ(stderr_of([&] { run_once(loop); }),
           "Exception in callback call_soon: spam\n");
  CHECK_EQ(log.size(), 1u);
}

TEST("an exception handler may replace itself") {
  EventLoop loop;
  Log log;
  loop.set_exception_handler(
      [&log, name = std::string("first")](EventLoop& from,
                                          const ExceptionContext&) {
        from.set_exception_handler([&](EventLoop&, const ExceptionContext&) {
          log.push_back("second");
        });
        log.push_back(name);
      });
  loop.call_soon(fail);
  loop.call_soon(fail);
  run_once(loop);
  CHECK_EQ(log, Log({"first", "second"}));
}

TEST("an exception handler that fails itself is reported, with both errors") {
  EventLoop loop;
  loop.set_exception_handler([](EventLoop&, const ExceptionContext&) {
    throw std::logic_error("ham");
  });
  loop.call_soon(fail);
  CHECK_EQ(stderr_of([&] { run_once(loop); }),
           "Unhandled error in exception handler ham: spam\n");
  loop.set_exception_handler(
      [](EventLoop&, const ExceptionContext&) { throw 42; });
  loop.call_soon(fail);
  CHECK_EQ(stderr_of([&] { run_once(loop); }),
           "Unhandled error in exception handler unknown exception: spam\n");
}

TEST("a reader that fails is reported, and stays") {
  EventLoop loop;
  asyncio::Pipe pipe = asyncio::make_pipe();
  CHECK_EQ(::write(pipe.write.get(), "x", 1), 1);
  int failures = 0;
  loop.set_exception_handler(
      [&](EventLoop&, const ExceptionContext& context) {
        CHECK_EQ(context.subject, "reader");
        if (++failures == 2) loop.stop();
      });
  loop.add_reader(pipe.read.get(), fail);
  loop.run_forever();
  CHECK_EQ(failures, 2);
  CHECK(loop.remove_reader(pipe.read.get()));
}

TEST("Ctrl-C in a callback ends run_forever, and is no error") {
  EventLoop loop;
  Log log;
  loop.set_exception_handler([&](EventLoop&, const ExceptionContext&) {
    log.push_back("handler");
  });
  loop.call_soon([] { throw asyncio::Interrupted(); });
  loop.call_soon([&] {
    log.push_back("next run");
    loop.stop();
  });
  CHECK_THROWS(asyncio::Interrupted, loop.run_forever());
  CHECK_EQ(log, Log{});
  loop.run_forever();
  CHECK_EQ(log, Log({"next run"}));
}

TEST("a late error goes to its loop's handler, or to stderr if it is gone") {
  auto loop = std::make_unique<EventLoop>();
  EventLoop* const address = loop.get();
  Log log;
  loop->set_exception_handler([&](EventLoop&, const ExceptionContext& context) {
    log.push_back(context.message);
  });
  EventLoop::report_if_alive(address, {"too late", "", nullptr});
  CHECK_EQ(log, Log({"too late"}));
  loop.reset();
  CHECK_EQ(stderr_of([&] {
             EventLoop::report_if_alive(address, {"far too late", "", nullptr});
           }),
           "far too late\n");
}

}  // namespace
