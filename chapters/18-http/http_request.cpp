#include "18-http/http_request.hpp"

#include <algorithm>

#include "18-http/percent.hpp"

namespace asyncio {
namespace {

// A proxy is asked for "http://host/path", and so may we be: the path begins
// behind the host (RFC 9112 section 3.2.2).
std::string_view without_origin(std::string_view target) {
  if (target.empty() || target.front() == '/') return target;
  const auto host = target.find("://");
  if (host == std::string_view::npos) return target;  // "*"
  const auto path = target.find_first_of("/?", host + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

std::string_view HttpRequest::path() const {
  const std::string_view whole = without_origin(target());
  const std::string_view path = whole.substr(0, whole.find('?'));
  return path.empty() ? "/" : path;
}

std::string_view HttpRequest::query() const {
  const std::string_view whole = target();
  const auto mark = whole.find('?');
  return mark == std::string_view::npos ? "" : whole.substr(mark + 1);
}

std::optional<std::string> HttpRequest::query(std::string_view name) const {
  return query_value(query(), name);
}

std::string_view HttpRequest::part(std::string_view name) const {
  for (const auto& [known, value] : parts_) {
    if (known == name) return value;
  }
  return {};
}

void HttpRequest::set_part(std::string_view name, std::string value) {
  parts_.emplace_back(name, std::move(value));
}

Address HttpRequest::peer() const {
  return transport_ ? transport_->get_extra_info().peername : Address();
}

void HttpRequest::reset() {
  parser_.reset();
  if (!parts_.empty()) parts_.clear();
}

}  // namespace asyncio
