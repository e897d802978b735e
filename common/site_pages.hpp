// The content of the embedded site: a pure function of its options and of the
// path that is asked for. No I/O; any thread.
//
// Pages are numbered. Page 0 is the root; page n has the children 8n+1 to
// 8n+8, and a few links across. The last three numbers stand for what is not
// an HTML page: a text file, a page that only a redirect leads to, and the
// redirect. So a crawl that follows all it should, and nothing else, finds
// exactly `options.pages` addresses.

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/site.hpp"

namespace site {

struct Answer {
  int status = 200;
  std::string content_type = "text/html; charset=utf-8";
  std::string location;  // of a redirect
  std::string body;
  std::chrono::milliseconds delay{0};  // before the answer
};

// The path, with its query, of page `number`: "/part-2/page-10.html".
// REQUIRES: 0 <= number < options.pages.
std::string page_path(const Options& options, int number);

// What the site answers to `target`, a path with an optional query. `host` is
// the request's Host, for the links that name it. Unknown paths are 404.
Answer answer_to(const Options& options, std::string_view target,
                 std::string_view host);

}  // namespace site
