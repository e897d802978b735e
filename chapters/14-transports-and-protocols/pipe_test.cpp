// Pipes: cases of CPython's test_unix_events.py and the pipe cases of
// test_events.py as facts.
//
// UnixReadPipeTransportTests
//   test_ctor, test__read_ready, _eof, _blocked, test_read_pipe,
//   test__call_connection_lost        a pipe's data is given ...
//   test__read_ready_error, _call_connection_lost_with_err
//                                     both ends of a terminal ... (its EIO)
//   test_pause_reading, test_resume_reading, _on_closed_pipe,
//   _on_paused_pipe                   pause_reading holds the data back ...
//   test_close, _already_closing, test__close  close in data_received ...
// UnixWritePipeTransportTests
//   test_ctor, test_write, _no_data, _partial, _buffer, _again,
//   test__write_ready, _partial, _again, _empty, test_can_write_eof,
//   test_write_pipe, test_write_eof, _pending, test_close, _closing,
//   test__write_ready_closing         every byte arrives, and then the end
//   test_write_err, test__write_ready_err  writing when nobody reads ...
//   test_write_close, test_abort      abort drops what is waiting
//   test__read_ready, test_write_pipe_disconnect_on_close
//                                     a reader that goes away ...
// test_events.py: test_read_pty_output, test_write_pty, test_bidirectional_pty
//                                     both ends of a terminal ...
// Cannot apply: test_unclosed_pipe_transport (the loop closes them), repr().

#include <fcntl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "14-transports-and-protocols/transport_world.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using namespace test;

void put(int fd, std::string_view data) {
  CHECK_EQ(::write(fd, data.data(), data.size()),
           static_cast<ssize_t>(data.size()));
}

// What has come; "END" at its end of file.
std::string get(int fd) {
  set_nonblocking(fd);
  std::string all;
  char piece[65536];
  for (;;) {
    const ssize_t count = ::read(fd, piece, sizeof piece);
    if (count < 0) return all;
    if (count == 0) return all + "END";
    all.append(piece, static_cast<std::size_t>(count));
  }
}

struct PipeEnds {
  Ref<Recorder> protocol;
  Ref<Transport> transport;
  Descriptor other;
};

Coro<PipeEnds> open_reader() {
  Pipe pipe = make_pipe();
  auto recorder = make_recorder();
  ProtocolFactory factory = [recorder] { return recorder; };
  Connection made = co_await connect_read_pipe(factory, std::move(pipe.read));
  co_return PipeEnds{recorder, made.transport, std::move(pipe.write)};
}

Coro<PipeEnds> open_writer() {
  Pipe pipe = make_pipe();
  auto recorder = make_recorder();
  ProtocolFactory factory = [recorder] { return recorder; };
  Connection made =
      co_await connect_write_pipe(factory, std::move(pipe.write));
  co_return PipeEnds{recorder, made.transport, std::move(pipe.read)};
}

}  // namespace

TEST("a pipe's data is given as it comes, and its end closes the transport") {
  manual_run([]() -> Coro<> {
    const int descriptors = open_descriptors();
    PipeEnds ends = co_await open_reader();
    ends.protocol->keep_open = true;  // makes no difference to a pipe
    CHECK_EQ(ends.protocol->log, Log{"made"});
    put(ends.other.get(), "one");
    co_await turns();
    put(ends.other.get(), "two");
    co_await turns();
    ends.other.reset();
    co_await turns();
    CHECK_EQ(ends.protocol->log,
             (Log{"made", "data one", "data two", "eof", "lost"}));
    CHECK_EQ(open_descriptors(), descriptors);
  });
}

TEST("pause_reading holds a pipe's data back until resume_reading") {
  manual_run([]() -> Coro<> {
    PipeEnds ends = co_await open_reader();
    ends.transport->pause_reading();
    ends.transport->pause_reading();
    put(ends.other.get(), "held");
    co_await turns();
    CHECK_EQ(ends.protocol->log, Log{"made"});
    ends.transport->resume_reading();
    ends.transport->resume_reading();
    co_await turns();
    CHECK_EQ(ends.protocol->received, "held");
    ends.transport->close();
    ends.transport->close();
    ends.transport->pause_reading();
    ends.transport->resume_reading();
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "data held", "lost"}));
  });
}

TEST("close in data_received ends reading; no end of file is told") {
  manual_run([]() -> Coro<> {
    PipeEnds ends = co_await open_reader();
    ends.protocol->on_data = [&] { ends.transport->close(); };
    put(ends.other.get(), "x");
    ends.other.reset();
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "data x", "lost"}));
  });
}

TEST("an error in data_received is reported, and ends the pipe") {
  manual_run([]() -> Coro<> {
    Reports reports(get_running_loop());
    PipeEnds ends = co_await open_reader();
    ends.protocol->on_data = [] { throw std::logic_error("a bug"); };
    put(ends.other.get(), "x");
    co_await turns();
    CHECK_EQ(ends.protocol->log.back(), "lost: a bug");
    CHECK_EQ(reports.messages.size(), 1u);
  });
}

