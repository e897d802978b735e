#include "common/http_headers.hpp"

#include <algorithm>
#include <cassert>

#include "common/text.hpp"

namespace web {

void Headers::add(std::string_view name, std::string_view value) {
  fields_.push_back({std::string(name), std::string(value)});
}

void Headers::extend(std::string_view more) {
  assert(!empty());
  std::string& value = fields_.back().value;
  if (!value.empty() && !more.empty()) value += ' ';
  value += more;
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const Header& field : fields_) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields_.begin(), fields_.end(),
      [name](const Header& h) { return equal_ignoring_case(h.name, name); }));
}

std::vector<std::string_view> Headers::list(std::string_view name) const {
  std::vector<std::string_view> elements;
  for (const Header& field : fields_) {
    if (!equal_ignoring_case(field.name, name)) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      const auto element = trim(rest.substr(0, comma));
      if (!element.empty()) elements.push_back(element);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return elements;
}

bool Headers::has(std::string_view name, std::string_view element) const {
  const auto elements = list(name);
  return std::any_of(elements.begin(), elements.end(), [element](auto e) {
    return equal_ignoring_case(e, element);
  });
}

}  // namespace web
