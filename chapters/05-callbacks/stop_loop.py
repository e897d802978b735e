"""stop(): what still runs after it, what waits for the next run_forever(), and
what a closed loop says. The twin is stop_loop.cpp."""

import asyncio


def run(loop):
    print("run_forever")
    loop.run_forever()
    print("stopped, running:", "yes" if loop.is_running() else "no")


def attempt(what, function, *args):
    try:
        function(*args)
        print(f"{what}: done")
    except RuntimeError as error:
        print(f"{what}: {error}")


def main():
    loop = asyncio.new_event_loop()

    # Stopped before it runs: one iteration.
    def one():
        print("1")
        loop.call_soon(print, "2, left over from the first run")

    loop.call_soon(one)
    loop.stop()
    run(loop)

    # Stopped by a callback: the iteration ends first.
    def three():
        loop.stop()
        print("3 stops the loop")

    def four():
        print("4 was ready when 3 ran")
        loop.call_soon(print, "5, left over from the second run")
        attempt("close in a callback", loop.close)

    loop.call_soon(three)
    loop.call_soon(four)
    run(loop)

    # Timers wait across runs.
    def seven():
        print("7, at 0.2, stops the loop")
        loop.stop()

    loop.call_later(0.1, print, "6, at 0.1")
    loop.call_later(0.2, seven)
    loop.call_later(0.3, print, "never: the loop was closed")
    run(loop)

    loop.close()
    attempt("close again", loop.close)
    attempt("call_soon", loop.call_soon, print)
    attempt("call_later", loop.call_later, 1, print)
    attempt("run_forever", loop.run_forever)


main()
