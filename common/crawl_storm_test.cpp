// A storm: a server that takes a thousand connections before it answers any,
// resets a tenth of them and never answers another tenth. No page of the rest
// may be lost, in any stage that can have a thousand requests under way.

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/address.hpp"
#include "common/program.hpp"
#include "common/socket.hpp"
#include "common/stage_checks.hpp"
#include "common/stages.hpp"
#include "common/test.hpp"

using asyncio::Socket;
using program::Outcome;
using program::Program;
using stages::Page;
using stages::Report;
using stages::Stage;
using namespace std::chrono_literals;

namespace {

constexpr int kPages = 1000;

enum class Fate { answer, reset, stall };

Fate fate_of(int number) {
  if (number % 10 == 3) return Fate::reset;
  return number % 10 == 7 ? Fate::stall : Fate::answer;
}

// Of one length, so that the order of the numbers is the order of the names.
std::string name_of(int number) {
  return "page" + std::to_string(kPages + number);
}

std::string body_of(int number) {
  return "This is " + name_of(number) + ".\n";
}

std::string answer_text(std::string_view type, const std::string& body) {
  return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: " +
         std::string(type) + "\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string index_body() {
  std::string out;
  for (int i = 0; i < kPages; ++i) out += "<a href=" + name_of(i) + ">x</a>\n";
  return out;
}

// One connection as the server sees it.
struct Peer {
  Socket socket;
  std::string request;

  bool asked() const { return request.find("\r\n\r\n") != std::string::npos; }

  int number() const {  // -1: the index
    std::size_t at = request.find("/page");
    return at > 8 ? -1 : std::atoi(request.c_str() + at + 5) - kPages;
  }
};

// The server proper: one thread around poll(), in a process of its own.
class Storm {
 public:
  explicit Storm(Socket listener) : listener_(std::move(listener)) {}

  // Until it is killed, or `owner` is no longer its parent.
  void run(pid_t owner) {
    while (::getppid() == owner) {
      serve_ready();
      accept_all();
      if (asked_ == kPages) release();
      std::erase_if(peers_, [](const Peer& peer) { return !peer.socket; });
    }
  }

 private:
  void serve_ready() {
    std::vector<pollfd> wanted = {{listener_.fd(), POLLIN, 0}};
    for (const Peer& peer : peers_) {
      wanted.push_back({peer.socket.fd(), POLLIN, 0});
    }
    ::poll(wanted.data(), static_cast<nfds_t>(wanted.size()), 1000);
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      if (wanted[i + 1].revents != 0) serve(peers_[i]);
    }
  }

  void accept_all() {
    while (auto socket = listener_.try_accept()) {
      peers_.push_back({std::move(*socket), ""});
    }
  }

  void serve(Peer& peer) {
    try {
      read_request(peer);
    } catch (const std::exception&) {
      peer.socket.close();  // the client gave up
    }
  }

  // Reads what has come. The index is answered at once.
  void read_request(Peer& peer) {
    char buffer[4096];
    const std::optional<std::size_t> n =
        peer.socket.try_recv(buffer, sizeof buffer);
    if (!n) return;
    if (*n == 0) return peer.socket.close();
    const bool asked_before = peer.asked();
    peer.request.append(buffer, *n);
    if (asked_before || !peer.asked()) return;
    if (peer.number() >= 0) {
      ++asked_;
    } else {
      finish(peer, answer_text("text/html", index_body()));
    }
  }

  // All are here: each meets its fate.
  void release() {
    asked_ = 0;
    for (Peer& peer : peers_) {
      const int number = peer.number();
      switch (fate_of(number)) {
        case Fate::stall: break;
        case Fate::reset: reset(peer); break;
        case Fate::answer:
          finish(peer, answer_text("text/plain", body_of(number)));
      }
    }
  }

  // With no time to linger, close() sends RST in place of FIN.
  static void reset(Peer& peer) {
    linger option{1, 0};
    ::setsockopt(peer.socket.fd(), SOL_SOCKET, SO_LINGER, &option,
                 sizeof option);
    peer.socket.close();
  }

  static void finish(Peer& peer, const std::string& text) {
    try {
      peer.socket.set_nonblocking(false);
      peer.socket.send_all(text);
    } catch (const std::exception&) {
      // The client gave up while it waited for the others.
    }
    peer.socket.close();
  }

