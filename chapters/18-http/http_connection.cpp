#include "18-http/http_connection.hpp"

#include <algorithm>
#include <utility>

namespace asyncio {
namespace {

// So much of later requests is kept while one is being answered.
constexpr std::size_t kMostAhead = 64 * 1024;

}  // namespace

HttpConnection::HttpConnection(Ref<HttpServerState> server)
    : server_(std::move(server)), request_(server_->options().limits) {}

// ---- The connection -------------------------------------------------------

void HttpConnection::connection_made(Transport& transport) {
  transport_ = &transport;
  request_.set_transport(&transport);
  server_->add(*this);
  HttpCounters& counters = server_->counters();
  ++counters.accepted;
  if (counters.open > options().max_connections) return refuse_connection();
  read_alarm_.set(options().idle_timeout / 4);
  if (server_->draining()) drain();  // it was accepted just before
  task_ = Task<>(loop(), serve(Ref<HttpConnection>(this)));
}

// There are too many. The answer is all that this connection will cost.
void HttpConnection::refuse_connection() {
  ++server_->counters().refused;
  keep_ = false;
  HttpResponse response = error_response(503);
  response.headers.add("Retry-After", "1");
  append_answer(response);
  flush();
  start_lingering();
}

void HttpConnection::connection_lost(std::exception_ptr) {
  transport_ = nullptr;
  keep_ = paused_ = false;
  request_.set_transport(nullptr);
  read_alarm_.cancel();
  write_alarm_.cancel();
  server_->remove(*this);
  // A handler that works for nobody is asked to stop.
  if (task_ && !task_.done()) task_.cancel();
  task_ = {};
}

// The peer will send no more, but it may still read: what has come is
// answered first.
bool HttpConnection::eof_received() {
  if (phase_ == Phase::lingering) return false;
  eof_ = true;
  wake();
  return true;
}

void HttpConnection::resume_writing() {
  paused_ = false;
  wake();
}

// A new connection may have its first request on the way: it has a moment.
void HttpConnection::drain() {
  keep_ = false;
  const bool idle = phase_ == Phase::idle && ahead_.empty() && out_.empty();
  if (!idle || !transport_) return;
  if (served_ > 0) return transport_->close();
  read_alarm_.set(options().linger_timeout);
}

void HttpConnection::abort() {
  if (transport_) transport_->abort();
}

// ---- Reading --------------------------------------------------------------

void HttpConnection::data_received(std::string_view data) {
  if (phase_ == Phase::lingering) return;
  if (phase_ != Phase::busy && ahead_.empty()) {
    data.remove_prefix(read(data));
    if (is_settled()) wake();
  }
  if (data.empty() || refusal_ != 0) return;
  ahead_ += data;
  if (ahead_.size() - ahead_start_ > kMostAhead) transport_->pause_reading();
}

// The task has something to do: a request is whole, or will never be.
bool HttpConnection::is_settled() const noexcept {
  return phase_ == Phase::busy || refusal_ != 0;
}

// Gives the request its bytes; how many of them were its own.
std::size_t HttpConnection::read(std::string_view data) {
  web::RequestParser& parser = request_.parser();
  std::size_t count = data.size();
  try {
    count = parser.consume(data);
    if (!parser.complete()) see_expectation();
  } catch (const web::ProtocolError& error) {
    refusal_ = error.status();
  }
  update_phase();
  return count;
}

// "Expect: 100-continue": the client wants to be asked for the body, and
// sends none if the header alone is refused (RFC 9110 section 10.1.1).
void HttpConnection::see_expectation() {
  web::RequestParser& parser = request_.parser();
  if (asked_on_ || !parser.header_complete()) return;
  asked_on_ = true;
  if (parser.expects_continue()) {
    flush();
    send("HTTP/1.1 100 Continue\r\n\r\n");
  } else if (parser.minor_version() >= 1 && request_.header("Expect")) {
    refusal_ = 417;
  }
}

// The next request, from what has come while the last was answered.
void HttpConnection::read_ahead() {
  std::string_view rest = std::string_view(ahead_).substr(ahead_start_);
  if (!rest.empty()) {
    ahead_start_ += read(rest);
    rest = std::string_view(ahead_).substr(ahead_start_);
  }
  if (rest.empty()) {
    ahead_.clear();
    ahead_start_ = 0;
    if (ahead_.capacity() > kMostAhead) ahead_.shrink_to_fit();
  }
  if (rest.size() <= kMostAhead && transport_) transport_->resume_reading();
}

// How far the request is, and how long it may take from here.
void HttpConnection::update_phase() {
  const web::RequestParser& parser = request_.parser();
  Phase now = Phase::idle;
  if (parser.started()) now = Phase::head;
  if (parser.header_complete()) now = Phase::body;
  if (parser.complete()) now = Phase::busy;
  if (now == std::exchange(phase_, now)) return;
  if (now == Phase::head) read_alarm_.set(options().header_timeout);
  if (now == Phase::body) read_alarm_.set(options().body_timeout);
}

// ---- Timeouts -------------------------------------------------------------

template <void (HttpConnection::*kFunction)()>
void HttpConnection::Alarm<kFunction>::set(Duration delay) {
  cancel();
  EventLoop& loop = owner_.loop();
  loop.schedule_at(*this, loop.deadline(delay));
}

template <void (HttpConnection::*kFunction)()>
void HttpConnection::Alarm<kFunction>::cancel() {
  if (pending()) owner_.loop().cancel_timer(*this);
}

// A connection that is busy from request to request sets no timer: the alarm
// goes off four times in each idle timeout, and looks whether there was a
// request since. So an idle connection is closed at most a quarter too late.
void HttpConnection::on_read_alarm() {
  switch (phase_) {
    case Phase::head:
    case Phase::body:
      refusal_ = 408;
      return wake();
    case Phase::lingering:
      return transport_->abort();
    case Phase::busy:
      quarters_ = 0;
      break;
    case Phase::idle:
      if (seen_ != served_) quarters_ = 0;
      seen_ = served_;
      if (++quarters_ > 4 || server_->draining()) return transport_->close();
  }
  read_alarm_.set(options().idle_timeout / 4);
}

// The peer has had its time to take something.
void HttpConnection::on_write_alarm() {
  const std::size_t left = transport_->get_write_buffer_size();
  if (left == 0) return;
  const std::uint64_t taken = written_ - left;
  if (taken == std::exchange(taken_, taken)) return transport_->abort();
  write_alarm_.set(options().write_timeout);
}

void HttpConnection::wake() noexcept {
  if (waiting_) waiting_->happened();
}

// ---- Writing --------------------------------------------------------------

void HttpConnection::send(std::string_view data) {
  if (!transport_) return;
  written_ += data.size();
  transport_->write(data);
  const std::size_t left = transport_ ? transport_->get_write_buffer_size() : 0;
  if (left == 0 || write_alarm_.pending()) return;
  taken_ = written_ - left;
  write_alarm_.set(options().write_timeout);
}

void HttpConnection::flush() {
  if (out_.empty()) return;
  send(out_);
  if (out_.capacity() > kMostAhead) out_ = std::string();
  out_.clear();
}

void HttpConnection::Flush::schedule() {
  if (std::exchange(scheduled_, true)) return;
  owner_.retain();
  owner_.loop().schedule(*this);
}

void HttpConnection::Flush::run() {
  scheduled_ = false;
  owner_.flush();
  owner_.release();
}

void HttpConnection::Flush::drop() noexcept { owner_.release(); }

// Closing a socket with bytes in it that nobody has read sends a reset, which
// can destroy the answer before the peer has read it. So the end is said
// first, and what still comes is thrown away until the peer ends too, for
// some time (RFC 9112 section 9.6).
void HttpConnection::start_lingering() {
  if (!transport_ || transport_->is_closing()) return;
  phase_ = Phase::lingering;
  ahead_ = std::string();
  if (eof_) return transport_->close();
  transport_->write_eof();
  transport_->resume_reading();
  read_alarm_.set(options().linger_timeout);
}

}  // namespace asyncio
