# What benchmark.cpp measures, for asyncio.

import asyncio
import time

AWAITS = 100_000


async def one(value):
    return value + 1


async def many():
    total = 0
    for i in range(AWAITS):
        total += await one(i)
    return total


def run():
    start = time.process_time()
    asyncio.run(many())
    return (time.process_time() - start) / AWAITS * 1e9


median = sorted(run() for _ in range(9))[4]
print(f"one await that ends at once {median:8.1f} ns")
