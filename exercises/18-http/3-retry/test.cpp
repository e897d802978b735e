#include <chrono>
#include <exception>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "09-futures/exceptions.hpp"
#include "10-tasks/manual_run.hpp"
#include "exercises/expect.hpp"
#include "retry.hpp"

using namespace std::chrono_literals;
using exercise::Attempt;
using exercise::ClientRequest;
using exercise::ClientResponse;
using exercise::Coro;
using exercise::expect_equal;
using exercise::send_with_retries;

namespace {

constexpr int kMost = 4;

Attempt answered(int status) {
  Attempt attempt;
  attempt.response.emplace();
  attempt.response->status = status;
  return attempt;
}
template <class Error>
Attempt failed(Error error) {
  Attempt attempt;
  attempt.error = std::make_exception_ptr(std::move(error));
  return attempt;
}
const std::system_error kReset(
    std::make_error_code(std::errc::connection_reset), "recv");
Attempt reset() { return failed(kReset); }

// The number of tries that are made when each ends like this, and how the last
// has ended.
struct Outcome {
  int tries = 0;
  std::string end;
  asyncio::Duration took{};
};

Coro<ClientResponse> play(const Attempt& script, Outcome& outcome) {
  ++outcome.tries;
  if (script.error) std::rethrow_exception(script.error);
  co_return *script.response;
}

Coro<> run_on_loop(std::string method, const Attempt& script,
                   Outcome& outcome) {
  ClientRequest request("http://test/", std::move(method));
  exercise::Send send = [&](ClientRequest) { return play(script, outcome); };
  asyncio::EventLoop& loop = asyncio::get_running_loop();
  const asyncio::TimePoint begin = loop.time();
  try {
    auto last = co_await send_with_retries(send, std::move(request), kMost);
    outcome.end = std::to_string(last.status);
  } catch (const asyncio::CancelledError&) {
    outcome.end = "CancelledError";
  } catch (const std::exception& error) {
    outcome.end = error.what();
  }
  outcome.took = loop.time() - begin;
}

Outcome run(const std::string& method, const Attempt& script) {
  Outcome outcome;
  test::manual_run([&]() -> Coro<> {
    co_await run_on_loop(method, script, outcome);
  });
  return outcome;
}

void expect_tries(const std::string& method, const Attempt& script,
                  const std::string& what, int tries, const char* look) {
  const Outcome outcome = run(method, script);
  expect_equal("the number of tries for " + method + " with " + what,
               outcome.tries, tries, look);
}

}  // namespace

TEST("a lost connection and a timeout are tried again, with pauses") {
  expect_tries("GET", reset(), "a lost connection", kMost,
               "the next connection may hold");
  expect_tries("GET", failed(asyncio::TimeoutError()), "a timeout", kMost,
               "it is no std::system_error, and may pass as well");
  const Outcome outcome = run("GET", reset());
  expect_equal("what comes out in the end", outcome.end,
               std::string(kReset.what()), "the last error is thrown");
  expect_equal("all pauses together, in ms", outcome.took / 1ms, 700,
               "100, 200 and 400 ms, as given");
}

TEST("some answers pass, and the others are the answer") {
  for (int status : {502, 503, 504}) {
    expect_tries("GET", answered(status), "answer " + std::to_string(status),
                 kMost, "it says that it may be better in a moment");
  }
  for (int status : {200, 304, 400, 404, 500, 501}) {
    expect_tries("GET", answered(status), "answer " + std::to_string(status),
                 1, "would the next answer be another one?");
  }
}

TEST("what would fail again is not tried again") {
  expect_tries("GET",
               failed(web::ProtocolError(web::Fault::malformed, "bad line")),
               "a broken answer", 1,
               "a server that answers nonsense will do so again");
  expect_tries("GET", failed(web::UrlError("no host")), "a URL that is none", 1,
               "the URL is the same the next time");
  expect_tries("GET", failed(std::logic_error("bug")), "an error of our own", 1,
               "only errors that you know may pass");
}

TEST("a cancellation ends it") {
  const Outcome outcome = run("GET", failed(asyncio::CancelledError()));
  expect_equal("the number of tries for GET that is cancelled", outcome.tries,
               1, "somebody wants it to end: who may say no to that?");
  expect_equal("what comes out of it", outcome.end, "CancelledError",
               "a CancelledError goes on to the caller");
}

TEST("only what does no harm twice is sent twice") {
  for (const char* method : {"HEAD", "PUT", "DELETE", "OPTIONS"}) {
    expect_tries(method, reset(), "a lost connection", kMost,
                 "RFC 9110, section 9.2.2: is this method idempotent?");
  }
  for (const char* method : {"POST", "PATCH"}) {
    expect_tries(method, reset(), "a lost connection", 1,
                 "the server may have done it, and its answer was lost");
    expect_tries(method, answered(503), "answer 503", 1,
                 "this exercise never repeats such a request");
  }
}
