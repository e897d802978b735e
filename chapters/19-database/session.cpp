#include "19-database/session.hpp"

#include <utility>

#include "19-database/resp.hpp"
#include "19-database/server_state.hpp"

namespace database {

namespace {
constexpr std::size_t send_at = 64 * 1024;    // answers, in one piece
constexpr std::size_t most_held = 1024 * 1024;  // that wait for the disk
constexpr std::size_t most_ahead = 64 * 1024;   // commands not begun yet
}  // namespace

Session::Session(asyncio::Ref<ServerState> server)
    : server_(std::move(server)), parser_(server_->options().limits) {
  server_->add(*this);
}

Session::~Session() { server_->remove(*this); }

void Session::connection_made(asyncio::Transport& transport) {
  transport_ = &transport;
}

void Session::data_received(std::string_view data) {
  parser_.feed(data);
  work();
  parser_.save();
  balance();
}

bool Session::may_execute() const noexcept {
  return transport_ && !is_waiting() && !writing_paused_ && !ending_ &&
         out.size() < most_held && !server_->is_closing();
}

void Session::work() {
  if (!transport_) return;
  try {
    execute_all();
  } catch (const resp::ProtocolError& error) {
    resp::append_error(out, std::string("ERR ") + error.what());
    ending_ = true;
  }
  send();
  server_->schedule_sweep();
  if (ending_ && out.empty()) transport_->close();
}

void Session::execute_all() {
  while (may_execute()) {
    if (!parser_.next()) {
      ending_ = at_end_;
      return;
    }
    server_->engine().execute(*this, parser_.arguments());
    if (has_quit) ending_ = true;
    if (queued_bytes > server_->options().limits.command) {
      throw resp::ProtocolError("Protocol error: too big transaction");
    }
    if (out.size() >= send_at) send();
    if (is_waiting()) wait_for_answer();
  }
}

void Session::wait_for_answer() {
  if (at_end_) {  // nobody would tell when it goes away
    server_->engine().forget(*this);
    ending_ = true;
    return;
  }
  if (!wait_limit) return;
  timing_ = true;
  timer_ = transport_->loop().call_later(*wait_limit, [this] {
    timing_ = false;
    server_->engine().stop_waiting(*this);
  });
}

// An answer that depends on a record which is not on disk yet is held. Those
// behind it are held too: they keep their order.
void Session::send() {
  Journal& journal = server_->journal();
  journal.commit();
  if (out.empty() || !transport_) return;
  const std::uint64_t batch = journal.depends_on();
  if (marks_.empty() && journal.is_committed(batch)) {
    transport_->write(out);
    out.clear();
    if (out.capacity() > most_ahead) out.shrink_to_fit();
  } else if (!marks_.empty() && marks_.back().batch == batch) {
    marks_.back().end = out.size();
  } else {
    if (marks_.empty()) server_->hold(*this);
    marks_.push_back({batch, out.size()});
  }
}

void Session::send_held() {
  std::size_t end = 0;
  while (!marks_.empty() &&
         server_->journal().is_committed(marks_.front().batch)) {
    end = marks_.front().end;
    marks_.erase(marks_.begin());
  }
  if (!marks_.empty()) server_->hold(*this);
  if (!transport_ || end == 0) return;
  for (Mark& mark : marks_) mark.end -= end;
  transport_->write(std::string_view(out).substr(0, end));
  out.erase(0, end);
  work();
  balance();
}

// Reads as long as there is room for it.
void Session::balance() {
  if (!transport_ || transport_->is_closing()) return;
  const bool room = !writing_paused_ && out.size() < most_held &&
                    parser_.waiting() < most_ahead;
  if (room || may_execute()) {
    transport_->resume_reading();
  } else {
    transport_->pause_reading();
  }
}

void Session::wake() {
  if (!transport_) return;
  if (!is_waiting() && std::exchange(timing_, false)) timer_.cancel();
  if (bytes_held() > server_->options().max_output) return abort();
  if (std::exchange(woken_, true)) return;
  transport_->loop().call_soon([self = asyncio::Ref<Session>(this)] {
    self->woken_ = false;
    self->work();
    self->balance();
  });
}

void Session::resume_writing() {
  writing_paused_ = false;
  wake();
}

// Who waits for BLPOP and goes away must not be given an item. Others get
// what they have asked for, even if they say no more.
bool Session::eof_received() {
  at_end_ = true;
  if (is_waiting()) return false;
  work();
  return transport_ && !transport_->is_closing();
}

void Session::abort() {
  ending_ = true;
  out.clear();
  marks_.clear();
  if (transport_) transport_->abort();
}

void Session::connection_lost(std::exception_ptr) {
  transport_ = nullptr;
  timer_.cancel();
  server_->engine().forget(*this);
}

}  // namespace database
