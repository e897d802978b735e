import asyncio
import os
from asyncio.subprocess import PIPE


async def start(command, input):
    read, write = os.pipe()
    await asyncio.create_subprocess_exec(*command, stdin=input, stdout=write)
    os.close(input)
    os.close(write)
    return read


async def pipeline(commands):
    *commands, last = commands
    input = os.open("/dev/null", os.O_RDONLY)
    for command in commands:
        input = await start(command, input)
    process = await asyncio.create_subprocess_exec(
        *last, stdin=input, stdout=PIPE)
    os.close(input)
    output, _ = await process.communicate()
    return output


async def main():
    commands = [
        ["printf", "fig pear fig apple pear fig"],
        ["tr", " ", "\\n"],
        ["sort"],
        ["uniq"],
    ]
    output = await pipeline(commands)
    print(output.decode(), end="")
    commands.append(["wc", "-l"])
    count = await pipeline(commands)
    print(f"{int(count)} kinds of fruit")


asyncio.run(main())
