#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "18-http/http_response.hpp"

namespace asyncio {

// A Router is a handler that chooses another one, by method and path:
//
//     Router router;
//     router.get("/users/{id}", show_user);   // request.part("id")
//     router.mount("/files/", files);         // request.part("*")
//
// A path is decoded before it is compared, one segment at a time, so that an
// escaped slash is no separator. {name} stands for one segment that is not
// empty. The first route that fits is taken. GET answers HEAD too, and
// OPTIONS is answered from the list.
//
// Nothing fits: 404; another method would: 405 with Allow; a method that
// nobody has heard of: 501; an escape that is none: 400.
//
// Copies are whole. It is complete before the server starts; requests only
// read it. What calling it gives borrows its handlers.
class Router {
 public:
  void add(std::string_view method, std::string_view pattern,
           HttpHandler handler);
  void get(std::string_view pattern, HttpHandler handler) {
    add("GET", pattern, std::move(handler));
  }
  void post(std::string_view pattern, HttpHandler handler) {
    add("POST", pattern, std::move(handler));
  }

  // All paths that begin with `prefix`, and all methods.
  void mount(std::string_view prefix, HttpHandler handler);

  Coro<HttpResponse> operator()(HttpRequest& request) const;

 private:
  struct Route {
    std::string method;  // empty: any
    std::vector<std::string> segments;
    bool prefix = false;
    HttpHandler handler;
  };
  const Route* find(HttpRequest& request,
                    const std::vector<std::string>& segments,
                    std::vector<std::string_view>& allowed) const;

  std::vector<Route> routes_;
};

}  // namespace asyncio
