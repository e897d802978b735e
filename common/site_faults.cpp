#include "common/site_faults.hpp"

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <thread>

namespace site {
namespace {

using asyncio::Socket;
using namespace std::chrono_literals;

constexpr char kHtml[] = "Content-Type: text/html\r\n";
constexpr char kPage[] = "<!DOCTYPE html>\n<title>Well</title>\n<p>All well.\n";

std::string head(std::string_view status, std::string_view fields) {
  std::string out = "HTTP/1.1 ";
  out.append(status).append("\r\nConnection: close\r\n").append(fields);
  return out + "\r\n";
}

std::string length_field(std::size_t length) {
  return "Content-Length: " + std::to_string(length) + "\r\n";
}

std::string location_field(std::string_view to) {
  std::string field = "Location: ";
  field += to;
  return field += "\r\n";
}

// Until the peer closes, or asks for more: it gets no second answer here, and
// should ask somewhere else.
void wait_for_more(Socket& peer) {
  char buffer[512];
  (void)peer.recv(buffer, sizeof buffer);
}

// Reads until the peer closes, and drops what comes.
void wait_for_the_end(Socket& peer) {
  char buffer[512];
  while (peer.recv(buffer, sizeof buffer) > 0) {
  }
}

void short_body(Socket& peer, std::string_view) {
  peer.send_all(head("200 OK", kHtml + length_field(1000)) + kPage);
}

void wrong_length(Socket& peer, std::string_view) {
  peer.send_all(head("200 OK", "Content-Length: twelve\r\n") + kPage);
}

void two_lengths(Socket& peer, std::string_view) {
  std::string lengths = length_field(5) + length_field(sizeof kPage - 1);
  peer.send_all(head("200 OK", kHtml + lengths) + kPage);
}

void long_body(Socket& peer, std::string_view) {
  std::string page = kPage;
  peer.send_all(head("200 OK", kHtml + length_field(page.size())) + page +
                "these bytes are beyond the length that was promised");
}

void bad_chunk(Socket& peer, std::string_view) {
  peer.send_all(head("200 OK", "Transfer-Encoding: chunked\r\n") +
                "5\r\nHello\r\nfive\r\nHello\r\n0\r\n\r\n");
}

void cut_chunk(Socket& peer, std::string_view) {
  peer.send_all(head("200 OK", "Transfer-Encoding: chunked\r\n") +
                "5\r\nHello\r\n5\r\nHe");
}

void endless_header(Socket& peer, std::string_view) {
  peer.send_all("HTTP/1.1 200 OK\r\n");
  for (;;) peer.send_all("X-Padding: and another header field\r\n");
}

void no_http(Socket& peer, std::string_view) {
  peer.send_all("SSH-2.0-OpenSSH_9.2\r\n");
}

void no_answer(Socket&, std::string_view) {}

void redirect_loop(Socket& peer, std::string_view query) {
  const char* to = query.empty() ? "?again" : "redirect-loop";
  peer.send_all(head("302 Found", location_field(to)));
}

void redirect_on(Socket& peer, std::string_view query) {
  std::string to = "?";
  to += query;
  to += '+';  // each time a longer one
  peer.send_all(head("302 Found", location_field(to)));
}

void redirect_nowhere(Socket& peer, std::string_view) {
  peer.send_all(head("302 Found", "Location: http://[::1/\r\n"));
}

void redirect_tls(Socket& peer, std::string_view) {
  peer.send_all(head("301 Moved Permanently",
                     "Location: https://127.0.0.1/\r\n"));
}

// Closing a socket whose linger time is zero sends RST in place of FIN.
void reset(Socket& peer, std::string_view) {
  linger option{1, 0};
  ::setsockopt(peer.fd(), SOL_SOCKET, SO_LINGER, &option, sizeof option);
}

void reset_midway(Socket& peer, std::string_view) {
  short_body(peer, "");
  reset(peer, "");
}

void silence(Socket& peer, std::string_view) {
  peer.set_timeout(0s);  // more patient than any client
  wait_for_the_end(peer);
}

// Every byte arrives in good time, and the whole never does: a limit on the
// time between two bytes does not see it.
void slow_drip(Socket& peer, std::string_view) {
  peer.send_all(head("200 OK", kHtml + length_field(1'000'000)));
  for (;;) {
    peer.send_all(".");
    std::this_thread::sleep_for(100ms);
  }
}

void unending_body(Socket& peer, std::string_view) {
  peer.send_all(head("200 OK", "Content-Type: text/plain\r\n"));
  const std::string block(64 * 1024, '.');
  for (;;) peer.send_all(block);
}

std::string all_bytes() {
  std::string bytes;
  for (int i = 0; i < 4096; ++i) bytes += static_cast<char>(i * 7 % 256);
  return bytes + "\n>";  // ends the tag that a "<" among them opened
}

void binary(Socket& peer, std::string_view) {
  std::string body = all_bytes() + "<a href=\"/never/binary\">x</a>";
  peer.send_all(head("200 OK", "Content-Type: application/octet-stream\r\n" +
                                   length_field(body.size())) + body);
}

// The same, declared as HTML: the link in it counts then, so it leads home.
void binary_html(Socket& peer, std::string_view) {
  std::string body = all_bytes() + "<a href=\"/bad/\">bad</a>";
  peer.send_all(head("200 OK", kHtml + length_field(body.size())) + body);
}

void server_error(Socket& peer, std::string_view) {
  std::string body = "<p>Out of order.\n";
  peer.send_all(head("500 Internal Server Error",
                     kHtml + length_field(body.size())) + body);
}

void chunked(Socket& peer, std::string_view) {
  std::string fields(kHtml);
  fields.append("Transfer-Encoding: chunked\r\n");
  peer.send_all(head("200 OK", fields));
  peer.send_all("6\r\n<p>All\r\n7;name=value\r\n well.\n\r\n");
  peer.send_all("0\r\nX-Trailer: yes\r\n\r\n");
}

void until_close(Socket& peer, std::string_view) {
  peer.send_all(head("200 OK", kHtml) + kPage);
}

// Only the length tells that this answer is over.
void keep_alive(Socket& peer, std::string_view) {
  std::string page = kPage;
  peer.send_all("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n" +
                (kHtml + length_field(page.size())) + "\r\n" + page);
  wait_for_more(peer);
}

void early_hints(Socket& peer, std::string_view) {
  peer.send_all("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n");
  until_close(peer, "");
}

void no_content(Socket& peer, std::string_view) {
  peer.send_all(head("204 No Content", ""));
  wait_for_more(peer);
}

// A byte at a time, without a pause: whoever expects a line or a header to
// arrive in one piece is wrong.
void bytewise(Socket& peer, std::string_view) {
  peer.set_nodelay(true);
  std::string page = kPage;
  std::string all =
      head("200 OK", kHtml + length_field(page.size())) + page;
  for (char c : all) peer.send_all(std::string_view(&c, 1));
}

}  // namespace

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = {
      {"short-body", "promises 1000 bytes and closes after 49", short_body},
      {"wrong-length", "a Content-Length that is no number", wrong_length},
      {"two-lengths", "two Content-Lengths that differ", two_lengths},
      {"bad-chunk", "a chunk whose size is no number", bad_chunk},
      {"cut-chunk", "closes within a chunk", cut_chunk},
      {"endless-header", "header fields without an end", endless_header},
      {"no-http", "answers in another protocol", no_http},
      {"no-answer", "closes without a byte", no_answer},
      {"redirect-loop", "two addresses, each redirects to the other",
       redirect_loop},
      {"redirect-on", "redirects to ever new addresses", redirect_on},
      {"redirect-nowhere", "redirects to what is no URL", redirect_nowhere},
      {"redirect-tls", "redirects to https", redirect_tls},
      {"reset", "resets the connection once asked", reset},
      {"reset-midway", "resets it within the body", reset_midway},
      {"silence", "takes the request and never answers", silence},
      {"slow-drip", "a long body, ten bytes a second", slow_drip},
      {"unending-body", "a body without an end, as fast as it can",
       unending_body},
      {"server-error", "500", server_error},
      {"binary", "every byte there is (no fault)", binary},
      {"binary-html", "the same, declared as HTML (no fault)", binary_html},
      {"long-body", "sends more than it promised (no fault)", long_body},
      {"chunked", "a body in chunks (no fault)", chunked},
      {"until-close", "a body that ends with the connection (no fault)",
       until_close},
      {"keep-alive", "keeps the connection open (no fault)", keep_alive},
      {"early-hints", "103 before 200 (no fault)", early_hints},
      {"no-content", "204 (no fault)", no_content},
      {"bytewise", "a byte a packet (no fault)", bytewise},
  };
  return all;
}

std::string fault_index() {
  std::string out =
      "<!DOCTYPE html>\n<title>Misbehaviours</title>\n"
      "<h1>Misbehaviours</h1>\n<ul>\n";
  for (const Fault& fault : faults()) {
    std::string name = fault.name;
    out += "<li><a href=\"/bad/" + name + "\">" + name + "</a>: ";
    out += fault.about;
    out += '\n';
  }
  return out + "<li><a href=\"/bad/no-page\">no-page</a>: 404\n</ul>\n";
}

bool misbehave(Socket& peer, std::string_view target) {
  constexpr std::string_view kFolder = "/bad/";
  if (target.substr(0, kFolder.size()) != kFolder) return false;
  std::string_view name = target.substr(kFolder.size());
  std::string_view query;
  if (std::size_t mark = name.find('?'); mark != std::string_view::npos) {
    query = name.substr(mark + 1);
    name = name.substr(0, mark);
  }
  for (const Fault& fault : faults()) {
    if (name != fault.name) continue;
    fault.act(peer, query);
    return true;
  }
  return false;
}

}  // namespace site
