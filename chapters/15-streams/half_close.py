import asyncio


async def count_words(reader, writer):
    count = 0
    async for line in reader:
        count += 1
        print(f"server: {line.decode()}", end="")
    print(f"server: the end, after {count} words")
    writer.write(f"{count} words\n".encode())
    writer.close()
    await writer.wait_closed()
    print("server: has closed")


async def main():
    server = await asyncio.start_server(count_words, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for word in [b"one\n", b"two\n", b"three\n"]:
        writer.write(word)
    writer.write_eof()
    print("client: has said all")
    answer = await reader.readline()
    print(f'client: hears "{answer.decode()[:-1]}"')
    answer = await reader.readline()
    print(f"client: at the end? {reader.at_eof()}")
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    print("client: has closed")


asyncio.run(main())
