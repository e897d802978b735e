// Headers is the list of a message's header fields, in the order received.
// Names compare without regard to case and are kept as the peer wrote them. A
// name can occur more than once (Set-Cookie does), which is why this is a list
// and not a map; a message has some ten fields, and a scan of those is faster.
//
// It is a value that owns its strings, for one thread at a time. A view or
// iterator from it lives until the next add().

#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace web {

struct Header {
  std::string name;
  std::string value;
};

class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) : fields_(fields) {}

  void add(std::string_view name, std::string_view value);

  // Continues the last field on a further line (RFC 9112 section 5.2: the
  // line break reads as one space). REQUIRES: not empty().
  void extend(std::string_view more);

  // The first value of that name, if any.
  std::optional<std::string_view> find(std::string_view name) const;

  // How many fields have that name.
  std::size_t count(std::string_view name) const;

  // The elements of a field that is a list, over all its lines, trimmed and
  // without empty ones: "a, b" and then "c" are three (RFC 9110 section 5.6.1).
  // For lists of tokens: it does not know about quoted commas.
  std::vector<std::string_view> list(std::string_view name) const;

  // Whether that list has the element, in any case: Connection: "close".
  bool has(std::string_view name, std::string_view element) const;

  // Forgets all fields, and keeps the memory for the next ones.
  void clear() { fields_.clear(); }

  bool empty() const { return fields_.empty(); }
  std::size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Header> fields_;
};

}  // namespace web
