#include "16-threads-and-executors/waker.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>

#include "common/error.hpp"
#include "common/platform.hpp"

#if ASYNCIO_HAS_EVENTFD
#include <sys/eventfd.h>
#endif

namespace asyncio {

namespace {

// The mailboxes of all loops of the process.
struct Mailboxes {
  using Row = std::pair<const EventLoop*, std::shared_ptr<Mailbox>>;
  std::mutex mutex;
  std::vector<Row> rows;
};
Mailboxes& mailboxes() {
  // Never destroyed: a thread may ask when main() has returned.
  static Mailboxes& all = *new Mailboxes;
  return all;
}

[[maybe_unused]] const bool every_loop_has_one = EventLoop::at_birth(
    [](EventLoop& loop) { (void)loop.service<Waker>(); });

}  // namespace

Mailbox::Mailbox(EventLoop& loop) : loop_(&loop) {
#if ASYNCIO_HAS_EVENTFD
  read_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!read_) throw_errno("eventfd", "");
#else
  Pipe pipe = make_pipe();
  set_nonblocking(pipe.read.get());
  set_nonblocking(pipe.write.get());
  read_ = std::move(pipe.read);
  write_ = std::move(pipe.write);
#endif
}

bool Mailbox::post(Callback& callback) {
  // A loop that runs here may have the address of one that is gone.
  if (get_running_loop_or_null() == loop_ && !closed()) {
    // Its own thread: no need to wake it, and it keeps the order.
    deliver();
    loop_->schedule(callback);
    return true;
  }
  bool was_empty;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    was_empty = queue_.empty();
    queue_.push_back(&callback);
  }
  // Not under the lock: the loop would wake up and run into it.
  if (was_empty) wake();
  return true;
}

bool Mailbox::closed() {
  const std::lock_guard lock(mutex_);
  return closed_;
}

// A write that fails finds a full pipe, and then the loop is woken anyway.
void Mailbox::wake() noexcept {
  const std::uint64_t one = 1;
  const int fd = write_ ? write_.get() : read_.get();
  while (::write(fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void Mailbox::drain() noexcept {
  std::uint64_t count;
  while (::read(read_.get(), &count, sizeof count) < 0 && errno == EINTR) {
  }
}

void Mailbox::deliver() {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return;
    taken_.swap(queue_);
  }
  for (Callback* callback : taken_) loop_->schedule(*callback);
  taken_.clear();
}

void Mailbox::close() noexcept {
  std::vector<Callback*> dropped;  // outside of the lock: it is foreign code
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(queue_);
  }
  for (Callback* callback : dropped) callback->drop();
}

// What the loop calls when the descriptor is readable. The loop destroys it
// as it closes: so the Waker knows.
class Waker::Reader {
 public:
  explicit Reader(Waker& waker) noexcept : waker_(&waker) {}
  Reader(Reader&& other) noexcept
      : waker_(std::exchange(other.waker_, nullptr)) {}
  ~Reader() {
    if (waker_) waker_->close();
  }
  // First the descriptor, then the queue. The other way round, what is
  // posted in between would wait for somebody else to wake the loop.
  void operator()() const {
    waker_->mailbox_->drain();
    waker_->mailbox_->deliver();
  }

 private:
  Waker* waker_;
};

Waker::Waker(EventLoop& loop)
    : loop_(loop), mailbox_(std::make_shared<Mailbox>(loop)) {
  loop_.add_reader(mailbox_->fd(), Reader(*this));
  const std::lock_guard lock(mailboxes().mutex);
  mailboxes().rows.push_back({&loop_, mailbox_});
}

Waker::~Waker() {
  loop_.remove_reader(mailbox_->fd());
  const std::lock_guard lock(mailboxes().mutex);
  std::erase_if(mailboxes().rows,
                [&](const Mailboxes::Row& row) { return row.first == &loop_; });
}

void Waker::close() noexcept {
  mailbox_->close();
  while (first_) {
    Arrival& arrival = *first_;
    forget(arrival);
    arrival.abandon();
  }
}

void Waker::expect(Arrival& arrival) noexcept {
  arrival.next_ = first_;
  if (first_) first_->previous_ = &arrival;
  first_ = &arrival;
}

void Waker::forget(Arrival& arrival) noexcept {
  (arrival.previous_ ? arrival.previous_->next_ : first_) = arrival.next_;
  if (arrival.next_) arrival.next_->previous_ = arrival.previous_;
  arrival.previous_ = arrival.next_ = nullptr;
}

std::shared_ptr<Mailbox> mailbox_of(const EventLoop& loop) {
  if (get_running_loop_or_null() == &loop) {
    return get_running_loop().service<Waker>().mailbox();
  }
  const std::lock_guard lock(mailboxes().mutex);
  for (const Mailboxes::Row& row : mailboxes().rows) {
    if (row.first == &loop) return row.second;
  }
  return nullptr;
}

void post_or_throw(Mailbox* mailbox, HandleNode* node) {
  node->retain();  // the queue's share
  // Posted, it belongs to another thread, and may be gone already.
  if (mailbox && mailbox->post(*node)) return;
  node->drop();
  throw std::runtime_error("Event loop is closed");
}

}  // namespace asyncio
