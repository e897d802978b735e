// The echo server with a thread for each client. answer() is chapter 01's, and
// still blocks; but now it is another thread that waits.
//
// serve() uses the thread that calls it to accept, and the pool's for clients.
// Ctrl-C ends it with asyncio::Interrupted (where an Interrupt exists).
//
// Not part of the library: for programs and tests.

#pragma once

#include <exception>
#include <memory>
#include <utility>

#include "01-blocking-socket/echo_server.hpp"
#include "02-threads/thread_pool.hpp"
#include "common/socket.hpp"

namespace echo {

// Answers one client and tells the log; a broken connection ends no more.
inline void answer_and_log(asyncio::Socket& client, int number, Log log) {
  try {
    answer(client);
    log(number, "leaves");
  } catch (const std::exception& error) {
    log(number, error.what());
  }
}

// Serves `clients` clients, all at once; 0: never ends by itself. Clients
// beyond the pool's number of threads wait.
inline void serve(asyncio::Socket& listener, int clients, Log log,
                  asyncio::ThreadPool& pool) {
  for (int number = 1; clients == 0 || number <= clients; ++number) {
    asyncio::Socket accepted = listener.accept();
    log(number, "comes");
    pool.submit([client = std::move(accepted), number, log]() mutable {
      answer_and_log(client, number, log);
    });
  }
}

}  // namespace echo
