#include "common/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "common/error.hpp"

namespace program {
namespace {

using std::chrono::steady_clock;

// In the child, between fork and exec: system calls only.
[[noreturn]] void become(char* const* argv, int out, int err) {
  // An ignored signal stays ignored across exec, and a shell starts its
  // background jobs that way.
  ::signal(SIGINT, SIG_DFL);
  int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(err, STDERR_FILENO);  // first: it may be our standard output
  ::dup2(out, STDOUT_FILENO);  // these copies are not close-on-exec
  ::execv(argv[0], argv);
  ::_exit(127);
}

// Reads what there is; false at the end.
bool read_some(int fd, std::string& text) {
  char buffer[16 * 1024];
  ssize_t n = ::read(fd, buffer, sizeof buffer);
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  text.append(buffer, static_cast<std::size_t>(n));
  return n > 0;
}

int milliseconds_until(steady_clock::time_point end) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(
      end - steady_clock::now());
  return left.count() < 0 ? 0 : static_cast<int>(left.count());
}

}  // namespace

Program::Program(const std::vector<std::string>& argv, Err err)
    : start_(steady_clock::now()) {
  asyncio::Pipe out_pipe = asyncio::make_pipe();
  asyncio::Pipe err_pipe;
  if (err == Err::collect) err_pipe = asyncio::make_pipe();
  std::vector<char*> words;
  for (const std::string& word : argv) {
    words.push_back(const_cast<char*>(word.c_str()));
  }
  words.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) asyncio::throw_errno("fork", argv[0]);
  if (pid_ == 0) {
    become(words.data(), out_pipe.write.get(),
           err == Err::show ? STDOUT_FILENO : err_pipe.write.get());
  }
  out_ = std::move(out_pipe.read);
  err_ = std::move(err_pipe.read);
}

Program::~Program() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Program::send_signal(int number) {
  if (::kill(pid_, number) < 0) {
    asyncio::throw_errno("kill", std::to_string(pid_));
  }
}

// Until both pipes have ended, which is when the program has.
void Program::collect(Outcome& outcome, std::chrono::seconds limit) {
  const steady_clock::time_point end = steady_clock::now() + limit;
  while (out_ || err_) {
    pollfd wanted[] = {{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}};
    int ready = ::poll(wanted, 2, milliseconds_until(end));
    if (ready == 0) {
      outcome.hung = true;
      send_signal(SIGKILL);
      return;
    }
    if (ready < 0) continue;  // a signal
    if (wanted[0].revents && !read_some(out_.get(), outcome.out)) out_.reset();
    if (wanted[1].revents && !read_some(err_.get(), outcome.err)) err_.reset();
  }
}

Outcome Program::wait(std::chrono::seconds limit) {
  Outcome outcome;
  collect(outcome, limit);
  int status = 0;
  while (::wait4(pid_, &status, 0, &outcome.usage) < 0) {
    if (errno != EINTR) asyncio::throw_errno("wait4", std::to_string(pid_));
  }
  pid_ = -1;
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status)
                                     : 128 + WTERMSIG(status);
  outcome.seconds =
      std::chrono::duration<double>(steady_clock::now() - start_).count();
  return outcome;
}

Outcome run(const std::vector<std::string>& argv) {
  return Program(argv).wait();
}

}  // namespace program
