"""How often to check: the same search with a look at a flag every so many candidates."""

import time
from multiprocessing import Process, RawArray, RawValue, Value

CANDIDATES, WORKERS = 6_000, 2


def is_prime(n):
    return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))


def search(stop, every, primes, spent, me):
    started = time.process_time()  # processor time: other programs matter less
    found = 0
    for n in range(CANDIDATES):
        if every and n % every == 0 and stop.value:
            break
        found += is_prime(n)
    primes[me], spent[me] = found, time.process_time() - started


def timed(stop, every):
    primes, spent = RawArray("i", WORKERS), RawArray("d", WORKERS)
    crew = [Process(target=search, args=(stop, every, primes, spent, me)) for me in range(WORKERS)]
    for process in crew:
        process.start()
    for process in crew:
        process.join()
    assert len(set(primes)) == 1, "all search the same"
    return sum(spent)


def best(stop, every):
    return min(timed(stop, every) for _ in range(3))


if __name__ == "__main__":
    never = best(RawValue("i", 0), 0)
    print(f"{CANDIDATES} candidates, {WORKERS} workers; no look: {never * 1e3:.1f} ms of processor time")
    for name, flag in (("RawValue", RawValue("i", 0)), ("Value.value", Value("i", 0))):
        for every in (1, 10, 1000):
            print(f"{name:>11} every {every:>4}: {best(flag, every) / never:5.2f} times as long")
