"""call_soon, call_later and call_at, and handles that are cancelled: what runs
when, in which order. The twin is call_family.cpp."""

import asyncio


def main():
    loop = asyncio.new_event_loop()
    start = loop.time()

    def say(text):
        print(f"{loop.time() - start:.3f} {text}")

    def yes_no(yes):
        return "yes" if yes else "no"

    # Timers run in the order of their deadlines, not in that of the calls.
    loop.call_later(0.3, say, "call_later 0.3")
    loop.call_later(0.1, say, "call_later 0.1")
    loop.call_at(start + 0.2, say, "call_at 0.2")

    # What a callback schedules comes after all that was ready before.
    def soon_1():
        say("soon 1")
        loop.call_soon(say, "soon 3, scheduled by soon 1")
        loop.call_later(0, say, "later 0, scheduled by soon 1")

    loop.call_soon(soon_1)
    loop.call_soon(say, "soon 2")

    # A deadline that has passed is no error: the earliest still comes first.
    loop.call_later(-1, say, "call_later -1")
    loop.call_later(-2, say, "call_later -2")

    # A cancelled handle is not called. Its timer has gone.
    soon = loop.call_soon(say, "never: cancelled soon")
    later = loop.call_later(0.15, say, "never: cancelled later")
    soon.cancel()

    def cancel_later():
        later.cancel()
        say(f"cancelled the timer of {later.when() - start:.3f}")

    loop.call_later(0.12, cancel_later)

    # It is not too late while the callback waits in the queue.
    def cancel_victim():
        say("soon 4 cancels soon 5")
        victim.cancel()

    loop.call_soon(cancel_victim)
    victim = loop.call_soon(say, "never: soon 5")

    # Cancelling what runs, or has run, changes nothing but the answer.
    def cancel_self():
        self.cancel()
        say("soon 6 has cancelled itself")

    self = loop.call_soon(cancel_self)

    def end():
        say("the end")
        print(f"cancelled: soon {yes_no(soon.cancelled())}, "
              f"later {yes_no(later.cancelled())}, "
              f"victim {yes_no(victim.cancelled())}, "
              f"self {yes_no(self.cancelled())}")
        loop.stop()

    loop.call_later(0.4, end)

    say("run_forever")
    loop.run_forever()
    say("stopped")
    loop.close()


main()
