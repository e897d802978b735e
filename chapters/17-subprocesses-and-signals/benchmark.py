"""What a process costs to start in Python: the twin of benchmark.cpp."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 50


async def start_and_wait():
    process = await asyncio.create_subprocess_exec("/bin/true")
    await process.wait()


async def communicate():
    process = await asyncio.create_subprocess_exec(
        "/bin/echo", "hello", stdout=PIPE)
    await process.communicate()


async def ten_at_once():
    await asyncio.gather(*[start_and_wait() for _ in range(10)])


async def hear_a_signal():
    loop = asyncio.get_running_loop()
    heard = loop.create_future()
    loop.add_signal_handler(signal.SIGUSR1, heard.set_result, None)
    os.kill(os.getpid(), signal.SIGUSR1)
    await heard


async def measure(what, work):
    best = 1e9
    for _ in range(RUNS):
        start = time.perf_counter()
        await work()
        best = min(best, time.perf_counter() - start)
    print(f"{what:46} {best * 1e6:8.1f} us")


async def main():
    await measure("create_subprocess_exec, wait", start_and_wait)
    await measure("  ten of them at once", ten_at_once)
    await measure("  with a pipe and communicate()", communicate)
    await measure("a signal, from kill() to its function", hear_a_signal)


asyncio.run(main())
