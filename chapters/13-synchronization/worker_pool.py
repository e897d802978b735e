"""The twin of worker_pool.cpp: a pool of workers over a priority queue."""

import asyncio
import dataclasses


@dataclasses.dataclass(order=True)
class Job:
    priority: int
    name: str = dataclasses.field(compare=False)
    seconds: int = dataclasses.field(compare=False)


def say(worker, what):
    now = asyncio.get_running_loop().time()
    print(f"{now:4.1f}  worker {worker} {what}")


async def run_job(job):
    await asyncio.sleep(job.seconds)
    if job.name == "broken":
        raise RuntimeError("it is broken")


async def worker(number, jobs):
    while True:
        job = await jobs.get()
        say(number, f"begins {job.name}")
        try:
            await run_job(job)
            say(number, f"ends {job.name}")
        except Exception as error:
            say(number, f"{job.name} failed: {error}")
        jobs.task_done()


async def main():
    jobs = asyncio.PriorityQueue()
    jobs.put_nowait(Job(5, "backup", 4))
    jobs.put_nowait(Job(3, "report", 2))
    jobs.put_nowait(Job(1, "alarm", 1))
    jobs.put_nowait(Job(2, "broken", 1))
    jobs.put_nowait(Job(4, "cleanup", 3))
    workers = [asyncio.create_task(worker(i, jobs)) for i in range(1, 4)]
    await asyncio.sleep(1.5)
    await jobs.put(Job(0, "a call", 1))
    await jobs.join()
    for task in workers:
        task.cancel()
    print("all jobs are done")


asyncio.run(main())
