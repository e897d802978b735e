"""The twin of one_by_one.cpp."""

import asyncio


def say(text):
    print(f"{asyncio.get_running_loop().time() - began:3.1f}  {text}")


def nobody_looked(loop, context):
    say(f"nobody looked at: {context['exception']}")


async def page(name, seconds, breaks=False):
    await asyncio.sleep(seconds)
    if breaks:
        raise RuntimeError(name + ": connection reset")
    say(name + " is here")
    return name


async def main():
    global began
    loop = asyncio.get_running_loop()
    began = loop.time()
    loop.set_exception_handler(nobody_looked)
    tasks = [
        asyncio.create_task(page("/slow", 3)),
        asyncio.create_task(page("/quick", 1)),
        asyncio.create_task(page("/broken", 1.5, True)),
        asyncio.create_task(page("/lost", 2, True)),
    ]
    try:
        for task in tasks:
            say("main has " + await task)
    except RuntimeError as error:
        say(f"main hears of {error}")
    tasks.clear()


asyncio.run(main())
