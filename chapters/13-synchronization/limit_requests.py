"""The twin of limit_requests.cpp: three of eight at once."""

import asyncio


def column():
    return int(asyncio.get_running_loop().time() / 0.5)


async def request(number, delay, semaphore, rows):
    asked = column()
    async with semaphore:
        began = column()
        await asyncio.sleep(delay * 0.5)
        rows[number] = "." * (began - asked) + "#" * (column() - began)


async def main():
    semaphore = asyncio.Semaphore(3)
    rows = [""] * 8
    delays = [4, 2, 6, 3, 2, 4, 1, 3]
    async with asyncio.TaskGroup() as group:
        for i in range(8):
            group.create_task(request(i, delays[i], semaphore, rows))
    for i, row in enumerate(rows):
        print(f"request {i + 1}  {row}")
    print(f"{column() / 2:.1f} s")


asyncio.run(main())
