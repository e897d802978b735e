#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "18-http/http_client.hpp"
#include "18-http/http_world.hpp"
#include "18-http/router.hpp"
#include "common/program.hpp"
#include "common/scratch_folder.hpp"
#include "common/test.hpp"

// Other people's programs: curl, wrk and Python talk to this server, and this
// client talks to nginx and to Python. Where one is not installed, its test
// says so.

namespace {

using namespace test;

std::string find_program(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  skip(paths.front() + " is not installed");
}

Coro<> piece_by_piece(asyncio::BodyWriter& to) {
  for (const char* piece : {"one ", "two ", "three"}) co_await to.write(piece);
}

Coro<HttpResponse> in_pieces(HttpRequest&) {
  HttpResponse response;
  response.content_type = "text/plain";
  response.stream = piece_by_piece;
  co_return response;
}

Coro<HttpResponse> body_back(HttpRequest& request) {
  co_return asyncio::text_response(request.body());
}

Coro<> serve(Socket listener) {
  asyncio::Router router;
  router.get("/show/{name}", show_request);
  router.get("/stream", in_pieces);
  router.post("/echo", body_back);
  router.add("PUT", "/echo", body_back);
  HttpServer server =
      co_await asyncio::start_http_server(router, std::move(listener));
  co_await server.serve_forever();
}

// The server, in a process of its own.
class Service {
 public:
  Service() {
    Socket listener =
        Socket::listen_on(asyncio::Address::loopback(0), 1024);
    url_ = "http://" + listener.local_address().str();
    pid_ = ::fork();
    if (pid_ != 0) return;
    asyncio::run(serve(std::move(listener)));
    ::_exit(0);
  }
  ~Service() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  const std::string& url() const { return url_; }

 private:
  std::string url_;
  pid_t pid_ = -1;
};

std::string output_of(const std::vector<std::string>& command) {
  const program::Outcome outcome = program::run(command);
  CHECK(!outcome.hung);
  if (outcome.status != 0) std::printf("%s\n", outcome.err.c_str());
  CHECK_EQ(outcome.status, 0);
  return outcome.out;
}

TEST("curl gets, posts, reuses a connection, and waits for 100 Continue") {
  const std::string curl = find_program({"/usr/bin/curl"});
  const Service service;
  const auto ask = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {curl, "-sS", "--max-time", "60"});
    return output_of(arguments);
  };
  const std::string url = service.url();
  CHECK_EQ(ask({url + "/show/a?b=c"}), "GET /show/a?b=c");
  CHECK_EQ(ask({"-w", " %{num_connects}", url + "/show/a", url + "/show/b"}),
           "GET /show/a 1GET /show/b 0");
  CHECK_EQ(ask({"-I", "-o", "/dev/null", "-w", "%{http_code}", url + "/echo"}),
           "405");
  CHECK_EQ(ask({"--raw", url + "/stream"}),
           "4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n");
  CHECK_EQ(ask({"-0", url + "/stream"}), "one two three");
  CHECK_EQ(ask({"-d", "a=b", url + "/echo"}), "a=b");
  CHECK_EQ(ask({"-H", "Transfer-Encoding: chunked", "-d", "chunks",
                url + "/echo"}),
           "chunks");
  // A long body makes curl ask first.
  const std::string body(200'000, 'x');
  const asyncio::ScratchFolder folder;
  const std::string name = folder.write("body", body);
  CHECK(ask({"-T", name, "-H", "Expect: 100-continue", url + "/echo"}) ==
        body);
}

TEST("wrk drives the server for a second, and no answer is an error") {
  const std::string wrk = find_program({"/usr/bin/wrk"});
  const Service service;
  const std::string report = output_of(
      {wrk, "-t1", "-c16", "-d1", service.url() + "/show/a"});
  CHECK(report.find("requests in") != std::string::npos);
  CHECK(report.find("Non-2xx") == std::string::npos);
  CHECK(report.find("Socket errors") == std::string::npos);
}

constexpr const char* python_client = R"(
import asyncio, http.client, sys, urllib.request
host, port = sys.argv[1], int(sys.argv[2])
c = http.client.HTTPConnection(host, port)
for i in range(50):
    c.request("GET", f"/show/{i}")
    assert c.getresponse().read() == f"GET /show/{i}".encode()
c.request("POST", "/echo", body=iter([b"ab", b"cd"]), encode_chunked=True,
          headers={"Transfer-Encoding": "chunked"})
assert c.getresponse().read() == b"abcd"
c.request("GET", "/stream")
assert c.getresponse().read() == b"one two three"
base = f"http://{host}:{port}"
with urllib.request.urlopen(base + "/echo", data=b"form") as answer:
    assert answer.read() == b"form" and answer.headers["Date"]
