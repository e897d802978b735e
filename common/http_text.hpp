// The grammar that HTTP's reader and writer share (RFC 9110 section 5.6): what
// may stand in a name, a value, a target. Plain functions for any thread.

#pragma once

#include <string_view>

namespace web {

// A method or a field's name: letters, digits and !#$%&'*+-.^_`|~, at least
// one.
bool is_token(std::string_view text);

// A field's value or a reason phrase: no control character but the tab. Bytes
// above 127 pass; what they mean is unknown (obs-text).
bool is_field_text(std::string_view text);

// Printing ASCII without spaces, at least one: a request target. No '#' either,
// since a fragment stays with the client.
bool is_target_text(std::string_view text);

// What may follow "Host:": a host and maybe a port; also nothing.
bool is_host(std::string_view text);

}  // namespace web
