// lesson_svg.hpp looks at a picture: is it one that a browser will draw, and
// that somebody who cannot see it is told about? It checks that an SVG file
// begins with <svg>, has a viewBox and a <title>, closes what it opens, and has
// no bare & or <. It is no XML parser.
//
// Pure, usable on any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lesson {

struct SvgFault {
  int line = 0;
  std::string what;
};

// The first fault of an SVG file's text.
std::optional<SvgFault> svg_fault(std::string_view text);

}  // namespace lesson
