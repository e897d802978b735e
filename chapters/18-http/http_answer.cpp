// The task of an HttpConnection: from a whole request to a whole answer.

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "10-tasks/sleep.hpp"
#include "18-http/http_connection.hpp"
#include "common/error.hpp"
#include "common/http.hpp"

namespace asyncio {
namespace {

// A body up to here leaves together with its header; a longer one is not
// copied for that.
constexpr std::size_t kSmallBody = 16 * 1024;

// After so many requests in a row that never waited, the others have a turn.
constexpr int kBurst = 64;

std::system_error gone() {
  return os_error(EPIPE, "write", "an answer's body");
}

std::logic_error wrong_length() {
  return std::logic_error("the body is not as long as its header says");
}

}  // namespace

// However the task ends, its connection does.
class HttpConnection::Serving {
 public:
  explicit Serving(Ref<HttpConnection> self) : self_(std::move(self)) {}
  Serving(const Serving&) = delete;
  ~Serving() {
    if (!finished_) self_->abort();
    if (running_) self_->server_->handler_ended();
  }
  void set_running(bool running) {
    HttpServerState& server = *self_->server_;
    running_ = running;
    running ? server.handler_began() : server.handler_ended();
  }
  void set_finished() { finished_ = true; }

 private:
  Ref<HttpConnection> self_;
  bool running_ = false;
  bool finished_ = false;
};

Coro<> HttpConnection::serve(Ref<HttpConnection> self) {
  Serving serving(self);
  const HttpHandler& handler = self->server_->handler();
  for (int burst = 1;; ++burst) {
    if (!self->is_settled()) self->read_ahead();
    if (!self->is_settled()) self->flush();
    while (!self->is_settled() && !self->eof_) co_await Change(*self);
    if (!self->is_settled() || self->refusal_ != 0) break;
    self->begin_request();
    serving.set_running(true);
    std::exception_ptr error;
    try {
      HttpResponse response = co_await handler(self->request_);
      self->append_answer(response);
      if (response.stream) co_await self->send_stream(response);
    } catch (...) {
      error = std::current_exception();
    }
    if (error) self->answer_for(std::move(error));
    serving.set_running(false);
    self->end_answer();
    while (self->paused_) co_await Change(*self);
    if (!self->keep_) break;
    if (burst % kBurst == 0) co_await sleep(Duration::zero());
  }
  self->finish();
  serving.set_finished();
}

void HttpConnection::begin_request() {
  keep_ = keep_ && request_.parser().keep_alive() && !server_->draining();
  body_bytes_ = 0;
  if (options().access_log) [[unlikely]] began_ = loop().time();
}

// True for an exception that is not the handler's: Ctrl-C, and a cancellation
// that was meant for this task.
bool HttpConnection::is_ours(const std::exception_ptr& error) const {
  try {
    std::rethrow_exception(error);
  } catch (const CancelledError&) {
    return !transport_ || current_task().cancelling() > 0;
  } catch (const Interrupted&) {
    return true;
  } catch (...) {
    return false;
  }
}

// An exception has left the handler: it becomes an answer.
void HttpConnection::answer_for(std::exception_ptr error) {
  if (is_ours(error)) std::rethrow_exception(error);
  HttpResponse response = error_response(500);
  try {
    std::rethrow_exception(error);
  } catch (const HttpError& known) {
    response = text_response(std::string(known.what()) + "\n", known.status());
  } catch (...) {
    report("Exception in an HTTP handler", std::move(error));
  }
  append_answer(response);
}

void HttpConnection::report(const char* message, std::exception_ptr error) {
  ExceptionContext context;
  context.message = message;
  context.subject = request_.method() + " " + request_.target();
  context.exception = std::move(error);
  loop().call_exception_handler(context);
}

// The header and, unless it is a stream, the body. A header that cannot be
// sent is the handler's fault, and becomes 500.
void HttpConnection::append_answer(HttpResponse& response) {
  const std::size_t before = out_.size();
  try {
    append_header(response);
  } catch (const std::invalid_argument&) {
    out_.resize(before);
    report("Exception in an HTTP handler", std::current_exception());
    response = error_response(500);
    append_header(response);
  }
  status_ = response.status;
  const bool bodiless = request_.method() == "HEAD" ||
                        response.status == 204 || response.status == 304;
  if (bodiless) response.stream = nullptr;
  if (bodiless || response.stream) return;
  body_bytes_ = response.body.size();
  if (response.body.size() > kSmallBody) {
    flush();
    return send(response.body);
  }
  out_ += response.body;
}

// HTTP/1.0 knows no chunks: there the end of the connection ends the body.
void HttpConnection::append_header(const HttpResponse& response) {
  const bool old = request_.parser().minor_version() == 0;
  const bool unsized = response.stream && !response.stream_length;
  if (unsized && old) keep_ = false;
  BodyFraming framing;
  framing.chunked = unsized && !old;
  framing.close = !keep_;
  framing.say_keep_alive = keep_ && old;
  chunked_ = framing.chunked;
  most_bytes_ = response.stream_length.value_or(UINT64_MAX);
  write_header(out_, response, framing, server_->date_line());
}

// The answer is whole: on to the next request.
void HttpConnection::end_answer() {
  HttpCounters& counters = server_->counters();
  ++counters.requests;
  ++counters.answers[status_ / 100 % 6];
  ++served_;
  if (options().access_log) [[unlikely]] log_answer();
  // More requests wait: their answers may leave together with this one.
  if (ahead_.empty() || out_.size() > kSmallBody) {
    flush();
  } else {
    flush_.schedule();
  }
  request_.reset();
  asked_on_ = false;
  phase_ = Phase::idle;
}

// No request will follow. A refusal is the last answer. Whoever was refused
// may be sending still; so may one who was told "close" and did not know yet.
void HttpConnection::finish() {
  if (request_.parser().started() && eof_ && refusal_ == 0 && keep_) {
    refusal_ = 400;  // cut short: the peer can still read
  }
  if (refusal_ != 0) {
    keep_ = false;
    HttpResponse response = error_response(refusal_);
    append_answer(response);
    end_answer();
  }
  flush();
  const bool all_read = eof_ || (refusal_ == 0 && ahead_.empty());
  if (!all_read) return start_lingering();
  if (transport_) transport_->close();
}

// ---- Streams --------------------------------------------------------------

Coro<> HttpConnection::send_stream(const HttpResponse& response) {
  BodyWriter& writer = *this;
  std::exception_ptr error;
  try {
    co_await response.stream(writer);
  } catch (...) {
    error = std::current_exception();
  }
  if (error) co_return break_off(std::move(error));
  if (response.stream_length && body_bytes_ != *response.stream_length) {
    co_return break_off(std::make_exception_ptr(wrong_length()));
  }
  if (chunked_) out_ += "0\r\n\r\n";
}

// The status was sent: what is left to say is a connection that breaks.
void HttpConnection::break_off(std::exception_ptr error) {
  if (is_ours(error)) std::rethrow_exception(error);
  if (transport_) report("Exception in an HTTP body", std::move(error));
  keep_ = false;
  out_.clear();
  abort();
}

Coro<> HttpConnection::write(std::string_view data) {
  if (!transport_) throw gone();
  if (data.size() > most_bytes_ - body_bytes_) throw wrong_length();
  append_piece(data);
  flush();
  while (paused_ && transport_) co_await Change(*this);
  if (!transport_) throw gone();
}

void HttpConnection::append_piece(std::string_view data) {
  if (data.empty()) return;  // an empty chunk would be the last
  body_bytes_ += data.size();
  if (!chunked_) {
    out_ += data;
    return;
  }
  char size[16];
  const auto end = std::to_chars(size, size + sizeof size, data.size(), 16);
  out_.append(size, end.ptr);
  ((out_ += "\r\n") += data) += "\r\n";
}

// ---- The log --------------------------------------------------------------

void HttpConnection::log_answer() {
  AccessEntry entry;
  const std::string peer = request_.peer().str();
  entry.host = peer.substr(0, peer.rfind(':'));
  entry.time = std::time(nullptr);
  if (!request_.method().empty()) {
    entry.request = request_.method() + " " + request_.target() + " HTTP/1." +
                    std::to_string(request_.minor_version());
  }
  entry.status = status_;
  entry.bytes = body_bytes_;
  entry.referer = request_.header("Referer").value_or("");
  entry.user_agent = request_.header("User-Agent").value_or("");
  entry.taken = began_ == TimePoint{} ? Duration{} : loop().time() - began_;
  server_->log(entry);
}

}  // namespace asyncio
