// What it costs to wait for one byte, in three ways: in a call that blocks,
// with calls that do not, and with those and a nap between them. The byte
// comes from another process, after a tenth of a second. Averages of a few
// rounds.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "common/error.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Socket;
using Clock = std::chrono::steady_clock;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// A way to wait until `sent` has arrived. Returns how many calls that took.
using Wait = long (*)(Socket&, Clock::time_point& sent);

// What arrives is the time at which it was sent. It is small enough to come
// in one piece.
bool receive(Socket& socket, Clock::time_point& sent) {
  return socket.try_recv(reinterpret_cast<char*>(&sent), sizeof sent)
      .has_value();
}

long block(Socket& socket, Clock::time_point& sent) {
  socket.set_nonblocking(false);
  socket.recv(reinterpret_cast<char*>(&sent), sizeof sent);
  return 1;
}

long ask(Socket& socket, Clock::time_point& sent) {
  long asked = 1;
  while (!receive(socket, sent)) ++asked;
  return asked;
}

template <int milliseconds>
long ask_and_nap(Socket& socket, Clock::time_point& sent) {
  long asked = 1;
  while (!receive(socket, sent)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    ++asked;
  }
  return asked;
}

// Starts the other process: after that time, it sends what time it is.
pid_t send_later(Socket& socket, std::chrono::milliseconds delay) {
  const pid_t child = ::fork();
  if (child < 0) asyncio::throw_errno("fork", "");
  if (child > 0) return child;
  std::this_thread::sleep_for(delay);
  const Clock::time_point now = Clock::now();
  socket.send_all({reinterpret_cast<const char*>(&now), sizeof now});
  ::_exit(0);
}

struct Cost {
  long calls = 0;
  double cpu = 0;   // seconds
  double late = 0;  // seconds from the sending to the end of the waiting
};

void measure(Wait wait, std::chrono::milliseconds delay, Cost& cost) {
  auto [here, there] = Socket::pair();
  here.set_nonblocking();
  const pid_t child = send_later(there, delay);
  const double cpu = cpu_seconds();
  Clock::time_point sent;
  cost.calls += wait(here, sent);
  cost.late += std::chrono::duration<double>(Clock::now() - sent).count();
  cost.cpu += cpu_seconds() - cpu;
  ::waitpid(child, nullptr, 0);
}

void measure(const char* how, Wait wait) {
  constexpr int rounds = 7;
  Cost cost;
  for (int i = 0; i < rounds; ++i) {
    // Not all at the same point between two naps.
    measure(wait, std::chrono::milliseconds(100 + 3 * i), cost);
  }
  std::printf("%-22s %10ld %9.1f ms %9.0f us\n", how, cost.calls / rounds,
              cost.cpu * 1e3 / rounds, cost.late * 1e6 / rounds);
}

}  // namespace

int main() {
  std::printf("%-22s %10s %12s %12s\n", "waiting 0.1 s by", "calls", "CPU time",
              "late by");
  std::fflush(stdout);  // or each child would print it again
  measure("a call that blocks", block);
  measure("asking all the time", ask);
  measure("asking every 1 ms", ask_and_nap<1>);
  measure("asking every 20 ms", ask_and_nap<20>);
}
