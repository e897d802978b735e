#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "18-http/access_log.hpp"
#include "18-http/http_date.hpp"
#include "18-http/http_world.hpp"
#include "18-http/router.hpp"
#include "18-http/static_files.hpp"
#include "common/scratch_folder.hpp"
#include "common/test.hpp"

// Files, and nothing but the files below one folder; the dates of HTTP; the
// lines of an access log.

namespace {

using namespace test;
using asyncio::StaticFiles;
using asyncio::parse_http_date;

// A folder of files for one test, and a secret beside it.
class Folder {
 public:
  Folder() {
    top_.make_folder("www/sub");
    write("secret", "secret");
    write("www/index.html", "<p>index");
    write("www/a.txt", "0123456789");
    write("www/a b.txt", "space");
    write("www/.hidden", "hidden");
    write("www/empty", "");
    write("www/sub/b.js", "code");
    write("www/large.bin", std::string(200'000, 'L'));
    link("../secret", "www/link");
    link("..", "www/up");
    link("a.txt", "www/inside");
    ::mkfifo(path("www/pipe").c_str(), 0600);
  }
  std::string root() const { return path("www"); }
  std::string path(const std::string& name) const { return top_.file(name); }
  void write(const std::string& name, const std::string& text) const {
    top_.write(name, text);
  }

 private:
  void link(const std::string& to, const std::string& name) const {
    CHECK_EQ(::symlink(to.c_str(), path(name).c_str()), 0);
  }
  const asyncio::ScratchFolder top_;
};

HttpResponse ask(const Folder& folder, const std::string& path,
                 const std::string& fields = "",
                 const std::string& method = "GET") {
  HttpRequest request;
  request.parser().feed(method + " /x HTTP/1.1\r\nHost: h\r\n" + fields +
                        "\r\n");
  return StaticFiles(folder.root()).answer(request, path);
}

std::string field(const HttpResponse& response, std::string_view name) {
  return std::string(response.headers.find(name).value_or("none"));
}

TEST("a file is answered with its type and its dates") {
  const Folder folder;
  const HttpResponse text = ask(folder, "a.txt");
  CHECK_EQ(text.status, 200);
  CHECK_EQ(text.body, "0123456789");
  CHECK_EQ(text.content_type, "text/plain; charset=utf-8");
  CHECK(parse_http_date(field(text, "Last-Modified")).has_value());
  CHECK_EQ(ask(folder, "sub/b.js").content_type,
           "text/javascript; charset=utf-8");
  CHECK_EQ(ask(folder, "a%20b.txt").body, "space");
  CHECK_EQ(ask(folder, "empty").status, 200);
  CHECK_EQ(ask(folder, "empty").content_type, "application/octet-stream");
}

TEST("a folder is its index, and has a slash at its end") {
  const Folder folder;
  CHECK_EQ(ask(folder, "").body, "<p>index");
  CHECK_EQ(ask(folder, "").content_type, "text/html; charset=utf-8");
  CHECK_EQ(ask(folder, "sub").status, 301);
  CHECK_EQ(field(ask(folder, "sub"), "Location"), "./sub/");
  CHECK_EQ(ask(folder, "sub/").status, 404);
}

TEST("nothing outside of the folder is served, however it is asked for") {
  const Folder folder;
  for (const char* path :
       {"../secret", "..%2fsecret", "%2e%2e/secret", "%2e%2e%2fsecret",
        "sub/../../secret", "sub/..%2f..%2fsecret", "..\\secret", "/secret",
        "//secret", "/../secret", "./a.txt", "sub/./b.js", "%2e/a.txt",
        "a.txt%00.html", "%00", "..", "%2e%2e", "../", "link", "up/secret",
        "up", "up/", "inside", "pipe", ".hidden", "%2ehidden", "a.txt/",
        "a.txt/x", "%zz", "a.txt%", "...", "sub//b.js",
        "%252e%252e/secret", "..;/secret", "%c0%ae%c0%ae/secret"}) {
    const HttpResponse response = ask(folder, path);
    if (response.status != 404) std::printf("served: %s\n", path);
    CHECK_EQ(response.status, 404);
  }
}

TEST("traversal through a whole server is no other") {
  const Folder folder;
  manual_run([&]() -> Coro<> {
    asyncio::Router router;
    router.mount("/files/", StaticFiles(folder.root()));
    HttpServer server = co_await start(router);
    for (const char* target :
         {"/files/../secret", "/files/%2e%2e/secret", "/files/..%2fsecret",
          "/files/link", "/../secret", "/files/sub/../../secret"}) {
      const std::string answer = co_await talk(server, get(target));
      CHECK_EQ(status_of(answer), "404");
    }
    const std::string good = co_await talk(server, get("/files/a.txt"));
    CHECK_EQ(body_of(good), "0123456789");
    server.close();
  });
}

TEST("a large file comes in pieces, with its length") {
  const Folder folder;
  manual_run([&]() -> Coro<> {
    asyncio::Router router;
    router.mount("/", StaticFiles(folder.root()));
    HttpServer server = co_await start(router);
    const std::string answer = co_await talk(
        server, "HEAD /large.bin HTTP/1.1\r\nHost: h\r\n\r\n" +
                    get("/large.bin"));
    CHECK(answer.find("Content-Length: 200000") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\n" + std::string(200'000, 'L')));
    CHECK_EQ(answer.find("LLLL"), answer.size() - 200'000);
    server.close();
  });
}

TEST("a file that has not changed is not sent again") {
  const Folder folder;
  const HttpResponse first = ask(folder, "a.txt");
  const std::string etag = field(first, "ETag");
  const std::string date = field(first, "Last-Modified");
  const auto status = [&](const std::string& fields) {
    return ask(folder, "a.txt", fields).status;
  };
  CHECK_EQ(status("If-None-Match: " + etag + "\r\n"), 304);
  CHECK_EQ(status("If-None-Match: \"x\", W/" + etag + "\r\n"), 304);
  CHECK_EQ(status("If-None-Match: *\r\n"), 304);
  CHECK_EQ(status("If-None-Match: \"x\"\r\n"), 200);
  CHECK_EQ(status("If-Modified-Since: " + date + "\r\n"), 304);
  CHECK_EQ(status("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), 200);
  CHECK_EQ(status("If-Modified-Since: yesterday\r\n"), 200);
  // The tag counts, and the date only where there is none.
  CHECK_EQ(status("If-None-Match: \"x\"\r\nIf-Modified-Since: " + date +
                  "\r\n"),
           200);
}

TEST("a file that was written twice in a second has another tag") {
  const Folder folder;
  timespec times[2] = {{1000, 0}, {1000, 0}};
  CHECK_EQ(::utimensat(AT_FDCWD, folder.path("www/a.txt").c_str(), times, 0),
           0);
  const std::string tag = field(ask(folder, "a.txt"), "ETag");
  folder.write("www/a.txt", "9876543210");
  times[1].tv_nsec = 1'000'000;
  CHECK_EQ(::utimensat(AT_FDCWD, folder.path("www/a.txt").c_str(), times, 0),
           0);
  CHECK(field(ask(folder, "a.txt"), "ETag") != tag);
}

TEST("a file that is not the one that was meant is not sent") {
  const Folder folder;
  const HttpResponse now = ask(folder, "a.txt");
  const std::string tag = field(now, "ETag");
  const std::string date = field(now, "Last-Modified");
  const std::string old = "Sun, 06 Nov 1994 08:49:37 GMT";
  const auto status = [&](const std::string& fields) {
    return ask(folder, "a.txt", "Range: bytes=5-\r\n" + fields).status;
  };
  CHECK_EQ(status("If-Match: " + tag + "\r\n"), 206);
  CHECK_EQ(status("If-Match: \"x\", " + tag + "\r\n"), 206);
  CHECK_EQ(status("If-Match: *\r\n"), 206);
  CHECK_EQ(status("If-Match: \"x\"\r\n"), 412);
  CHECK_EQ(status("If-Match: W/" + tag + "\r\n"), 412);
  CHECK_EQ(status("If-Unmodified-Since: " + date + "\r\n"), 206);
  CHECK_EQ(status("If-Unmodified-Since: " + old + "\r\n"), 412);
  CHECK_EQ(status("If-Match: *\r\nIf-Unmodified-Since: " + old + "\r\n"),
           206);
}

TEST("a range of a file is sent alone") {
  const Folder folder;
  const auto range = [&](const std::string& text) {
    const HttpResponse response =
        ask(folder, "a.txt", "Range: " + text + "\r\n");
    return std::to_string(response.status) + " " +
           (response.status == 416 ? "" : response.body) + " " +
           field(response, "Content-Range");
  };
  CHECK_EQ(range("bytes=2-4"), "206 234 bytes 2-4/10");
  CHECK_EQ(range("bytes=7-"), "206 789 bytes 7-9/10");
  CHECK_EQ(range("bytes=-3"), "206 789 bytes 7-9/10");
  CHECK_EQ(range("bytes=-99"), "206 0123456789 bytes 0-9/10");
  CHECK_EQ(range("bytes=8-99"), "206 89 bytes 8-9/10");
  CHECK_EQ(range("bytes=10-"), "416  bytes */10");
  CHECK_EQ(range("bytes=-0"), "416  bytes */10");
  for (const char* none : {"bytes=4-2", "bytes=", "bytes=-", "bytes=a-b",
                           "lines=1-2", "bytes=1-2,4-5", "bytes=1--2",
                           "bytes=99999999999999999999-"}) {
    CHECK_EQ(range(none), "200 0123456789 none");
  }
  const std::string etag = field(ask(folder, "a.txt"), "ETag");
  CHECK_EQ(ask(folder, "a.txt", "Range: bytes=0-1\r\nIf-Range: " + etag +
                                    "\r\n").body, "01");
  CHECK_EQ(ask(folder, "a.txt", "Range: bytes=0-1\r\nIf-Range: \"x\"\r\n").body,
           "0123456789");
  CHECK_EQ(ask(folder, "empty", "Range: bytes=0-\r\n").status, 416);
}

TEST("only GET and HEAD have a meaning for a file") {
  const Folder folder;
  const HttpResponse response = ask(folder, "a.txt", "", "DELETE");
  CHECK_EQ(response.status, 405);
  CHECK_EQ(field(response, "Allow"), "GET, HEAD");
}

TEST("a root that is none is an error with its name") {
  CHECK_WHAT(StaticFiles("/nowhere"), "open /nowhere: No such file");
}

// ---- Dates

TEST("a date is written and read as RFC 9110 says") {
  CHECK_EQ(asyncio::http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK_EQ(asyncio::http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  for (const char* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994"}) {
    CHECK_EQ(parse_http_date(text).value_or(0), 784111777);
  }
  for (const char* text :
       {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov  994 08:49:37 GMT"}) {
    CHECK(!parse_http_date(text));
  }
}

TEST("a date is written anew when the second changes") {
  static std::time_t now;
  now = 784111777;
  asyncio::DateCache cache([] { return now; });
  CHECK_EQ(cache.line(), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  now += 1;
  CHECK_EQ(cache.line(), "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
}

// ---- The access log

TEST("a line of the log is in the combined form") {
  asyncio::AccessEntry entry;
  entry.host = "127.0.0.1";
  entry.time = 784111777;
  entry.request = "GET /a HTTP/1.1";
  entry.status = 200;
  entry.bytes = 12;
  entry.user_agent = "curl/7";
  entry.taken = std::chrono::microseconds(350);
  CHECK_EQ(asyncio::access_line(entry),
           "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a HTTP/1.1\" "
           "200 12 \"-\" \"curl/7\" 350\n");
}

TEST("nobody writes a line of his own into the log") {
  asyncio::AccessEntry entry;
  entry.request = "GET /\" HTTP/1.1";
  entry.user_agent = "x\"\n127.0.0.1 - - \x1b[2J\\\xff";
  const std::string line = asyncio::access_line(entry);
  CHECK_EQ(line.find('\n'), line.size() - 1);
  CHECK(line.find("x\\x22\\x0A127.0.0.1 - - \\x1B[2J\\x5C\\xFF") !=
        std::string::npos);
}

TEST("a server writes its log a second later") {
  auto pipe = asyncio::make_pipe();
  asyncio::set_nonblocking(pipe.read.get());
  asyncio::AccessLog log(std::move(pipe.write));
  manual_run([&]() -> Coro<> {
    asyncio::HttpServerOptions options;
    options.access_log = &log;
    HttpServer server = co_await start(show_request, options);
    co_await talk(server, get("/a", "User-Agent: test\r\n") + "nonsense\r\n");
    char buffer[1000];
    CHECK(::read(pipe.read.get(), buffer, sizeof buffer) < 0);
    co_await asyncio::sleep(2s);
    const ssize_t size = ::read(pipe.read.get(), buffer, sizeof buffer);
    CHECK(size > 0);
    const std::string lines(buffer, static_cast<std::size_t>(size));
    CHECK(lines.find("\"GET /a HTTP/1.1\" 200 6 \"-\" \"test\"") !=
          std::string::npos);
    CHECK(lines.find("\"-\" 400 16 \"-\" \"-\"") != std::string::npos);
    server.close();
  });
}

TEST("a log that nobody reads is no reason to end") {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGPIPE, SIG_DFL);
    ::close(STDERR_FILENO);
    auto pipe = asyncio::make_pipe();
    pipe.read.reset();
    asyncio::AccessLog(std::move(pipe.write)).add({});
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK_EQ(status, 0);
}

TEST("a server that was drained has written its log, and is done with it") {
  auto pipe = asyncio::make_pipe(), other = asyncio::make_pipe();
  asyncio::set_nonblocking(pipe.read.get());
  asyncio::set_nonblocking(other.read.get());
  manual_run([&]() -> Coro<> {
    std::optional<asyncio::AccessLog> log(std::in_place,
                                          std::move(pipe.write));
    asyncio::HttpServerOptions options;
    options.access_log = &*log;
    HttpServer server = co_await start(show_request, options);
    co_await talk(server, get("/a"));
    co_await server.drain(1s);
    char buffer[1000];
    CHECK(::read(pipe.read.get(), buffer, sizeof buffer) > 0);
    // The place of the old one, so that a use of that one would show.
    log.emplace(std::move(other.write));
    log->add({});
    co_await asyncio::sleep(2s);
    CHECK(::read(other.read.get(), buffer, sizeof buffer) < 0);
  });
}

}  // namespace
