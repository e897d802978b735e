"""The twin of who_asked.cpp: whose cancellation is it?"""

import asyncio


def say(text):
    print(f"{asyncio.get_running_loop().time():3.1f}  {text}")


def asked():
    return f"{asyncio.current_task().cancelling()} asked"


async def work():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        say(f"  work: cancelled, {asked()}")
        await asyncio.sleep(1)
        say("  work: clean")
        raise


async def two_limits(outer, inner):
    try:
        async with asyncio.timeout(outer):
            try:
                async with asyncio.timeout(inner):
                    await work()
            except TimeoutError:
                say(f"  the inner limit, {asked()}")
    except TimeoutError:
        say(f"  the outer limit, {asked()}")
    say(f"  goes on, {asked()}")


# Cancels it from outside, if it takes that long.
async def show(what, outer, inner, patience):
    say(what)
    task = asyncio.create_task(two_limits(outer, inner))
    await asyncio.wait([task], timeout=patience)
    if not task.done():
        say("  main: cancels")
        task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        say(f"  main: CancelledError, {task.cancelling()} asked")


async def main():
    await show("the inner limit first", 4, 1, 9)
    await show("the outer limit first", 1, 4, 9)
    await show("the outer limit, while the inner one's work cleans up",
               1.5, 1, 9)
    await show("main, while the inner limit's work cleans up", 4, 1, 1.5)


asyncio.run(main())
