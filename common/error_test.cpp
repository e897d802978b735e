#include "common/error.hpp"

#include <cerrno>
#include <stdexcept>

#include "common/interrupt.hpp"
#include "common/test.hpp"

namespace {

using asyncio::describe;
using asyncio::os_error;

TEST("an error says operation, subject and cause") {
  const auto error = os_error(ECONNREFUSED, "connect", "127.0.0.1:9");
  CHECK_EQ(error.what(), "connect 127.0.0.1:9: Connection refused");
}

TEST("an error without a subject leaves no gap") {
  CHECK_EQ(os_error(EMFILE, "pipe", "").what(), "pipe: Too many open files");
}

TEST("an error's code compares with std::errc") {
  const auto error = os_error(ECONNRESET, "recv", "127.0.0.1:80");
  CHECK(error.code() == std::errc::connection_reset);
  CHECK(error.code() != std::errc::connection_refused);
}

TEST("throw_errno takes the cause from errno") {
  errno = ENOENT;
  CHECK_WHAT(asyncio::throw_errno("open", "/no/such"),
             "open /no/such: No such file or directory");
}

TEST("an exception pointer is described by its what()") {
  CHECK_EQ(describe(std::make_exception_ptr(std::runtime_error("boom"))),
           "boom");
}

TEST("an exception that is no std::exception is described by a word") {
  CHECK_EQ(describe(std::make_exception_ptr(asyncio::Interrupted())),
           "interrupted");
  CHECK_EQ(describe(std::make_exception_ptr(42)), "unknown exception");
  CHECK_EQ(describe(nullptr), "no error");
}

}  // namespace
