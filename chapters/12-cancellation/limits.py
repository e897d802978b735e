import asyncio
import functools


def with_timeout(limit, function):
    @functools.wraps(function)
    async def wrapper(*args):
        return await asyncio.wait_for(function(*args), limit)
    return wrapper


async def fetch(name, delay):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        print(f"{name}: cancelled")
        raise
    return name + " page"


async def main():
    tasks = [
        asyncio.create_task(fetch("quick", 1)),
        asyncio.create_task(fetch("slow", 5)),
    ]
    done, pending = await asyncio.wait(
        tasks, return_when=asyncio.FIRST_COMPLETED)
    print(f"done: {done.pop().result()}")
    try:
        await asyncio.wait_for(pending.pop(), 2)
    except TimeoutError:
        print(f"too slow; cancelled: {tasks[1].cancelled()}")

    limited = with_timeout(2, fetch)
    page = await limited("one", 1)
    print(f"limited: {page}")
    try:
        await limited("two", 3)
    except TimeoutError:
        print("limited: TimeoutError")

    try:
        async with asyncio.timeout(3):
            first = await fetch("three", 2)
            print(f"block: {first}")
            await fetch("four", 2)
    except TimeoutError:
        print("block: TimeoutError")


asyncio.run(main())
