"""The twin of finish_order.cpp."""

import asyncio


def say(text):
    print(f"{asyncio.get_running_loop().time() - began:3.1f}  {text}")


async def page(name, seconds, breaks=False):
    await asyncio.sleep(seconds)
    if breaks:
        raise RuntimeError(name + ": connection reset")
    return name


async def show(timeout):
    global began
    began = asyncio.get_running_loop().time()
    tasks = [
        asyncio.create_task(page("/slow", 3)),
        asyncio.create_task(page("/quick", 1)),
        asyncio.create_task(page("/broken", 2, True)),
    ]
    for coming in asyncio.as_completed(tasks, timeout=timeout):
        try:
            say("main has " + await coming)
        except asyncio.TimeoutError:
            say("time is over")
        except RuntimeError as error:
            say(f"main hears of {error}")
    say("in the end: " + await tasks[0])


async def main():
    print("without a timeout")
    await show(None)
    print("with a timeout of 2.5")
    await show(2.5)


asyncio.run(main())
