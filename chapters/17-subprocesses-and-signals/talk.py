import asyncio
from asyncio.subprocess import PIPE


async def ask(command, input):
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE)
    output, _ = await process.communicate(input)
    return output


async def try_to_start(command):
    try:
        await asyncio.create_subprocess_exec(*command)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}")


async def stop(command):
    process = await asyncio.create_subprocess_exec(*command)
    process.terminate()
    returncode = await process.wait()
    print(f"terminated: {returncode}")


async def limit(command):
    process = await asyncio.create_subprocess_exec(*command)
    try:
        await asyncio.wait_for(process.wait(), 5)
    except TimeoutError:
        print("takes too long")
        process.kill()
    returncode = await process.wait()
    print(f"killed: {returncode}")


async def main():
    sorted = await ask(["sort"], b"pear\napple\nfig\n")
    print(sorted.decode(), end="")
    # Four million bytes go in, far more than any pipe holds.
    size = await ask(["wc", "-c"], b"x" * 4_000_000)
    print(f"{int(size)} bytes")
    await try_to_start(["nonesuch"])
    await stop(["sleep", "1000"])
    await limit(["sleep", "1000"])


asyncio.run(main())
