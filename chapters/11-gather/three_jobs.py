"""The twin of three_jobs.cpp."""

import asyncio


def say(text):
    print(f"{asyncio.get_running_loop().time() - began:3.1f}  {text}")


async def job(name, units, breaks=False):
    say(name + " begins")
    try:
        await asyncio.sleep(units)
    except asyncio.CancelledError:
        say(name + " is cancelled")
        raise
    say(name + " ends")
    if breaks:
        raise RuntimeError(name + " broke")
    return units


async def main():
    global began
    loop = asyncio.get_running_loop()
    began = loop.time()
    a = asyncio.create_task(job("a", 1))
    b = asyncio.create_task(job("b", 2, True))
    c = asyncio.create_task(job("c", 3))
    loop.call_later(2.5, c.cancel)
    results = await asyncio.gather(a, b, c, return_exceptions=True)
    say("all have ended")
    for result in results:
        if isinstance(result, asyncio.CancelledError):
            print("cancelled")
        elif isinstance(result, Exception):
            print("failed:", result)
        else:
            print("result:", result)


asyncio.run(main())
