// Private to this chapter.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "19-database/channels.hpp"
#include "19-database/peer.hpp"
#include "19-database/store.hpp"
#include "19-database/waiting_lines.hpp"

namespace database {

struct Command;

// A Engine runs commands, one whole after another: so each is atomic, and
// none needs a lock. It does no I/O. Answers go to the end of Peer::out,
// byte for byte those of redis-server 7.0; what must be kept goes to its
// Owner.
//
// Ownership: its Owner and its peers outlive it. Thread: one. What cannot
// be done is answered with an error; nothing but replay() throws.
class Engine {
 public:
  class Owner {
   public:
    // The time, and a record for the journal.
    virtual Milliseconds now() = 0;
    virtual void record(std::span<const std::string_view> command) = 0;
    virtual bool keeps_records() const = 0;

   protected:
    ~Owner() = default;
  };
  explicit Engine(Owner& owner);
  Engine(const Engine&) = delete;

  // A peer that is new here.
  void add(Peer& peer) { peer.id = ++peers_; }

  // Runs a command that it has sent, and then serves those who waited for
  // what that has brought. REQUIRES: `words` is not empty; the peer does
  // not wait.
  void execute(Peer& peer, const Words& words);

  // The time of its BLPOP is over: that is answered with nil.
  void stop_waiting(Peer& peer);

  // It is gone: it waits for nothing, and hears nothing.
  void forget(Peer& peer);

  // A command from the journal: nothing is recorded, and nothing expires,
  // since each key that did has a DEL there. Throws CommandError.
  void replay(const Words& words);

  // ---- For the commands.

  Store& store() noexcept { return store_; }
  Channels& channels() noexcept { return channels_; }
  WaitingLines& lines() noexcept { return lines_; }
  // While a journal is replayed, no time has passed yet.
  Milliseconds now() const { return replaying_ ? kNever : owner_.now(); }
  bool keeps_records() const { return owner_.keeps_records(); }
  void record(std::span<const std::string_view> command);
  void record(std::initializer_list<std::string_view> command) {
    record({command.begin(), command.size()});
  }
  // EXEC: runs what the peer has queued, as one.
  void run_queued(Peer& peer);
  bool in_exec() const noexcept { return in_exec_; }

 private:
  void serve_waiting();
  void serve(const std::string& key, Store::List& list, Peer& peer);

  Owner& owner_;
  Store store_;
  Channels channels_;
  WaitingLines lines_;
  std::int64_t peers_ = 0;
  bool replaying_ = false;
  bool in_exec_ = false;
  bool multi_recorded_ = false;
};

}  // namespace database
