import asyncio


def now():
    return asyncio.get_running_loop().time()


async def ticker(name, count):
    try:
        for i in range(1, count + 1):
            await asyncio.sleep(1)
            yield i
    finally:
        print(f"{now():.1f}  {name}: tidies up")
        await asyncio.sleep(0.5)
        print(f"{now():.1f}  {name}: ends")


async def first_of(name, count):
    ticks = ticker(name, count)
    tick = await anext(ticks)
    print(f"{now():.1f}  {name}: {tick} is enough")


kept = ticker("kept", 2)


async def main():
    async for tick in ticker("whole", 2):
        print(f"{now():.1f}  whole: {tick}")

    closed = ticker("closed", 2)
    await anext(closed)
    await closed.aclose()
    print(f"{now():.1f}  closed: is closed")

    await first_of("dropped", 2)
    print(f"{now():.1f}  main goes on")
    await asyncio.sleep(1)

    task = asyncio.create_task(first_of("cancelled", 2))
    await asyncio.sleep(0.5)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print(f"{now():.1f}  cancelled: CancelledError")

    await anext(kept)
    print(f"{now():.1f}  main ends, and one is left")


asyncio.run(main())
print("run() has returned")
