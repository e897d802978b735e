"""The twin of random_order.cpp: the same programs, from the same dice."""

import asyncio
import sys

LOCK, PUT, GET, EVENT, SET, TURN, NOTIFY, WAIT, SEMAPHORE, BARRIER = range(10)


class World:
    def __init__(self, seed, kinds):
        self.state = (seed * 2654435761 + 12345) % 2**64
        self.kinds = kinds
        self.digest = 2166136261
        self.steps = 0
        self.cancelled = 0
        self.verbose = False
        self.lock = asyncio.Lock()
        self.semaphore = asyncio.Semaphore(2)
        self.event = asyncio.Event()
        self.condition = asyncio.Condition()
        self.barrier = asyncio.Barrier(3)
        self.queue = asyncio.Queue(2)

    def dice(self, sides):
        self.state = (self.state * 6364136223846793005
                      + 1442695040888963407) % 2**64
        return (self.state >> 33) % sides

    def note(self, task, what, value=0):
        self.steps += 1
        for x in (task, what, value):
            self.digest = ((self.digest ^ x) * 16777619) % 2**32
        if self.verbose:
            print(f"  task {task}: {what} {value}")


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def one_step(world, task, kind):
    if kind == LOCK:
        async with world.lock:
            world.note(task, 100)
            await turns(world.dice(3))
    elif kind == SEMAPHORE:
        async with world.semaphore:
            world.note(task, 101)
            await turns(world.dice(3))
    elif kind == PUT:
        await world.queue.put(task)
    elif kind == GET:
        item = await world.queue.get()
        world.note(task, 102, item)
    elif kind == EVENT:
        await world.event.wait()
    elif kind == SET:
        world.event.set()
        if world.dice(2) == 0:
            world.event.clear()
    elif kind == NOTIFY:
        async with world.condition:
            world.condition.notify(world.dice(3))
    elif kind == WAIT:
        async with world.condition:
            await world.condition.wait()
            world.note(task, 103)
    elif kind == TURN:
        await turns(1)
    elif kind == BARRIER:
        try:
            index = await world.barrier.wait()
            world.note(task, 104, index)
        except asyncio.BrokenBarrierError:
            world.note(task, 105)


async def play(world, task):
    for _ in range(8):
        kind = world.dice(world.kinds)
        world.note(task, kind)
        try:
            await one_step(world, task, kind)
            world.note(task, 110, kind)
        except asyncio.CancelledError:
            world.cancelled += 1
            world.note(task, 111, kind)
            if world.dice(2) == 0:
                raise


async def disturb(world, tasks):
    what = world.dice(8)
    if what < 4:
        which = world.dice(len(tasks))
        world.note(50 + which, 120, int(tasks[which].cancel()))
    elif what == 4:
        try:
            world.queue.put_nowait(60)
        except asyncio.QueueFull:
            world.note(60, 121)
    elif what == 5:
        try:
            world.note(61, 122, world.queue.get_nowait())
        except asyncio.QueueEmpty:
            world.note(61, 123)
    elif what == 6:
        world.event.set()
    elif what == 7 and world.kinds > BARRIER and world.dice(4) == 0:
        await world.barrier.reset()


async def program(world):
    tasks = [asyncio.create_task(play(world, i)) for i in range(7)]
    for _ in range(40):
        await disturb(world, tasks)
        await turns(world.dice(2))
    while not all(task.done() for task in tasks):
        for task in tasks:
            task.cancel()
        await turns(1)
    for i, task in enumerate(tasks):
        world.note(i, 130, int(task.cancelled()))
    world.note(70, 131, world.queue.qsize())
    world.note(70, 132, int(world.lock.locked()))
    world.note(70, 133, int(world.semaphore.locked()))
    world.note(70, 134, world.barrier.n_waiting)


async def main(kinds, one):
    digest = steps = cancelled = 0
    for seed in range(1, 1001):
        if one and seed != one:
            continue
        world = World(seed, kinds)
        world.verbose = one != 0
        await program(world)
        digest = (digest * 31 + world.digest) % 2**32
        steps += world.steps
        cancelled += world.cancelled
        if seed % 100 == 0 or one:
            print(f"{seed} programs: {steps} steps, {cancelled} cancelled, "
                  f"{digest}")


def number(place, default):
    return int(sys.argv[place]) if len(sys.argv) > place else default


asyncio.run(main(number(1, 6), number(2, 0)))
