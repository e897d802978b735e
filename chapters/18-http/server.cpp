// The whole server: pre-forked workers that share a port, each with a loop.
//
//   /           a page that shows live what the worker's loop is doing
//   /stats      the same as JSON; /events: twice a second
//   /hello      one line
//   /aio        sleeps a random 1 to 30 s and answers {"delay": n};
//               /aio?delay=0.2 sleeps that long
//   /echo       POST: the body back
//   /files/...  the files below --files FOLDER
//
// server --help tells the options. SIGTERM and Ctrl-C end it gracefully.

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "18-http/http_server.hpp"
#include "18-http/json.hpp"
#include "18-http/live_page.hpp"
#include "18-http/loop_stats.hpp"
#include "18-http/prefork.hpp"
#include "18-http/router.hpp"
#include "18-http/static_files.hpp"
#include "common/arguments.hpp"
#include "common/error.hpp"

namespace {

using asyncio::BodyWriter;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::HttpRequest;
using asyncio::HttpResponse;
using asyncio::HttpServer;
using std::chrono::seconds;

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  asyncio::PreforkOptions prefork;
  Duration delay_min = seconds(1);
  Duration delay_max = seconds(30);
  std::string files;
  std::string log;
  asyncio::HttpServerOptions http;
};

constexpr const char* usage =
    "usage: server [options]\n"
    "  --host HOST          where to listen (127.0.0.1)\n"
    "  --port N             0: any free port (8080)\n"
    "  --workers N          processes that serve (2)\n"
    "  --delay-min TIME     of /aio: the shortest random delay (1s)\n"
    "  --delay-max TIME     and the longest (30s)\n"
    "  --grace TIME         what begun requests may take at the end (30s)\n"
    "  --connections N      of one worker at once (10000)\n"
    "  --files FOLDER       served below /files/\n"
    "  --log FILE           an access log\n";

double to_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

// ---- /aio

