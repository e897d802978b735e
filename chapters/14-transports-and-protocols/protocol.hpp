#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <span>
#include <string_view>

#include "08-coroutines/frame_pool.hpp"
#include "common/address.hpp"
#include "common/ref.hpp"

namespace asyncio {

class Transport;
class DatagramTransport;

// A protocol is the program's side of a connection: an object whose functions
// the transport calls when something happens. Each call is made by the loop,
// one after another, so a protocol needs no locks, and must not block. The
// classes are those of asyncio's protocols.py:
//
//     connection_made  data_received*  eof_received?  connection_lost
//
// Ownership: shared, by Ref; the transport holds its protocol until
// connection_lost() was called, and then lets go. So a protocol may keep a
// plain pointer to its transport until then. A loop that dies calls nothing:
// who may outlive it keeps a Ref. Thread: the loop's.
//
// An exception that leaves data_received(), eof_received() or one of
// BufferedProtocol's functions ends the connection, and goes to the loop's
// exception handler, if it is no std::system_error, and to connection_lost().
// One that leaves another function is only reported.
class AnyProtocol : public RefCounted, public Pooled {
 public:
  // The last call. `error` is empty if the connection ended in a regular
  // way: the peer has sent all, or close() or abort() was called.
  virtual void connection_lost(std::exception_ptr error) { (void)error; }

  // What is waiting to be sent has grown beyond the high-water mark: write no
  // more for now. And it has shrunk to the low-water mark: go on. The two
  // alternate, pause_writing() first.
  virtual void pause_writing() {}
  virtual void resume_writing() {}
};

// What all protocols on a stream have in common.
class BaseProtocol : public AnyProtocol {
 public:
  // The first call. Writing may begin; reading begins after it.
  virtual void connection_made(Transport& transport) { (void)transport; }
};

// What makes a protocol for each connection.
using ProtocolFactory = std::function<Ref<BaseProtocol>()>;

// A Protocol is given what has come as a view of the transport's own buffer.
class Protocol : public BaseProtocol {
 public:
  // `data` is never empty, and gone when this returns. How the bytes are cut
  // up is chance: a message may come in parts, or two in one.
  virtual void data_received(std::string_view data) = 0;

  // The peer has sent all. False: the transport closes itself. True: it
  // stays open for writing until close().
  virtual bool eof_received() { return false; }
};

// A BufferedProtocol says where the bytes shall go, and saves a copy.
class BufferedProtocol : public BaseProtocol {
 public:
  // Where to put what has come. It must not be empty. `hint`: how much room
  // would do at least; 0: any.
  virtual std::span<char> get_buffer(std::size_t hint) = 0;

  // So many bytes were put there.
  virtual void buffer_updated(std::size_t count) = 0;

  virtual bool eof_received() { return false; }
};

// A DatagramProtocol is given datagrams, each whole and by itself.
class DatagramProtocol : public AnyProtocol {
 public:
  virtual void connection_made(DatagramTransport& transport) {
    (void)transport;
  }
  virtual void datagram_received(std::string_view data,
                                 const Address& sender) = 0;
  // A send or a receive has failed, mostly because a datagram sent before
  // found nobody. The endpoint stays open.
  virtual void error_received(std::exception_ptr error) { (void)error; }
};

}  // namespace asyncio
