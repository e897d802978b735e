import asyncio
import threading


async def work(name, delay):
    await asyncio.sleep(delay)
    in_main = threading.current_thread() is threading.main_thread()
    print(f"  {name} is done, in the main thread: {in_main}")
    return name + "'s result"


async def both():
    slow, quick = await asyncio.gather(work("slow", 6), work("quick", 4))
    return slow + " and " + quick


async def broken():
    await asyncio.sleep(1)
    raise RuntimeError("no such page")


async def endless():
    try:
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError:
        print("  endless is cancelled")
        raise


def main():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    first = asyncio.run_coroutine_threadsafe(work("first", 2), loop)
    print(f"main has {first.result()}")
    second = asyncio.run_coroutine_threadsafe(both(), loop)
    print(f"main has {second.result()}")

    try:
        asyncio.run_coroutine_threadsafe(broken(), loop).result()
    except RuntimeError as error:
        print(f"main hears: {error}")

    never = asyncio.run_coroutine_threadsafe(endless(), loop)
    try:
        never.result(0.02)
    except TimeoutError:
        print("main has lost patience")
        never.cancel()
    asyncio.run_coroutine_threadsafe(work("last", 1), loop).result()

    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    print("the loop has stopped")


main()