async def pipeline():
    reader, writer = await asyncio.open_connection(host, port)
    for i in range(100):
        writer.write(f"GET /show/{i} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    for i in range(100):
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK")
        size = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        assert await reader.readexactly(size) == f"GET /show/{i}".encode()
    writer.close()
async def many():
    await asyncio.gather(*(pipeline() for _ in range(20)))
asyncio.run(many())
print("good")
)";

TEST("Python's http.client, urllib and asyncio talk to the server") {
  const std::string python = find_program({"/usr/bin/python3"});
  const Service service;
  const std::string address = service.url().substr(7);
  const auto colon = address.find(':');
  CHECK_EQ(output_of({python, "-c", python_client, address.substr(0, colon),
                      address.substr(colon + 1)}),
           "good\n");
}

constexpr const char* python_server = R"(
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args): pass
    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self): self.answer(self.path.encode())
    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
os.write(int(sys.argv[1]), f"{server.server_port}\n".encode())
server.serve_forever()
)";

// A process that is killed in the end.
class Child {
 public:
  explicit Child(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& text : command) {
      arguments.push_back(const_cast<char*>(text.c_str()));
    }
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;

 private:
  pid_t pid_;
};

Coro<> ask_python(std::string url) {
  const asyncio::HttpClient client;
  for (int i = 0; i < 20; ++i) {
    const std::string path = "/" + std::to_string(i);
    const auto response = co_await client.get(url + path);
    CHECK_EQ(response.body, path);
  }
  asyncio::ClientRequest request(url + "/", "POST");
  request.body = std::string(100'000, 'p');
  const auto response = co_await client.send(request);
  CHECK(response.body == request.body);
  CHECK_EQ(client.pool().opened(), 1);
  client.close();
}

TEST("the client talks to Python's server") {
  const std::string python = find_program({"/usr/bin/python3"});
  int ends[2];
  CHECK_EQ(::pipe(ends), 0);  // not close-on-exec: the child writes to it
  const asyncio::Descriptor read(ends[0]);
  asyncio::Descriptor write(ends[1]);
  const Child server(
      {python, "-c", python_server, std::to_string(write.get())});
  write.reset();
  char port[16] = {};
  CHECK(::read(read.get(), port, sizeof port - 1) > 0);
  asyncio::run(ask_python("http://127.0.0.1:" +
                          std::to_string(std::atoi(port))));
}

// A free port, as far as anybody can know.
std::uint16_t free_port() {
  return Socket::listen_on(asyncio::Address::loopback(0))
      .local_address()
      .port();
}

// nginx with one folder to serve, and no more of a configuration.
class Nginx {
 public:
  explicit Nginx(const std::string& program) {
    port_ = free_port();
    folder_.write("index.html", "<p>from nginx</p>");
    folder_.write("large", std::string(300'000, 'n'));
    const std::string& here = folder_.path();
    const std::string configuration = folder_.write(
        "nginx.conf",
        "daemon off; master_process off; pid " + here + "/pid;\n"
        "error_log " + here + "/log;\nevents {}\nhttp {\n"
        "access_log off; client_body_temp_path " + here + ";\n"
        "server { listen 127.0.0.1:" + std::to_string(port_) +
        "; root " + here + "; keepalive_requests 10; } }\n");
    child_ = std::make_unique<Child>(std::vector<std::string>{
        program, "-c", configuration, "-e", here + "/log"});
  }
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_);
  }

 private:
  const asyncio::ScratchFolder folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Child> child_;  // ends before its folder does
};

// Until nginx listens: there is no other sign of it.
Coro<> wait_for_server(asyncio::HttpClient client, std::string url) {
  for (;;) {
    try {
      co_await client.get(url);
      co_return;
    } catch (const std::system_error&) {
    }
    co_await asyncio::sleep(10ms);
  }
}

Coro<> ask_nginx(std::string url) {
  const asyncio::HttpClient client;
  co_await wait_for_server(client, url + "/");
  // More than nginx answers on one connection: it closes some in between.
  for (int i = 0; i < 35; ++i) {
    const auto response = co_await client.get(url + "/");
    CHECK_EQ(response.body, "<p>from nginx</p>");
  }
  const auto large = co_await client.get(url + "/large");
  CHECK(large.body == std::string(300'000, 'n'));
  const auto none = co_await client.get(url + "/none");
  CHECK_EQ(none.status, 404);
  asyncio::ClientRequest head(url + "/large", "HEAD");
  const auto header = co_await client.send(head);
  CHECK_EQ(header.headers.find("Content-Length").value_or(""), "300000");
  client.close();
}

TEST("the client talks to nginx, which closes after every tenth answer") {
  const Nginx nginx(find_program({"/usr/sbin/nginx"}));
  asyncio::run(ask_nginx(nginx.url()));
}

}  // namespace
