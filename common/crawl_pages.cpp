#include <utility>

#include "common/crawl.hpp"
#include "common/crawl_state.hpp"

// Which pages a crawl has, and what their answers lead to. Tries are in
// crawl.cpp.

namespace crawler {
namespace {

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 ||
         status == 308;
}

std::string status_text(const web::ResponseParser& response) {
  const std::string& reason = response.reason();
  std::string text = std::to_string(response.status()) + " ";
  text += reason.empty() ? web::reason_phrase(response.status())
                         : std::string_view(reason);
  return text;
}

}  // namespace

// What is no URL that can be fetched is a row like any other, so that one
// mistyped URL does not cost the rest of the crawl.
void Crawl::add_root(const std::string& text) {
  try {
    const web::Url url = web::parse_url(text);
    if (url.scheme != "http") {
      refuse(url.str(), get_error(url.str(), "no TLS in this course"));
      return;
    }
    if (find_host(url) == nullptr) {
      hosts_.push_back(std::make_unique<Host>());
      hosts_.back()->name = url.host;
      hosts_.back()->port = url.port;
    }
    reach(url, 0);
  } catch (const web::UrlError& error) {
    refuse(text, error.what());
  }
}

void Crawl::refuse(const std::string& url, const std::string& error) {
  if (by_url_.contains(url)) return;
  Visit* visit = add_visit(url);
  if (visit != nullptr) give_up(*visit, error);
}

Visit* Crawl::add_visit(const std::string& url) {
  if (options_.max_pages != 0 && visits_.size() >= options_.max_pages) {
    limited_ = true;
    return nullptr;
  }
  visits_.push_back(std::make_unique<Visit>());
  Visit* visit = visits_.back().get();
  visit->page.url = url;
  by_url_[url] = visit;
  return visit;
}

Host* Crawl::find_host(const web::Url& url) const {
  for (const auto& host : hosts_) {
    if (host->name == url.host && host->port == url.port) return host.get();
  }
  return nullptr;
}

bool Crawl::allowed(const web::Url& url) const {
  return url.scheme == "http" && find_host(url) != nullptr &&
         !options_.exclude.matches(url.str());
}

// The visit to `url`, which a chain of that many redirects has led to; null
// where max_pages forbids it. The least number of redirects counts, whichever
// answer came first: so a shorter way here may reopen what was one redirect
// too far.
Visit* Crawl::reach(const web::Url& url, int redirects) {
  const std::string text = url.str();
  const auto found = by_url_.find(text);
  if (found != by_url_.end()) {
    Visit* known = found->second;
    if (redirects < known->redirects) {
      known->redirects = redirects;
      if (known->taken && known->redirect) follow(*known);
    }
    return known;
  }
  Visit* visit = add_visit(text);
  if (visit == nullptr) return nullptr;
  visit->url = url;
  visit->host = find_host(url);
  visit->redirects = redirects;
  queue_.push_back(visit);
  return visit;
}

// --- What an answer leads to ---

void Crawl::read_answer(Visit& visit, const Response& response) {
  Page& page = visit.page;
  page.status = response.parser.status();
  page.content_type = response.content_type;
  page.bytes = response.parser.body().size();
  page.links = response.links.size();
  if (is_redirect(page.status)) {
    read_redirect(visit, response);
  } else if (page.status < 200 || page.status > 399) {
    page.error = get_error(page.url, status_text(response.parser));
  }
}

void Crawl::read_redirect(Visit& visit, const Response& response) {
  Page& page = visit.page;
  const auto location = response.parser.header("location");
  if (!location) {
    page.error = get_error(page.url, status_text(response.parser) +
                                         " without a Location");
    return;
  }
  try {
    const web::Url target = web::resolve(visit.url, *location);
    page.redirect = target.str();
    if (allowed(target)) {
      visit.redirect = target;
    } else if (target.scheme == "https" && target.host == visit.url.host) {
      page.error = get_error(
          page.url, "redirects to https, and there is no TLS in this course");
    }
  } catch (const web::UrlError& error) {
    page.error = get_error(page.url, error.what());
  }
}

// The visit has its answer, or will get none. A limit on the number of pages
// makes the order decide which pages those are. Then the links are taken in
// the order of the pages and not of their answers, so that every stage visits
// the same ones.
void Crawl::settle(Visit& visit) {
  visit.settled = true;
  if (options_.max_pages == 0) return take_links(visit);
  while (taken_ < visits_.size() && visits_[taken_]->settled) {
    take_links(*visits_[taken_++]);
  }
}

void Crawl::take_links(Visit& visit) {
  visit.taken = true;
  if (visit.redirect) follow(visit);
  for (const web::Url& link : visit.links) {
    if (allowed(link)) reach(link, 0);
  }
  visit.links = {};
}

void Crawl::follow(Visit& visit) {
  if (visit.redirects >= options_.max_redirects) {
    visit.too_many = true;
    visit.page.error = get_error(
        visit.page.url,
        "more than " + std::to_string(options_.max_redirects) + " redirects");
    return;
  }
  if (std::exchange(visit.too_many, false)) visit.page.error.clear();
  visit.next = reach(*visit.redirect, visit.redirects + 1);

  // This may have closed a loop, and then each page of it fails. A loop closed
  // earlier, into which this one only leads, has its marks already.
  Visit* last = visit.next;
  while (last != nullptr && last != &visit && !last->in_loop) {
    last = last->next;
  }
  if (last != &visit) return;
  do {
    last->in_loop = true;
    last->page.error = get_error(last->page.url, "redirect loop");
    last = last->next;
  } while (last != &visit);
}

}  // namespace crawler
