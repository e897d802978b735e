"""What asyncio's primitives cost in Python: the twin of benchmark.cpp."""

import asyncio
import sys
import time

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 20


async def measure(what, times, work):
    best = 1e18
    for _ in range(ROUNDS):
        start = time.process_time()
        await work(times)
        best = min(best, (time.process_time() - start) * 1e9 / times)
    print(f"{what:44} {best:7.0f} ns", flush=True)


async def a_turn(times):
    for _ in range(times):
        await asyncio.sleep(0)


async def free_semaphore(times):
    semaphore = asyncio.Semaphore(1)
    for _ in range(times):
        await semaphore.acquire()
        semaphore.release()


async def free_lock(times):
    lock = asyncio.Lock()
    for _ in range(times):
        await lock.acquire()
        lock.release()


async def held_lock(times):
    lock = asyncio.Lock()
    for _ in range(times):
        async with lock:
            pass


async def set_event(times):
    event = asyncio.Event()
    event.set()
    for _ in range(times):
        await event.wait()


async def take_turns(lock, times):
    for _ in range(times):
        await lock.acquire()
        await asyncio.sleep(0)
        lock.release()


async def contended_lock(times):
    lock = asyncio.Lock()
    other = asyncio.create_task(take_turns(lock, times // 2))
    await take_turns(lock, times // 2)
    await other


async def wait_often(condition, times):
    async with condition:
        for _ in range(times):
            await condition.wait()


async def notified(times):
    condition = asyncio.Condition()
    other = asyncio.create_task(wait_often(condition, times))
    while not other.done():
        async with condition:
            condition.notify()
        await asyncio.sleep(0)


async def one_task(times):
    queue = asyncio.Queue()
    for i in range(times):
        await queue.put(i)
        await queue.get()


async def produce(queue, times):
    for i in range(times):
        await queue.put(i)


def two_tasks(maxsize):
    async def work(times):
        queue = asyncio.Queue(maxsize)
        producer = asyncio.create_task(produce(queue, times))
        for _ in range(times):
            await queue.get()
        await producer
    return work


async def main():
    await measure("a turn of the loop, sleep(0)", 2000, a_turn)
    await measure("Semaphore: acquire and release, free", 5000,
                  free_semaphore)
    await measure("Lock: acquire and release, free", 5000, free_lock)
    await measure("Lock: hold, free", 5000, held_lock)
    await measure("Event: wait, set", 5000, set_event)
    await measure("Lock: two tasks, a turn each", 2000, contended_lock)
    await measure("Condition: notify, wait, and a turn", 1000, notified)
    await measure("Queue: put and get in one task", 2000, one_task)
    await measure("Queue: between two tasks, no limit", 2000, two_tasks(0))
    await measure("Queue: between two tasks, room for 100", 2000,
                  two_tasks(100))
    await measure("Queue: between two tasks, room for 10", 2000,
                  two_tasks(10))
    await measure("Queue: between two tasks, room for 1", 1000, two_tasks(1))


asyncio.run(main())
