"""The twin of rules.cpp: what run() sees to."""

import asyncio


async def leftover():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("leftover: cancelled")
        raise
    finally:
        print("leftover: cleans up")


async def stubborn():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        pass
    await asyncio.sleep(1)
    print("stubborn: ends a second later, and run() has waited")


async def nest():
    coro = leftover()
    try:
        asyncio.run(coro)
    except RuntimeError as error:
        print(f"run inside run: {error}")
    coro.close()


async def main():
    await nest()
    asyncio.create_task(leftover())
    asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    print("main: returns")
    return 42


async def fail():
    raise ValueError("no such page")


coro = main()
try:
    asyncio.create_task(coro)
except RuntimeError as error:
    print(f"create_task outside of a loop: {error}")
coro.close()
try:
    asyncio.current_task()
except RuntimeError as error:
    print(f"current_task outside of a loop: {error}")
print(f"run gives {asyncio.run(main())}")
try:
    asyncio.run(fail())
except ValueError as error:
    print(f"run throws: {error}")
