// A libFuzzer target for the two parsers of common/http.hpp, built with clang
// only (see CMakeLists.txt):
//
//   fuzz_http --seed FOLDER     writes a corpus of whole messages
//   fuzz_http FOLDER -max_total_time=60
//
// The first byte of an input says which parser reads it, how strict its
// limits are, and how the rest is cut into pieces. Whatever the cut, the
// outcome must be that of the whole: the same message, or the same refusal.
// Nothing else may happen; the sanitizers see to it.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "common/http.hpp"

namespace {

using std::string_view;

// What a parser made of the bytes, as one text.
template <class Parser>
std::string outcome(Parser parser, string_view text, std::size_t piece) {
  std::size_t consumed = 0;
  try {
    string_view rest = text;
    while (!rest.empty() && !parser.complete()) {
      const string_view part = rest.substr(0, piece);
      const std::size_t n = parser.consume(part);
      if (n != part.size() && !parser.complete()) std::abort();
      consumed += n;
      rest.remove_prefix(n);
    }
    parser.feed_eof();
  } catch (const web::ProtocolError& error) {
    return std::to_string(error.status()) + " " + error.what();
  }
  std::string result = std::to_string(consumed);
  result += parser.complete() ? " complete " : " waits ";
  if (parser.header_complete()) result += parser.keep_alive() ? "keep" : "end";
  for (const web::Header& field : parser.headers()) {
    ((((result += '\n') += field.name) += '=') += field.value);
  }
  return (result += '\n') += parser.body();
}

template <class Parser>
void check(const Parser& fresh, string_view text, std::size_t piece) {
  const std::string whole = outcome(fresh, text, text.size() + 1);
  if (outcome(fresh, text, piece) != whole) std::abort();
  // A parser that has read one message and was reset is as good as new.
  Parser used = fresh;
  try {
    used.consume(text);
  } catch (const web::ProtocolError&) {
  }
  used.reset();
  if (outcome(used, text, text.size() + 1) != whole) std::abort();
}

constexpr string_view seeds[] = {
    "GET /a?b=c HTTP/1.1\r\nHost: h:80\r\nConnection: keep-alive\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
    "PUT /x HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3;x=\"y\"\r\nabc\r\n0\r\nA: b\r\n\r\n",
    "OPTIONS * HTTP/1.0\r\nExpect: 100-continue\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX: y\r\n  folded\r\n\r\nabc",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 301 Moved\r\nLocation: /\r\n\r\nx",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
    "HTTP/1.1 304 Not Modified\nETag: \"1\"\n\n",
};

// Each message, once for each kind of first byte.
void write_seeds(const std::string& folder) {
  int number = 0;
  for (const string_view text : seeds) {
    for (const int kind : {0, 1, 2, 3, 8, 9, 14, 15}) {
      const std::string name = folder + "/seed-" + std::to_string(number++);
      std::FILE* file = std::fopen(name.c_str(), "we");
      if (file == nullptr) {
        std::perror(name.c_str());
        std::exit(1);
      }
      std::fputc(kind, file);
      std::fwrite(text.data(), 1, text.size(), file);
      std::fclose(file);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc != 3 || std::strcmp((*argv)[1], "--seed") != 0) return 0;
  write_seeds((*argv)[2]);
  std::exit(0);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size == 0) return 0;
  const unsigned kind = data[0];
  const string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  web::Limits limits;
  if ((kind & 2) != 0) limits = {.start_line = 40, .header = 120, .body = 20};
  const std::size_t piece = 1 + (kind >> 2) % 16;
  if ((kind & 1) != 0) {
    check(web::RequestParser(limits), text, piece);
  } else {
    check(web::ResponseParser((kind & 64) != 0 ? "HEAD" : "GET", limits), text,
          piece);
  }
  return 0;
}
