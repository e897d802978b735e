// Stackful coroutines beside the machines of this chapter: each fiber has a
// whole stack of its own, and a switch exchanges the stacks. So a function
// that waits looks like a blocking one, whoever called it. gevent's greenlets
// and Go's goroutines are made so.
//
// It serves two clients with chapter 01's answer(), word for word, in one
// thread; then measures what a fiber costs. It needs <ucontext.h>.

#include <cstdio>

#if __has_include(<ucontext.h>) && (defined(__GLIBC__) || defined(__FreeBSD__))

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "01-blocking-socket/two_clients.hpp"
#include "05-callbacks/event_loop.hpp"
#include "06-state-machines/echo_machine.hpp"
#include "common/error.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Address;
using asyncio::EventLoop;
using asyncio::Socket;

constexpr std::size_t stack_size = 64 * 1024;

// A Stack is memory with a page below it that nobody may touch: a fiber that
// needs more than it has dies there, and not in its neighbour's memory.
class Stack {
 public:
  Stack() {
    if (memory_ == MAP_FAILED) asyncio::throw_errno("mmap", "");
    ::mprotect(memory_, guard_, PROT_NONE);
  }
  ~Stack() { ::munmap(memory_, guard_ + stack_size); }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  char* begin() const { return static_cast<char*>(memory_) + guard_; }

  // Fresh memory is zero, so the first byte that is not shows how deep the
  // stack has been.
  std::size_t used() const {
    std::size_t untouched = 0;
    while (untouched < stack_size && begin()[untouched] == 0) ++untouched;
    return stack_size - untouched;
  }

 private:
  const std::size_t guard_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const memory_ = ::mmap(nullptr, guard_ + stack_size,
                               PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
};

// A Fiber runs `body` on a stack of its own. The loop runs it as any other
// callback; wait() in it, at any depth of calls, goes back to the loop.
class Fiber final : public asyncio::IoWaiter {
 public:
  Fiber(EventLoop& loop, std::function<void()> body)
      : loop_(loop), body_(std::move(body)) {
    ::getcontext(&context_);
    context_.uc_stack.ss_sp = stack_.begin();
    context_.uc_stack.ss_size = stack_size;
    context_.uc_link = &caller_;  // where it goes at its end
    ::makecontext(&context_, enter, 0);
  }

  // Runs it until it waits or has ended.
  void run() override {
    Fiber* before = std::exchange(current, this);
    ::swapcontext(&caller_, &context_);
    current = before;
  }

  static void wait(const Socket& socket, int event) {
    current->loop_.wait_io(*current, socket.fd(), socket.generation(), event);
    yield();
  }
  static void yield() { ::swapcontext(&current->context_, &current->caller_); }

  std::size_t stack_used() const { return stack_.used(); }

 private:
  // makecontext passes nothing but ints. An exception cannot leave: there is
  // no caller on this stack to catch it.
  static void enter() noexcept { current->body_(); }

  static inline Fiber* current = nullptr;
  EventLoop& loop_;
  std::function<void()> body_;
  Stack stack_;
  ucontext_t context_{};
  ucontext_t caller_{};
};

// A socket whose calls look as if they blocked.
class FiberSocket {
 public:
  explicit FiberSocket(Socket socket) : socket_(std::move(socket)) {
    socket_.set_nonblocking();
  }
  FiberSocket accept() {
    for (;;) {
      if (auto socket = socket_.try_accept()) {
        return FiberSocket(std::move(*socket));
      }
      Fiber::wait(socket_, asyncio::EVENT_READ);
    }
  }
  std::size_t recv(char* data, std::size_t size) {
    for (;;) {
      if (const auto got = socket_.try_recv(data, size)) return *got;
      Fiber::wait(socket_, asyncio::EVENT_READ);
    }
  }
  void send_all(std::string_view data) {
    while (!data.empty()) {
      if (const auto sent = socket_.try_send(data)) {
        data.remove_prefix(*sent);
      } else {
        Fiber::wait(socket_, asyncio::EVENT_WRITE);
      }
    }
  }

 private:
  Socket socket_;
};

// Chapter 01's answer(), with another type of socket and nothing else.
void answer(FiberSocket& client) {
  char buffer[4096];
  while (const std::size_t size = client.recv(buffer, sizeof buffer)) {
    client.send_all({buffer, size});
  }
}

void serve(EventLoop& loop, Socket listening, int clients) {
  FiberSocket listener(std::move(listening));
  std::vector<std::unique_ptr<Fiber>> fibers;
  int left = 0;
  fibers.push_back(std::make_unique<Fiber>(loop, [&] {
    for (int i = 0; i < clients; ++i) {
      auto client = std::make_shared<FiberSocket>(listener.accept());
      fibers.push_back(std::make_unique<Fiber>(loop, [&, client]() mutable {
        answer(*client);
        client.reset();
        if (++left == clients) loop.stop();
      }));
      loop.schedule(*fibers.back());
    }
  }));
  loop.schedule(*fibers.front());
  loop.run_forever();
  std::printf("a stack: %zu bytes, of which answer() touched %zu\n",
              stack_size, fibers.back()->stack_used());
}

double nanoseconds_a_switch(EventLoop& loop) {
  constexpr int rounds = 200'000;
  Fiber fiber(loop, [] {
    for (;;) Fiber::yield();
  });
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) fiber.run();
  const std::chrono::duration<double, std::nano> time =
      std::chrono::steady_clock::now() - start;
  return time.count() / rounds / 2;  // there and back
}

}  // namespace

int main() {
  EventLoop loop;
  Socket listener = Socket::listen_on(Address::loopback(0));
  const Address address = listener.local_address();
  std::thread clients(
      [&] { echo::two_clients(address, std::chrono::minutes(1)); });
  serve(loop, std::move(listener), 2);
  clients.join();
  std::printf("the machine's frame: %zu bytes\n", sizeof(echo::Answer));
  std::printf("a switch of stacks: %.0f ns\n", nanoseconds_a_switch(loop));
}

#else

int main() { std::puts("this system has no <ucontext.h> to make fibers with"); }

#endif
