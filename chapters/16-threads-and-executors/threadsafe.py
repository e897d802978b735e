import asyncio
import threading


def show(loop, loop_thread, name):
    same = threading.get_ident() == loop_thread
    print(f"{name}, in the loop's thread: {same}")
    if name == "stop":
        loop.stop()


def work(loop, loop_thread):
    for name in ["one", "two", "three", "stop"]:
        loop.call_soon_threadsafe(show, loop, loop_thread, name)


def main():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(
        target=work, args=(loop, threading.get_ident()))
    thread.start()
    loop.run_forever()  # waits in select, without a timer
    thread.join()
    loop.close()
    try:
        loop.call_soon_threadsafe(print)
    except RuntimeError as error:
        print(error)


main()
