#include "common/crawl_state.hpp"
#include "common/links.hpp"
#include "common/text.hpp"

namespace crawler {
namespace {

// The type alone: "text/html" of "Text/HTML; charset=utf-8".
std::string media_type(const web::ResponseParser& response) {
  std::string_view value = response.header("content-type").value_or("");
  value = value.substr(0, value.find(';'));
  return web::lower(web::trim(value));
}

bool has_links(int status, const std::string& type) {
  if (status < 200 || status > 299) return false;
  return type == "text/html" || type == "application/xhtml+xml";
}

}  // namespace

std::string get_error(const std::string& url, std::string_view cause) {
  return "GET " + url + ": " + std::string(cause);
}

Fetch::Fetch(Visit& visit, const Options& options,
             const Environment& environment)
    : visit_(visit),
      environment_(environment),
      address_(visit.host->addresses[visit.address_index()]),
      request_(web::request_text(visit.url)),
      response_(std::make_unique<Response>()),
      start_(environment.now()),
      deadline_(start_ + std::chrono::duration_cast<Time::duration>(
                             options.timeout)) {}

Fetch::~Fetch() = default;

const std::string& Fetch::url() const { return visit_.page.url; }

void Fetch::connected() { connected_ = environment_.now(); }

bool Fetch::feed(std::string_view bytes) {
  const Time now = environment_.now();
  if (now >= deadline_) throw TimedOut("timed out");
  if (first_byte_ == Time{}) first_byte_ = now;
  web::ResponseParser& parser = response_->parser;
  if (parser.complete()) return true;
  if (!parser.feed(bytes)) return false;
  read_links();
  return true;
}

void Fetch::feed_eof() {
  if (response_->parser.complete()) return;
  response_->parser.feed_eof();
  read_links();
}

// Here and not in Crawl::finish(): with threads, this needs no lock.
void Fetch::read_links() {
  const web::ResponseParser& parser = response_->parser;
  response_->content_type = media_type(parser);
  if (has_links(parser.status(), response_->content_type)) {
    response_->links = web::extract_links(parser.body(), visit_.url);
  }
}

timeline::Row Fetch::row(Time began, Time end, bool failed) const {
  const auto offset = [&](Time time) {
    return (time == Time{} ? end : time) - began;
  };
  return {visit_.label, offset(start_), offset(connected_),
          offset(first_byte_), offset(end), failed};
}

}  // namespace crawler
