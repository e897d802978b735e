import asyncio


async def show(what, read):
    try:
        data = await read
        print(f"{what}: [{data.decode()}]")
    except asyncio.IncompleteReadError as error:
        print(f"{what}: incomplete, [{error.partial.decode()}]")
    except (asyncio.LimitOverrunError, ValueError):
        print(f"{what}: too long")
    except asyncio.CancelledError:
        print(f"{what}: cancelled")
    except RuntimeError:
        print(f"{what}: refused")


def feed(reader, data):
    print(f"feed [{data}]")
    reader.feed_data(data.encode())


async def main():
    reader = asyncio.StreamReader(16)
    line = asyncio.create_task(show("readline", reader.readline()))
    await asyncio.sleep(0)
    feed(reader, "some ")
    await asyncio.sleep(0)
    feed(reader, "words|12345")
    print("a turn later")
    await asyncio.sleep(0)
    await show("a second reader", reader.readline())

    line.cancel()
    await asyncio.sleep(0)
    await show("readuntil", reader.readuntil(b"|"))
    four = asyncio.create_task(show("readexactly", reader.readexactly(8)))
    await asyncio.sleep(0)
    feed(reader, "678")
    asyncio.get_running_loop().call_soon(lambda: print("another callback"))
    await four

    feed(reader, "this line is far too long, and lost|next")
    await show("readuntil", reader.readuntil(b"|"))
    await show("read", reader.read(9))
    await show("readline", reader.readline())
    feed(reader, "rest")
    reader.feed_eof()
    await show("readexactly", reader.readexactly(10))
    await show("read", reader.read(10))


asyncio.run(main())