TEST("every byte arrives, and then the end of file") {
  manual_run([]() -> Coro<> {
    for (bool close : {false, true}) {
      PipeEnds ends = co_await open_writer();
      CHECK(ends.transport->can_write_eof());
      ends.transport->write("");
      const std::string message = big_message(1 << 20);
      std::string_view rest = message;
      while (!rest.empty()) {
        ends.transport->write(rest.substr(0, 100'000));
        rest.remove_prefix(std::min<std::size_t>(100'000, rest.size()));
      }
      CHECK_EQ(ends.protocol->log, (Log{"made", "pause"}));
      close ? ends.transport->close() : ends.transport->write_eof();
      ends.transport->write("dropped");
      CHECK(ends.transport->is_closing());
      std::string got;
      while (!got.ends_with("END")) {
        got += get(ends.other.get());
        co_await turns(1);
      }
      CHECK(got == message + "END");
      CHECK_EQ(ends.protocol->log, (Log{"made", "pause", "resume", "lost"}));
    }
  });
}

TEST("abort drops what is waiting") {
  manual_run([]() -> Coro<> {
    PipeEnds ends = co_await open_writer();
    const std::string message = big_message(1 << 20);
    ends.transport->write(message);
    ends.transport->abort();
    co_await turns();
    CHECK(get(ends.other.get()).size() < message.size());
    CHECK_EQ(ends.protocol->log, (Log{"made", "pause", "lost"}));
  });
}

TEST("a reader that goes away is noticed without a write") {
  manual_run([]() -> Coro<> {
    PipeEnds ends = co_await open_writer();
    ends.transport->write("read by nobody");
    ends.other.reset();
    co_await turns();
    CHECK_EQ(ends.protocol->log, (Log{"made", "lost"}));
    PipeEnds full = co_await open_writer();
    full.transport->write(big_message(1 << 20));
    full.other.reset();
    co_await turns();
    CHECK_EQ(full.protocol->log.back().substr(0, 17), "lost: write pipe ");
    CHECK(full.protocol->log.back().ends_with(": Broken pipe"));
  });
}

TEST("writing when nobody reads is the connection's end, not the process's") {
  // In a child, whose SIGPIPE is as the system has it.
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGPIPE, SIG_DFL);
    bool lost = false;
    manual_run([&]() -> Coro<> {
      PipeEnds ends = co_await open_writer();
      ends.other.reset();
      ends.transport->write("x");
      co_await turns();
      lost = ends.protocol->log.back().ends_with(": Broken pipe");
    });
    ::_exit(lost ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK_EQ(status, 0);
}

TEST("both ends of a terminal are pipes, too") {
  manual_run([]() -> Coro<> {
    Descriptor master(::posix_openpt(O_RDWR | O_NOCTTY));
    CHECK(bool(master));
    CHECK_EQ(::grantpt(master.get()) + ::unlockpt(master.get()), 0);
    Descriptor slave(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY));
    termios raw;
    CHECK_EQ(::tcgetattr(slave.get(), &raw), 0);
    raw.c_oflag = raw.c_lflag = 0;
    CHECK_EQ(::tcsetattr(slave.get(), TCSANOW, &raw), 0);

    Reports reports(get_running_loop());
    auto reader = make_recorder(), writer = make_recorder();
    ProtocolFactory read = [&] { return reader; };
    ProtocolFactory write = [&] { return writer; };
    co_await connect_read_pipe(read, Descriptor(::dup(master.get())));
    Connection typist =
        co_await connect_write_pipe(write, Descriptor(::dup(slave.get())));
    typist.transport->write("typed");
    co_await until([&] { return !reader->received.empty(); });
    CHECK_EQ(reader->received, "typed");
    typist.transport->close();
    slave.reset();
    co_await until([&] { return reader->log.back() != "data typed"; });
    co_await turns();
    // Linux says EIO at the end of a terminal, others an end of file.
    CHECK_EQ(reader->log.back().substr(0, 4), "lost");
    CHECK_EQ(reports.messages, Log{});
  });
}

TEST("a pipe refuses what only the other half can do, and regular files") {
  manual_run([]() -> Coro<> {
    PipeEnds reader = co_await open_reader();
    CHECK_THROWS(std::logic_error, reader.transport->write("x"));
    CHECK_THROWS(std::logic_error, reader.transport->write_eof());
    CHECK_THROWS(std::logic_error,
                 reader.transport->set_write_buffer_limits(1, 1));
    CHECK(!reader.transport->can_write_eof());
    PipeEnds writer = co_await open_writer();
    CHECK_THROWS(std::logic_error, writer.transport->pause_reading());
    CHECK_THROWS(std::logic_error, writer.transport->resume_reading());
    CHECK(!writer.transport->is_reading());
    Task<Connection> file = create_task(connect_read_pipe(
        make_recorder, Descriptor(::open("/etc/passwd", O_RDONLY))));
    co_await turns();
    CHECK_WHAT(file.result(), "for pipes, sockets and character devices");
    reader.transport->close();
    writer.transport->close();
    co_await turns();
  });
}
