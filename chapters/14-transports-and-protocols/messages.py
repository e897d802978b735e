import asyncio
import socket


class FramedTransport:
    def __init__(self, lower):
        self.lower = lower

    def write(self, message):
        self.lower.writelines([len(message).to_bytes(4, "big"), message])

    def close(self):
        self.lower.close()


class Framing(asyncio.Protocol):
    def __init__(self, above):
        self.above = above
        self.buffer = b""

    def connection_made(self, lower):
        self.above.connection_made(FramedTransport(lower))

    def data_received(self, data):
        self.buffer += data
        while len(self.buffer) >= 4:
            end = 4 + int.from_bytes(self.buffer[:4], "big")
            if len(self.buffer) < end:
                break
            message, self.buffer = self.buffer[4:end], self.buffer[end:]
            self.above.data_received(message)

    def connection_lost(self, error):
        self.above.connection_lost(error)


class Listener(asyncio.Protocol):
    def __init__(self):
        self.end = asyncio.get_running_loop().create_future()

    def data_received(self, data):
        print(f"data_received: {data.decode()}")

    def connection_lost(self, error):
        self.end.set_result(None)


class Talker(asyncio.Protocol):
    def connection_made(self, transport):
        transport.write(b"one")
        transport.write(b"two")
        transport.write(b"three")
        transport.close()


async def talk(wrap):
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    listener = Listener()
    await loop.create_connection(lambda: wrap(Talker()), sock=left)
    await loop.create_connection(lambda: wrap(listener), sock=right)
    await listener.end


async def main():
    print("a stream of bytes:")
    await talk(lambda protocol: protocol)
    print("framed:")
    await talk(Framing)


asyncio.run(main())
