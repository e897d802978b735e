"""The twin of workers.cpp: two workers, awaited and as tasks."""

import asyncio


async def say_after(delay, what):
    await asyncio.sleep(delay)
    now = asyncio.get_running_loop().time()
    print(f"{now:3.0f} s: {what}")


async def in_sequence():
    await say_after(1, "hello")
    await say_after(2, "world")


async def as_tasks():
    hello = asyncio.create_task(say_after(1, "hello"))
    world = asyncio.create_task(say_after(2, "world"))
    await hello
    await world


async def main():
    print("awaited, one after the other:")
    await in_sequence()
    print("as tasks:")
    await as_tasks()


asyncio.run(main())
