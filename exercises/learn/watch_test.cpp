// Watch mode, seen from the other end of a pseudo-terminal: what it shows, the
// keys, and that the terminal is left as it was found, whatever ends it.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "common/descriptor.hpp"
#include "common/error.hpp"
#include "common/test.hpp"
#include "exercises/learn/learn_world.hpp"

using asyncio::Descriptor;
using asyncio::throw_errno;
using learn::answer_that;
using learn::Course;

namespace {

constexpr const char* footer = "q quit";
constexpr const char* own_screen = "\x1b[?1049l";
// It bounds a hang; it judges no speed.
constexpr int patience = 300'000;  // milliseconds

// A Screen is a terminal of 80 columns and 24 rows, and a program that runs in
// it as a shell's job would.
class Screen {
 public:
  explicit Screen(const Course& course, const std::string& folder = "copy")
      : build_file_(course.build_file()), in_(course.root() + "/" + folder) {
    master_.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!master_ || ::grantpt(master_.get()) < 0 ||
        ::unlockpt(master_.get()) < 0) {
      throw_errno("posix_openpt", "");
    }
    const std::string name = ::ptsname(master_.get());
    slave_.reset(::open(name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!slave_) throw_errno("open", name);
    const winsize size{24, 80, 0, 0};
    ::ioctl(master_.get(), TIOCSWINSZ, &size);
    before_ = settings();
    start(name);
  }
  ~Screen() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Screen(const Screen&) = delete;

  void press(const std::string& keys) {
    seen_.clear();
    CHECK_EQ(::write(master_.get(), keys.data(), keys.size()),
             static_cast<ssize_t>(keys.size()));
  }
  void send_signal(int number) {
    seen_.clear();
    ::kill(pid_, number);
  }
  void forget() { seen_.clear(); }

  // Until the text has been shown since the last press.
  void wait_for(const std::string& text) {
    while (seen_.find(text) == seen_.npos) {
      if (read_some()) continue;
      CHECK_EQ("what is shown: " + seen_, text);
    }
  }
  bool shows(const std::string& text) const {
    return seen_.find(text) != seen_.npos;
  }

