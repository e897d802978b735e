// Private to this chapter.

#pragma once

#include "10-tasks/leaf_wait.hpp"
#include "10-tasks/task.hpp"
#include "14-transports-and-protocols/protocol.hpp"
#include "18-http/http_server_state.hpp"

namespace asyncio {

// An HttpConnection is a server's side of one connection. As a protocol it
// reads a request as its bytes come; as a task it answers, one request after
// another. The two meet in one object: the request.
//
//     idle -> head -> (body) -> busy -> idle ...     -> lingering -> gone
//
// While the task is busy, what comes is kept unread (pipelining); when there
// is too much of that, the connection is not read from.
//
// Ownership: the transport's, until the connection is lost, and the task's.
class HttpConnection final : public Protocol, private BodyWriter {
 public:
  explicit HttpConnection(Ref<HttpServerState> server);

  void connection_made(Transport& transport) override;
  void data_received(std::string_view data) override;
  bool eof_received() override;
  void connection_lost(std::exception_ptr error) override;
  void pause_writing() override { paused_ = true; }
  void resume_writing() override;

  // The server wants to end: closes the connection when it is idle, or after
  // the answer that is under way.
  void drain();
  void abort();

 private:
  friend class HttpServerState;

  enum class Phase : std::uint8_t { idle, head, body, busy, lingering };

  // A timer that calls a function of the connection.
  template <void (HttpConnection::*kFunction)()>
  class Alarm final : public Timer {
   public:
    explicit Alarm(HttpConnection& owner) : owner_(owner) {}
    void set(Duration delay);
    void cancel();

   private:
    void run() override { (owner_.*kFunction)(); }
    std::string describe() const override { return "HTTP timeout"; }
    HttpConnection& owner_;
  };

  // co_await Change(*this): until something has happened to the connection.
  class Change {
   public:
    explicit Change(HttpConnection& connection) : connection_(connection) {}
    class Awaiter;
    Awaiter operator co_await() const noexcept;

   private:
    HttpConnection& connection_;
  };

  // Sends what is in out_, in a callback of its own.
  class Flush final : public Callback {
   public:
    explicit Flush(HttpConnection& owner) : owner_(owner) {}
    void schedule();
    void run() override;
    void drop() noexcept override;

   private:
    HttpConnection& owner_;
    bool scheduled_ = false;
  };

  // Reading.
  EventLoop& loop() const noexcept { return server_->loop(); }
  const HttpServerOptions& options() const { return server_->options(); }
  void refuse_connection();
  std::size_t read(std::string_view data);
  void see_expectation();
  void read_ahead();
  bool is_settled() const noexcept;
  void update_phase();
  void on_read_alarm();
  void on_write_alarm();
  void wake() noexcept;

  // Answering.
  class Serving;
  static Coro<> serve(Ref<HttpConnection> self);
  void begin_request();
  bool is_ours(const std::exception_ptr& error) const;
  void answer_for(std::exception_ptr error);
  void break_off(std::exception_ptr error);
  void append_answer(HttpResponse& response);
  void append_header(const HttpResponse& response);
  void end_answer();
  void finish();
  Coro<> send_stream(const HttpResponse& response);
  Coro<> write(std::string_view data) override;
  void append_piece(std::string_view data);
  void report(const char* message, std::exception_ptr error);
  void log_answer();
  void flush();
  void send(std::string_view data);
  void start_lingering();

  Ref<HttpServerState> server_;
  Transport* transport_ = nullptr;  // until the connection is lost
  HttpConnection* previous_ = nullptr;
  HttpConnection* next_ = nullptr;

  HttpRequest request_;
  std::string ahead_;            // came while the task was busy
  std::size_t ahead_start_ = 0;  // of what is not read yet
  std::string out_;              // answers that are not given to the transport
  Change::Awaiter* waiting_ = nullptr;
  Task<> task_;

  Phase phase_ = Phase::idle;
  bool listed_ = false;
  bool eof_ = false;            // the peer has sent all
  bool paused_ = false;         // the transport's buffer is full
  bool keep_ = true;            // another request may follow
  bool asked_on_ = false;       // "100 Continue" was dealt with
  bool chunked_ = false;        // the stream that is being written
  std::uint8_t quarters_ = 0;   // of the idle timeout, without a request
  int refusal_ = 0;             // status: the request cannot be answered
  int status_ = 0;              // of the answer, for the log
  std::uint64_t body_bytes_ = 0;  // of the answer's body, so far
  std::uint64_t most_bytes_ = 0;  // that a stream may write
  std::uint64_t served_ = 0;    // requests
  std::uint64_t seen_ = 0;      // of them, by the idle alarm
  std::uint64_t written_ = 0;   // bytes given to the transport
  std::uint64_t taken_ = 0;     // of them by the kernel, at the last alarm
  TimePoint began_{};           // the request was whole; for the log

  Alarm<&HttpConnection::on_read_alarm> read_alarm_{*this};
  Alarm<&HttpConnection::on_write_alarm> write_alarm_{*this};
  Flush flush_{*this};
};

class HttpConnection::Change::Awaiter final : public LeafWait {
 public:
  explicit Awaiter(HttpConnection& connection) : connection_(connection) {}
  ~Awaiter() { withdraw(); }
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    connection_.waiting_ = this;
    begin(handle);
  }
  void await_resume() { end(); }
  void happened() {
    connection_.waiting_ = nullptr;
    over();
  }

 private:
  void withdraw() noexcept override {
    if (connection_.waiting_ == this) connection_.waiting_ = nullptr;
  }
  HttpConnection& connection_;
};

inline HttpConnection::Change::Awaiter
HttpConnection::Change::operator co_await() const noexcept {
  return Awaiter(connection_);
}

}  // namespace asyncio
