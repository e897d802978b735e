#include "common/crawl.hpp"

#include <atomic>
#include <system_error>
#include <utility>

#include "common/arguments.hpp"
#include "common/crawl_state.hpp"
#include "common/error.hpp"

namespace crawler {
namespace {

// A number of this thread's own. A std::thread::id can be that of an earlier
// thread that has ended.
unsigned thread_number() {
  static std::atomic<unsigned> last{0};
  thread_local const unsigned number = ++last;
  return number;
}

}  // namespace

Crawl::Crawl(Options options, Environment environment)
    : options_(std::move(options)), environment_(environment) {
  for (const std::string& text : options_.urls) add_root(text);
}

Crawl::~Crawl() = default;

Fetch* Crawl::start() {
  if (began_ == Time{}) began_ = ended_ = environment_.now();
  note_thread();
  if (environment_.interrupted()) interrupt();
  while (!interrupted_ && !queue_.empty() &&
         running() < options_.concurrency) {
    Visit& visit = *queue_.front();
    queue_.pop_front();
    if (find_addresses(*visit.host)) return &begin_try(visit);
    give_up(visit, visit.host->error);
  }
  return nullptr;
}

void Crawl::note_thread() {
  const std::size_t number = thread_number();
  if (number >= threads_.size()) threads_.resize(number + 1);
  threads_[number] = true;
}

bool Crawl::find_addresses(Host& host) const {
  if (host.addresses.empty() && host.error.empty()) {
    try {
      host.addresses = environment_.resolve(host.name, host.port);
    } catch (const std::exception& error) {
      host.error = error.what();
    }
  }
  return !host.addresses.empty();
}

Fetch& Crawl::begin_try(Visit& visit) {
  if (visit.failed_addresses == 0) {
    visit.first_address = visit.host->preferred;
    ++visit.page.tries;
    visit.label = hosts_.size() == 1 ? visit.url.target() : visit.page.url;
    if (visit.page.tries > 1) {
      visit.label += " (try " + std::to_string(visit.page.tries) + ")";
    }
  }
  running_.emplace_back(new Fetch(visit, options_, environment_));
  Fetch& fetch = *running_.back();
  fetch.row_ = rows_.size();
  rows_.emplace_back();
  note_change();
  return fetch;
}

void Crawl::finish(Fetch& fetch) {
  Visit& visit = fetch.visit_;
  read_answer(visit, *fetch.response_);
  visit.links = std::move(fetch.response_->links);
  end_try(fetch, !visit.page.error.empty());
  settle(visit);
  note_change();
}

void Crawl::fail(Fetch& fetch, std::exception_ptr cause) {
  try {
    std::rethrow_exception(cause);
  } catch (const asyncio::Interrupted&) {
    interrupt();
    fail(fetch, "", false);
  } catch (const TimedOut&) {
    timed_out(fetch);
  } catch (const web::ProtocolError& error) {
    fail(fetch, get_error(fetch.url(), error.what()),
         error.fault() == web::Fault::cut_short);
  } catch (const std::system_error& error) {
    // A stage that blocks learns of the deadline from its socket; its row is
    // the same as everyone's. A socket's clock may be a tick early.
    const bool late = environment_.now() + std::chrono::milliseconds(10) >=
                      fetch.deadline();
    if (late && error.code() == std::errc::timed_out) return timed_out(fetch);
    fail(fetch, error.what(), true);
  } catch (...) {
    fail(fetch, get_error(fetch.url(), asyncio::describe(cause)), false);
  }
}

void Crawl::timed_out(Fetch& fetch) {
  fail(fetch,
       get_error(fetch.url(), "no complete answer within " +
                                  cli::format_duration(options_.timeout)),
       true);
}

void Crawl::fail(Fetch& fetch, std::string_view error, bool retry) {
  Visit& visit = fetch.visit_;
  const bool was_connected = fetch.connected_ != Time{};
  std::string text(error);  // it may point into the Fetch
  end_try(fetch, true);
  if (interrupted_) {
    give_up(visit, get_error(visit.page.url, "interrupted"));
  } else if (retry && !was_connected &&
             visit.failed_addresses + 1 < visit.host->addresses.size()) {
    ++visit.failed_addresses;
    queue_.push_front(&visit);
  } else if (retry && visit.page.tries < options_.max_tries) {
    visit.failed_addresses = 0;
    queue_.push_back(&visit);
  } else {
    give_up(visit, std::move(text));
  }
  note_change();
}

// Books the try and destroys the Fetch.
void Crawl::end_try(Fetch& fetch, bool failed) {
  note_thread();
  Visit& visit = fetch.visit_;
  ended_ = environment_.now();
  visit.page.seconds += to_seconds(ended_ - fetch.start_);
  if (fetch.connected_ != Time{}) {
    visit.host->preferred = visit.address_index();
  }
  rows_[fetch.row_] = fetch.row(began_, ended_, failed);
  std::size_t i = 0;
  while (running_[i].get() != &fetch) ++i;
  running_[i] = std::move(running_.back());
  running_.pop_back();
}

void Crawl::give_up(Visit& visit, std::string error) {
  visit.page.error = std::move(error);
  settle(visit);
}

void Crawl::note_change() {
  if (observer_ != nullptr) observer_->changed(*this);
}

void Crawl::interrupt() {
  if (interrupted_) return;
  interrupted_ = true;
  ended_ = environment_.now();
}

bool Crawl::done() const {
  return interrupted_ || (running_.empty() && queue_.empty());
}

}  // namespace crawler
