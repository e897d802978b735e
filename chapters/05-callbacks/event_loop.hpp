#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "05-callbacks/descriptor_table.hpp"
#include "05-callbacks/handle.hpp"
#include "05-callbacks/observer.hpp"
#include "05-callbacks/ready_queue.hpp"
#include "05-callbacks/timer_heap.hpp"

namespace asyncio {

// What went wrong in a place where nobody could catch it: the argument of an
// exception handler, asyncio's context dictionary.
struct ExceptionContext {
  std::string message;           // "Exception in callback"
  std::string subject;           // which one: "call_soon", "Task-3"
  std::exception_ptr exception;  // may be empty
};

// An EventLoop runs callbacks, one after another, in one thread: those that
// are ready, those whose time has come, and those whose descriptor is. It is
// asyncio's BaseEventLoop and BaseSelectorEventLoop, and goes through the
// same iteration as CPython's _run_once: ask the selector, queue what came,
// queue the timers that are due, then run what was in the queue at that
// moment, in order. What a callback schedules runs in the next iteration.
//
// One thing is done less often: while callbacks are ready, the kernel and
// the clock are asked only every so many iterations (but within a few
// milliseconds), since asking costs more than running a callback.
//
// Thread: one loop a thread; every method is for the loop's own thread.
class EventLoop {
 public:
  struct Options {
    std::unique_ptr<Selector> selector;  // default: make_default_selector()
    std::shared_ptr<Clock> clock;        // default: SteadyClock, or
                                         // ManualClock if the environment
                                         // has ASYNCIO_CLOCK=virtual
  };
  EventLoop() : EventLoop(Options{}) {}
  explicit EventLoop(Options options);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Closes the loop, then destroys its services, the last one first.
  // REQUIRES: !is_running()
  ~EventLoop();

  // Runs until stop(). Throws std::runtime_error if the loop is closed, or
  // if this or another loop runs in this thread already; and whatever
  // leaves a Callback::run(), after which the loop may be run again.
  void run_forever();

  // Makes run_forever() return at the end of the current iteration, or of
  // the next one when the loop is not running.
  void stop() noexcept { stopping_ = poll_next_ = true; }

  bool is_running() const noexcept { return running_; }
  bool is_closed() const noexcept { return closed_; }

  // Drops all callbacks and forgets all descriptors. Harmless when closed.
  // Throws std::runtime_error if the loop is running.
  void close();

  // The loop's time: monotonic, and its clock may be a manual one.
  TimePoint time() const { return clock_->now(); }

  // The time `delay` from now. A delay may be as long as one likes: the
  // latest point of time stands for never.
  TimePoint deadline(Duration delay) const {
    TimePoint now = time();
    return delay > TimePoint::max() - now ? TimePoint::max() : now + delay;
  }

  // Calls `function()` in the next iteration, after what is ready already.
  // Throws std::runtime_error if the loop is closed, as all four do.
  template <class F>
  Handle call_soon(F function) {
    auto node = make_node("call_soon", std::move(function));
    schedule(*node);
    node->retain();  // the queue's share
    return Handle(std::move(node));
  }

  // Calls `function()` once `delay` has passed, or at `when`.
  template <class F>
  TimerHandle call_later(Duration delay, F function) {
    if (delay <= Duration::zero()) poll_next_ = true;
    return add_timer(make_node("call_later", std::move(function)),
                     deadline(delay));
  }
  template <class F>
  TimerHandle call_at(TimePoint when, F function) {
    if (when <= time()) poll_next_ = true;
    return add_timer(make_node("call_at", std::move(function)), when);
  }

  // Calls `function()` whenever fd is readable (or writable), until it is
  // removed; replaces the function before. Remove it before fd is closed.
  // The second form says whether there was one.
  template <class F>
  void add_reader(int fd, F function) {
    add_handler(fd, EVENT_READ, make_node("reader", std::move(function)));
  }
  template <class F>
  void add_writer(int fd, F function) {
    add_handler(fd, EVENT_WRITE, make_node("writer", std::move(function)));
  }
  bool remove_reader(int fd) { return remove_handler(fd, EVENT_READ); }
  bool remove_writer(int fd) { return remove_handler(fd, EVENT_WRITE); }

  // Who hears of exceptions that leave a callback, and of those that nobody
  // looked at. The default prints them to stderr; an empty function restores
  // it.
  using ExceptionHandler =
      std::function<void(EventLoop&, const ExceptionContext&)>;
  void set_exception_handler(ExceptionHandler handler) {
    exception_handler_ = std::move(handler);
  }
  void call_exception_handler(const ExceptionContext& context);
  static void default_exception_handler(const ExceptionContext& context);
  // For an error that turns up late, and whose loop may be gone by then.
  static void report_if_alive(EventLoop* loop,
                              const ExceptionContext& context);

