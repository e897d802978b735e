// The crawl with state machines: download() of chapter 01 again, one function
// from its first line to its last, but it can stop in the middle.

#include <list>
#include <optional>

#include "06-state-machines/socket_machines.hpp"
#include "common/crawl_main.hpp"

namespace {

using asyncio::Connect;
using asyncio::EventLoop;
using asyncio::Machine;
using asyncio::Recv;
using asyncio::SendAll;
using asyncio::Socket;
using crawler::Crawl;
using crawler::Fetch;

class Downloads;

// One try at one page.
class Download final : public Machine {
 public:
  Download(EventLoop& loop, Fetch& fetch, Downloads& owner);
  ~Download() override { timer_.cancel(); }

  Fetch& fetch() const { return fetch_; }

 private:
  enum { START, CONNECTED, SENT, RECEIVE, RECEIVED };

  Machine* step() override {
    switch (state()) {
      case START:  // 1. connect: socket.connect(fetch.address());
        socket_ = Socket::create(fetch_.address().family());
        socket_.set_nonblocking();
        return call(connect_.emplace(loop(), socket_, fetch_.address()),
                    CONNECTED);

      case CONNECTED:  // 2. send: socket.send_all(fetch.request());
        connect_->result();
        fetch_.connected();
        return call(send_.emplace(loop(), socket_, fetch_.request()), SENT);

      case SENT:
        send_->result();
        return go_to(RECEIVE);

      case RECEIVE:  // 3. receive: size = socket.recv(buffer, sizeof buffer);
        return call(receive_.emplace(loop(), socket_, buffer_, sizeof buffer_),
                    RECEIVED);

      case RECEIVED: {  // feed(), and round again
        const std::size_t size = receive_->result();
        if (size > 0) {
          const bool complete = fetch_.feed({buffer_, size});
          return complete ? finish() : go_to(RECEIVE);
        }
        fetch_.feed_eof();
        return finish();
      }
    }
    return nullptr;
  }

  void finished() override;

  Fetch& fetch_;
  Downloads& owner_;
  asyncio::TimerHandle timer_;
  Socket socket_;
  std::optional<Connect> connect_;  // the frames of what it calls, and they
  std::optional<SendAll> send_;     // die before the socket that they use
  std::optional<Recv> receive_;
  char buffer_[16384];
};

// The downloads that run at once.
class Downloads {
 public:
  Downloads(EventLoop& loop, Crawl& crawl) : loop_(loop), crawl_(crawl) {}

  // Not resumed here but by the loop: one that fails at once starts others.
  void start_all() {
    while (Fetch* fetch = crawl_.start()) {
      loop_.schedule(downloads_.emplace_back(loop_, *fetch, *this));
    }
    if (crawl_.done()) loop_.stop();
  }

  void finished(Download& download) {
    try {
      download.result();
    } catch (...) {
      crawl_.fail(download.fetch(), std::current_exception());
      return remove(download);
    }
    crawl_.finish(download.fetch());
    remove(download);
  }

  // The machine is destroyed where it waits.
  void timed_out(Download& download) {
    crawl_.timed_out(download.fetch());
    remove(download);
  }

 private:
  void remove(Download& download) {
    downloads_.remove_if([&](const Download& d) { return &d == &download; });
    start_all();
  }

  EventLoop& loop_;
  Crawl& crawl_;
  std::list<Download> downloads_;
};

Download::Download(EventLoop& loop, Fetch& fetch, Downloads& owner)
    : Machine(loop), fetch_(fetch), owner_(owner) {
  timer_ = loop.call_at(fetch_.deadline(), [this] { owner_.timed_out(*this); });
}

void Download::finished() { owner_.finished(*this); }

void crawl_all(Crawl& crawl) {
  EventLoop loop;
  Downloads downloads(loop, crawl);
  if (crawl.interrupt_fd() >= 0) {
    loop.add_reader(crawl.interrupt_fd(), [&] {
      crawl.interrupt();
      loop.stop();
    });
  }
  downloads.start_all();
  if (!crawl.done()) loop.run_forever();
  loop.close();  // it forgets the machines, which are destroyed next
}

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(argc, argv, {"06-state-machines", ""}, crawl_all);
}
