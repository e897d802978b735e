// redis-benchmark drives redis-server and our server, in turns, on a Unix
// socket. The best of all rounds is compared: whatever else the machine does
// can only make a round worse.
//
//   benchmark [ROUNDS]   3

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "19-database/redis_client.hpp"
#include "common/scratch_folder.hpp"
#include "19-database/server.hpp"
#include "common/error.hpp"
#include "common/program.hpp"

namespace {

using asyncio::Coro;

constexpr int requests = 200'000;

struct Result {
  double per_second = 0;
  double cpu_us = 1e9;  // of the server, a request
  void take_better(const Result& other) {
    per_second = std::max(per_second, other.per_second);
    cpu_us = std::min(cpu_us, other.cpu_us);
  }
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_usec) / 1e6;
}

Coro<> wait_for_server(std::string path) {
  asyncio::RedisOptions options;
  options.unix_path = path;
  options.connect_tries = 12;
  options.timeout = std::chrono::seconds(60);
  options.retry_delay = std::chrono::milliseconds(10);
  asyncio::RedisClient client(options);
  co_await client.command("PING");
}

Coro<> serve(std::string path) {
  database::Server server(asyncio::get_running_loop());
  co_await server.listen_unix(path);
  co_await server.serve_forever();
}

// In the process that was forked.
void run_ours(const std::string& path) { asyncio::run(serve(path)); }

void run_redis(const std::string& path) {
  ::execlp("redis-server", "redis-server", "--port", "0", "--unixsocket",
           path.c_str(), "--save", "", "--appendonly", "no", "--loglevel",
           "warning", "--logfile", "/dev/null", static_cast<char*>(nullptr));
}

pid_t start(void (*server)(const std::string&), const std::string& path) {
  const pid_t pid = ::fork();
  if (pid < 0) asyncio::throw_errno("fork", "");
  if (pid == 0) {
    server(path);
    ::_exit(1);
  }
  return pid;
}

// What redis-benchmark prints as "SET","123456.78",...
double requests_per_second(const std::string& csv, const std::string& test) {
  const std::size_t at = csv.find("\"" + test + "\",\"");
  return at == std::string::npos
             ? 0
             : std::atof(csv.c_str() + at + test.size() + 4);
}

Result measure(void (*server)(const std::string&), const std::string& test,
               const std::string& depth) {
  const asyncio::ScratchFolder folder;
  const std::string path = folder.file("socket");
  const pid_t pid = start(server, path);
  asyncio::run(wait_for_server(path));
  const program::Outcome outcome = program::run(
      {"/usr/bin/env", "redis-benchmark", "-s", path, "-t", test, "-P", depth,
       "-n", std::to_string(requests), "--csv"});
  ::kill(pid, SIGKILL);
  rusage usage{};
  ::wait4(pid, nullptr, 0, &usage);
  std::string upper = test;
  for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
  const double cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  return {requests_per_second(outcome.out, upper), cpu * 1e6 / requests};
}

void compare(const std::string& test, const std::string& depth, int rounds) {
  Result redis, ours;
  for (int i = 0; i < rounds; ++i) {
    redis.take_better(measure(run_redis, test, depth));
    ours.take_better(measure(run_ours, test, depth));
  }
  std::printf("%-4s -P %-3s %9.0f %6.2f us   %9.0f %6.2f us   %5.2f %5.2f\n",
              test.c_str(), depth.c_str(), redis.per_second, redis.cpu_us,
              ours.per_second, ours.cpu_us, ours.per_second / redis.per_second,
              ours.cpu_us / redis.cpu_us);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 3;
    std::puts("             redis-server           this server"
              "            ratios");
    std::puts("           requests/s  CPU       requests/s  CPU"
              "       speed   CPU");
    for (const char* depth : {"1", "16"}) {
      compare("set", depth, rounds);
      compare("get", depth, rounds);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "benchmark: %s\n", error.what());
    return 1;
  }
}