  // Debug mode: chapter 20 hangs its checks on it. Off, unless the
  // environment has ASYNCIO_DEBUG=1. In debug mode, scheduling from another
  // thread throws std::runtime_error.
  bool get_debug() const noexcept { return debug_; }
  void set_debug(bool debug) noexcept { debug_ = debug; }
  Duration slow_callback_duration = std::chrono::milliseconds(100);

  // ---- For the chapters to come: what they build on, without allocation.

  // Runs `callback` in the next iteration, after what is ready already.
  void schedule(Callback& callback) {
    if (closed_ || debug_) [[unlikely]] check_may_schedule();
    if (observer_) [[unlikely]] observer_->scheduled(callback);
    ready_.push(callback);
  }

  // Takes back what is in the queue and shall not run. It searches: for what
  // hardly ever happens.
  void unschedule(Callback& callback) noexcept { ready_.forget(callback); }

  // Runs `timer` at `when`. REQUIRES: !timer.pending()
  void schedule_at(Timer& timer, TimePoint when);
  // REQUIRES: timer.pending()
  void cancel_timer(Timer& timer) { timers_.remove(timer); }

  // Runs `waiter` once fd has `event`: see DescriptorTable::wait.
  void wait_io(IoWaiter& waiter, int fd, std::uint64_t generation, int event);
  void cancel_io(IoWaiter& waiter) noexcept { descriptors_.cancel(waiter); }

  // The loop's one object of type S, made by S(EventLoop&) when first asked
  // for: how a later chapter keeps something for each loop. Throws
  // std::logic_error while it is being destroyed.
  template <class S>
  S& service() {
    if (last_key_ == &service_key<S>) return *static_cast<S*>(last_service_);
    for (const Service& s : services_) {
      if (s.key != &service_key<S>) continue;
      if (!s.object) throw_service_is_dying();
      last_key_ = s.key;
      last_service_ = s.object.get();
      return *static_cast<S*>(last_service_);
    }
    auto object = std::make_shared<S>(*this);
    services_.push_back({&service_key<S>, object});
    return *object;
  }

  // Calls `function(loop)` in the constructor of every loop to come: for a
  // service that a loop must have from its birth, because other threads look
  // for it. REQUIRES: main() has not begun. True, to initialise something.
  static bool at_birth(void (*function)(EventLoop&));

  // At most one observer, not owned; nullptr for none.
  void set_observer(Observer* observer) noexcept { observer_ = observer; }
  Observer* observer() const noexcept { return observer_; }

  std::string_view selector_name() const {
    return descriptors_.selector().name();
  }

 private:
  struct Service {
    const void* key;
    std::shared_ptr<void> object;
  };
  template <class S>
  static constexpr char service_key = 0;
  [[noreturn]] static void throw_service_is_dying();

  template <class F>
  Ref<HandleNode> make_node(const char* name, F function) {
    return Ref<HandleNode>(
        new FunctionNode<F>(*this, name, std::move(function)));
  }
  TimerHandle add_timer(Ref<HandleNode> node, TimePoint when);
  void add_handler(int fd, int event, Ref<HandleNode> node);
  bool remove_handler(int fd, int event);

  void check_may_schedule() const;
  void run_once();
  void run_ready();
  bool time_to_poll();
  bool look_at_the_clock();
  void poll();

  std::shared_ptr<Clock> clock_;
  ReadyQueue ready_;
  TimerHeap timers_;
  DescriptorTable descriptors_;
  Observer* observer_ = nullptr;
  ExceptionHandler exception_handler_;
  std::vector<Service> services_;
  const void* last_key_ = nullptr;  // of the service asked for last
  void* last_service_ = nullptr;
  bool running_ = false;
  bool stopping_ = false;
  bool closed_ = false;
  bool debug_ = false;
  bool poll_next_ = true;  // something may be due in the next iteration
  const bool manual_;            // the clock
  unsigned turns_ = 0;           // iterations since the last poll
  unsigned look_ = 1;            // at how many to look at the clock
  std::size_t callbacks_ = 0;    // since the last poll, too
  TimePoint polled_{};
};

// The loop that runs in this thread, or nullptr; the second form throws
// std::runtime_error("no running event loop") instead.
EventLoop* get_running_loop_or_null() noexcept;
EventLoop& get_running_loop();

}  // namespace asyncio
