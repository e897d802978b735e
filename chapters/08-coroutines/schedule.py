# The twin of schedule.cpp: a coroutine that awaits another, and when each line
# of it runs.

import asyncio


async def add(x, y):
    print("  add: starts")
    await asyncio.sleep(1)
    print("  add: ends")
    return x + y


async def twice(x):
    print("  twice: starts, and never waits")
    return 2 * x


async def compute(loop):
    loop.call_soon(print, "the loop had a turn")

    print("compute: calls twice")
    coro = twice(21)
    print("compute: awaits twice")
    product = await coro
    print("compute: twice gave", product)

    print("compute: awaits add")
    sum = await add(1, 2)
    print("compute: add gave", sum)


loop = asyncio.new_event_loop()
task = loop.create_task(compute(loop))
loop.call_later(0.5, print, "half a second later")
loop.call_later(2, loop.stop)
print("nothing has run yet")
loop.run_forever()
task.result()
