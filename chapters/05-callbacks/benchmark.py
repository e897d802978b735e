"""What asyncio's loop costs: the rows of benchmark.cpp."""

import asyncio
import os
import statistics
import time

OPERATIONS = 100_000


def measure(name, operations, prepare):
    times = []
    for _ in range(5):
        loop = asyncio.new_event_loop()
        start = time.process_time()
        prepare(loop)
        loop.run_forever()
        times.append((time.process_time() - start) / operations)
        loop.close()
    print(f"{name:46} {statistics.median(times) * 1e9:8.0f}")


def again(loop, left):
    if left == 0:
        loop.stop()
    else:
        loop.call_soon(again, loop, left - 1)


def nothing():
    pass


def one_after_another(loop):
    loop.call_soon(again, loop, OPERATIONS)


def a_thousand(loop):
    for _ in range(1000):
        loop.call_soon(again, loop, OPERATIONS // 1000)


def soon_and_cancel(loop):
    for _ in range(OPERATIONS):
        loop.call_soon(nothing).cancel()
    loop.stop()


def timers(loop):
    for i in range(OPERATIONS):
        loop.call_later(i * 7919 % OPERATIONS * 1e-9, nothing)
    loop.call_later(OPERATIONS * 1e-9, loop.stop)


def timers_and_cancel(loop):
    others = [loop.call_later(3600 + i, nothing) for i in range(10_000)]
    for i in range(OPERATIONS):
        loop.call_later(60 + i / 1000, nothing).cancel()
    for other in others:
        other.cancel()
    loop.stop()


def bytes_through_a_pipe(loop):
    r, w = os.pipe()
    left = OPERATIONS // 10

    def reader():
        nonlocal left
        os.read(r, 1)
        if left == 0:
            loop.remove_reader(r)
            os.close(r)
            os.close(w)
            loop.stop()
        else:
            left -= 1
            os.write(w, b"x")

    loop.add_reader(r, reader)
    os.write(w, b"x")


print(f"{'operation':46} {'ns':>8}")
measure("call_soon, one that schedules the next", OPERATIONS,
        one_after_another)
measure("call_soon, 1,000 at a time", OPERATIONS, a_thousand)
measure("call_soon and cancel", OPERATIONS, soon_and_cancel)
measure("call_later, 100,000 timers, then run all", OPERATIONS, timers)
measure("call_later and cancel, 10,000 others waiting", OPERATIONS,
        timers_and_cancel)
measure("add_reader, a byte through a pipe", OPERATIONS // 10,
        bytes_through_a_pipe)
