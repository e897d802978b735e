import asyncio
import os
import signal

loop = asyncio.new_event_loop()


def usr2():
    print("USR2, the last one")
    loop.stop()


def send(number):
    os.kill(os.getpid(), number)


loop.add_signal_handler(signal.SIGUSR1, lambda: print("USR1"))
loop.add_signal_handler(signal.SIGUSR2, usr2)

send(signal.SIGUSR1)
print("the signal was sent, and nothing has happened")
send(signal.SIGUSR1)  # each is heard


def first():
    print("first")
    loop.call_soon(second)


def second():
    print("second")
    loop.call_soon(third)


def third():
    print("third")
    send(signal.SIGUSR2)


loop.call_soon(first)
loop.run_forever()

print("removed:", loop.remove_signal_handler(signal.SIGUSR1))
print("removed again:", loop.remove_signal_handler(signal.SIGUSR1))
loop.close()
