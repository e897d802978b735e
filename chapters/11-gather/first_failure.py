"""The twin of first_failure.cpp."""

import asyncio


def say(text):
    print(f"{asyncio.get_running_loop().time() - began:3.1f}  {text}")


def nobody_looked(loop, context):
    say(f"nobody looked at: {context['exception']}")


async def page(name, seconds, breaks=False):
    await asyncio.sleep(seconds)
    if breaks:
        say(name + " breaks")
        raise RuntimeError(name + ": connection reset")
    say(name + " is here")
    return name


async def main():
    global began
    loop = asyncio.get_running_loop()
    began = loop.time()
    loop.set_exception_handler(nobody_looked)
    try:
        await asyncio.gather(
            page("/slow", 3), page("/quick", 1),
            page("/broken", 1.5, True), page("/lost", 2, True))
    except RuntimeError as error:
        say(f"main hears of {error}")
    say("main goes on")
    await asyncio.sleep(4)
    say("main ends")


asyncio.run(main())
