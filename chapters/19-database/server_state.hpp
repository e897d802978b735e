#pragma once

#include <exception>
#include <memory>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "09-futures/future.hpp"
#include "19-database/engine.hpp"
#include "19-database/journal.hpp"
#include "19-database/server.hpp"
#include "19-database/session.hpp"
#include "common/ref.hpp"

namespace database {

// A ServerState is what all connections of a server have in common: the data,
// its journal, and the clock that tells when a key is to go.
//
// Ownership: shared by the Server and its sessions. Thread: the loop's.
// Private to this chapter.
class ServerState final : public asyncio::RefCounted,
                          private Engine::Owner,
                          private Journal::Owner {
 public:
  // Reads the journal's file. Throws as LogFile does.
  ServerState(asyncio::EventLoop& loop, ServerOptions options);

  asyncio::EventLoop& loop() const noexcept { return loop_; }
  const ServerOptions& options() const noexcept { return options_; }
  Engine& engine() noexcept { return engine_; }
  Journal& journal() noexcept { return *journal_; }
  const LogFile::Loaded& loaded() const noexcept { return loaded_; }
  const asyncio::Future<>& failure() const noexcept { return failure_; }

  // From now on no command is begun.
  void begin_closing() noexcept { closing_ = true; }
  bool is_closing() const noexcept { return closing_; }

  void add(Session& session);
  void remove(Session& session) { sessions_.erase(&session); }
  std::size_t sessions() const noexcept { return sessions_.size(); }

  std::size_t bytes_held() const;

  // The session waits for a commit, and hears of it: send_held().
  void hold(Session& session);

  // Makes sure that keys go when their time has come, looked at or not.
  void schedule_sweep();

 private:
  ~ServerState() override;

  Milliseconds now() override;
  void record(std::span<const std::string_view> command) override;
  bool keeps_records() const override { return options_.log != nullptr; }
  void committed() override;
  void failed(std::exception_ptr error) override;
  void sweep();

  asyncio::EventLoop& loop_;
  const ServerOptions options_;
  const asyncio::TimePoint started_;
  const Milliseconds started_at_;  // the same moment, since 1970
  Engine engine_;
  asyncio::Ref<Journal> journal_;
  LogFile::Loaded loaded_;
  asyncio::Future<> failure_;  // set when the log fails
  std::set<Session*> sessions_;
  std::vector<asyncio::Ref<Session>> held_;
  asyncio::TimerHandle sweeper_;
  Milliseconds sweep_at_ = kNever;
  bool closing_ = false;
};

}  // namespace database
