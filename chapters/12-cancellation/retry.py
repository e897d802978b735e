"""The twin of retry.cpp: a limit for any coroutine function, twice."""

import asyncio
import functools


def say(text):
    print(f"{asyncio.get_running_loop().time():3.1f}  {text}")


def with_timeout(limit, function):
    @functools.wraps(function)
    async def limited(*args):
        return await asyncio.wait_for(function(*args), limit)
    return limited


async def fetch(page, seconds):
    try:
        await asyncio.sleep(seconds)
        return f"{page} is here"
    except asyncio.CancelledError:
        say(f"{page}: hangs up")
        raise


async def fetch_with_retries(page, seconds):
    quick_fetch = with_timeout(1, fetch)
    for attempt in range(1, 4):
        try:
            return await quick_fetch(page, seconds / attempt)
        except TimeoutError:
            say(f"{page}: try {attempt} timed out")
    raise TimeoutError(f"{page}: given up")


async def main():
    patient_fetch = with_timeout(2.75, fetch_with_retries)
    for page, seconds in [("/quick", 0.5), ("/second", 1.5), ("/slow", 9)]:
        try:
            say(await patient_fetch(page, seconds))
        except TimeoutError:
            say(f"{page}: no time left")


asyncio.run(main())
