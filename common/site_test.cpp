#include "common/site.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/http.hpp"
#include "common/links.hpp"
#include "common/site_faults.hpp"
#include "common/site_pages.hpp"
#include "common/test.hpp"
#include "common/url.hpp"

using asyncio::Socket;
using namespace std::chrono_literals;

namespace {

// One site for all tests here, without delays.
site::Site& shared_site() {
  static site::Site the_site({.pages = 60, .delay = 0ms, .port = 0});
  return the_site;
}

Socket ask(const std::string& target, const std::string& method = "GET") {
  asyncio::Address address =
      asyncio::Address::loopback(shared_site().port());
  Socket socket = Socket::create(address.family());
  socket.connect(address);
  socket.send_all(method + " " + target + " HTTP/1.1\r\nHost: " +
                  address.str() + "\r\n\r\n");
  return socket;
}

// What a client finds that reads until the end of the answer.
web::ResponseParser get(const std::string& target,
                        const std::string& method = "GET",
                        const web::Limits& limits = {}) {
  Socket socket = ask(target, method);
  web::ResponseParser response(method, limits);
  char buffer[16 * 1024];
  while (!response.complete()) {
    std::size_t n = socket.recv(buffer, sizeof buffer);
    if (n == 0) {
      response.feed_eof();
      break;
    }
    response.feed(std::string_view(buffer, n));
  }
  return response;
}

// Visits what can be reached from "/", without a network. Counts addresses.
std::size_t count_reachable(const site::Options& options) {
  std::vector<web::Url> todo = {web::parse_url("http://host:8000/")};
  std::set<std::string> seen = {todo.front().str()};
  while (!todo.empty()) {
    web::Url url = todo.back();
    todo.pop_back();
    site::Answer answer =
        site::answer_to(options, url.target(), url.authority());
    CHECK(answer.status == 200 || answer.status == 302);
    std::vector<web::Url> links;
    if (answer.status == 302) {
      links = {web::resolve(url, answer.location)};
    } else if (answer.content_type.starts_with("text/html")) {
      links = web::extract_links(answer.body, url);
    }
    for (const web::Url& link : links) {
      if (!link.same_origin(url) || !seen.insert(link.str()).second) continue;
      todo.push_back(link);
    }
  }
  return seen.size();
}

}  // namespace

TEST("a crawl of the root finds as many addresses as were asked for") {
  for (int pages : {1, 2, 5, 6, 7, 10, 60, 300}) {
    site::Options options;
    options.pages = pages;
    CHECK_EQ(count_reachable(options), static_cast<std::size_t>(pages));
  }
}

TEST("every number has an address of its own, which answers") {
  site::Options options;
  std::set<std::string> paths;
  for (int number = 0; number < options.pages; ++number) {
    std::string path = site::page_path(options, number);
    CHECK(paths.insert(path).second);
    CHECK(site::answer_to(options, path, "host").status != 404);
  }
}

TEST("pages are the same on every run, and their delays differ") {
  site::Options options;
  std::string path = site::page_path(options, 7);
  site::Answer one = site::answer_to(options, path, "host");
  site::Answer two = site::answer_to(options, path, "host");
  CHECK_EQ(one.body, two.body);
  CHECK_EQ(one.delay.count(), two.delay.count());
  CHECK(one.delay != site::answer_to(options, "/", "host").delay);
  options.delay = 0ms;
  CHECK_EQ(site::answer_to(options, path, "host").delay.count(), 0);
}

TEST("what is nearly the address of a page is not found") {
  for (const char* path : {"", "/page-1.html", "/part-1/page-1.htm",
                           "/part-2/page-1.html", "/part-1/page-999.html",
                           "/part-1/page-99999999999999999999.html", "/bad"}) {
    CHECK_EQ(site::answer_to({}, path, "host").status, 404);
  }
}

TEST("no good page links to the misbehaviours") {
  site::Options options;
  for (int number = 0; number < options.pages; ++number) {
    std::string body =
        site::answer_to(options, site::page_path(options, number), "h").body;
    CHECK(body.find("bad/") == std::string::npos);
  }
}

TEST("the server answers with the pages") {
  for (int number : {0, 1, 10, 57, 58}) {
    site::Options options;
    std::string path = site::page_path(options, number);
    web::ResponseParser response = get(path);
    std::string host = asyncio::Address::loopback(shared_site().port()).str();
    CHECK_EQ(response.status(), 200);
    CHECK_EQ(response.body(), site::answer_to(options, path, host).body);
  }
}

TEST("the server redirects, and knows what it does not have") {
  web::ResponseParser redirect = get("/latest");
  CHECK_EQ(redirect.status(), 302);
  CHECK_EQ(redirect.header("location").value_or(""), "part-1/latest news.html");
  CHECK_EQ(get("/nothing").status(), 404);
  CHECK_EQ(get("/bad/nothing").status(), 404);
  CHECK_EQ(get("/", "POST").status(), 405);
  CHECK_EQ(get("/", "HEAD").body(), "");
}