  // How it ended, as a shell tells it; reads the rest of what it shows.
  int wait_for_end() {
    const int status = wait_for_change(0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  void wait_until_stopped() { CHECK(WIFSTOPPED(wait_for_change(WUNTRACED))); }

  bool is_as_before() const {
    const termios now = settings();
    return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag &&
           now.c_oflag == before_.c_oflag &&
           std::memcmp(now.c_cc, before_.c_cc, sizeof now.c_cc) == 0;
  }

 private:
  termios settings() const {
    termios now{};
    if (::tcgetattr(slave_.get(), &now) < 0) throw_errno("tcgetattr", "");
    return now;
  }

  void start(const std::string& terminal) {
    const std::string program = learn::required("LEARN_PROGRAM");
    const char* words[] = {program.c_str(), "--in", in_.c_str(), nullptr};
    pid_ = ::fork();
    if (pid_ < 0) throw_errno("fork", program);
    if (pid_ > 0) return;
    ::setsid();
    const int fd = ::open(terminal.c_str(), O_RDWR);
    ::ioctl(fd, TIOCSCTTY, 0);  // so that Ctrl-C reaches it
    for (const int number : {0, 1, 2}) ::dup2(fd, number);
    ::setenv("LEARN_BUILD_FILE", build_file_.c_str(), 1);
    ::setenv("LC_ALL", "C", 1);
    ::setenv("NO_COLOR", "1", 1);
    ::setenv("TERM", "xterm", 1);
    ::execv(words[0], const_cast<char* const*>(words));
    ::_exit(127);
  }

  bool read_some(int limit = patience) {
    pollfd one{master_.get(), POLLIN, 0};
    if (::poll(&one, 1, limit) != 1) return false;
    char buffer[4096];
    const ssize_t n = ::read(master_.get(), buffer, sizeof buffer);
    if (n <= 0) return false;
    seen_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }

  // A full terminal would let it wait, so what it shows is read meanwhile.
  int wait_for_change(int flags) {
    int status = 0;
    while (::waitpid(pid_, &status, flags | WNOHANG) == 0) read_some(20);
    while (read_some(0)) {
    }
    return status;
  }

  const std::string build_file_, in_;
  Descriptor master_, slave_;
  termios before_{};
  pid_t pid_ = -1;
  std::string seen_;
};

// A course, and a copy of it.
class Class {
 public:
  Class() {
    for (const char* name : {"01-one/1-first", "01-one/2-second",
                             "02-two/1-third"}) {
      answer(name, learn::skeleton);
    }
    course.put("copy/.learn", "current 01-one/1-first\n");
  }
  void answer(const std::string& name, const std::string& body) const {
    course.put("copy/" + name + "/answer.hpp", answer_that(body));
  }
  std::string state() const { return course.get("copy/.learn"); }

  Course course;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST("it shows the exercise, its path, and what the test says") {
  const Class here;
  Screen screen(here.course);
  screen.wait_for("test failed (");
  screen.wait_for("test.cpp: expected 42, came 0");
  CHECK(screen.shows("[----------------------------------------]  0/3 done"));
  CHECK(screen.shows("A title"));
  CHECK(screen.shows("01-one/1-first: fill the gap, 5 minutes, easy"));
  CHECK(screen.shows("copy/01-one/1-first/answer.hpp"));
  CHECK(screen.shows("The task is this. And this."));
  screen.press("q");
  CHECK_EQ(screen.wait_for_end(), 0);
  CHECK(screen.shows("0 of 3 exercises are done."));
}

TEST("an answer that is saved is tested, and a right one passes") {
  const Class here;
  Screen screen(here.course);
  screen.wait_for("came 0");
  here.answer("01-one/1-first", "return 41;");
  screen.wait_for("came 41");
  here.answer("01-one/1-first", "return 4x;");
  screen.wait_for("does not compile (");
  here.answer("01-one/1-first", "return 42;");
  screen.wait_for("passed (");
  screen.wait_for("Next, with n: 01-one/2-second");
  screen.wait_for("1/3 done");
  CHECK(has(here.state(), "done 01-one/1-first\n"));
  screen.press("q");
  CHECK_EQ(screen.wait_for_end(), 0);
}

TEST("warnings do not push away what the test says") {
  const Class here;
  std::string body;
  for (int i = 0; i < 20; ++i) {
    body += "int unused" + std::to_string(i) + " = 1;\n";
  }
  here.answer("01-one/1-first", body + "return 7;");
  Screen screen(here.course);
  screen.wait_for("test failed (");
  screen.wait_for("q quit");
  CHECK(screen.shows("expected 42, came 7"));
  CHECK(screen.shows("unused0"));
  screen.press("q");
  CHECK_EQ(screen.wait_for_end(), 0);
}

TEST("a wrong answer that is built is forgotten when another one is saved") {
  const Class here;
  const learn::Witness witness(here.course.root() + "/witness");
  here.answer("01-one/1-first", witness.hang());
  Screen screen(here.course);
  witness.wait_until_there();
  here.answer("01-one/1-first", "return 42;");
  screen.wait_for("passed (");
  witness.wait_until_gone();
  screen.press("q");
  CHECK_EQ(screen.wait_for_end(), 0);
}

TEST("h shows the hints, one after another, and n and p other exercises") {
  const Class here;
  Screen screen(here.course);
  screen.wait_for(footer);
  screen.press("h");
  screen.wait_for("Hint 1: first");
  screen.press("h");
  screen.wait_for("Hint 2: second");
  screen.press("hh");
  screen.wait_for("Hint 3: third");
  screen.press("n");
  screen.wait_for("01-one/2-second: fill");
  CHECK(has(here.state(), "current 01-one/2-second\n"));
  screen.press("n");
  screen.wait_for("02-two/1-third: fill");
  screen.press("p");
  screen.wait_for("01-one/2-second: fill");
  screen.press("\x1b[A");  // an arrow is no key of ours
  screen.press("q");
  CHECK_EQ(screen.wait_for_end(), 0);
}

TEST("l shows all exercises, and goes back") {
  const Class here;
  here.course.put("copy/.learn",
                  "current 01-one/2-second\ndone 01-one/1-first\n");
  Screen screen(here.course);
  screen.wait_for(footer);
  screen.press("l");
  screen.wait_for("+ 1-first > 2-second");
  screen.wait_for(". 1-third");
  screen.press("l");
  screen.wait_for(footer);
  screen.press("q");
  CHECK_EQ(screen.wait_for_end(), 0);
}

TEST("r asks, and y gives the file as it was handed out") {
  const Class here;
  here.answer("01-one/1-first", "return 41;");
  Screen screen(here.course);
  screen.wait_for("came 41");
  screen.press("r");
  screen.wait_for("Reset it? y/N");
  screen.press("n");
  screen.wait_for(footer);
  CHECK(has(here.course.get("copy/01-one/1-first/answer.hpp"), "41"));
  screen.press("r");
  screen.wait_for("Reset it? y/N");
  screen.press("y");
  screen.wait_for("came 0");
  CHECK_EQ(here.course.get("copy/01-one/1-first/answer.hpp"),
           answer_that(learn::skeleton));
  screen.press("q");
  CHECK_EQ(screen.wait_for_end(), 0);
}

TEST("keys come unseen, and q leaves the terminal as it was") {
  const Class here;
  Screen screen(here.course);
  screen.wait_for(footer);
  CHECK(!screen.is_as_before());
  screen.press("q");
  CHECK_EQ(screen.wait_for_end(), 0);
  CHECK(screen.is_as_before());
  CHECK(screen.shows(own_screen));
}

TEST("Ctrl-C leaves the terminal as it was, and nothing behind") {
  const Class here;
  const learn::Witness witness(here.course.root() + "/witness");
  here.answer("01-one/1-first", witness.hang());
  Screen screen(here.course);
  witness.wait_until_there();
  screen.press("\x03");
  CHECK_EQ(screen.wait_for_end(), 128 + SIGINT);
  CHECK(screen.is_as_before());
  CHECK(screen.shows(own_screen));
  witness.wait_until_gone();
}

TEST("SIGTERM, SIGHUP and SIGQUIT do, too") {
  for (const int number : {SIGTERM, SIGHUP, SIGQUIT}) {
    const Class here;
    Screen screen(here.course);
    screen.wait_for(footer);
    screen.send_signal(number);
    CHECK_EQ(screen.wait_for_end(), 128 + number);
    CHECK(screen.is_as_before());
    CHECK(screen.shows(own_screen));
  }
}

TEST("Ctrl-Z gives the terminal back, and going on takes it again") {
  const Class here;
  Screen screen(here.course);
  screen.wait_for("test failed (");
  for (int i = 0; i < 2; ++i) {
    screen.press("\x1a");
    screen.wait_until_stopped();
    CHECK(screen.is_as_before());
    CHECK(screen.shows(own_screen));
    screen.send_signal(SIGCONT);
    screen.wait_for(footer);
    CHECK(!screen.is_as_before());
  }
  screen.press("h");
  screen.wait_for("Hint 1: first");
  screen.press("q");
  CHECK_EQ(screen.wait_for_end(), 0);
  CHECK(screen.is_as_before());
}

TEST("an error leaves the terminal as it was") {
  const Class here;
  Screen screen(here.course);
  screen.wait_for("test failed (");
  // Its state cannot be written: a folder stands in the way.
  learn::remove_tree(here.course.root() + "/copy/.learn");
  here.course.put("copy/.learn/in/the/way", "");
  screen.press("n");
  CHECK_EQ(screen.wait_for_end(), 1);
  CHECK(screen.is_as_before());
  CHECK(screen.shows(".learn"));
}
