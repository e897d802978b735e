"""The twin of wait_modes.cpp."""

import asyncio


async def job(seconds, breaks=False):
    await asyncio.sleep(seconds)
    if breaks:
        raise RuntimeError("broke")


def names(tasks):
    text = ""
    for task in tasks:
        text += " " + task.get_name()
        if task.done() and task.exception():
            text += "(failed)"
    return text


async def show(what, timeout, return_when):
    loop = asyncio.get_running_loop()
    began = loop.time()
    tasks = [
        asyncio.create_task(job(3), name="slow"),
        asyncio.create_task(job(1), name="quick"),
        asyncio.create_task(job(2, True), name="broken"),
    ]
    done, pending = await asyncio.wait(
        tasks, timeout=timeout, return_when=return_when)
    print(f"{what}, after {loop.time() - began:3.1f}")
    print("  done:" + names(sorted(done, key=tasks.index)))
    print("  pending:" + names(sorted(pending, key=tasks.index)))
    if pending:
        done, pending = await asyncio.wait(pending)
        print("  later:" + names(sorted(done, key=tasks.index)))


async def main():
    await show("FIRST_COMPLETED", None, asyncio.FIRST_COMPLETED)
    await show("FIRST_EXCEPTION", None, asyncio.FIRST_EXCEPTION)
    await show("ALL_COMPLETED", None, asyncio.ALL_COMPLETED)
    await show("timeout of 2.5", 2.5, asyncio.ALL_COMPLETED)
    await show("timeout of 0", 0, asyncio.ALL_COMPLETED)


asyncio.run(main())
