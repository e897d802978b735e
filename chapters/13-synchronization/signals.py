"""The twin of signals.cpp: an event, a condition, a barrier."""

import asyncio


def say(text):
    print(f"{asyncio.get_running_loop().time():4.1f}  {text}")


async def guest(name, open):
    await open.wait()
    say(f"{name} comes in")


async def event():
    open = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(guest("Ann", open))
        group.create_task(guest("Bob", open))
        await asyncio.sleep(1)
        say("the door opens")
        open.set()
        await guest("Cid", open)


class Table:
    def __init__(self):
        self.condition = asyncio.Condition()
        self.cups = 0


async def thirsty(name, want, table):
    async with table.condition:
        await table.condition.wait_for(lambda: table.cups >= want)
        table.cups -= want
        say(f"{name} takes {want}, left: {table.cups}")


async def condition():
    table = Table()
    async with asyncio.TaskGroup() as group:
        group.create_task(thirsty("Ann", 3, table))
        group.create_task(thirsty("Bob", 1, table))
        for _ in range(4):
            await asyncio.sleep(1)
            async with table.condition:
                table.cups += 1
                table.condition.notify_all()


async def rider(name, speed, stage):
    for i in range(1, 3):
        await asyncio.sleep(speed)
        say(f"{name} is there")
        number = await stage.wait()
        if number == 2:
            say(f"all have ended stage {i}")


async def barrier():
    stage = asyncio.Barrier(3)
    async with asyncio.TaskGroup() as group:
        group.create_task(rider("Ann", 1, stage))
        group.create_task(rider("Bob", 2, stage))
        group.create_task(rider("Cid", 3, stage))


async def main():
    await event()
    await condition()
    await barrier()


asyncio.run(main())
