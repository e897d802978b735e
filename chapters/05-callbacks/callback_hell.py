"""A chain of requests, each of which needs the answer to the one before: once
as plain calls, once with callbacks. Both print who is on the stack when the
last request fails. The twin is callback_hell.cpp."""

import asyncio
import traceback


def print_stack():
    names = [frame.name for frame in traceback.extract_stack()
             if frame.filename == __file__]
    hidden = ("<module>", "print_stack", "look_up")
    shown = [name for name in names if name not in hidden]
    print("  on the stack:", "".join(f" > {name}" for name in shown)[1:])


# The far end: what the shop knows. It has lost the price of order 71.
SHOP = {
    "user of ada": 7,
    "user of bob": 8,
    "order of 7": 70,
    "order of 8": 71,
    "price of 70": 700,
}


def look_up(question):
    if question in SHOP:
        return SHOP[question]
    print_stack()
    raise RuntimeError(f"{question}: no answer")


class Plain:
    @staticmethod
    def ask(question):
        return look_up(question)  # a real one would wait here

    @staticmethod
    def bill(name):
        shipping = 5
        user = Plain.ask(f"user of {name}")
        order = Plain.ask(f"order of {user}")
        price = Plain.ask(f"price of {order}")
        return price + shipping

    @staticmethod
    def print_bill(name):
        try:
            print(f"  {name} owes {Plain.bill(name)}")
        except RuntimeError as error:
            print(f"  print_bill caught: {error}")


class Callbacks:
    @staticmethod
    def ask(loop, question, then):
        def answer():
            then(look_up(question))

        loop.call_later(0.1, answer)

    @staticmethod
    def bill(loop, name, then):
        shipping = 5

        def on_user(user):
            def on_order(order):
                def on_price(price):
                    then(price + shipping)

                Callbacks.ask(loop, f"price of {order}", on_price)

            Callbacks.ask(loop, f"order of {user}", on_order)

        Callbacks.ask(loop, f"user of {name}", on_user)

    @staticmethod
    def print_bill(loop, name):
        def on_bill(total):
            print_stack()
            print(f"  {name} owes {total}")

        try:
            Callbacks.bill(loop, name, on_bill)
            print("  print_bill returns: nothing is known yet")
        except RuntimeError as error:
            print(f"  never: print_bill caught: {error}")


def run(loop):
    def on_exception(loop, context):
        print(f"  the loop was left with: {context['exception']}")

    loop.set_exception_handler(on_exception)
    loop.call_later(1, loop.stop)
    loop.run_forever()
    loop.close()


def main():
    for name in ("ada", "bob"):
        print(f"plain calls, {name}")
        Plain.print_bill(name)
    for name in ("ada", "bob"):
        print(f"callbacks, {name}")
        loop = asyncio.new_event_loop()
        Callbacks.print_bill(loop, name)
        run(loop)


main()
