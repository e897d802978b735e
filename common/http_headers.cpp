#include "common/http_headers.hpp"

#include <algorithm>
#include <cassert>

#include "common/text.hpp"

namespace web {
namespace {

// Calls each(element) for the elements of one line of a list, until it
// returns true; whether it did.
template <class Each>
bool any_element(std::string_view line, Each each) {
  while (!line.empty()) {
    const auto comma = std::min(line.find(','), line.size());
    const auto element = trim(line.substr(0, comma));
    if (!element.empty() && each(element)) return true;
    line.remove_prefix(std::min(comma + 1, line.size()));
  }
  return false;
}

}  // namespace

void Headers::add(std::string_view name, std::string_view value) {
  fields_.emplace_back(std::string(name), std::string(value));
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
    any_element(field.value, [&elements](std::string_view element) {
      elements.push_back(element);
      return false;
    });
  }
  return elements;
}

bool Headers::has(std::string_view name, std::string_view element) const {
  for (const Header& field : fields_) {
    if (!equal_ignoring_case(field.name, name)) continue;
    const bool found = any_element(field.value, [element](auto e) {
      return equal_ignoring_case(e, element);
    });
    if (found) return true;
  }
  return false;
}

}  // namespace web
