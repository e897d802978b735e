"""The twin of order.cpp: in which iteration of the loop everything runs."""

import asyncio


async def worker(steps):
    name = asyncio.current_task().get_name()
    for step in range(steps):
        print(f"  {name}: step {step}")
        await asyncio.sleep(0)
    print(f"  {name}: returns")
    return steps


async def nothing():
    return 0


def report(task):
    print(f"  callback: {task.get_name()} is done")


async def main():
    loop = asyncio.get_running_loop()
    asyncio.current_task().set_name("main")
    a = asyncio.create_task(worker(1), name="a")
    b = asyncio.create_task(worker(2), name="b")
    a.add_done_callback(report)
    loop.call_soon(lambda: print("  call_soon, after a and b"))
    print("created, and not begun")
    await nothing()
    print("awaiting a coroutine that does not wait: still none has begun")
    await asyncio.sleep(0)
    print("sleep(0): each had one turn")
    print(f"a gave {await a}")
    print(f"b gave {await b}")
    print(f"b again, without a turn for others: {await b}")
    named = [task.get_name() for task in asyncio.all_tasks()]
    print(f"left: {named}")


asyncio.run(main())