  Socket listener_;
  std::vector<Peer> peers_;
  int asked_ = 0;  // connections that have asked for a page
};

// A crawl and the storm that it meets.
class Encounter {
 public:
  Encounter(const Stage& stage, const std::string& timeout) : stage_(stage) {
    Socket listener =
        Socket::listen_on(asyncio::Address::loopback(0), kPages);
    listener.set_nonblocking();
    address_ = listener.local_address().str();
    const pid_t owner = ::getpid();
    server_ = ::fork();
    CHECK(server_ >= 0);
    if (server_ == 0) {
      Storm(std::move(listener)).run(owner);
      ::_exit(0);
    }
    crawl_.emplace(std::vector<std::string>{
        stage.program, "--json", "--max-tries=1", "--timeout", timeout,
        "--concurrency", std::to_string(kPages), "http://" + address_ + "/"});
  }

  ~Encounter() {
    ::kill(server_, SIGKILL);
    while (::waitpid(server_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  // What must be reported, if `timeout` was enough.
  Report expected(const std::string& timeout) const {
    const std::string root = "http://" + address_ + "/";
    Report report;
    report.pages.push_back(row(root, "text/html", index_body()));
    report.pages.back().links = kPages;
    for (int i = 0; i < kPages; ++i) {
      const std::string url = root + name_of(i);
      Page page = row(url, "text/plain", body_of(i));
      if (fate_of(i) != Fate::answer) {
        page = Page{};
        page.url = url;
        page.error = fate_of(i) == Fate::reset
                         ? "recv " + address_ + ": Connection reset by peer"
                         : "GET " + url + ": no complete answer within " +
                               timeout + " s";
        ++report.failed;
      }
      report.bytes += page.bytes;
      report.pages.push_back(page);
    }
    report.bytes += report.pages.front().bytes;
    report.links = kPages;
    report.total_pages = kPages + 1;
    return report;
  }

  Outcome wait() { return crawl_->wait(); }
  const Stage& stage() const { return stage_; }

 private:
  static Page row(const std::string& url, const char* type,
                  const std::string& body) {
    Page page;
    page.url = url;
    page.status = 200;
    page.content_type = type;
    page.bytes = static_cast<long>(body.size());
    return page;
  }

  const Stage stage_;
  std::string address_;
  pid_t server_ = -1;
  std::optional<Program> crawl_;
};

// Whether more requests failed than had to: the time was too short for this
// machine at this moment.
bool too_slow(const Report& report) {
  long late = 0;
  for (const Page& page : report.pages) {
    late += page.error.find("no complete answer") != std::string::npos;
  }
  return late > kPages / 10;
}

// Runs one stage alone, with as much time as it could ever need.
void meet_alone(const Stage& stage) {
  Encounter encounter(stage, "60");
  Outcome outcome = encounter.wait();
  stages::check_status(stage, outcome, 1);
  stages::check_report(stage, stages::read_report(outcome.out),
                       encounter.expected("60"));
}

// Each of the two processes of an encounter has a thousand sockets and a few
// descriptors more.
void allow_descriptors() {
  rlimit limit{};
  CHECK_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_cur >= 1024) return;
  if (limit.rlim_max < 1024) test::skip("too few descriptors are allowed");
  limit.rlim_cur = 1024;
  CHECK_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

}  // namespace

// The blocking stage has one connection at a time: it would wait for answers
// that this server keeps until all thousand have asked.
TEST("a thousand connections at once, resets and stalls lose no other page") {
  allow_descriptors();
  const std::string kTimeout = "10";
  std::list<Encounter> encounters;  // which cannot move
  for (const Stage& stage : stages::built()) {
    if (stage.name.starts_with("01-")) continue;
    encounters.emplace_back(stage, kTimeout);
  }
  std::vector<Stage> again;
  for (Encounter& encounter : encounters) {
    Outcome outcome = encounter.wait();
    stages::check_status(encounter.stage(), outcome, 1);
    Report report = stages::read_report(outcome.out);
    if (too_slow(report)) {
      again.push_back(encounter.stage());
      continue;
    }
    stages::check_report(encounter.stage(), report,
                         encounter.expected(kTimeout));
  }
  encounters.clear();
  for (const Stage& stage : again) {
    std::printf("  %s: too slow among the others, once more\n",
                stage.name.c_str());
    meet_alone(stage);
  }
}
