"""What it costs to go to another thread and back: benchmark.cpp for asyncio.

With the argument `cpu`: what threads and processes gain, as cpu_bound.cpp.
"""

import asyncio
import concurrent.futures
import os
import sys
import threading
import time

TRIPS = 200
ROUNDS = 60
LIMIT = 10_000  # for the longest Collatz chain that begins below it


class PingPong:
    def __init__(self):
        self.condition = threading.Condition()
        self.question = None
        self.answer = None
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with self.condition:
            while True:
                self.condition.wait_for(lambda: self.question is not None)
                self.answer = self.question + 1
                self.question = None
                self.condition.notify()

    def ask(self, number):
        with self.condition:
            self.question = number
            self.answer = None
            self.condition.notify()
            self.condition.wait_for(lambda: self.answer is not None)
            return self.answer


def next_number(number):
    return number + 1


async def next_in_loop(number):
    return number + 1


def bare_trips(ping_pong):
    begin = time.perf_counter_ns()
    for i in range(TRIPS):
        ping_pong.ask(i)
    return (time.perf_counter_ns() - begin) / TRIPS


async def to_thread_trips():
    begin = time.perf_counter_ns()
    for i in range(TRIPS):
        await asyncio.to_thread(next_number, i)
    return (time.perf_counter_ns() - begin) / TRIPS


def run_threadsafe_trips(loop):
    begin = time.perf_counter_ns()
    for i in range(TRIPS):
        asyncio.run_coroutine_threadsafe(next_in_loop(i), loop).result()
    return (time.perf_counter_ns() - begin) / TRIPS


async def main():
    ping_pong = PingPong()
    bare, trips = [], []
    for _ in range(ROUNDS):
        bare.append(bare_trips(ping_pong))
        trips.append(await to_thread_trips())
    print(f"{'bare trip: a condition variable':44}"
          f" {min(bare):9.0f} ns")
    print(f"{'to_thread, there and back':44}"
          f" {min(trips):9.0f} ns")
    print(f"{'  the ratio':44}"
          f" {min(trips) / min(bare):9.2f}")


def others():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    runs = [run_threadsafe_trips(loop) for _ in range(ROUNDS)]
    print(f"{'run_coroutine_threadsafe, and its result':44}"
          f" {min(runs):9.0f} ns")
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def collatz_steps(n):
    steps = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def longest_chain(below):
    return max(collatz_steps(n) for n in range(1, below))


async def in_the_loop():
    return longest_chain(LIMIT)


async def in_a_thread():
    return await asyncio.to_thread(longest_chain, LIMIT)


async def in_a_process(pool):
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(pool, longest_chain, LIMIT)


async def four_times(title, worker):
    ticks = 0
    longest = 0.0

    async def ticker():
        nonlocal ticks, longest
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.02)
            ticks += 1
            longest = max(longest, time.monotonic() - last)
            last = time.monotonic()

    task = asyncio.create_task(ticker())
    await asyncio.sleep(0.04)
    begin = time.monotonic()
    await asyncio.gather(*(worker() for _ in range(4)))
    seconds = time.monotonic() - begin
    await asyncio.sleep(0)
    task.cancel()
    print(f"{title}: {seconds:.2f} s, {ticks} ticks,"
          f" the longest pause {longest * 1000:.0f} ms")
    return seconds


async def computing():
    with concurrent.futures.ProcessPoolExecutor(4) as pool:
        pool.submit(collatz_steps, 7).result()
        loop = await four_times("in the loop", in_the_loop)
        threads = await four_times("in threads", in_a_thread)
        processes = await four_times(
            "in processes", lambda: in_a_process(pool))
    print(f"gain on {os.cpu_count()} processors: threads"
          f" {loop / threads:.2f}, processes {loop / processes:.2f}")


if __name__ == "__main__":
    if sys.argv[1:] == ["cpu"]:
        asyncio.run(computing())
    else:
        others()
        asyncio.run(main())
