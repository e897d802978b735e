#include <signal.h>

#include <string>
#include <system_error>
#include <vector>

#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "13-synchronization/semaphore.hpp"
#include "17-subprocesses-and-signals/child_world.hpp"
#include "17-subprocesses-and-signals/process.hpp"

// Many processes: nobody is left a zombie, no descriptor is left open, and a
// signal that races with the end of its process hits nobody.

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using subprocess::PIPE;
using test::run_cleanly;

// A process takes many times as long to start under a sanitizer.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kChildren = 100;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int kChildren = 100;
#else
constexpr int kChildren = 1000;
#endif
#else
constexpr int kChildren = 1000;
#endif

const std::vector<std::string> ends_at_once = {"true"};
const std::vector<std::string> long_sleep = {"sleep", "1000"};

Coro<int> run_one(Semaphore& slots, int number) {
  auto held = co_await slots.hold();
  const std::vector<std::string> words = {"echo", std::to_string(number)};
  const SubprocessOptions options({}, PIPE);
  Process process = co_await create_subprocess_exec(words, options);
  ProcessOutput output = co_await process.communicate();
  CHECK_EQ(*process.returncode(), 0);
  co_return std::stoi(output.out);
}

}  // namespace

TEST("a thousand short children leave nothing behind, and mix nothing up") {
  run_cleanly([]() -> Coro<> {
    Semaphore slots(20);
    std::vector<Coro<int>> all;
    for (int i = 0; i < kChildren / 2; ++i) all.push_back(run_one(slots, i));
    std::vector<int> numbers = co_await gather(std::move(all));
    for (int i = 0; i < kChildren / 2; ++i) {
      CHECK_EQ(numbers[static_cast<std::size_t>(i)], i);
    }
    CHECK_EQ(get_running_loop().service<ChildWatcher>().size(), 0);
  });
}

TEST("signals that race with the end of a process reach it or nobody") {
  run_cleanly([]() -> Coro<> {
    int killed = 0, ended = 0;
    for (int i = 0; i < kChildren / 10; ++i) {
      Process process = co_await create_subprocess_exec(ends_at_once);
      for (int turns = i % 7; turns > 0; --turns) co_await sleep(0s);
      try {
        process.kill();
      } catch (const std::system_error& error) {
        CHECK(error.code() == std::errc::no_such_process);
      }
      const int returncode = co_await process.wait();
      CHECK(returncode == 0 || returncode == -SIGKILL);
      ++(returncode == 0 ? ended : killed);
    }
    CHECK_EQ(killed + ended, kChildren / 10);
  });
}

TEST("processes that are started and cancelled at every turn leave nothing") {
  run_cleanly([]() -> Coro<> {
    const SubprocessOptions options(PIPE, PIPE, PIPE);
    for (int i = 0; i < kChildren / 10; ++i) {
      auto task = create_task(create_subprocess_exec(long_sleep, options));
      for (int turns = i % 12; turns > 0; --turns) co_await sleep(0s);
      task.cancel();
      try {
        const Process process = co_await task;
        process.kill();
        co_await process.wait();
      } catch (const CancelledError&) {
      }
    }
    CHECK_EQ(get_running_loop().service<ChildWatcher>().size(), 0);
  });
}

TEST("a bystander survives all signals to those around it") {
  run_cleanly([]() -> Coro<> {
    Process bystander = co_await create_subprocess_exec(long_sleep);
    std::vector<Process> others;
    for (int i = 0; i < 20; ++i) {
      Process other = co_await create_subprocess_exec(ends_at_once);
      others.push_back(std::move(other));
    }
    for (int round = 0; round < 200; ++round) {
      for (const Process& other : others) {
        try {
          other.send_signal(SIGTERM);
        } catch (const std::system_error&) {
        }
      }
      co_await sleep(0s);
    }
    for (const Process& other : others) co_await other.wait();
    CHECK(!bystander.returncode());
    bystander.kill();
    const int returncode = co_await bystander.wait();
    CHECK_EQ(returncode, -SIGKILL);
  });
}
