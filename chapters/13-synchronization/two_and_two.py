"""The twin of two_and_two.cpp: producers, consumers, a queue, and join."""

import asyncio


def say(who, what):
    print(f"{asyncio.get_running_loop().time():4.1f}  {who} {what}")


async def producer(name, queue):
    for i in range(1, 4):
        await asyncio.sleep(0.5)
        item = f"{name}{i}"
        if queue.full():
            say(name, f"waits with {item}")
        await queue.put(item)
        say(name, f"has put {item}")


async def consumer(name, queue):
    while True:
        item = await queue.get()
        say(name, f"has got {item}")
        await asyncio.sleep(2)
        queue.task_done()


async def main():
    queue = asyncio.Queue(2)
    first = asyncio.create_task(consumer("one", queue))
    second = asyncio.create_task(consumer("two", queue))
    await asyncio.gather(producer("a", queue), producer("b", queue))
    say("main", "has no more to put in")
    await queue.join()
    say("main", "is done")
    first.cancel()
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    both = first.cancelled() and second.cancelled()
    print(f"      both consumers were cancelled: {both}")


asyncio.run(main())
