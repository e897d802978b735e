#include "common/crawl_world.hpp"

// Which pages there are, and what their answers mean. What becomes of a try
// is in fetch_test.cpp.

namespace crawler {
namespace {

// --- Which pages ---

TEST("pages are visited breadth first") {
  Crawl crawl(from({"http://h/"}, 1), world());
  const Answers site = {{"http://h/", html({"/a", "/b"})},
                        {"http://h/a", html({"/a1", "/a2"})},
                        {"http://h/b", html({"/b1"})}};
  Strings order;
  while (Fetch* fetch = crawl.start()) {
    order.push_back(fetch->url());
    answer(crawl, fetch, answer_of(site, fetch->url()));
  }
  CHECK_EQ(order, Strings({"http://h/", "http://h/a", "http://h/b",
                           "http://h/a1", "http://h/a2", "http://h/b1"}));
  CHECK(crawl.done());
}

TEST("a page is visited once, however its address is written") {
  Crawl crawl(from({"http://h/", "http://H:80/#top", "http://h"}), world());
  run(crawl, {{"http://h/", html({"/a", "a#part", "./a", "b/../a", "/%61",
                                  "HTTP://h:80/a", "?", "/"})},
              {"http://h/a", html({"a", "/"})}});
  CHECK_EQ(rows(crawl),
           Strings({"http://h/ 200", "GET http://h/?: 404 Not Found",
                    "http://h/a 200"}));
  CHECK_EQ(row(crawl, "http://h/a").tries, 1);
}

TEST("links lead to the hosts and ports of the given URLs only") {
  Crawl crawl(from({"http://h/", "http://g:81/x"}), world());
  run(crawl, {{"http://h/", html({"http://g:81/y", "http://g/", "http://h:81/",
                                  "https://h/", "//other/", "mailto:a@h"})},
              {"http://g:81/x", html({})},
              {"http://g:81/y", html({})}});
  CHECK_EQ(rows(crawl), Strings({"http://g:81/x 200", "http://g:81/y 200",
                                 "http://h/ 200"}));
  CHECK_EQ(row(crawl, "http://h/").links, 5u);
  CHECK_EQ(resolved, 2);
}

TEST("no more than `concurrency` tries are under way") {
  Crawl crawl(from({"http://h/a", "http://h/b", "http://h/c"}, 2), world());
  Fetch* a = crawl.start();
  CHECK(crawl.start() != nullptr);
  CHECK(crawl.start() == nullptr);
  CHECK_EQ(crawl.running(), 2);
  CHECK_EQ(crawl.waiting(), 1u);
  CHECK(!crawl.done());
  answer(crawl, a, html({}));
  CHECK_EQ(crawl.start()->url(), "http://h/c");
}

TEST("only HTML is searched for links") {
  Crawl crawl(from({"http://h/t", "http://h/x", "http://h/n"}), world());
  const std::string body = "<a href='/found'>x</a>";
  run(crawl, {{"http://h/t", web::response_text(200, "text/plain", body)},
              {"http://h/x", web::response_text(
                                 200, "Application/XHTML+XML", body)},
              {"http://h/n", "HTTP/1.0 200 OK\r\nContent-Length: 22\r\n\r\n" +
                                 body}});
  CHECK_EQ(row(crawl, "http://h/t").links, 0u);
  CHECK_EQ(row(crawl, "http://h/x").links, 1u);
  CHECK_EQ(row(crawl, "http://h/x").content_type, "application/xhtml+xml");
  CHECK_EQ(row(crawl, "http://h/n").content_type, "");
  CHECK_EQ(row(crawl, "http://h/n").bytes, 22u);
}

TEST("excluded links are not followed, given URLs are") {
  Options options = from({"http://h/private/"});
  options.exclude = Pattern("/private/|\\.pdf$");
  Crawl crawl(options, world());
  run(crawl, {{"http://h/private/", html({"a", "/b.pdf", "/b.pdf?x", "/c"})},
              {"http://h/c", redirect("/private/d")}});
  CHECK_EQ(rows(crawl), Strings({"GET http://h/b.pdf?x: 404 Not Found",
                                 "http://h/c 302", "http://h/private/ 200"}));
}

TEST("max_pages keeps the same pages in whatever order answers come") {
  const Answers site = {{"http://h/", html({"/a", "/b", "/c"})},
                        {"http://h/a", html({"/a1", "/a2"})},
                        {"http://h/b", html({"/b1", "/b2"})},
                        {"http://h/c", redirect("/c1")}};
  for (unsigned seed = 0; seed < 50; ++seed) {
    Options options = from({"http://h/"});
    options.max_pages = 7;
    Crawl crawl(options, world());
    run(crawl, site, seed);
    CHECK_EQ(rows(crawl),
             Strings({"http://h/ 200", "http://h/a 200",
                      "GET http://h/a1: 404 Not Found",
                      "GET http://h/a2: 404 Not Found", "http://h/b 200",
                      "GET http://h/b1: 404 Not Found", "http://h/c 302"}));
    CHECK(crawl.limited());
  }
  Crawl all(from({"http://h/"}), world());
  run(all, site);
  CHECK(!all.limited());
}

// --- What answers mean ---

TEST("an answer of 400 and above is a failed row and is not tried again") {
  Crawl crawl(from({"http://h/"}), world());
  answer(crawl, crawl.start(),
         web::response_text(404, "text/html", "<a href='/x'>x</a>"));
  CHECK(crawl.done());
  CHECK_EQ(rows(crawl), Strings({"GET http://h/: 404 Not Found"}));
  CHECK_EQ(row(crawl, "http://h/").status, 404);
  CHECK_EQ(crawl.totals().failed, 1u);
}

TEST("an answer may come in pieces and end with the connection") {
  Crawl crawl(from({"http://h/"}), world());
  Fetch* fetch = crawl.start();
  fetch->connected();
  const std::string text =
      "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<a href=/x>";
  for (const char c : text) CHECK(!fetch->feed({&c, 1}));
  fetch->feed_eof();
  crawl.finish(*fetch);
  CHECK_EQ(crawl.start()->url(), "http://h/x");
}

TEST("a redirect's target is a page of its own") {
  Crawl crawl(from({"http://h/"}), world());
  run(crawl, {{"http://h/", redirect("a/b?c#d", 308)},
              {"http://h/a/b?c", html({})}});
  CHECK_EQ(rows(crawl), Strings({"http://h/ 308", "http://h/a/b?c 200"}));
  CHECK_EQ(row(crawl, "http://h/").redirect, "http://h/a/b?c");
}

TEST("a redirect that cannot be followed says why") {
  Crawl crawl(from({"http://h/1", "http://h/2", "http://h/3", "http://h/4"}),
              world());
  run(crawl, {{"http://h/1", redirect("http://other/")},
              {"http://h/2", redirect("https://h/2")},
              {"http://h/3", web::response_text(301, "text/plain", "")},
              {"http://h/4", redirect("ftp://h/")}});
  const Strings found = rows(crawl);
  CHECK_EQ(found[0], "http://h/1 302");
  CHECK_EQ(row(crawl, "http://h/1").redirect, "http://other/");
  CHECK_EQ(found[1], "GET http://h/2: redirects to https, and there is no TLS "
                     "in this course");
  CHECK_EQ(found[2], "GET http://h/3: 301 Moved Permanently without a "
                     "Location");
  CHECK(found[3].find("GET http://h/4: ") == 0);
}

Answers redirects(int count) {
  Answers site;
  for (int i = 0; i < count; ++i) {
    site.push_back({"http://h/" + std::to_string(i),
                    redirect("/" + std::to_string(i + 1))});
  }
  site.push_back({"http://h/" + std::to_string(count), html({})});
  return site;
}

TEST("as many redirects in a row as allowed are followed, and no more") {
  Options options = from({"http://h/0"});
  options.max_redirects = 3;
  Crawl enough(options, world());
  run(enough, redirects(3));
  CHECK_EQ(enough.totals().pages, 4u);
  CHECK_EQ(enough.totals().failed, 0u);

  Crawl few(options, world());
  run(few, redirects(4));
  CHECK_EQ(rows(few), Strings({"http://h/0 302", "http://h/1 302",
                               "http://h/2 302",
                               "GET http://h/3: more than 3 redirects"}));
}

TEST("each page of a redirect loop fails, one that leads into it does not") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Crawl crawl(from({"http://h/in", "http://h/b", "http://h/self"}), world());
    run(crawl,
        {{"http://h/in", redirect("/a")},
         {"http://h/a", redirect("/b")},
         {"http://h/b", redirect("/a")},
         {"http://h/self", redirect("/self")}},
        seed);
    CHECK_EQ(rows(crawl), Strings({"GET http://h/a: redirect loop",
                                   "GET http://h/b: redirect loop",
                                   "http://h/in 302",
                                   "GET http://h/self: redirect loop"}));
  }
}

TEST("a link to a page behind redirects shortens the way, whenever it comes") {
  Answers site = redirects(6);
  site.push_back({"http://h/link", html({"/link2"})});
  site.push_back({"http://h/link2", html({"/3"})});
  for (unsigned seed = 0; seed < 50; ++seed) {
    Options options = from({"http://h/0", "http://h/link"}, 3);
    options.max_redirects = 3;
    Crawl crawl(options, world());
    run(crawl, site, seed);
    CHECK_EQ(crawl.totals().pages, 9u);
    CHECK_EQ(crawl.totals().failed, 0u);
  }
}

TEST("ten thousand pages in a chain of links need no deep stack") {
  Crawl crawl(from({"http://h/0"}), world());
  for (int i = 0; i < 10'000; ++i) {
    answer(crawl, crawl.start(), html({"/" + std::to_string(i + 1)}));
  }
  CHECK_EQ(crawl.totals().pages, 10'000u);
}

}  // namespace
}  // namespace crawler
