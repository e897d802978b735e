// Link extraction: the addresses that an HTML page leads to. It reads tags as
// a browser's tokenizer does (WHATWG HTML section 13.2.5) and builds no tree:
// the links do not depend on one.
//
//   - the href of each <a> and <area>, in the order of the page;
//   - resolved against the first <base href>, or else the page's own address;
//   - names in any case, values quoted or not, the first of equal attributes;
//   - not from comments, nor from the text of script, style, textarea, title,
//     iframe, xmp, noembed, noframes and plaintext, which holds no tags;
//   - only http and https; each once; without fragments.
//
// Any bytes are accepted: what makes no sense holds no links. The time taken
// grows with the length of the page, however broken. Plain functions without
// state: usable on any thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/url.hpp"

namespace web {

std::vector<Url> extract_links(std::string_view html, const Url& page);

// An attribute's value with its character references replaced, in UTF-8:
// &amp; &lt; &gt; &quot; &apos; &nbsp; and the numeric &#38; and &#x26;. Other
// names stay as they stand (an href holds few). As browsers do it: the
// semicolon may be missing, but "&lt=1" and "&lter" in a query are no
// references; a number that names no character becomes U+FFFD.
std::string decode_entities(std::string_view text);

}  // namespace web
