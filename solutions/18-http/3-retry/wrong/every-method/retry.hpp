// The test says: the number of tries for POST with a lost connection: expected 1, came 4
#pragma once

#include <algorithm>
#include <exception>
#include <functional>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "10-tasks/sleep.hpp"
#include "18-http/http_client.hpp"

namespace exercise {

using asyncio::ClientRequest;
using asyncio::ClientResponse;
using asyncio::Coro;

// Sends a request once, as HttpClient::send does.
using Send = std::function<Coro<ClientResponse>(ClientRequest)>;

// How one try has ended: with an answer, or with an exception.
struct Attempt {
  std::optional<ClientResponse> response;
  std::exception_ptr error;
};

// True if the same request should be sent once more.
inline bool may_repeat(const ClientRequest& request, const Attempt& attempt) {
  (void)request;
  if (attempt.response) {
    const int status = attempt.response->status;
    return status >= 502 && status <= 504;
  }
  try {
    std::rethrow_exception(attempt.error);
  } catch (const std::system_error&) {
    return true;
  } catch (const asyncio::TimeoutError&) {
    return true;
  } catch (...) {
    return false;
  }
}

inline Coro<Attempt> try_once(const Send& send, ClientRequest request) {
  Attempt attempt;
  try {
    ClientResponse response = co_await send(std::move(request));
    attempt.response = std::move(response);
  } catch (...) {
    attempt.error = std::current_exception();
  }
  co_return attempt;
}

// Sends a request up to `most` times, with growing pauses, and gives the last
// answer, or throws the last error.
inline Coro<ClientResponse> send_with_retries(Send send, ClientRequest request,
                                              int most) {
  asyncio::Duration pause = std::chrono::milliseconds(100);
  for (int left = most - 1;; --left) {
    Attempt attempt = co_await try_once(send, request);
    if (left <= 0 || !may_repeat(request, attempt)) {
      if (attempt.error) std::rethrow_exception(attempt.error);
      co_return std::move(*attempt.response);
    }
    co_await asyncio::sleep(pause);
    pause *= 2;
  }
}

}  // namespace exercise
