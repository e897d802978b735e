// The client: one GET prints its body; several run at once, each with the
// same timeout, and a done callback tells of each when it has ended.
//
//   get [--timeout TIME] [--per-host N] [URL...]
//
// Without a URL it asks the embedded site.

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "18-http/http_client.hpp"
#include "common/arguments.hpp"
#include "common/error.hpp"
#include "common/site.hpp"

namespace {

using asyncio::ClientResponse;
using asyncio::Coro;
using asyncio::Future;
using asyncio::HttpClient;
using asyncio::Task;

struct Options {
  asyncio::HttpClientOptions client;
  std::vector<std::string> urls;
};

std::string line_for(const std::string& url,
                     const Future<ClientResponse>& done) {
  if (const std::exception_ptr error = done.exception()) {
    return url + ": " + asyncio::describe(error);
  }
  const ClientResponse& response = done.result();
  return std::to_string(response.status) + " " + response.url + ", " +
         std::to_string(response.body.size()) + " bytes";
}

Coro<> get_one(HttpClient client, std::string url) {
  const ClientResponse response = co_await client.get(url);
  std::fwrite(response.body.data(), 1, response.body.size(), stdout);
}

Coro<int> get_all(HttpClient client, std::vector<std::string> urls) {
  std::vector<Task<ClientResponse>> tasks;
  int failed = 0;
  for (const std::string& url : urls) {
    Task<ClientResponse> task = asyncio::create_task(client.get(url));
    task.add_done_callback([&failed, url](const Future<ClientResponse>& done) {
      failed += done.exception() != nullptr;
      std::printf("%s\n", line_for(url, done).c_str());
    });
    tasks.push_back(std::move(task));
  }
  for (const Task<ClientResponse>& task : tasks) {
    try {
      co_await task;
    } catch (const std::exception&) {
      // The callback has told of it.
    }
  }
  // A task that is done has its callback in the queue: it comes first.
  co_await asyncio::sleep(std::chrono::seconds(0));
  std::printf("%zu connections\n", client.pool().opened());
  co_return failed;
}

Coro<int> run(Options options) {
  const HttpClient client(options.client);
  if (options.urls.size() == 1) {
    co_await get_one(client, options.urls.front());
    co_return 0;
  }
  const int failed = co_await get_all(client, options.urls);
  co_return failed == 0 ? 0 : 1;
}

void read_options(int argc, char** argv, Options& options) {
  options.client.max_redirects = 5;
  options.client.timeout = std::chrono::seconds(10);
  cli::Arguments arguments(argc, argv);
  while (arguments.next()) {
    if (arguments.is("--timeout")) {
      options.client.timeout = arguments.duration();
    } else if (arguments.is("--per-host")) {
      options.client.pool.per_host =
          static_cast<int>(arguments.number(1, 10'000));
    } else if (arguments.is_operand()) {
      options.urls.push_back(arguments.text());
    } else {
      arguments.unknown();
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Options options;
    read_options(argc, argv, options);
    std::unique_ptr<site::Site> site;
    if (options.urls.empty()) {
      site = std::make_unique<site::Site>();
      for (const char* path :
           {"", "notes.txt", "latest", "nowhere", "bad/reset"}) {
        options.urls.push_back(site->url() + path);
      }
    }
    return asyncio::run(run(options));
  } catch (const cli::UsageError& error) {
    std::fprintf(stderr, "get: %s\n", error.what());
    return 2;
  } catch (const asyncio::Interrupted&) {
    return 130;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "get: %s\n", error.what());
    return 1;
  }
}
