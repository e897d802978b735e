#include "common/error.hpp"

#include <cerrno>

#include "common/interrupt.hpp"

namespace asyncio {

std::system_error os_error(int code, std::string_view operation,
                           std::string_view subject) {
  std::string what(operation);
  if (!subject.empty()) {
    what += ' ';
    what += subject;
  }
  // system_error itself appends ": " and the cause.
  return std::system_error(code, std::system_category(), what);
}

void throw_errno(std::string_view operation, std::string_view subject) {
  const int code = errno;  // before building strings can change it
  throw os_error(code, operation, subject);
}

std::string describe(const std::exception_ptr& error) {
  if (!error) return "no error";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (const Interrupted&) {
    return "interrupted";
  } catch (...) {
    return "unknown exception";
  }
}

}  // namespace asyncio
