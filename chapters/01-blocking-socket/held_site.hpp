// A HeldSite is a web server that keeps its visitors waiting: it answers "/"
// at once with links to N pages, and holds every request for a page until it
// is told to answer. With it a test sees how many requests a crawl has under
// way at once, without a clock.
//
// It serves on one thread of its own; the functions are for the test's thread.
// REQUIRES: programs are started through the system (fork and exec), not by
// forking this process and going on.
//
// Not part of the library: for programs and tests.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/socket.hpp"

namespace test {

class HeldSite {
 public:
  explicit HeldSite(int pages) : pages_(pages) {}

  // Ends when the crawl has: it answers what is left, and goes.
  ~HeldSite() {
    ending_ = true;
    release();
    {
      asyncio::Socket knock = asyncio::Socket::create(AF_INET);
      knock.connect(address_);  // wakes accept()
    }
    server_.join();
  }

  std::string url() const { return "http://" + address_.str() + "/"; }

  // Waits until `count` requests are held at the same time.
  void wait_held(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return held_.size() >= count; });
  }

  std::size_t held() {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }

  // Answers the requests that are held. Those that come later are held again.
  void release() {
    std::vector<asyncio::Socket> held;
    {
      const std::lock_guard lock(mutex_);
      held.swap(held_);
    }
    for (asyncio::Socket& client : held) answer(client, "a page");
  }

  // The same, and from now on holds nobody.
  void let_all_go() {
    open_ = true;
    release();
  }

 private:
  void serve() {
    for (;;) {
      asyncio::Socket client = listener_.accept();
      if (ending_) return;
      const std::string request = read_request(client);
      if (request.starts_with("GET / ")) {
        answer(client, index());
      } else if (!request.empty()) {
        hold(std::move(client));
        if (open_) release();
      }
    }
  }

  void hold(asyncio::Socket client) {
    const std::lock_guard lock(mutex_);
    held_.push_back(std::move(client));
    changed_.notify_all();
  }

  static std::string read_request(asyncio::Socket& client) {
    std::string request;
    char byte;
    try {
      while (!request.ends_with("\r\n\r\n") && client.recv(&byte, 1) == 1) {
        request += byte;
      }
    } catch (const std::exception&) {  // as in answer()
    }
    return request;
  }

  std::string index() const {
    std::string html;
    for (int page = 1; page <= pages_; ++page) {
      html += "<a href=\"/page-" + std::to_string(page) + "\">a page</a>\n";
    }
    return html;
  }

  static void answer(asyncio::Socket& client, const std::string& html) {
    try {
      client.send_all(
          "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
          "Connection: close\r\nContent-Length: " +
          std::to_string(html.size()) + "\r\n\r\n" + html);
    } catch (const std::exception&) {  // a crawl that was ended does not care
    }
  }

  const int pages_;
  asyncio::Socket listener_ =
      asyncio::Socket::listen_on(asyncio::Address::loopback(0));
  const asyncio::Address address_ = listener_.local_address();
  std::mutex mutex_;  // guards held_
  std::condition_variable changed_;
  std::vector<asyncio::Socket> held_;
  std::atomic<bool> open_ = false;
  std::atomic<bool> ending_ = false;
  std::thread server_{&HeldSite::serve, this};  // last: it uses all the rest
};

}  // namespace test
