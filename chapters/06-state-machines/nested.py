"""The twin of nested.cpp: generators are Python's resumable functions."""

from collections import deque


def receive(path, pieces):
    received = 0
    for piece in range(pieces):
        print(f"  {path}: waits for piece {piece + 1}")
        yield
        received += 100
    return received


def download(path, pieces):
    print(f"{path}: begins")
    received = yield from receive(path, pieces)
    print(f"{path}: {received} bytes")


ready = deque([download("/a", 2), download("/b", 1), download("/c", 0)])
while ready:
    machine = ready.popleft()
    try:
        next(machine)
    except StopIteration:
        continue
    ready.append(machine)
