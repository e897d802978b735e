import asyncio
from asyncio.subprocess import PIPE

running = most = 0


async def output_of(slots, command):
    global running, most
    async with slots:
        running += 1
        most = max(most, running)
        process = await asyncio.create_subprocess_shell(command, stdout=PIPE)
        output, _ = await process.communicate()
        running -= 1
        return output.decode()


async def main():
    slots = asyncio.Semaphore(3)
    commands = []
    for n in range(1, 9):
        commands.append(output_of(slots, f"echo {n} squared is $(({n} * {n}))"))
    outputs = await asyncio.gather(*commands)
    for output in outputs:
        print(output, end="")
    print(f"at most {most} at once")


asyncio.run(main())
