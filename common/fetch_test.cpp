#include <cerrno>
#include <thread>

#include "common/crawl_world.hpp"

// What becomes of a try: retries, deadlines, addresses, Ctrl-C, and the
// numbers that it leaves in the report.

namespace crawler {
namespace {

// --- Tries ---

TEST("a reset is tried again, later, and so many times") {
  Options options = from({"http://h/a", "http://h/b"}, 1);
  options.max_tries = 2;
  Crawl crawl(options, world());
  Strings order;
  while (Fetch* fetch = crawl.start()) {
    order.push_back(fetch->url());
    fetch->connected();
    crawl.fail(*fetch, error(ECONNRESET));
  }
  CHECK_EQ(order, Strings({"http://h/a", "http://h/b", "http://h/a",
                           "http://h/b"}));
  CHECK_EQ(row(crawl, "http://h/a").error,
           "recv h:80: Connection reset by peer");
  CHECK_EQ(row(crawl, "http://h/a").tries, 2);
}

TEST("a page that answers at the second try has no error") {
  Crawl crawl(from({"http://h/"}), world());
  crawl.fail(*crawl.start(), error(ECONNRESET));
  CHECK(!crawl.done());
  answer(crawl, crawl.start(), html({}));
  CHECK_EQ(rows(crawl), Strings({"http://h/ 200"}));
  CHECK_EQ(row(crawl, "http://h/").tries, 2);
}

void fail_with(Crawl& crawl, Fetch* fetch, std::string_view text, bool eof) {
  try {
    fetch->connected();
    fetch->feed(text);
    if (eof) fetch->feed_eof();
    test::fail(__FILE__, __LINE__, "nothing was thrown");
  } catch (const std::exception&) {
    crawl.fail(*fetch, std::current_exception());
  }
}

TEST("what breaks the protocol is not tried again, a short answer is") {
  Crawl crawl(from({"http://h/bad", "http://h/short", "http://h/none"}),
              world());
  fail_with(crawl, crawl.start(), "220 mail.example ESMTP\r\n", false);
  fail_with(crawl, crawl.start(),
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123", true);
  fail_with(crawl, crawl.start(), "", true);
  CHECK_EQ(row(crawl, "http://h/bad").error.find("GET http://h/bad: "), 0u);
  CHECK_EQ(row(crawl, "http://h/bad").status, 0);
  CHECK_EQ(crawl.waiting(), 2u);
  for (int i = 1; i < 4; ++i) {
    fail_with(crawl, crawl.start(), "HTTP/1.1 200 OK\r\n", true);
    fail_with(crawl, crawl.start(), "", true);
  }
  CHECK(crawl.done());
  CHECK_EQ(row(crawl, "http://h/short").tries, 4);
  CHECK_EQ(row(crawl, "http://h/none").error,
           "GET http://h/none: cut short before its first byte");
}

TEST("an error of any type ends a try") {
  Crawl crawl(from({"http://h/a", "http://h/b"}), world());
  crawl.fail(*crawl.start(), std::make_exception_ptr(std::logic_error("odd")));
  crawl.fail(*crawl.start(), std::make_exception_ptr(42));
  CHECK_EQ(rows(crawl), Strings({"GET http://h/a: odd",
                                 "GET http://h/b: unknown exception"}));
}

TEST("a try has a deadline, and no answer counts after it") {
  Options options = from({"http://h/a"});
  options.timeout = milliseconds(1500);
  options.max_tries = 1;
  Crawl crawl(options, world());
  Fetch* fetch = crawl.start();
  CHECK(fetch->deadline() == now + milliseconds(1500));
  fetch->connected();
  now += milliseconds(1499);
  CHECK(!fetch->feed("HTTP"));
  now += milliseconds(1);
  CHECK_THROWS(TimedOut, fetch->feed("/1.1 200 OK\r\n\r\n"));
  crawl.timed_out(*fetch);
  CHECK_EQ(rows(crawl),
           Strings({"GET http://h/a: no complete answer within 1.5 s"}));
  CHECK_EQ(row(crawl, "http://h/a").seconds, 1.5);
}

TEST("a socket's own time-out gives the same row as a deadline") {
  Options options = from({"http://h/a", "http://h/b"});
  options.max_tries = 1;
  Crawl crawl(options, world());
  Fetch* a = crawl.start();
  Fetch* b = crawl.start();
  // The system's own patience with a connection may end earlier.
  crawl.fail(*a, error(ETIMEDOUT));
  now += std::chrono::seconds(30);
  crawl.fail(*b, error(ETIMEDOUT));
  CHECK_EQ(rows(crawl),
           Strings({"recv h:80: Connection timed out",
                    "GET http://h/b: no complete answer within 30 s"}));
}

// --- Addresses ---

TEST("a refused connection goes on to the next address within one try") {
  Crawl crawl(from({"http://h:1000/a", "http://h:1000/b"}), world(3));
  Fetch* fetch = crawl.start();
  CHECK_EQ(fetch->address().port(), 1000);
  crawl.fail(*fetch, error(ECONNREFUSED));
  fetch = crawl.start();
  CHECK_EQ(fetch->url(), "http://h:1000/a");
  CHECK_EQ(fetch->address().port(), 1001);
  answer(crawl, fetch, html({}));
  CHECK_EQ(row(crawl, "http://h:1000/a").tries, 1);
  // The address that worked is the first choice from now on.
  CHECK_EQ(crawl.start()->address().port(), 1001);
  CHECK_EQ(resolved, 1);
}

TEST("when every address has failed, that was one try") {
  Options options = from({"http://h:1000/"});
  options.max_tries = 2;
  Crawl crawl(options, world(2));
  std::vector<int> ports;
  while (Fetch* fetch = crawl.start()) {
    ports.push_back(fetch->address().port());
    crawl.fail(*fetch, error(ECONNREFUSED));
  }
  CHECK_EQ(ports, std::vector<int>({1000, 1001, 1000, 1001}));
  CHECK_EQ(row(crawl, "http://h:1000/").tries, 2);
}

TEST("a failure after the connection stood is no matter of the address") {
  Crawl crawl(from({"http://h:1000/"}), world(2));
  Fetch* fetch = crawl.start();
  fetch->connected();
  crawl.fail(*fetch, error(ECONNRESET));
  CHECK_EQ(crawl.start()->address().port(), 1000);
  CHECK_EQ(row(crawl, "http://h:1000/").tries, 2);
}

TEST("what cannot be fetched at all is a row, and the rest is crawled") {
  Crawl crawl(from({"nonsense", "https://h/", "http://nowhere/", "http://h/"}),
              world());
  run(crawl, {{"http://h/", html({})}});
  const Strings found = rows(crawl);
  CHECK_EQ(found.size(), 4u);
  CHECK_EQ(found[0], "http://h/ 200");
  CHECK_EQ(found[1], "resolve nowhere: no host");
  CHECK_EQ(found[2], "GET https://h/: no TLS in this course");
  CHECK_EQ(found[3].find("parse URL 'nonsense': "), 0u);
  CHECK_EQ(crawl.totals().failed, 3u);
}

// --- Ctrl-C ---

TEST("an interrupted crawl starts nothing more and reports what it has") {
  Crawl crawl(from({"http://h/a", "http://h/b", "http://h/c", "http://h/d"}, 3),
              world());
  Fetch* a = crawl.start();
  Fetch* b = crawl.start();
  crawl.start();
  crawl.interrupt();
  CHECK(crawl.done());
  CHECK(crawl.interrupted());
  CHECK(crawl.start() == nullptr);
  answer(crawl, a, html({}));
  crawl.fail(*b, error(ECONNRESET));
  CHECK_EQ(rows(crawl),
           Strings({"http://h/a 200", "GET http://h/b: interrupted",
                    "GET http://h/c: interrupted"}));
  CHECK_EQ(crawl.totals().pages, 3u);
  CHECK_EQ(crawl.totals().failed, 2u);
  CHECK_EQ(crawl.timeline().size(), 3u);
}

TEST("a blocking call that Ctrl-C cut short interrupts the crawl") {
  Crawl crawl(from({"http://h/a", "http://h/b"}), world());
  crawl.fail(*crawl.start(), std::make_exception_ptr(asyncio::Interrupted()));
  CHECK(crawl.interrupted());
  CHECK_EQ(rows(crawl), Strings({"GET http://h/a: interrupted"}));
}

TEST("start() sees Ctrl-C by itself") {
  Crawl crawl(from({"http://h/a"}), world());
  ctrl_c = true;
  CHECK(crawl.start() == nullptr);
  CHECK(crawl.interrupted());
  CHECK_EQ(crawl.interrupt_fd(), -1);
}

// --- The report's numbers ---

TEST("a page's seconds are those of its tries, the totals' the clock's") {
  Crawl crawl(from({"http://h/"}), world());
  Fetch* fetch = crawl.start();
  now += milliseconds(250);
  crawl.fail(*fetch, error(ECONNRESET));
  now += milliseconds(1000);
  fetch = crawl.start();
  now += milliseconds(250);
  answer(crawl, fetch, html({"/", "http://g/"}));
  CHECK_EQ(row(crawl, "http://h/").seconds, 0.5);
  CHECK_EQ(crawl.totals().seconds, 1.5);
  CHECK_EQ(crawl.totals().links, 2u);
  CHECK_EQ(crawl.totals().threads, 1u);
}

TEST("the timeline has a row a try, with its parts") {
  Crawl crawl(from({"http://h/a?b"}), world());
  Fetch* fetch = crawl.start();
  now += milliseconds(10);
  crawl.fail(*fetch, error(ECONNREFUSED));
  fetch = crawl.start();
  now += milliseconds(1);
  fetch->connected();
  now += milliseconds(2);
  const std::string text = html({});
  CHECK(!fetch->feed(text.substr(0, 20)));
  now += milliseconds(3);
  CHECK(fetch->feed(text.substr(20)));
  crawl.finish(*fetch);

  const std::vector<timeline::Row> rows = crawl.timeline();
  CHECK_EQ(rows.size(), 2u);
  CHECK_EQ(rows[0].label, "/a?b");
  CHECK(rows[0].failed && rows[0].connected == milliseconds(10));
  CHECK_EQ(rows[1].label, "/a?b (try 2)");
  CHECK(!rows[1].failed);
  CHECK(rows[1].start == milliseconds(10));
  CHECK(rows[1].connected == milliseconds(11));
  CHECK(rows[1].first_byte == milliseconds(13));
  CHECK(rows[1].end == milliseconds(16));
}

TEST("threads are counted once each, also those that ended") {
  Crawl crawl(from({"http://h/1", "http://h/2", "http://h/3"}), world());
  for (int i = 0; i < 3; ++i) {
    std::thread([&] { answer(crawl, crawl.start(), html({})); }).join();
  }
  CHECK_EQ(crawl.totals().threads, 3u);
}

TEST("an observer hears of each start and end") {
  struct Counter : Observer {
    void changed(const Crawl&) override { ++count; }
    int count = 0;
  } counter;
  Crawl crawl(from({"http://h/"}), world());
  crawl.set_observer(&counter);
  answer(crawl, crawl.start(), html({}));
  CHECK_EQ(counter.count, 2);
}

}  // namespace
}  // namespace crawler
