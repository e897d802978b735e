"""Done callbacks: when they run, in which order, and one that stops the loop.
The twin is done_callback.cpp."""

import asyncio


def attempt(what, function, *args):
    try:
        function(*args)
        print(f"{what}: done")
    except Exception as error:
        print(f"{what}: {type(error).__name__}")


def main():
    loop = asyncio.new_event_loop()
    answer = loop.create_future()
    attempt("result of a pending future", answer.result)

    answer.add_done_callback(lambda f: print(f"first: {f.result()}"))
    second = lambda f: print("never: it was removed")
    answer.add_done_callback(second)

    def third(f):
        print("third: stops the loop")
        loop.stop()

    answer.add_done_callback(third)
    print("removed:", answer.remove_done_callback(second))

    def complete():
        loop.call_soon(print, "scheduled before the result")
        answer.set_result(42)
        loop.call_soon(print, "scheduled after the result")
        print("set_result has called nobody")

    loop.call_later(1, complete)
    loop.run_forever()
    print("the loop has stopped, at", round(loop.time()))

    attempt("result once more", answer.result)
    attempt("set_result again", answer.set_result, 43)
    print("cancel:", "yes" if answer.cancel() else "no")

    # A callback that comes late is called all the same, and not at once.
    def late(f):
        print(f"late: {f.result()}")
        loop.stop()

    answer.add_done_callback(late)
    print("added to a future that is done")
    loop.run_forever()

    # run_until_complete is made of these: a done callback that stops the loop.
    failing = loop.create_future()
    loop.call_later(1, failing.set_exception, ValueError("no such page"))
    attempt("run_until_complete", loop.run_until_complete, failing)
    cancelled = loop.create_future()
    loop.call_later(1, cancelled.cancel, "nobody wants it")
    try:
        loop.run_until_complete(cancelled)
    except asyncio.CancelledError as error:
        print("run_until_complete: CancelledError:", error)
    print("it is", round(loop.time()))
    loop.close()


main()