TEST("the index of misbehaviours links to each, and to one that is none") {
  web::ResponseParser response = get("/bad/");
  web::Url page = web::parse_url(shared_site().url() + "bad/");
  std::vector<web::Url> links = web::extract_links(response.body(), page);
  CHECK_EQ(links.size(), site::faults().size() + 1);
}

TEST("each misbehaviour is refused for what it is") {
  CHECK_THROWS(web::ProtocolError, get("/bad/short-body"));
  CHECK_THROWS(web::ProtocolError, get("/bad/wrong-length"));
  CHECK_THROWS(web::ProtocolError, get("/bad/two-lengths"));
  CHECK_THROWS(web::ProtocolError, get("/bad/bad-chunk"));
  CHECK_THROWS(web::ProtocolError, get("/bad/cut-chunk"));
  CHECK_THROWS(web::ProtocolError, get("/bad/endless-header"));
  CHECK_THROWS(web::ProtocolError, get("/bad/no-http"));
  CHECK_THROWS(web::ProtocolError, get("/bad/no-answer"));
  CHECK_WHAT(get("/bad/reset"), "Connection reset by peer");
  CHECK_WHAT(get("/bad/reset-midway"), "Connection reset by peer");
  web::Limits limits;
  limits.body = 100'000;
  CHECK_THROWS(web::ProtocolError, get("/bad/unending-body", "GET", limits));
  CHECK_EQ(get("/bad/server-error").status(), 500);
}

TEST("redirects that lead nowhere") {
  auto location = [](const char* target) {
    return std::string(get(target).header("location").value_or("none"));
  };
  CHECK_EQ(location("/bad/redirect-loop"), "?again");
  CHECK_EQ(location("/bad/redirect-loop?again"), "redirect-loop");
  CHECK_EQ(location("/bad/redirect-on"), "?+");
  CHECK_EQ(location("/bad/redirect-on?+"), "?++");
  CHECK_EQ(location("/bad/redirect-tls"), "https://127.0.0.1/");
  CHECK_THROWS(web::UrlError,
               web::resolve(web::parse_url(shared_site().url()),
                            location("/bad/redirect-nowhere")));
}

TEST("what only looks wrong is read to its end") {
  for (const char* name : {"binary", "binary-html", "long-body", "chunked",
                           "until-close", "keep-alive", "early-hints",
                           "bytewise"}) {
    web::ResponseParser response = get(std::string("/bad/") + name);
    CHECK_EQ(response.status(), 200);
    CHECK(!response.body().empty());
  }
  CHECK_EQ(get("/bad/no-content").status(), 204);
}

TEST("the silent one says nothing, and the slow one never ends") {
  char byte = 0;
  Socket silent = ask("/bad/silence");
  silent.set_timeout(100ms);
  CHECK_WHAT(silent.recv(&byte, 1), "timed out");
  Socket slow = ask("/bad/slow-drip");
  std::string header;
  while (!header.ends_with("\r\n\r\n")) {
    CHECK_EQ(slow.recv(&byte, 1), 1u);
    header += byte;
  }
  for (int i = 0; i < 3; ++i) CHECK_EQ(slow.recv(&byte, 1), 1u);
}

TEST("a connection that sends half a request disturbs nobody") {
  asyncio::Address address =
      asyncio::Address::loopback(shared_site().port());
  std::vector<Socket> idle;
  for (int i = 0; i < 20; ++i) {
    idle.push_back(Socket::create(address.family()));
    idle.back().connect(address);
    idle.back().send_all("GET / HT");
  }
  CHECK_EQ(get("/").status(), 200);
}

TEST("the site's process ends with its owner") {
  pid_t pid = 0;
  {
    site::Site short_lived;
    pid = short_lived.pid();
    CHECK_EQ(::kill(pid, 0), 0);
  }
  CHECK_EQ(::kill(pid, 0), -1);
}

TEST("the site outlives Ctrl-C, which is meant for the crawl") {
  site::Site its;
  CHECK_EQ(::kill(its.pid(), SIGINT), 0);
  Socket socket = Socket::create(AF_INET);
  socket.connect(asyncio::Address::loopback(its.port()));
  socket.send_all("GET /latest HTTP/1.1\r\nHost: x\r\n\r\n");
  char byte = 0;
  CHECK_EQ(socket.recv(&byte, 1), 1u);
  CHECK_EQ(byte, 'H');
}

TEST("two sites of one process do not keep each other alive") {
  auto first = new site::Site({.pages = 1, .delay = 0ms, .port = 0});
  site::Site second({.pages = 1, .delay = 0ms, .port = 0});
  CHECK(first->port() != second.port());
  delete first;  // returns only once the first one's process has ended
}
