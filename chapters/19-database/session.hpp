// Private to this chapter.

#pragma once

#include <cstdint>
#include <exception>
#include <string_view>
#include <vector>

#include "05-callbacks/event_loop.hpp"
#include "14-transports-and-protocols/transport.hpp"
#include "19-database/peer.hpp"
#include "19-database/command_parser.hpp"
#include "common/ref.hpp"

namespace database {

class ServerState;

// A Session is one connection to the server: it makes commands of the bytes
// that come, and sends the answers, in order, when the journal allows it.
//
// Its memory is bounded, whatever the peer does. It runs no command while
// the peer does not read what it was sent, or while much waits for the disk,
// and reads no more than a little ahead. A peer that has subscribed and does
// not read is cut off.
//
// Ownership: the transport's, and the server's while answers are held. Holds
// a share in the server. Thread: the loop's.
class Session final : public asyncio::Protocol, public Peer {
 public:
  explicit Session(asyncio::Ref<ServerState> server);
  ~Session() override;

  void connection_made(asyncio::Transport& transport) override;
  void data_received(std::string_view data) override;
  bool eof_received() override;
  void connection_lost(std::exception_ptr error) override;
  void pause_writing() override { writing_paused_ = true; }
  void resume_writing() override;

  // For Engine: goes on in the loop's next iteration.
  void wake() override;

  // The journal has committed: sends what waited for that.
  void send_held();
  void abort();

  // Answers that were not given to the kernel yet.
  std::size_t bytes_held() const noexcept {
    return out.size() + (transport_ ? transport_->get_write_buffer_size() : 0);
  }

 private:
  struct Mark {
    std::uint64_t batch;  // what must be committed
    std::size_t end;      // before `out` may be sent up to here
  };
  bool may_execute() const noexcept;
  void work();
  void execute_all();
  void wait_for_answer();
  void send();
  void balance();

  asyncio::Ref<ServerState> server_;
  asyncio::Transport* transport_ = nullptr;  // until it is lost
  resp::CommandParser parser_;
  std::vector<Mark> marks_;      // what of `out` is held; two at most
  asyncio::TimerHandle timer_;   // of BLPOP
  bool timing_ = false;
  bool writing_paused_ = false;
  bool at_end_ = false;          // the peer sends no more
  bool ending_ = false;          // and is to get what is in `out`, no more
  bool woken_ = false;
};

}  // namespace database
