// error.hpp makes the errors of this course: every one names the operation that
// failed, its subject (an address, a file, a URL) and the cause, in that order,
// as "connect 127.0.0.1:9: Connection refused". Python's OSError carries the
// same three things (errno, strerror, filename).
//
// Any thread may call these functions.

#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <system_error>

namespace asyncio {

// The exception for errno value `code`. what() is "OPERATION SUBJECT: CAUSE";
// an empty subject is left out. Compare its kind with std::errc:
//
//   if (error.code() == std::errc::connection_refused) ...
std::system_error os_error(int code, std::string_view operation,
                           std::string_view subject);

// Throws os_error(errno, ...). Arguments that are computed in the call could
// change errno first: where they do more than copy, save errno before.
[[noreturn]] void throw_errno(std::string_view operation,
                              std::string_view subject);

// One line for a report: what() of a std::exception, "interrupted" for
// Interrupted (Ctrl-C), "unknown exception" for another type, and "no error"
// for an empty pointer.
std::string describe(const std::exception_ptr& error);

}  // namespace asyncio
