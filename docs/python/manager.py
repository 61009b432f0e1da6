"""Manager: each access is a message there and back; two accesses are not one step."""

import time
from multiprocessing import Manager, Process

ROUNDS = 500


def count(shared):
    for _ in range(ROUNDS):
        shared["hits"] = shared["hits"] + 1  # two requests; others come in between


def merge(shared, me):
    hits = sum(1 for _ in range(ROUNDS))  # count at home,
    shared[me] = hits  # say it once, under a key of one's own


def run(function, arguments):
    crew = [Process(target=function, args=a) for a in arguments]
    for process in crew:
        process.start()
    for process in crew:
        process.join()


if __name__ == "__main__":
    with Manager() as manager:
        shared = manager.dict(hits=0)
        started = time.perf_counter()
        for _ in range(ROUNDS):
            shared.get("hits")
        print(f"one read: {(time.perf_counter() - started) / ROUNDS * 1e6:.0f} us")
        run(count, [(shared,)] * 2)
        print(f"two clients, {ROUNDS} additions each, get and set: {shared['hits']} of {2 * ROUNDS}")
        parts = manager.dict()
        run(merge, [(parts, me) for me in range(2)])
        total = sum(parts.values())
        print(f"counted at home, merged once: {total}")
        assert total == 2 * ROUNDS
