"""What a future costs in Python: the twin of benchmark.cpp."""

import asyncio
import statistics
import time

COUNT = 200_000


async def complete():
    loop = asyncio.get_running_loop()
    for i in range(COUNT):
        loop.create_future().set_result(i)


async def await_done():
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    for _ in range(COUNT):
        await future


async def await_pending():
    loop = asyncio.get_running_loop()
    for _ in range(COUNT):
        future = loop.create_future()
        loop.call_soon(future.set_result, 1)
        await future


def nanoseconds(work):
    begin = time.perf_counter()
    asyncio.run(work())
    return (time.perf_counter() - begin) * 1e9 / COUNT


def report(what, work):
    median = statistics.median(nanoseconds(work) for _ in range(9))
    print(f"{what:28} {median:6.0f} ns")


report("make and complete a future", complete)
report("await a done future", await_done)
report("await a pending future", await_pending)
