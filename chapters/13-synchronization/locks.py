"""The twin of locks.cpp: an account, and a line for a lock."""

import asyncio


class Account:
    def __init__(self):
        self.balance = 100
        self.lock = asyncio.Lock()


async def ask_the_bank():
    await asyncio.sleep(0)


async def draw(who, account):
    before = account.balance
    if before < 80:
        print(f"  {who} is refused")
        return
    await ask_the_bank()
    account.balance = before - 80
    print(f"  {who} has 80")


async def draw_safely(who, account):
    async with account.lock:
        await draw(who, account)


async def keep(who, lock, times):
    for _ in range(times):
        print(f"  {who} asks")
        async with lock:
            print(f"  {who} has it")
            await asyncio.sleep(0)
            print(f"  {who} lets go")


async def main():
    print("without a lock:")
    account = Account()
    await asyncio.gather(draw("Ann", account), draw("Bob", account))
    print(f"  left: {account.balance}")

    print("with a lock:")
    account.balance = 100
    await asyncio.gather(draw_safely("Ann", account),
                         draw_safely("Bob", account))
    print(f"  left: {account.balance}")

    print("in order:")
    lock = asyncio.Lock()
    first = asyncio.create_task(keep("first", lock, 2))
    second = asyncio.create_task(keep("second", lock, 1))
    third = asyncio.create_task(keep("third", lock, 1))
    await asyncio.sleep(0)
    print("  second is cancelled")
    second.cancel()
    await asyncio.gather(first, second, third, return_exceptions=True)
    print(f"  locked: {lock.locked()}")


asyncio.run(main())
