"""The twin of swallow.cpp: cancelled, and what three jobs make of it."""

import asyncio


def say(text):
    print(f"{asyncio.get_running_loop().time():3.1f}  {text}")


async def download(name):
    say(f"{name}: begins")
    await asyncio.sleep(10)
    return f"{name}: all of it"


# Cleans up, and lets the cancellation pass.
async def polite():
    try:
        return await download("polite")
    except asyncio.CancelledError:
        say("polite: cleans up")
        raise


# Takes the cancellation for an answer.
async def clever():
    try:
        return await download("clever")
    except asyncio.CancelledError:
        say("clever: gives what it has")
    return "clever: half of it"


# Does not even stop.
async def stubborn():
    try:
        await download("stubborn")
    except asyncio.CancelledError:
        say("stubborn: goes on")
    await asyncio.sleep(2)
    return "stubborn: all of it"


async def cancel_after_a_second(job):
    task = asyncio.create_task(job)
    await asyncio.sleep(1)
    say(f"main: cancels, {task.cancel()}")
    say(f"main: cancelled? {task.cancelled()}, done? {task.done()}")
    try:
        say(f"main: has {await task}")
    except asyncio.CancelledError:
        say("main: CancelledError")
    say(f"main: cancelled? {task.cancelled()}, asked {task.cancelling()}")


async def main():
    await cancel_after_a_second(polite())
    await cancel_after_a_second(clever())
    await cancel_after_a_second(stubborn())


asyncio.run(main())
