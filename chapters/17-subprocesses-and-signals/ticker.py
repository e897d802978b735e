import asyncio
import os
import signal
import sys


async def ticker():
    try:
        n = 1
        while True:
            await asyncio.sleep(1)
            print(f"tick {n}", flush=True)
            n += 1
    except asyncio.CancelledError:
        print("ticker: puts the clock away")
        raise


async def main(patience):
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(ticker())

    def stop(number):
        print(number.name)
        task.cancel()

    for number in [signal.SIGINT, signal.SIGTERM]:
        loop.add_signal_handler(number, stop, number)
    loop.call_later(patience, os.kill, os.getpid(), signal.SIGTERM)
    try:
        await task
    except asyncio.CancelledError:
        print("main: the ticker has stopped")


asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.5))
