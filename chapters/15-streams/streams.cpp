#include "15-streams/streams.hpp"

namespace asyncio {

namespace {

// For a connection that is made once. The writer is there from the start: if
// nobody takes the stream after all, it closes the transport.
struct Half {
  explicit Half(std::size_t limit)
      : protocol(make_ref<StreamProtocol>(limit)), writer(protocol) {}
  ProtocolFactory factory() const {
    return [protocol = protocol] { return protocol; };
  }
  Ref<StreamProtocol> protocol;
  StreamWriter writer;
};

ProtocolFactory factory_for(ClientConnected handler, std::size_t limit) {
  auto shared = make_ref<ClientHandler>(std::move(handler));
  return [shared, limit] { return make_ref<StreamProtocol>(limit, shared); };
}

}  // namespace

Coro<Stream> open_connection(std::string host, std::uint16_t port,
                             StreamOptions options) {
  Half half(options.limit);
  ProtocolFactory factory = half.factory();
  co_await create_connection(std::move(factory), std::move(host), port,
                             options.connect);
  Stream stream{StreamReader(half.protocol), std::move(half.writer)};
  co_return stream;
}

Coro<Stream> open_connection(Socket connected, StreamOptions options) {
  Half half(options.limit);
  ProtocolFactory factory = half.factory();
  co_await create_connection(std::move(factory), std::move(connected));
  Stream stream{StreamReader(half.protocol), std::move(half.writer)};
  co_return stream;
}

Coro<Stream> open_unix_connection(std::string path, StreamOptions options) {
  Half half(options.limit);
  ProtocolFactory factory = half.factory();
  co_await create_unix_connection(std::move(factory), std::move(path));
  Stream stream{StreamReader(half.protocol), std::move(half.writer)};
  co_return stream;
}

Coro<Server> start_server(ClientConnected handler, std::string host,
                          std::uint16_t port, ServerOptions options,
                          std::size_t limit) {
  return create_server(factory_for(std::move(handler), limit),
                       std::move(host), port, options);
}

Coro<Server> start_server(ClientConnected handler, Socket listener,
                          ServerOptions options, std::size_t limit) {
  return create_server(factory_for(std::move(handler), limit),
                       std::move(listener), options);
}

Coro<Server> start_unix_server(ClientConnected handler, std::string path,
                               ServerOptions options, std::size_t limit) {
  return create_unix_server(factory_for(std::move(handler), limit),
                            std::move(path), options);
}

Coro<StreamReader> open_read_pipe(Descriptor pipe, std::size_t limit) {
  StreamReader reader(limit);
  ProtocolFactory factory = [reader] { return reader.protocol(); };
  co_await connect_read_pipe(std::move(factory), std::move(pipe));
  co_return reader;
}

Coro<StreamWriter> open_write_pipe(Descriptor pipe) {
  Half half(StreamReader::kDefaultLimit);
  ProtocolFactory factory = half.factory();
  co_await connect_write_pipe(std::move(factory), std::move(pipe));
  co_return std::move(half.writer);
}

}  // namespace asyncio
