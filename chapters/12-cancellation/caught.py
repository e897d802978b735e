import asyncio


async def polite():
    print("polite: works")
    cancelled = False
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError as error:
        print(f"polite: cancelled, {error}")
        cancelled = True
    if cancelled:
        await asyncio.sleep(1)  # cleaning up may wait, too
        print("polite: has cleaned up")
        raise asyncio.CancelledError


async def stubborn():
    print("stubborn: works")
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("stubborn: does not care")
    await asyncio.sleep(2)
    return 42


async def main():
    first = asyncio.create_task(polite())
    second = asyncio.create_task(stubborn())
    third = asyncio.create_task(polite())
    third.cancel()  # before its first step: its body never runs
    await asyncio.sleep(0)
    first.cancel("time to go")
    second.cancel()
    try:
        await first
    except asyncio.CancelledError:
        print("main: first was cancelled")
    result = await second
    print(f"main: second gave {result}")
    print(f"main: third cancelled: {third.cancelled()}")


asyncio.run(main())
