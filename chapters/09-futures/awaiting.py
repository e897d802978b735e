"""Awaiting a future: who suspends, who does not, and in which order all go on.
The twin is awaiting.cpp."""

import asyncio


class Starter:
    """Drives a coroutine by hand: Root of 08-coroutines. The loop runs it, and
    what it awaits wakes it."""

    def __init__(self, loop, coro):
        self.coro = coro
        loop.call_soon(self.run)

    def run(self, future=None):
        try:
            awaited = self.coro.send(None)
        except StopIteration:
            return
        awaited._asyncio_future_blocking = False
        awaited.add_done_callback(self.run)


async def reader(name, page):
    print(f"{name}: awaits the page")
    print(f"{name}: {await page}")
    print(f"{name}: again, without a wait: {await page}")


async def failing_reader(broken):
    try:
        await broken
    except ValueError as error:
        print("failing reader:", error)


async def last(loop, page, over):
    await page
    print("last: the page is done, as all know by now")
    loop.call_soon(print, "call_soon: not before the next wait")
    await page
    print("last: an await of a done future gave the loop no turn")
    pause = loop.create_future()
    loop.call_soon(pause.set_result, None)
    await pause
    print("last: an await of a pending one did")
    over.set_result("all read")


def main():
    loop = asyncio.new_event_loop()
    page = loop.create_future()
    broken = loop.create_future()
    over = loop.create_future()

    a = Starter(loop, reader("a", page))
    b = Starter(loop, reader("b", page))
    page.add_done_callback(
        lambda f: print("callback, added before anybody awaited"))
    c = Starter(loop, failing_reader(broken))
    d = Starter(loop, last(loop, page, over))
    print("nothing has begun")

    def complete():
        print("one second later")
        broken.set_exception(ValueError("GET /: 404 Not Found"))
        page.set_result("<h1>hello</h1>")
        print("both are done, and nobody has gone on yet")

    loop.call_later(1, complete)
    print("over:", loop.run_until_complete(over))
    loop.close()


main()
