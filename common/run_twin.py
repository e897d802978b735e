"""Runs a Python twin on a clock that jumps to the next deadline.

    python3 common/run_twin.py chapters/05-callbacks/call_family.py [ARG]...

The loop's clock starts at 0 and stands still while the program computes. Where
the loop would wait for a timer, and no descriptor is ready, the clock moves on
to that timer instead. So a program of sleeps ends at once, in one exact order;
the C++ twin does the same when ASYNCIO_CLOCK is `virtual`.
"""

import asyncio
import runpy
import selectors
import sys
import warnings


class JumpingSelector(selectors.DefaultSelector):
    """A selector that moves a clock on instead of waiting."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def select(self, timeout=None):
        # No timer to jump to: only a descriptor can end this wait.
        if timeout is None:
            return super().select(None)
        events = super().select(0)
        if not events and timeout > 0:
            self.now += timeout
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.clock = JumpingSelector()
        super().__init__(self.clock)

    def time(self):
        return self.clock.now


# Deprecated from 3.14 on, but a policy reaches every way to make a loop.
warnings.filterwarnings("ignore", ".*olicy", DeprecationWarning)


class VirtualPolicy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = VirtualLoop


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: run_twin.py PROGRAM.py [ARGUMENT]...")
    asyncio.set_event_loop_policy(VirtualPolicy())
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
