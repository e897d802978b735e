// Machines that each call another one, which waits, driven by hand: without a
// selector, so that nothing but the order of the steps is seen.

#include <cstdio>
#include <deque>
#include <optional>

#include "06-state-machines/machine.hpp"

namespace {

using asyncio::EventLoop;
using asyncio::Machine;

std::deque<Machine*> ready;

class Receive final : public Machine {
 public:
  Receive(EventLoop& loop, const char* path, int pieces)
      : Machine(loop), path_(path), pieces_(pieces) {}

  int result() const {
    Machine::result();
    return bytes_;
  }

 private:
  enum { START, PIECE };

  Machine* step() override {
    switch (state()) {
      case START:  // for piece in range(pieces):
        if (piece_ == pieces_) return finish();
        std::printf("  %s: waits for piece %d\n", path_, piece_ + 1);
        ready.push_back(this);  // yield
        return pause(PIECE);

      case PIECE:
        bytes_ += 100;
        ++piece_;
        return go_to(START);
    }
    return nullptr;
  }

  const char* const path_;
  const int pieces_;
  int piece_ = 0;
  int bytes_ = 0;
};

class Download final : public Machine {
 public:
  Download(EventLoop& loop, const char* path, int pieces)
      : Machine(loop), path_(path), pieces_(pieces) {}

 private:
  enum { START, RECEIVED };

  Machine* step() override {
    switch (state()) {
      case START:  // bytes = yield from receive(path, pieces)
        std::printf("%s: begins\n", path_);
        return call(receive_.emplace(loop(), path_, pieces_), RECEIVED);

      case RECEIVED:
        std::printf("%s: %d bytes\n", path_, receive_->result());
        return finish();
    }
    return nullptr;
  }

  const char* const path_;
  const int pieces_;
  std::optional<Receive> receive_;
};

}  // namespace

int main() {
  EventLoop loop;  // never runs: here the machines wait for the loop below
  Download a(loop, "/a", 2);
  Download b(loop, "/b", 1);
  Download c(loop, "/c", 0);
  ready = {&a, &b, &c};
  while (!ready.empty()) {
    Machine* machine = ready.front();
    ready.pop_front();
    machine->resume();
  }
}
