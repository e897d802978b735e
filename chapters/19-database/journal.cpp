#include "19-database/journal.hpp"

#include <utility>

#include "12-cancellation/shield.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"
#include "19-database/resp.hpp"

namespace database {

using asyncio::Coro;
using asyncio::Ref;

Journal::Journal(Owner& owner, std::shared_ptr<LogFile> file, Sync sync)
    : owner_(&owner), file_(std::move(file)), sync_(sync) {}

void Journal::append(std::span<const std::string_view> command) {
  if (file_) resp::append_command(gathered_, command);
}

void Journal::commit() {
  if (gathered_.empty() || failed_) return;
  if (sync_ == Sync::kNo) {
    commit_at_once();
  } else if (!committer_ || committer_.done()) {
    committer_ =
        asyncio::create_task(commit_all(Ref<Journal>(this)), "journal");
  }
}

void Journal::commit_at_once() {
  try {
    file_->write(gathered_);
    gathered_.clear();
    committed_ = gathering_++;
  } catch (...) {
    fail(std::current_exception());
  }
}

namespace {

// In a thread. It has its own share of the file, and owns the batch: so it
// may go on when the loop is gone.
void write_batch(const std::shared_ptr<LogFile>& file,
                 const std::string& batch) {
  file->write(batch);
  file->sync();
}

}  // namespace

// A task that lasts as long as there is something to commit.
Coro<> Journal::commit_all(Ref<Journal> self) {
  try {
    while (!self->gathered_.empty()) {
      const std::uint64_t batch = self->gathering_++;
      co_await asyncio::to_thread(write_batch, self->file_,
                                  std::exchange(self->gathered_, {}));
      self->committed_ = batch;
      if (self->owner_) self->owner_->committed();
    }
  } catch (const std::exception&) {
    self->fail(std::current_exception());
  }
}

void Journal::fail(std::exception_ptr error) {
  failed_ = true;
  if (owner_) owner_->failed(std::move(error));
}

Coro<> Journal::drain() {
  commit();
  if (committer_) co_await asyncio::shield(committer_);
}

}  // namespace database
