// The test says: the Content-Length of the answer to HEAD Rome: expected "21", came "0"
#pragma once

#include <string>
#include <string_view>

namespace exercise {

// What the server sends for a GET or a HEAD of a city's page. The connection
// is kept, and the next answer follows on it.
inline std::string answer(std::string_view method, std::string_view city) {
  std::string body = "Greetings from ";
  body += city;
  body += "!\n";
  if (method == "HEAD") body.clear();
  std::string text = "HTTP/1.1 200 OK\r\n";
  text += "Content-Type: text/plain; charset=utf-8\r\n";
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "\r\n";
  return text + body;
}

}  // namespace exercise
