import asyncio


async def save():
    print("save: begins")
    await asyncio.sleep(2)
    print("save: has saved")
    return 7


async def request(saving):
    try:
        await asyncio.shield(saving)
    except asyncio.CancelledError:
        print("request: cancelled at its await")
        raise


async def main():
    saving = asyncio.create_task(save())
    asking = asyncio.create_task(request(saving))
    await asyncio.sleep(1)
    asking.cancel()
    try:
        await asking
    except asyncio.CancelledError:
        print(f"main: saving is done: {saving.done()}")
    result = await saving
    print(f"main: saving gave {result}")

    inner = asyncio.create_task(save())
    outer = asyncio.shield(inner)
    await asyncio.sleep(0)
    inner.cancel()
    try:
        await outer
    except asyncio.CancelledError:
        print("main: cancelling the inner cancels both")


asyncio.run(main())