// A random number from 0 to 1, of SplitMix64: no more is needed here.
double random_part() {
  static std::uint64_t state =
      static_cast<std::uint64_t>(::getpid()) * 0x2545F4914F6CDD1Du +
      static_cast<std::uint64_t>(
          std::chrono::steady_clock::now().time_since_epoch().count());
  std::uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

// The delay that the client wants, or a random one, in seconds.
double delay_for(const HttpRequest& request, const Options& options) {
  const auto wanted = request.query("delay");
  if (!wanted) {
    const double least = to_seconds(options.delay_min);
    const double range = to_seconds(options.delay_max) - least;
    return std::round((least + range * random_part()) * 10) / 10;
  }
  // Digits and one point: strtod would take an infinity, too.
  const bool digits =
      !wanted->empty() &&
      wanted->find_first_not_of("0123456789.") == std::string::npos;
  char* end = nullptr;
  const double delay = std::strtod(wanted->c_str(), &end);
  if (!digits || *end != '\0' || delay > 3600) {
    throw asyncio::HttpError(400, "delay is a number of seconds, up to 3600");
  }
  return delay;
}

Coro<HttpResponse> aio(HttpRequest& request, const Options& options) {
  const double delay = delay_for(request, options);
  co_await asyncio::sleep(std::chrono::round<Duration>(
      std::chrono::duration<double>(delay)));
  co_return asyncio::json_response(
      asyncio::JsonObject().add("delay", delay).str() + "\n");
}

// ---- What the loop is doing

// A worker's counters, and what they were a moment ago.
struct Watch {
  explicit Watch(asyncio::EventLoop& loop) : stats(loop) {}
  asyncio::LoopStats stats;
  HttpServer server;
};

struct Moment {
  explicit Moment(const Watch& watch)
      : time(asyncio::get_running_loop().time()),
        worked(watch.stats.worked()),
        polls(watch.stats.polls()),
        callbacks(watch.stats.callbacks()),
        requests(watch.server.counters().requests) {}
  asyncio::TimePoint time;
  Duration worked;
  std::uint64_t polls, callbacks, requests;
};

// What happened since the moment `before`.
std::string report(Watch& watch, const Moment& before) {
  const Moment now(watch);
  const asyncio::HttpCounters& http = watch.server.counters();
  const double time = std::max(1e-3, to_seconds(now.time - before.time));
  const auto rate = [time](std::uint64_t count, std::uint64_t old) {
    return std::round(static_cast<double>(count - old) / time);
  };
  const double busy = to_seconds(now.worked - before.worked) / time;
  const double longest = to_seconds(watch.stats.take_longest()) * 1e3;
  return asyncio::JsonObject()
      .add("pid", ::getpid())
      .add("busy", std::round(busy * 1000) / 10)
      .add("rate", rate(now.requests, before.requests))
      .add("callbacks", rate(now.callbacks, before.callbacks))
      .add("polls", rate(now.polls, before.polls))
      .add("longest", std::round(longest * 100) / 100)
      .add("waiting", watch.stats.waiting())
      .add("tasks", asyncio::all_tasks().size())
      .add("open", http.open)
      .add("running", http.running)
      .add("requests", http.requests)
      .add("errors", http.answers[5])
      .str();
}

// Server-sent events: an answer that ends with the server.
Coro<> send_events(std::shared_ptr<Watch> watch, BodyWriter& to) {
  while (!watch->server.draining()) {
    const Moment before(*watch);
    co_await asyncio::sleep(std::chrono::milliseconds(500));
    const std::string event = "data: " + report(*watch, before) + "\n\n";
    co_await to.write(event);
  }
}

Coro<HttpResponse> events(std::shared_ptr<Watch> watch) {
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.headers.add("Cache-Control", "no-store");
  response.stream = [watch](BodyWriter& to) { return send_events(watch, to); };
  co_return response;
}

Coro<HttpResponse> stats(std::shared_ptr<Watch> watch, Moment begun) {
  co_return asyncio::json_response(report(*watch, begun) + "\n");
}

Coro<HttpResponse> page() {
  co_return asyncio::html_response(std::string(live_page));
}

Coro<HttpResponse> hello() {
  co_return asyncio::text_response("Hello, world!\n");
}

Coro<HttpResponse> echo(HttpRequest& request) {
  co_return asyncio::text_response(request.body());
}

asyncio::Router routes(const Options& options,
                       const std::shared_ptr<Watch>& watch) {
  asyncio::Router router;
  router.get("/", [](HttpRequest&) { return page(); });
  router.get("/hello", [](HttpRequest&) { return hello(); });
  router.get("/aio", [&](HttpRequest& request) {
    return aio(request, options);
  });
  router.post("/echo", echo);
  router.get("/events", [watch](HttpRequest&) { return events(watch); });
  router.get("/stats", [watch, begun = Moment(*watch)](HttpRequest&) {
    return stats(watch, begun);
  });
  if (!options.files.empty()) {
    router.mount("/files/", asyncio::StaticFiles(options.files));
  }
  return router;
}

// ---- A worker

Coro<> work(asyncio::PreforkWorker worker, const Options& options) {
  auto watch = std::make_shared<Watch>(asyncio::get_running_loop());
  std::unique_ptr<asyncio::AccessLog> log;
  if (!options.log.empty()) {
    log = std::make_unique<asyncio::AccessLog>(options.log);
  }
  asyncio::HttpServerOptions http = options.http;
  http.access_log = log.get();
  // The routes need the server's counters, and the server a handler.
  auto router = std::make_shared<asyncio::Router>();
  const asyncio::HttpHandler route = [router](HttpRequest& request) {
    return (*router)(request);
  };
  watch->server = co_await asyncio::start_http_server(
      route, std::move(worker.listener), http);
  *router = routes(options, watch);
  co_await asyncio::serve_until_stopped(watch->server, worker.lifeline.get(),
                                        options.prefork.grace);
}

int run_worker(asyncio::PreforkWorker worker, const Options& options) {
  asyncio::run(work(std::move(worker), options));
  return 0;
}

bool read_options(int argc, char** argv, Options& options) {
  cli::Arguments arguments(argc, argv);
  while (arguments.next()) {
    if (arguments.is("--help")) return false;
    if (arguments.is("--host")) options.host = arguments.text();
    else if (arguments.is("--port"))
      options.port = static_cast<std::uint16_t>(arguments.number(0, 65535));
    else if (arguments.is("--workers"))
      options.prefork.workers = static_cast<int>(arguments.number(1, 1000));
    else if (arguments.is("--delay-min"))
      options.delay_min = arguments.duration();
    else if (arguments.is("--delay-max"))
      options.delay_max = arguments.duration();
    else if (arguments.is("--grace"))
      options.prefork.grace = arguments.duration();
    else if (arguments.is("--connections"))
      options.http.max_connections =
          static_cast<std::size_t>(arguments.number(1, 1'000'000));
    else if (arguments.is("--files")) options.files = arguments.text();
    else if (arguments.is("--log")) options.log = arguments.text();
    else arguments.unknown();
  }
  if (options.delay_max < options.delay_min) {
    throw cli::UsageError("--delay-max: less than --delay-min");
  }
  return true;
}

int serve(const Options& options) {
  const auto address = asyncio::resolve(options.host, options.port).front();
  auto listener = asyncio::Socket::listen_on(address, 1024);
  if (!options.files.empty()) asyncio::StaticFiles check(options.files);
  const int workers = options.prefork.workers;
  std::printf("http://%s/ (%d worker%s, process %d)\n",
              listener.local_address().str().c_str(), workers,
              workers == 1 ? "" : "s", static_cast<int>(::getpid()));
  std::fflush(stdout);
  const auto worker = [&options](asyncio::PreforkWorker begun) {
    return run_worker(std::move(begun), options);
  };
  asyncio::Prefork master(std::move(listener), options.prefork, worker);
  return master.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Options options;
    if (read_options(argc, argv, options)) return serve(options);
    std::fputs(usage, stdout);
    return 0;
  } catch (const cli::UsageError& error) {
    std::fprintf(stderr, "server: %s\n%s", error.what(), usage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "server: %s\n", error.what());
    return 1;
  }
}
