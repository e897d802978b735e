#include "05-callbacks/event_loop.hpp"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string_view>

#include "common/error.hpp"
#include "common/interrupt.hpp"

namespace asyncio {

namespace {

constinit thread_local EventLoop* running_loop = nullptr;

// While callbacks are ready, the kernel is asked after this many of them at
// the latest, or after this time. The clock is looked at in iterations 1, 2,
// 4, 8 and 16 (so that slow callbacks are noticed), and in every sixteenth
// from then on.
constexpr unsigned kMaxBlindTurns = 16;
constexpr std::size_t kMaxCallbacks = 4096;
constexpr Duration kMaxDelay = std::chrono::milliseconds(1);

// A clock that is read in a few nanoseconds and ticks every few milliseconds,
// where the system has one.
TimePoint coarse_now() {
#ifdef CLOCK_MONOTONIC_COARSE
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return TimePoint(std::chrono::seconds(now.tv_sec) +
                   std::chrono::nanoseconds(now.tv_nsec));
#else
  return std::chrono::steady_clock::now();
#endif
}

// All loops of the process that have not been destroyed.
struct LiveLoops {
  std::mutex mutex;
  std::vector<EventLoop*> loops;
};
LiveLoops& live_loops() {
  // Never destroyed: a loop may be a global, and die after everything else.
  static LiveLoops& live = *new LiveLoops;
  return live;
}

// What every loop shall have from its birth. Never destroyed, as above.
std::vector<void (*)(EventLoop&)>& births() {
  static auto& functions = *new std::vector<void (*)(EventLoop&)>;
  return functions;
}

bool environment_says(const char* name, std::string_view value) {
  const char* found = std::getenv(name);
  return found && found == value;
}

std::shared_ptr<Clock> default_clock() {
  if (environment_says("ASYNCIO_CLOCK", "virtual")) {
    return std::make_shared<ManualClock>();
  }
  return std::make_shared<SteadyClock>();
}

}  // namespace

EventLoop::EventLoop(Options options)
    : clock_(options.clock ? std::move(options.clock) : default_clock()),
      descriptors_(options.selector ? std::move(options.selector)
                                    : make_default_selector()),
      debug_(environment_says("ASYNCIO_DEBUG", "1")),
      manual_(clock_->is_manual()) {
  for (auto function : births()) function(*this);
  std::lock_guard lock(live_loops().mutex);
  live_loops().loops.push_back(this);
}

bool EventLoop::at_birth(void (*function)(EventLoop&)) {
  births().push_back(function);
  return true;
}

EventLoop::~EventLoop() {
  if (!closed_) close();
  // One that dies may ask for others, also for new ones; these die next.
  while (!services_.empty()) {
    const std::size_t last = services_.size() - 1;
    std::shared_ptr<void> dying = std::move(services_[last].object);
    last_key_ = nullptr;
    dying.reset();
    services_.erase(services_.begin() + static_cast<std::ptrdiff_t>(last));
  }
  std::lock_guard lock(live_loops().mutex);
  std::erase(live_loops().loops, this);
}

void EventLoop::run_forever() {
  if (closed_) throw std::runtime_error("Event loop is closed");
  if (running_) throw std::runtime_error("This event loop is already running");
  if (running_loop) {
    throw std::runtime_error(
        "Cannot run the event loop while another loop is running");
  }
  struct Running {
    EventLoop& loop;
    // The caller's own context, as it is now: whatever a callback without
    // one of its own sets is gone afterwards.
    Context context = Context::current();
    ContextScope scope{context};
    explicit Running(EventLoop& l) : loop(l) {
      loop.running_ = true;
      running_loop = &loop;
    }
    ~Running() {
      loop.running_ = loop.stopping_ = false;
      running_loop = nullptr;
    }
  } running(*this);
  do {
    run_once();
  } while (!stopping_);
}

void EventLoop::run_once() {
  if (time_to_poll()) poll();
  run_ready();
}

// Runs what is ready now; what it schedules waits for the next iteration.
void EventLoop::run_ready() {
  std::size_t count = ready_.size();
  callbacks_ += count;
  for (; count > 0 && !ready_.empty(); --count) {
    Callback& callback = ready_.pop();
    if (!observer_) [[likely]] {
      callback.run();
    } else if (callback.cancelled()) {
      callback.run();  // which does nothing but let go of it
    } else {
      observer_->started(callback);
      callback.run();
      if (observer_) observer_->finished(&callback);
    }
  }
}

bool EventLoop::time_to_poll() {
  if (ready_.empty() || poll_next_) return true;
  if (++turns_ >= look_) return look_at_the_clock();
  return callbacks_ >= kMaxCallbacks;
}

bool EventLoop::look_at_the_clock() {
  // A manual clock may have been moved by hand.
  if (manual_ || callbacks_ >= kMaxCallbacks) return true;
  look_ += std::min(look_, kMaxBlindTurns);
  return coarse_now() - polled_ >= kMaxDelay;
}

// Queues what the selector reports, then the timers that are due.
void EventLoop::poll() {
  std::optional<Duration> timeout;
  if (!ready_.empty() || stopping_) {
    timeout = Duration::zero();
  } else if (!timers_.empty()) {
    TimePoint now = time(), next = timers_.next_deadline();
    timeout = next <= now ? Duration::zero() : next - now;
  }
  poll_next_ = false;
  turns_ = 0;
  look_ = 1;
  callbacks_ = 0;
  bool skip = clock_->is_manual() && timeout && *timeout > Duration::zero();
  std::size_t before = ready_.size();
  if (observer_) observer_->polling(timeout);
  descriptors_.poll(skip ? Duration::zero() : timeout, ready_);
  if (observer_) {
    observer_->polled();
    while (before < ready_.size()) observer_->scheduled(ready_[before++]);
  }
  if (skip && ready_.empty()) clock_->skip(*timeout);
  polled_ = coarse_now();
  if (timers_.empty()) return;
  TimePoint now = time();
  while (!timers_.empty() && timers_.next_deadline() <= now) {
    schedule(timers_.pop());
  }
}

void EventLoop::close() {
  if (running_) throw std::runtime_error("Cannot close a running event loop");
  if (closed_) return;
  closed_ = true;
  while (!ready_.empty()) ready_.pop().drop();
  while (!timers_.empty()) timers_.pop().drop();
  descriptors_.clear();
}

void EventLoop::throw_service_is_dying() {
  throw std::logic_error("The loop destroys the service that it is asked for");
}

void EventLoop::check_may_schedule() const {
  if (closed_) throw std::runtime_error("Event loop is closed");
  if (running_ && running_loop != this) {
    throw std::runtime_error(
        "Non-thread-safe operation invoked on an event loop other than the "
        "current one");
  }
}

void EventLoop::schedule_at(Timer& timer, TimePoint when) {
  if (closed_ || debug_) check_may_schedule();
  timers_.push(timer, when);
}

TimerHandle EventLoop::add_timer(Ref<HandleNode> node, TimePoint when) {
  schedule_at(*node, when);
  node->retain();  // the heap's share
  return TimerHandle(std::move(node));
}

void EventLoop::wait_io(IoWaiter& waiter, int fd, std::uint64_t generation,
                        int event) {
  if (closed_ || debug_) check_may_schedule();
  descriptors_.wait(waiter, fd, generation, event);
}

void EventLoop::add_handler(int fd, int event, Ref<HandleNode> node) {
  if (closed_ || debug_) check_may_schedule();
  node->set_repeating();
  descriptors_.set_handler(fd, event, std::move(node));
  poll_next_ = true;
}

bool EventLoop::remove_handler(int fd, int event) {
  return !closed_ && descriptors_.remove_handler(fd, event);
}

void EventLoop::call_exception_handler(const ExceptionContext& context) {
  if (!exception_handler_) return default_exception_handler(context);
  ExceptionHandler handler = exception_handler_;  // it may replace itself
  try {
    handler(*this, context);
  } catch (const Interrupted&) {
    throw;
  } catch (...) {
    default_exception_handler({"Unhandled error in exception handler",
                               describe(std::current_exception()),
                               context.exception});
  }
}

void EventLoop::report_if_alive(EventLoop* loop,
                                const ExceptionContext& context) {
  bool alive = false;
  {
    std::lock_guard lock(live_loops().mutex);
    for (EventLoop* live : live_loops().loops) alive |= live == loop;
  }
  if (alive) return loop->call_exception_handler(context);
  default_exception_handler(context);
}

void EventLoop::default_exception_handler(const ExceptionContext& context) {
  std::string line = context.message;
  if (!context.subject.empty()) line += " " + context.subject;
  if (context.exception) line += ": " + describe(context.exception);
  line += '\n';
  std::fputs(line.c_str(), stderr);
}

EventLoop* get_running_loop_or_null() noexcept { return running_loop; }

EventLoop& get_running_loop() {
  if (running_loop) return *running_loop;
  throw std::runtime_error("no running event loop");
}

}  // namespace asyncio
