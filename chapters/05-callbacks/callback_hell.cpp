// A chain of requests, each of which needs the answer to the one before: once
// as plain calls, once with callbacks. Both print who is on the stack when the
// last request fails. The twin is callback_hell.py, which prints the stack that
// Python really has; here each function says that it is there.

#include <chrono>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "05-callbacks/event_loop.hpp"
#include "common/error.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;
using std::string;

// Here is a mark on the stack: it lives as long as the function that has it.
class Here {
 public:
  explicit Here(const char* function) { stack_.push_back(function); }
  ~Here() { stack_.pop_back(); }
  Here(const Here&) = delete;
  Here& operator=(const Here&) = delete;

  static void print_stack() {
    std::fputs("  on the stack:", stdout);
    for (const char* function : stack_) std::printf(" > %s", function);
    std::puts("");
  }

 private:
  static inline std::vector<const char*> stack_;
};

// The far end: what the shop knows. It has lost the price of order 71.
int look_up(const string& question) {
  if (question == "user of ada") return 7;
  if (question == "user of bob") return 8;
  if (question == "order of 7") return 70;
  if (question == "order of 8") return 71;
  if (question == "price of 70") return 700;
  Here::print_stack();
  throw std::runtime_error(question + ": no answer");
}

namespace plain {

int ask(const string& question) {
  Here here("ask");
  return look_up(question);  // a real one would wait here
}

int bill(const string& name) {
  Here here("bill");
  int shipping = 5;
  const int user = ask("user of " + name);
  const int order = ask("order of " + std::to_string(user));
  const int price = ask("price of " + std::to_string(order));
  return price + shipping;
}

void print_bill(const string& name) {
  Here here("print_bill");
  try {
    std::printf("  %s owes %d\n", name.c_str(), bill(name));
  } catch (const std::runtime_error& error) {
    std::printf("  print_bill caught: %s\n", error.what());
  }
}

}  // namespace plain

namespace callbacks {

using Then = std::function<void(int)>;

// Returns at once; the answer goes to `then`, a tenth of a second later.
void ask(EventLoop& loop, const string& question, Then then) {
  loop.call_later(100ms, [question, then] {
    Here here("answer");
    then(look_up(question));
  });
}

void bill(EventLoop& loop, const string& name, Then then) {
  Here here("bill");
  int shipping = 5;
  ask(loop, "user of " + name, [&loop, shipping, then](int user) {
    Here on_user("on_user");
    ask(loop, "order of " + std::to_string(user),
        [&loop, shipping, then](int order) {
          Here on_order("on_order");
          ask(loop, "price of " + std::to_string(order),
              [shipping, then](int price) {
                Here on_price("on_price");
                then(price + shipping);
              });
        });
  });
}

void print_bill(EventLoop& loop, const string& name) {
  Here here("print_bill");
  try {
    bill(loop, name, [name](int sum) {
      Here on_bill("on_bill");
      Here::print_stack();
      std::printf("  %s owes %d\n", name.c_str(), sum);
    });
    std::puts("  print_bill returns: nothing is known yet");
  } catch (const std::runtime_error& error) {
    std::printf("  never: print_bill caught: %s\n", error.what());
  }
}

}  // namespace callbacks

void run(EventLoop& loop) {
  Here here("run");
  loop.set_exception_handler(
      [](EventLoop&, const asyncio::ExceptionContext& context) {
        std::printf("  the loop was left with: %s\n",
                    asyncio::describe(context.exception).c_str());
      });
  loop.call_later(1s, [&loop] { loop.stop(); });
  loop.run_forever();
}

}  // namespace

int main() {
  Here here("main");
  for (const char* name : {"ada", "bob"}) {
    std::printf("plain calls, %s\n", name);
    plain::print_bill(name);
  }
  for (const char* name : {"ada", "bob"}) {
    std::printf("callbacks, %s\n", name);
    EventLoop loop;
    callbacks::print_bill(loop, name);
    run(loop);
  }
}
