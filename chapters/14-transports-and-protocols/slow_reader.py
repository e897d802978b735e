import asyncio
import socket


class Writer(asyncio.Protocol):
    def __init__(self):
        self.may_write = asyncio.Event()
        self.may_write.set()
        self.most = 0
        self.resumed = False

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=4096, low=1024)

    def pause_writing(self):
        if self.most == 0:
            print("writer: pause_writing")
        self.most = max(self.most, self.transport.get_write_buffer_size())
        self.may_write.clear()

    def resume_writing(self):
        if not self.resumed:
            print("writer: resume_writing")
        self.resumed = True
        self.may_write.set()


class Reader(asyncio.Protocol):
    def __init__(self):
        self.received = 0
        self.end = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        transport.pause_reading()

    def data_received(self, data):
        self.received += len(data)

    def connection_lost(self, error):
        self.end.set_result(None)


async def write_all(writer):
    piece = b"x" * 1024
    for _ in range(1000):
        await writer.may_write.wait()
        writer.transport.write(piece)
    print("writer: all is written, and never more than 5 KiB waited:",
          writer.most <= 5 * 1024)
    writer.transport.close()


async def main():
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    _, writer = await loop.create_connection(Writer, sock=left)
    _, reader = await loop.create_connection(Reader, sock=right)
    writing = asyncio.create_task(write_all(writer))
    await asyncio.sleep(5)
    print(f"after 5 s: the reader has {reader.received} bytes")
    print(f"the writer is done: {writing.done()}")
    reader.transport.resume_reading()
    await reader.end
    print(f"the reader has {reader.received} bytes")


asyncio.run(main())
