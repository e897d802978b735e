"""The twin of cleanup.cpp: cleaning up takes time, and may be cut short."""

import asyncio


def say(text):
    print(f"{asyncio.get_running_loop().time():3.1f}  {text}")


async def transfer(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError as error:
        say(f"{name}: asked to stop: {error}")
        await asyncio.sleep(2)
        say(f"{name}: says goodbye to its server")
        raise


# Cancels once, and waits until it has taken place.
async def once():
    task = asyncio.create_task(transfer("once"))
    await asyncio.sleep(1)
    task.cancel("time to go")
    await asyncio.wait([task])
    say(f"once: cancelled? {task.cancelled()}")


# Loses patience after a second.
async def twice():
    task = asyncio.create_task(transfer("twice"))
    await asyncio.sleep(1)
    task.cancel("time to go")
    await asyncio.sleep(1)
    task.cancel("now")
    try:
        await task
    except asyncio.CancelledError as error:
        say(f"twice: ended by: {error}")
    say(f"twice: asked {task.cancelling()} times")


# Cancels a task that has not begun.
async def too_early():
    task = asyncio.create_task(transfer("too_early"))
    task.cancel("never mind")
    await asyncio.wait([task])
    say(f"too_early: cancelled? {task.cancelled()}")


async def main():
    await once()
    await twice()
    await too_early()


asyncio.run(main())
