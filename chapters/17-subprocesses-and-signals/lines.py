import asyncio
from asyncio.subprocess import PIPE


async def show(command):
    print(f"$ {command}")
    process = await asyncio.create_subprocess_shell(command, stdout=PIPE)
    async for line in process.stdout:
        print(f"  {line.decode()}", end="")
    returncode = await process.wait()
    print(f"  return code {returncode}")


async def main():
    await show("echo one; echo two; echo three")
    await show("echo gone wrong; exit 3")
    await show("echo stops itself; kill -TERM $$")


asyncio.run(main())
