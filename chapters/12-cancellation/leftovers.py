"""The twin of leftovers.cpp: wait, and then wait_for on what was pending."""

import asyncio


def say(text):
    print(f"{asyncio.get_running_loop().time():3.1f}  {text}")


async def job(seconds):
    try:
        await asyncio.sleep(seconds)
        return f"{seconds} s of work"
    except asyncio.CancelledError:
        say(f"a job of {seconds} s is cancelled")
        raise


async def show(return_when):
    say(f"return_when={return_when}")
    tasks = [asyncio.create_task(job(seconds)) for seconds in (1, 2, 5)]
    done, pending = await asyncio.wait(
        tasks, timeout=1.5, return_when=return_when)
    say(f"done {len(done)}, pending {len(pending)}")
    for task in sorted(pending, key=tasks.index):
        try:
            say(await asyncio.wait_for(task, 1))
        except TimeoutError:
            say(f"no more patience; cancelled? {task.cancelled()}")


async def main():
    await show(asyncio.FIRST_COMPLETED)
    await show(asyncio.ALL_COMPLETED)


asyncio.run(main())
