import asyncio


async def job(name, delay, fails):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        print(f"{name}: cancelled")
        raise
    print(f"{name}: {'fails' if fails else 'done'}")
    if fails:
        raise RuntimeError(name)


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(job("a", 2, False))
        group.create_task(job("b", 1, False))
        print("body: has started both")
    print("main: both are done")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(job("c", 1, False))
            group.create_task(job("d", 2, True))
            group.create_task(job("e", 3, False))
            await asyncio.sleep(3600)
            print("body: not reached")
    except ExceptionGroup as group:
        print(f"main: {group}")
    await asyncio.sleep(1)
    print("main: goes on")


asyncio.run(main())
