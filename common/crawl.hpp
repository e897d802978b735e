// Crawl is a crawl without any I/O: which pages are new, which come next, what
// a response means, when to try again, what to report. A stage of the course
// asks it for the next try, moves bytes in whatever way that stage can, and
// tells it how the try ended:
//
//   while (Fetch* fetch = crawl.start()) {
//     try { ... send fetch->request(), feed() it until true ... }
//     catch (...) { crawl.fail(*fetch, std::current_exception()); continue; }
//     crawl.finish(*fetch);
//   }
//
// The order is breadth first, each page once. The pages found and their rows
// depend neither on the order in which answers arrive nor on the concurrency.
//
// A Crawl owns its Fetches. It is not thread-safe: with threads, one mutex
// guards every call on the Crawl (02-threads). A Fetch is used by one thread
// at a time and needs no lock. Only start() can block, to resolve a host's
// name, once a host.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/address.hpp"
#include "common/crawl_options.hpp"
#include "common/interrupt.hpp"
#include "common/timeline.hpp"
#include "common/url.hpp"

namespace crawler {

using Time = std::chrono::steady_clock::time_point;

// Page is a row of the report. What is unknown is 0 or empty.
struct Page {
  std::string url;
  int status = 0;
  std::string content_type;
  std::size_t bytes = 0;   // of the body
  std::size_t links = 0;   // on the page, each once, other hosts' too
  std::string redirect;    // the URL that the answer points to
  int tries = 0;
  std::string error;       // operation, subject and cause, or empty
  double seconds = 0;      // all its tries together
};

struct Totals {
  std::size_t pages = 0;
  std::size_t failed = 0;
  std::size_t bytes = 0;
  std::size_t links = 0;
  double seconds = 0;            // from the first start() to the last answer
  std::size_t threads = 0;       // that took a Fetch or gave one back
  std::size_t most_sockets = 0;  // open at once, in this process
};

// What a Crawl takes from its surroundings; a test puts its own here.
struct Environment {
  Time (*now)() = std::chrono::steady_clock::now;
  std::vector<asyncio::Address> (*resolve)(const std::string& host,
                                           std::uint16_t port) =
      asyncio::resolve;
  bool (*interrupted)() noexcept = asyncio::interrupted;
};

// What a try that took too long throws; what() is the cause alone.
class TimedOut : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Host;      // a server and its addresses,
struct Visit;     // a page and what is known of it,
struct Response;  // an answer being read: crawl_state.hpp

// Fetch is one try at one page, from Crawl::start() until Crawl::finish() or
// fail(), which destroy it. All bytes go to one connection to `address`.
class Fetch {
 public:
  ~Fetch();
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  const std::string& url() const;
  const asyncio::Address& address() const { return address_; }
  std::string_view request() const { return request_; }  // every byte to send
  Time deadline() const { return deadline_; }

  // The connection stands. A try that fails before this goes on to the host's
  // next address, if there is one, and does not count.
  void connected();
  // Takes received bytes; true once the response is complete. Throws
  // web::ProtocolError, and TimedOut after the deadline, so that a peer that
  // sends a byte now and then cannot hold a stage forever.
  bool feed(std::string_view bytes);
  // The peer has closed. Throws web::ProtocolError unless a response may end
  // so.
  void feed_eof();

 private:
  friend class Crawl;
  Fetch(Visit& visit, const Options& options, const Environment& environment);
  void read_links();
  timeline::Row row(Time began, Time end, bool failed) const;

  Visit& visit_;
  const Environment& environment_;
  const asyncio::Address address_;
  const std::string request_;
  const std::unique_ptr<Response> response_;
  const Time start_;
  const Time deadline_;
  Time connected_{};   // the epoch: not yet
  Time first_byte_{};
  std::size_t row_ = 0;  // its index in Crawl::rows_
};

class Crawl;

// Observer is told after each change that a progress line would show.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void changed(const Crawl& crawl) = 0;
};

class Crawl {
 public:
  explicit Crawl(Options options, Environment environment = {});
  ~Crawl();
  Crawl(const Crawl&) = delete;
  Crawl& operator=(const Crawl&) = delete;

  // The next try, or nullptr when nothing waits, `concurrency` are under way,
  // or the crawl was interrupted. A page whose host has no address becomes a
  // failed row here, so ask done() again after a nullptr.
  Fetch* start();

  // How a try ended; each destroys the Fetch. finish() REQUIRES that feed()
  // returned true or feed_eof() returned. Errors of the operating system,
  // time-outs and short responses are tried again; other errors are not. An
  // asyncio::Interrupted interrupts the crawl.
  void finish(Fetch& fetch);
  void fail(Fetch& fetch, std::exception_ptr cause);
  void fail(Fetch& fetch, std::string_view error, bool retry);
  void timed_out(Fetch& fetch);

  // Ctrl-C: start() gives nothing more, and done() is true. start() sees for
  // itself that asyncio::interrupted(). A Fetch that is under way may still be
  // finished or failed, and lives as long as the Crawl if it is not; its
  // page's row says "interrupted".
  void interrupt();
  bool interrupted() const { return interrupted_; }
  // Readable once Ctrl-C was pressed: for a selector, beside the sockets. -1
  // where nobody listens for Ctrl-C. Code that blocks polls
  // asyncio::interrupted() instead.
  int interrupt_fd() const { return interrupt_fd_; }
  void set_interrupt_fd(int fd) { interrupt_fd_ = fd; }

  // Nothing is under way and nothing is left to start, or interrupted.
  bool done() const;
  int running() const { return static_cast<int>(running_.size()); }
  std::size_t waiting() const { return queue_.size(); }
  const Options& options() const { return options_; }
  void set_observer(Observer* observer) { observer_ = observer; }

  // The report. Pages are sorted by URL; those not begun have no row.
  std::vector<Page> pages() const;
  Totals totals() const;
  bool limited() const { return limited_; }  // max_pages left pages out
  // One row a try, in order of start.
  std::vector<timeline::Row> timeline() const;

 private:
  // Which pages there are.
  void add_root(const std::string& text);
  void refuse(const std::string& url, const std::string& error);
  Visit* add_visit(const std::string& url);
  Host* find_host(const web::Url& url) const;
  bool allowed(const web::Url& url) const;
  Visit* reach(const web::Url& url, int redirects);

  // What an answer leads to.
  void read_answer(Visit& visit, const Response& response);
  void read_redirect(Visit& visit, const Response& response);
  void settle(Visit& visit);
  void take_links(Visit& visit);
  void follow(Visit& visit);

  // Tries.
  void note_thread();
  bool find_addresses(Host& host) const;
  Fetch& begin_try(Visit& visit);
  void end_try(Fetch& fetch, bool failed);
  void give_up(Visit& visit, std::string error);
  void note_change();

  const Options options_;
  const Environment environment_;
  std::vector<std::unique_ptr<Host>> hosts_;    // of the URLs given
  std::vector<std::unique_ptr<Visit>> visits_;  // in order of discovery
  std::map<std::string, Visit*> by_url_;        // all of them, for the report
  std::deque<Visit*> queue_;                    // to be tried, in this order
  std::vector<std::unique_ptr<Fetch>> running_;
  std::vector<timeline::Row> rows_;
  std::vector<bool> threads_;  // by number: whether it took part
  std::size_t taken_ = 0;  // with max_pages: visits whose links were taken
  Time began_{};
  Time ended_{};
  int interrupt_fd_ = -1;
  bool interrupted_ = false;
  bool limited_ = false;
  Observer* observer_ = nullptr;
};

}  // namespace crawler
