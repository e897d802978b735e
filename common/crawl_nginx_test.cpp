// The main job on real input: the crawls of all stages over pages that this
// project did not write, served by nginx, compared with what an independent
// client finds (spider.py).
//
// The pages are the HTML documentation of Python (Debian: nginx-light and
// python3-doc). Without one of the three the test is skipped; where the
// environment says REQUIRE_NGINX=1, that is a failure.

#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "common/address.hpp"
#include "common/program.hpp"
#include "common/scratch_folder.hpp"
#include "common/socket.hpp"
#include "common/stage_checks.hpp"
#include "common/stages.hpp"
#include "common/test.hpp"

using asyncio::Address;
using asyncio::Socket;
using program::Outcome;
using program::Program;
using stages::Page;
using stages::Report;
using stages::Stage;
using namespace std::chrono_literals;

namespace {

// Whole folders and the longest pages are left out, so that the test takes
// seconds; more than 300 pages remain.
constexpr char kExclude[] =
    "/(contents|genindex[^/]*)[.]html|/(howto|reference)/|/whatsnew/[23]|"
    "/library/[dijlmostu]";

// The first path that exists, or "".
std::string first_of(const std::vector<std::string>& patterns) {
  std::string found;
  for (const std::string& pattern : patterns) {
    glob_t matches{};
    if (found.empty() && ::glob(pattern.c_str(), 0, nullptr, &matches) == 0) {
      found = matches.gl_pathv[0];
    }
    ::globfree(&matches);
  }
  return found;
}

// What the test needs from the machine.
struct Equipment {
  std::string nginx = first_of({"/usr/sbin/nginx", "/usr/local/sbin/nginx",
                                "/usr/bin/nginx", "/opt/homebrew/bin/nginx"});
  std::string pages = first_of({"/usr/share/doc/python3-doc/html/index.html",
                                "/usr/share/doc/python3*/html/index.html"});
  bool python = program::run({"/usr/bin/env", "python3", "-c", ""}).status == 0;
};

Equipment find_equipment() {
  Equipment found;
  std::string missing;
  if (found.nginx.empty()) missing += " nginx";
  if (found.pages.empty()) missing += " python3-doc's HTML pages";
  if (!found.python) missing += " python3";
  if (missing.empty()) return found;
  const char* required = ::getenv("REQUIRE_NGINX");
  if (required != nullptr && std::string(required) == "1") {
    CHECK_EQ("missing:" + missing, "");
  }
  test::skip("missing:" + missing);
}

// One process and no daemon, so that its end is the end of all of it. No file
// is written outside the folder.
std::string configuration(const std::string& folder, const std::string& root,
                          const std::string& address) {
  std::string text =
      "daemon off;\nmaster_process off;\npid " + folder + "/pid;\n" +
      "error_log " + folder + "/error.log;\n" +
      "events { worker_connections 512; }\nhttp {\n  access_log off;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi",
                           "scgi"}) {
    text += std::string("  ") + kind + "_temp_path " + folder + "/temp;\n";
  }
  return text +
         "  types { text/html html; text/plain txt; text/css css; }\n"
         "  default_type application/octet-stream;\n"
         "  server { listen " + address + "; root " + root + "; }\n}\n";
}

bool answers(const Address& address) {
  try {
    Socket::create(address.family()).connect(address);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

class Nginx {
 public:
  explicit Nginx(const Equipment& equipment) {
    std::string root = equipment.pages;
    root.erase(root.rfind('/'));
    // Between the choice of a free port and its use somebody else may take it.
    for (int attempt = 0; attempt < 5; ++attempt) {
      address_ =
          Socket::listen_on(Address::loopback(0)).local_address();
      start(equipment.nginx, root);
      if (wait_until_ready()) return;
    }
    CHECK_EQ("nginx does not start: " + process_->wait(1s).err, "");
  }

  ~Nginx() {
    if (!process_) return;
    process_->send_signal(SIGTERM);
    process_->wait(10s);
  }

  std::string url() const { return "http://" + address_.str() + "/"; }

 private:
  void start(const std::string& nginx, const std::string& root) {
    const std::string name = folder_.path() + "/nginx.conf";
    const std::string text =
        configuration(folder_.path(), root, address_.str());
    std::FILE* file = std::fopen(name.c_str(), "w");
    CHECK(file != nullptr);
    CHECK(std::fputs(text.c_str(), file) >= 0);
    CHECK_EQ(std::fclose(file), 0);
    process_.emplace(std::vector<std::string>{
        nginx, "-e", folder_.path() + "/error.log", "-c", name});
  }

  bool wait_until_ready() const {
    for (int i = 0; i < 1000; ++i) {
      if (answers(address_)) return true;
      ::poll(nullptr, 0, 10);  // a pause
    }
    return false;
  }

  asyncio::ScratchFolder folder_;
  Address address_;
  std::optional<Program> process_;
};

std::string spider_path() {
  const char* sources = ::getenv("ASYNCIO_SOURCE_DIR");
  return std::string(sources != nullptr ? sources : ".") + "/common/spider.py";
}

// What both clients know of the pages.
std::string comparable(const Report& report) {
  std::string out;
  for (const Page& page : report.pages) {
    out += page.url + " | " + std::to_string(page.status) + " | " +
           page.content_type + " | " + std::to_string(page.bytes) + " | " +
           page.redirect + "\n";
  }
  return out;
}

bool any_failed(const Report& report) {
  for (const Page& page : report.pages) {
    if (page.status >= 400) return true;
  }
  return false;
}

}  // namespace

TEST("every stage finds on a real server what an independent client finds") {
  const Equipment equipment = find_equipment();
  const std::vector<Stage>& all = stages::built();
  Nginx nginx(equipment);
  Program spider({"/usr/bin/env", "python3", spider_path(), nginx.url(),
                  kExclude});
  std::vector<Outcome> outcomes;
  for (const Stage& stage : all) {
    outcomes.push_back(
        stages::crawl(stage, {"--exclude", kExclude, nginx.url()}));
  }
  Outcome independent = spider.wait();
  CHECK_EQ(independent.err, "");
  CHECK_EQ(independent.status, 0);

  const Report expected = stages::read_report(independent.out);
  std::printf("  %zu pages\n", expected.pages.size());
  CHECK(expected.pages.size() >= 300u);
  for (std::size_t i = 0; i < all.size(); ++i) {
    stages::check_status(all[i], outcomes[i], any_failed(expected) ? 1 : 0);
    CHECK_EQ(all[i].name + "\n" + comparable(stages::read_report(
                                      outcomes[i].out)),
             all[i].name + "\n" + comparable(expected));
  }
}
