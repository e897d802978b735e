import asyncio
import socket

turn = 0


def count_turns(loop):
    global turn
    turn += 1
    loop.call_soon(count_turns, loop)


def say(text):
    print(f"{turn}: {text}")


class Asker(asyncio.Protocol):
    def connection_made(self, transport):
        say("asker: connection_made")
        transport.write(b"two and two?")
        transport.write_eof()

    def data_received(self, data):
        say(f"asker: data_received {data.decode()}")

    def eof_received(self):
        say("asker: eof_received")

    def connection_lost(self, error):
        say(f"asker: connection_lost {error}")


class Answerer(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        say("answerer: connection_made")

    def data_received(self, data):
        say(f"answerer: data_received {data.decode()}")
        self.transport.write(b"four")

    def eof_received(self):
        say("answerer: eof_received")
        self.transport.write(b", I think")
        asyncio.get_running_loop().call_soon(self.transport.close)
        return True

    def connection_lost(self, error):
        say(f"answerer: connection_lost {error}")


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(count_turns, loop)
    left, right = socket.socketpair()
    await loop.create_connection(Answerer, sock=left)
    say("main: the answerer is connected")
    transport, asker = await loop.create_connection(Asker, sock=right)
    say("main: the asker is connected")
    while not transport.is_closing():
        await asyncio.sleep(0)
    say("main: the asker's transport is closing")
    await asyncio.sleep(0)
    await asyncio.sleep(0)


asyncio.run(main())
