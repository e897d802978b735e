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
    start = time.perf_counter()
    asyncio.run(many())
    return (time.perf_counter() - start) / AWAITS * 1e9


print(f"one await that ends at once {sorted(run() for _ in range(9))[4]:8.1f} ns")
