"""Generators that are made of generators: who runs when, and what happens to
those that never reach their end. The twin is pipeline.cpp."""


def numbers(last):
    try:
        print("    numbers begins")
        for n in range(1, last + 1):
            print(f"    numbers yields {n}")
            yield n
    finally:
        print("    numbers ends")


def odd(source):
    try:
        print("    odd begins")
        for n in source:
            if n % 2 == 1:
                yield n
    finally:
        print("    odd ends")


def squares(source):
    try:
        print("    squares begins")
        for n in source:
            yield n * n
    finally:
        print("    squares ends")


def fibonacci():
    try:
        a, b = 0, 1
        while True:
            yield a
            a, b = b, a + b
    finally:
        print("    fibonacci ends")


def broken():
    try:
        yield 1
        raise ValueError("no more")
    finally:
        print("    broken ends")


print("to the end")
pipeline = squares(odd(numbers(4)))
print("  made: nothing has run")
for n in pipeline:
    print(f"  got {n}")
print("  over")
del pipeline

print("left early")
pipeline = squares(odd(numbers(1_000_000)))
for n in pipeline:
    print(f"  got {n}")
    if n > 5:
        break
print("  the generators stand where they yielded")
del pipeline

print("never begun")
pipeline = squares(odd(numbers(3)))
del pipeline

print("without an end")
sequence = fibonacci()
print("  got", *(next(sequence) for _ in range(10)))
del sequence

print("with an error")
sequence = broken()
try:
    for n in sequence:
        print(f"  got {n}")
except ValueError as error:
    print(f"  caught: {error}")
print("  another value:", "yes" if next(sequence, None) else "no")
