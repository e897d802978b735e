"""The twin of shielded.cpp: the work goes on, the waiting does not."""

import asyncio


def say(text):
    print(f"{asyncio.get_running_loop().time():3.1f}  {text}")


async def save(name):
    try:
        await asyncio.sleep(3)
        say(f"{name}: saved")
        return f"{name} on disk"
    except asyncio.CancelledError:
        say(f"{name}: not saved")
        raise


async def unprotected():
    await save("letter")


async def protected():
    await asyncio.shield(save("diary"))


async def cancel_after_a_second(job):
    task = asyncio.create_task(job)
    await asyncio.sleep(1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        say("main: CancelledError")


# The inner work may still be cancelled, by its own name.
async def cancel_the_inner():
    inner = asyncio.create_task(save("novel"))
    outer = asyncio.shield(inner)
    await asyncio.sleep(1)
    inner.cancel()
    await asyncio.wait([outer])
    say(f"main: inner {inner.cancelled()}, outer {outer.cancelled()}")


async def main():
    await cancel_after_a_second(unprotected())
    await cancel_after_a_second(protected())
    say(f"main: tasks alive: {len(asyncio.all_tasks())}")
    await asyncio.sleep(3)
    say(f"main: tasks alive: {len(asyncio.all_tasks())}")
    await cancel_the_inner()


asyncio.run(main())
