"""The twin of limited.cpp: a decorator that limits, one with a timeout."""

import asyncio
import functools


def with_semaphore(semaphore, function):
    @functools.wraps(function)
    async def wrapper(*args):
        async with semaphore:
            return await function(*args)
    return wrapper


def with_timeout(limit, function):
    @functools.wraps(function)
    async def wrapper(*args):
        return await asyncio.wait_for(function(*args), limit)
    return wrapper


def say(text):
    print(f"{asyncio.get_running_loop().time():4.1f}  {text}")


async def fetch(page):
    say(f"{page}: asks")
    await asyncio.sleep(1)
    say(f"{page}: is here")


async def three(what, function):
    tasks = [asyncio.create_task(function(what + name))
             for name in (" 1", " 2", " 3")]
    for task in tasks:
        try:
            await task
        except TimeoutError:
            say(f"{what}: TimeoutError")


async def main():
    one = asyncio.Semaphore(1)
    limited = with_semaphore(one, fetch)
    await three("one at a time", limited)
    outside = with_timeout(1.5, limited)
    await three("1.5 s with the wait", outside)
    inside = with_semaphore(one, with_timeout(1.5, fetch))
    await three("1.5 s without it", inside)


asyncio.run(main())
