import asyncio
from asyncio.subprocess import PIPE


class Events(asyncio.SubprocessProtocol):
    def __init__(self):
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        print("connection_made")

    def pipe_data_received(self, fd, data):
        print(f"pipe_data_received {fd}: {data.decode()}")
        self.transport.get_pipe_transport(0).write(b"thank you\n")

    def pipe_connection_lost(self, fd, error):
        print(f"pipe_connection_lost {fd}")
        if fd == 1:
            self.transport.get_pipe_transport(0).close()

    def process_exited(self):
        print(f"process_exited: {self.transport.get_returncode()}")

    def connection_lost(self, error):
        print("connection_lost")
        self.done.set_result(None)


async def main():
    command = [
        "sh", "-c", "printf hello; read answer; exec 1>&-; read end; exit 5"]
    loop = asyncio.get_running_loop()
    transport, events = await loop.subprocess_exec(
        Events, *command, stdin=PIPE, stdout=PIPE, stderr=None)
    await events.done
    print(f"return code {transport.get_returncode()}")
    transport.close()


asyncio.run(main())
