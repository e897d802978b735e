#include <string>

#include "10-tasks/manual_run.hpp"
#include "18-http/json.hpp"
#include "18-http/percent.hpp"
#include "18-http/router.hpp"
#include "common/test.hpp"

// Which handler a request gets; and the texts around it: percent-encoding,
// queries, JSON.

namespace {

using asyncio::Coro;
using asyncio::HttpRequest;
using asyncio::HttpResponse;
using asyncio::Router;
using asyncio::json_number;
using asyncio::json_string;
using asyncio::percent_decode;
using asyncio::query_value;

asyncio::HttpHandler named(std::string name) {
  return [name](HttpRequest& request) -> Coro<HttpResponse> {
    std::string text = name;
    for (const char* part : {"id", "*"}) {
      if (!request.part(part).empty()) {
        (text += ' ') += request.part(part);
      }
    }
    co_return asyncio::text_response(text);
  };
}

Router routes() {
  Router router;
  router.get("/", named("root"));
  router.get("/aio", named("aio"));
  router.post("/aio", named("posted"));
  router.get("/users/{id}", named("user"));
  router.get("/users/{id}/edit", named("edit"));
  router.mount("/files/", named("files"));
  return router;
}

// "200 name parts", or the status and what is allowed.
std::string ask(const std::string& line) {
  const Router router = routes();
  HttpRequest request;
  request.parser().feed(line + " HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(request.parser().complete());
  const HttpResponse response = test::manual_run([&]() -> Coro<HttpResponse> {
    HttpResponse answer = co_await router(request);
    co_return answer;
  });
  const std::string status = std::to_string(response.status);
  if (const auto allow = response.headers.find("Allow")) {
    return status + " " + std::string(*allow);
  }
  return response.status == 200 ? status + " " + response.body : status;
}

TEST("a route is chosen by method and path") {
  CHECK_EQ(ask("GET /"), "200 root");
  CHECK_EQ(ask("GET /aio"), "200 aio");
  CHECK_EQ(ask("POST /aio"), "200 posted");
  CHECK_EQ(ask("GET /aio?delay=1"), "200 aio");
  CHECK_EQ(ask("HEAD /aio"), "200 aio");
  CHECK_EQ(ask("GET http://other/aio?x"), "200 aio");
  CHECK_EQ(ask("GET http://other"), "200 root");
}

TEST("a part of a pattern stands for one segment") {
  CHECK_EQ(ask("GET /users/7"), "200 user 7");
  CHECK_EQ(ask("GET /users/7/edit"), "200 edit 7");
  CHECK_EQ(ask("GET /users/a%2Fb"), "200 user a/b");
  CHECK_EQ(ask("GET /users/"), "404");
  CHECK_EQ(ask("GET /users/7/"), "404");
}

TEST("a mounted handler gets what is behind its path, as it came") {
  CHECK_EQ(ask("GET /files/a/b%2fc"), "200 files a/b%2fc");
  CHECK_EQ(ask("PUT /files/a"), "200 files a");
  CHECK_EQ(ask("GET /files/"), "200 files");
  CHECK_EQ(ask("GET /files"), "404");
}

TEST("paths are compared decoded") {
  CHECK_EQ(ask("GET /%61io"), "200 aio");
  CHECK_EQ(ask("GET /users%2F7"), "404");
  CHECK_EQ(ask("GET /AIO"), "404");
  CHECK_EQ(ask("GET /aio/"), "404");
  CHECK_EQ(ask("GET //aio"), "404");
}

TEST("what fits no route has its status") {
  CHECK_EQ(ask("GET /none"), "404");
  CHECK_EQ(ask("DELETE /aio"), "405 GET, HEAD, POST, OPTIONS");
  CHECK_EQ(ask("OPTIONS /aio"), "204 GET, HEAD, POST, OPTIONS");
  CHECK_EQ(ask("BREW /aio"), "501");
  CHECK_EQ(ask("GET /%zz"), "400");
  CHECK_EQ(ask("GET /%4"), "400");
}

TEST("a pattern that is none is refused") {
  Router router;
  CHECK_WHAT(router.get("aio", named("x")), "bad pattern 'aio'");
  CHECK_WHAT(router.get("/%", named("x")), "bad pattern");
  CHECK_WHAT(router.mount("/files", named("x")), "does not end in '/'");
}

// ---- Texts

TEST("percent-encoding is undone, and nothing is guessed") {
  CHECK_EQ(percent_decode("a%20b%2F%41").value_or("?"), "a b/A");
  CHECK_EQ(percent_decode("").value_or("?"), "");
  CHECK_EQ(percent_decode("%25%32").value_or("?"), "%2");
  for (const char* bad : {"%", "%4", "%zz", "a%4g", "%%41"}) {
    CHECK(!percent_decode(bad));
  }
}

TEST("a query is read as a form sends it") {
  CHECK_EQ(query_value("a=1&b=x+y%26z", "b").value_or("?"), "x y&z");
  CHECK_EQ(query_value("a=1&a=2", "a").value_or("?"), "1");
  CHECK_EQ(query_value("a&b=", "a").value_or("?"), "");
  CHECK_EQ(query_value("%61=1", "a").value_or("?"), "1");
  CHECK_EQ(query_value("a==", "a").value_or("?"), "=");
  CHECK(!query_value("aa=1&%zz=2", "a"));
  CHECK(!query_value("a=%zz", "a"));
  CHECK(!query_value("", "a"));
}

TEST("a JSON string holds any text") {
  CHECK_EQ(json_string("a\"b\\c\n\t\x01\xC3\xA4"),
           "\"a\\\"b\\\\c\\n\\t\\u0001\xC3\xA4\"");
  CHECK_EQ(json_string(std::string_view("\0", 1)), "\"\\u0000\"");
}

TEST("a JSON number is the shortest that reads the same") {
  CHECK_EQ(json_number(0.2), "0.2");
  CHECK_EQ(json_number(3), "3");
  CHECK_EQ(json_number(0.1 + 0.2), "0.30000000000000004");
  CHECK_EQ(json_number(1e300 * 1e300), "null");
}

TEST("a JSON object has its members in order") {
  CHECK_EQ(asyncio::JsonObject().str(), "{}");
  CHECK_EQ(asyncio::JsonObject()
               .add("a", 1)
               .add("b", "x")
               .add("c", true)
               .add("d", 0.5)
               .add_raw("e", "[1]")
               .str(),
           "{\"a\": 1, \"b\": \"x\", \"c\": true, \"d\": 0.5, \"e\": [1]}");
}

}  // namespace
