#include "common/site.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <exception>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "common/address.hpp"
#include "common/error.hpp"
#include "common/http.hpp"
#include "common/site_faults.hpp"
#include "common/site_pages.hpp"

namespace site {
namespace {

using asyncio::Socket;

// Longer than any crawl should keep a connection, so that a browser which
// opens one in advance does not hold a thread for ever.
constexpr std::chrono::seconds kPatience{60};

// The whole answer as it goes over the wire.
std::string text_of(const Answer& answer, bool with_body) {
  web::Headers fields = {
      {"Connection", "close"},
      {"Content-Type", answer.content_type},
      {"Content-Length", std::to_string(answer.body.size())}};
  if (!answer.location.empty()) fields.add("Location", answer.location);
  std::string text = web::response_header(answer.status, fields);
  return with_body ? text + answer.body : text;
}

// Reads a request; false if the peer closed before its end.
bool read_request(Socket& peer, web::RequestParser& request) {
  char buffer[4096];
  for (;;) {
    std::size_t n = peer.recv(buffer, sizeof buffer);
    if (n == 0) return false;
    if (request.feed(std::string_view(buffer, n))) return true;
  }
}

void answer_request(Socket& peer, const web::RequestParser& request,
                    const Options& options) {
  const std::string& target = request.target();
  Answer answer;
  if (request.method() != "GET" && request.method() != "HEAD") {
    answer.status = 405;
  } else if (target == "/bad/") {
    answer.body = fault_index();
  } else if (misbehave(peer, target)) {
    return;
  } else {
    answer = answer_to(options, target, request.header("host").value_or(""));
  }
  std::this_thread::sleep_for(answer.delay);
  peer.send_all(text_of(answer, request.method() != "HEAD"));
}

// One connection, from its first byte to its close.
void talk(Socket& peer, const Options& options) {
  peer.set_nonblocking(false);
  peer.set_timeout(kPatience);
  web::RequestParser request;
  if (read_request(peer, request)) answer_request(peer, request, options);
}

// The peer went away, or sent what is no request: its own loss. A server that
// ended for it would be everybody's.
void talk_safely(Socket peer, const Options& options) {
  try {
    talk(peer, options);
  } catch (const std::exception&) {
  }
}

void start_talk(Socket peer, const Options& options) {
  try {
    std::thread(talk_safely, std::move(peer), options).detach();
  } catch (const std::system_error&) {
    // No thread to be had: the connection closes, and the peer tries again.
  }
}

void accept_all(Socket& listener, const Options& options) {
  try {
    while (std::optional<Socket> peer = listener.try_accept()) {
      start_talk(std::move(*peer), options);
    }
  } catch (const std::system_error&) {
    // A connection that was reset while it queued, or no descriptor left for
    // it: poll() reports the next one, or the same one again. Pause, lest
    // the second case burn the processor.
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// The child shares its parent's terminal and output, and must outlive a
// Ctrl-C there: the parent still wants answers while it winds down.
void become_server(const sigset_t& mask) {
  ::signal(SIGINT, SIG_IGN);
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  ::signal(SIGTERM, SIG_DFL);
  int null = ::open("/dev/null", O_RDWR);
  if (null < 0) return;
  // A reader of the parent's output waits for the last copy to close.
  ::dup2(null, STDIN_FILENO);
  ::dup2(null, STDOUT_FILENO);
  if (null > STDERR_FILENO) ::close(null);
}

[[noreturn]] void serve_in_child(Socket listener, const Options& options,
                                 asyncio::Pipe lifeline,
                                 const sigset_t& mask) {
  become_server(mask);
  lifeline.write.reset();  // the parent's copy is the last one now
  try {
    serve(listener, options, lifeline.read.get());
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace

Site::Site(const Options& options) {
  Socket listener = listen(options);
  asyncio::Pipe lifeline = asyncio::make_pipe();
  port_ = listener.local_address().port();
  // No Ctrl-C may reach the child before it ignores them.
  sigset_t interrupt;
  sigset_t mask;
  ::sigemptyset(&interrupt);
  ::sigaddset(&interrupt, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &interrupt, &mask);
  pid_ = ::fork();
  if (pid_ == 0) {
    serve_in_child(std::move(listener), options, std::move(lifeline), mask);
  }
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  if (pid_ < 0) throw asyncio::os_error(error, "fork", "the embedded site");
  lifeline_ = std::move(lifeline.write);
}

Site::~Site() {
  lifeline_.reset();
  // Another child of this process may hold a copy of the lifeline's end.
  ::kill(pid_, SIGTERM);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string Site::url() const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/";
}

Socket listen(const Options& options) {
  // A crawl may open a thousand connections before the server runs again.
  Socket listener = Socket::listen_on(
      asyncio::Address::loopback(options.port), 1024);
  listener.set_nonblocking();
  return listener;
}

void serve(Socket& listener, const Options& options, int stop_fd) {
  pollfd wanted[] = {{listener.fd(), POLLIN, 0}, {stop_fd, POLLIN, 0}};
  for (;;) {
    if (::poll(wanted, 2, -1) < 0 && errno != EINTR) {
      asyncio::throw_errno("poll", "the embedded site");
    }
    if (wanted[1].revents != 0) return;
    if (wanted[0].revents != 0) accept_all(listener, options);
  }
}

}  // namespace site
