#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "10-tasks/task.hpp"
#include "19-database/log_file.hpp"
#include "common/ref.hpp"

namespace database {

// A Journal writes a LogFile behind the loop's back, many records at a time:
// group commit. While a thread waits for the disk, the loop goes on and
// gathers the next batch; the disk is waited for once a batch, and not once a
// record.
//
// Whatever is answered while a batch is not on disk yet must not be sent
// before it is: a read may have seen what could still be lost. So an answer
// depends on the batch that depends_on() tells at that moment, and may go
// when is_committed() says so.
//
//   gathering:   records come in            batch n + 1
//   writing:     a thread writes and syncs  batch n
//   committed:   on disk                    batches up to n - 1
//
// Ownership: shared, also by the task that commits. Without a file,
// everything is committed at once. Thread: the loop's. Errors: the owner
// hears of the first one, and nothing is committed any more: after a sync
// that has failed, nobody knows what is on disk.
class Journal : public asyncio::RefCounted {
 public:
  enum class Sync : std::uint8_t {
    kAlways,  // commits when the disk has it
    kNo,      // when the kernel has it: a killed server loses nothing, a
              // machine without power may
  };
  class Owner {
   public:
    virtual void committed() = 0;  // is_committed() says what
    virtual void failed(std::exception_ptr error) = 0;

   protected:
    ~Owner() = default;
  };
  Journal(Owner& owner, std::shared_ptr<LogFile> file, Sync sync);
  void detach() noexcept { owner_ = nullptr; }  // it hears nothing more

  // Adds a record to the batch that gathers.
  void append(std::span<const std::string_view> command);

  // What must be committed before an answer that is given now may go.
  std::uint64_t depends_on() const noexcept {
    return gathered_.empty() ? gathering_ - 1 : gathering_;
  }
  bool is_committed(std::uint64_t batch) const noexcept {
    return batch <= committed_;
  }

  // Begins to write what has gathered, in the loop's next iteration.
  void commit();

  // Returns when all is committed, or failed.
  asyncio::Coro<> drain();

 private:
  ~Journal() override = default;

  static asyncio::Coro<> commit_all(asyncio::Ref<Journal> self);
  void commit_at_once();
  void fail(std::exception_ptr error);

  Owner* owner_;
  std::shared_ptr<LogFile> file_;
  const Sync sync_;
  std::string gathered_;
  std::uint64_t gathering_ = 1;
  std::uint64_t committed_ = 0;
  bool failed_ = false;
  asyncio::Task<> committer_;  // while there is something to commit
};

}  // namespace database
