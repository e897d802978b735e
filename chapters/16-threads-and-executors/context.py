import asyncio
import contextvars

request = contextvars.ContextVar("request", default="no request")


def log(text):
    print(f"[{request.get()}] {text}")


def read_from_disk():
    log("reads, in a thread")
    request.set("changed there")


async def look_up(delay):
    log("looks it up")
    await asyncio.sleep(delay)
    log("has found it")


async def answer(name, delay):
    request.set(name)
    await look_up(delay)


async def main():
    log("main begins")
    await asyncio.gather(answer("GET /news", 1), answer("GET /mail", 2))
    log("main goes on")

    token = request.set("cleaning up")
    task = asyncio.create_task(asyncio.to_thread(read_from_disk))
    request.reset(token)
    await task

    def elsewhere():
        request.set("elsewhere")
        log("in a copy")

    context = contextvars.copy_context()
    context.run(elsewhere)
    log("main ends")


asyncio.run(main())
