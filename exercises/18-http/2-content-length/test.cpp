#include <initializer_list>
#include <string>
#include <string_view>

#include "answer.hpp"
#include "common/http.hpp"
#include "exercises/expect.hpp"

using exercise::answer;
using exercise::expect;
using exercise::expect_equal;

namespace {

struct Read {
  bool complete = false;
  std::string body;
  std::string length;  // what Content-Length says
  std::string rest;    // what the client has not taken for this answer
  std::string error;
};

// Reads an answer as a client does that has sent `method`. What it leaves is
// the beginning of the next answer, for this client.
Read read(std::string_view method, const std::string& bytes) {
  web::ResponseParser response(method);
  Read read;
  try {
    read.rest = bytes.substr(response.consume(bytes));
    read.complete = response.complete();
    read.body = response.body();
    read.length = response.header("Content-Length").value_or("(none)");
  } catch (const web::ProtocolError& error) {
    read.error = error.what();
  }
  return read;
}

void expect_whole(const std::string& what, const Read& came,
                  std::string_view body) {
  expect_equal("what is wrong with the " + what, came.error, "",
               "can a client read this header?");
  expect_equal("what is left over behind the " + what, came.rest, "",
               "how many bytes does the header promise, and how many follow?");
  expect(came.complete, "the " + what + " is complete",
         "the client waits for more bytes than there are");
  expect_equal("the body of the " + what, came.body, body,
               "which bytes belong to the body?");
}

}  // namespace

TEST("an answer ends where its header says, in every alphabet") {
  for (const std::string city : {"Rome", "Köln", "Αθήνα", "東京", ""}) {
    expect_whole("answer to GET " + city, read("GET", answer("GET", city)),
                 "Greetings from " + city + "!\n");
  }
}

TEST("an answer to HEAD has the header of a GET, and no body") {
  for (const std::string city : {"Rome", "Köln"}) {
    const Read head = read("HEAD", answer("HEAD", city));
    expect_whole("answer to HEAD " + city, head, "");
    expect_equal("the Content-Length of the answer to HEAD " + city,
                 head.length, read("GET", answer("GET", city)).length,
                 "HEAD asks how long the body of a GET would be");
  }
}

TEST("three answers on one connection are three for the client, too") {
  std::string bytes = answer("GET", "Køge");
  bytes += answer("HEAD", "Køge");
  bytes += answer("GET", "Rome");
  Read first = read("GET", bytes);
  Read second = read("HEAD", first.rest);
  Read third = read("GET", second.rest);
  expect_equal("what is wrong with the second answer", second.error, "",
               "where does the first one end for the client?");
  expect_whole("third answer", third, "Greetings from Rome!\n");
}
