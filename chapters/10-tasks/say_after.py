"""The twin of say_after.cpp: three delays, three tasks."""

import asyncio


async def say_after(delay, what):
    await asyncio.sleep(delay)
    print(what)
    return what


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    tasks = [
        asyncio.create_task(say_after(3, "third")),
        asyncio.create_task(say_after(1, "first")),
        asyncio.create_task(say_after(2, "second")),
    ]
    print("three tasks, and none has begun")
    for task in tasks:
        what = await task
        print(f"main has {what} after {loop.time() - start:.0f} s")


asyncio.run(main())
