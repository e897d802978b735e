"""The twin of hazard.cpp: a thousand jobs, four ways."""

import asyncio

JOBS = 1000
BEARABLE = 20


class Server:
    def __init__(self):
        self.now = 0
        self.most = 0
        self.served = 0
        self.refused = 0
        self.most_tasks = 0
        self.most_queued = 0


async def request(server):
    server.now += 1
    server.most = max(server.most, server.now)
    server.most_tasks = max(server.most_tasks, len(asyncio.all_tasks()))
    if server.now > BEARABLE:
        server.refused += 1
    else:
        await asyncio.sleep(1)
        server.served += 1
    server.now -= 1


async def limited_request(server, semaphore):
    async with semaphore:
        await request(server)


async def task_for_each(server):
    async with asyncio.TaskGroup() as group:
        for _ in range(JOBS):
            group.create_task(request(server))


async def with_semaphore(server):
    semaphore = asyncio.Semaphore(10)
    async with asyncio.TaskGroup() as group:
        for _ in range(JOBS):
            group.create_task(limited_request(server, semaphore))


async def worker(server, queue):
    while True:
        await queue.get()
        await request(server)
        queue.task_done()


async def pool(server, room):
    queue = asyncio.Queue(room)
    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker(server, queue))
                   for _ in range(10)]
        for i in range(JOBS):
            await queue.put(i)
            server.most_queued = max(server.most_queued, queue.qsize())
        await queue.join()
        for task in workers:
            task.cancel()


async def pool_with_queue(server):
    await pool(server, 0)


async def pool_with_room(server):
    await pool(server, 10)


async def show(what, work):
    loop = asyncio.get_running_loop()
    start = loop.time()
    server = Server()
    await work(server)
    time = loop.time() - start
    print(f"{what:22} {server.most_tasks:5d} {server.most_queued:6d} "
          f"{server.most:7d} {server.served:7d} {server.refused:7d} "
          f"{time:6.1f} s")


async def main():
    print(f"{'':22} {'tasks':>5} {'queued':>6} {'at once':>7} "
          f"{'served':>7} {'refused':>7}")
    await show("a task for each", task_for_each)
    await show("a semaphore of 10", with_semaphore)
    await show("10 workers", pool_with_queue)
    await show("10 workers, room for 10", pool_with_room)


asyncio.run(main())
