// A counter of visits where chapter 18 would keep it: in the memory of each
// worker. Two workers take ten visits, then one of them is killed.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <utility>

#include "common/descriptor.hpp"
#include "common/error.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Socket;

// Answers each byte, which is a visit, with the number of visits so far.
void count_visits(Socket visitor) {
  int visits = 0;
  char byte;
  while (visitor.recv(&byte, 1) > 0) {
    ++visits;
    visitor.send_all({reinterpret_cast<const char*>(&visits), sizeof visits});
  }
}

class Worker {
 public:
  Worker() {
    auto [here, there] = Socket::pair();
    pid_ = ::fork();
    if (pid_ < 0) asyncio::throw_errno("fork", "");
    if (pid_ == 0) {
      here.close();
      count_visits(std::move(there));
      ::_exit(0);
    }
    socket_ = std::move(here);
  }
  ~Worker() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  int visit() {
    int visits = 0;
    socket_.send_all("v");
    socket_.recv(reinterpret_cast<char*>(&visits), sizeof visits);
    return visits;
  }

 private:
  pid_t pid_ = -1;
  Socket socket_;
};

}  // namespace

int main() {
  try {
    Worker first, second;
    int visits[2] = {};
    for (int i = 0; i < 10; ++i) {
      const bool other = i % 3 == 0;  // whichever takes the connection
      visits[other] = other ? second.visit() : first.visit();
    }
    std::printf("worker 1 says: %d visits\n", visits[0]);
    std::printf("worker 2 says: %d visits\n", visits[1]);
    Worker again;  // what the master starts when a worker is killed
    std::puts("worker 1 is killed, and another takes its place");
    std::printf("worker 1 says: %d visit\n", again.visit());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "forgets: %s\n", error.what());
    return 1;
  }
}
