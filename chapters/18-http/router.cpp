#include "18-http/router.hpp"

#include <algorithm>
#include <optional>

#include "18-http/percent.hpp"

namespace asyncio {
namespace {

using std::string_view;
using Segments = std::vector<std::string>;

// "/a/b%2Fc" is {"a", "b/c"}, and "/a/" is {"a", ""}.
std::optional<Segments> split(string_view path) {
  Segments segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  for (;;) {
    const auto slash = std::min(path.find('/'), path.size());
    auto segment = percent_decode(path.substr(0, slash));
    if (!segment) return std::nullopt;
    segments.push_back(std::move(*segment));
    if (slash == path.size()) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_part(string_view pattern) {
  return pattern.size() > 2 && pattern.front() == '{' && pattern.back() == '}';
}

bool fits(const Segments& pattern, bool prefix, const Segments& path) {
  if (prefix ? path.size() < pattern.size() : path.size() != pattern.size()) {
    return false;
  }
  // A prefix ends in a slash, and so in a segment that is empty.
  const std::size_t count = pattern.size() - (prefix ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i) {
    const bool same = is_part(pattern[i]) ? !path[i].empty()
                                          : pattern[i] == path[i];
    if (!same) return false;
  }
  return true;
}

// What the pattern's parts stand for in this path. What lies behind a prefix
// stays as it came: whoever serves it decodes it by rules of its own.
void set_parts(HttpRequest& request, const Segments& pattern, bool prefix,
               const Segments& path) {
  request.clear_parts();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_part(pattern[i])) continue;
    const string_view name(pattern[i]);
    request.set_part(name.substr(1, name.size() - 2), path[i]);
  }
  if (!prefix) return;
  string_view rest = request.path();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    rest.remove_prefix(std::min(rest.find('/') + 1, rest.size()));
  }
  request.set_part("*", std::string(rest));
}

bool is_known(string_view method) {
  for (const string_view known :
       {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    if (method == known) return true;
  }
  return false;
}

// "GET, HEAD, OPTIONS", each once.
std::string allow_text(const std::vector<string_view>& methods) {
  std::vector<string_view> all;
  const auto add = [&all](string_view method) {
    if (std::find(all.begin(), all.end(), method) == all.end()) {
      all.push_back(method);
    }
  };
  for (const string_view method : methods) {
    add(method);
    if (method == "GET") add("HEAD");
  }
  add("OPTIONS");
  std::string text;
  for (const string_view method : all) {
    if (!text.empty()) text += ", ";
    text += method;
  }
  return text;
}

Coro<HttpResponse> answer(HttpResponse response) { co_return response; }

HttpResponse refusal(const std::string& method,
                     const std::vector<string_view>& allowed) {
  if (!is_known(method)) return error_response(501);
  if (allowed.empty()) return error_response(404);
  HttpResponse response =
      method == "OPTIONS" ? HttpResponse(204) : error_response(405);
  response.headers.add("Allow", allow_text(allowed));
  return response;
}

}  // namespace

void Router::add(string_view method, string_view pattern,
                 HttpHandler handler) {
  auto segments = split(pattern);
  if (!pattern.starts_with('/') || !segments) {
    throw std::invalid_argument("add a route: bad pattern '" +
                                std::string(pattern) + "'");
  }
  routes_.push_back({std::string(method), std::move(*segments), false,
                     std::move(handler)});
}

void Router::mount(string_view prefix, HttpHandler handler) {
  if (!prefix.ends_with('/')) {
    throw std::invalid_argument("mount a handler: '" + std::string(prefix) +
                                "' does not end in '/'");
  }
  add("", prefix, std::move(handler));
  routes_.back().prefix = true;
}

// The route, or nullptr and the methods that would do.
const Router::Route* Router::find(HttpRequest& request,
                                  const Segments& segments,
                                  std::vector<string_view>& allowed) const {
  const std::string& method = request.method();
  for (const Route& route : routes_) {
    if (!fits(route.segments, route.prefix, segments)) continue;
    if (route.method.empty() || route.method == method ||
        (route.method == "GET" && method == "HEAD")) {
      set_parts(request, route.segments, route.prefix, segments);
      return &route;
    }
    allowed.push_back(route.method);
  }
  return nullptr;
}

Coro<HttpResponse> Router::operator()(HttpRequest& request) const {
  const auto segments = split(request.path());
  if (!segments) return answer(error_response(400));
  std::vector<string_view> allowed;
  const Route* route = find(request, *segments, allowed);
  if (route) return route->handler(request);
  return answer(refusal(request.method(), allowed));
}

}  // namespace asyncio
