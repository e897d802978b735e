"""The twin of group.cpp: one fails, and none is left behind."""

import asyncio


def say(text):
    print(f"{asyncio.get_running_loop().time():3.1f}  {text}")


async def job(name, seconds, breaks=False):
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        say(f"{name}: cancelled")
        raise
    if breaks:
        say(f"{name}: breaks")
        raise ValueError(f"{name} broke")
    say(f"{name}: done")
    return name


async def all_is_well():
    async with asyncio.TaskGroup() as group:
        first = group.create_task(job("first", 1))
        second = group.create_task(job("second", 2))
        say("the body ends, and the group waits")
    say(f"{first.result()} and {second.result()}")


async def one_breaks():
    task = asyncio.current_task()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(job("quick", 1))
            group.create_task(job("broken", 2, True))
            group.create_task(job("as broken", 2, True))
            group.create_task(job("slow", 10))
            await job("the body", 10)
    except ExceptionGroup as errors:
        say(errors)
        for error in errors.exceptions:
            say(f"  {error}")
    say(f"requests to cancel that are left: {task.cancelling()}")


async def main():
    await all_is_well()
    await one_breaks()


asyncio.run(main())
