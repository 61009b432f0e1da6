"""Chapter 0: each access takes the lock, and additions are lost all the same."""

from multiprocessing import Process, Value

ROUNDS = 20_000


def careless(total):
    for _ in range(ROUNDS):
        total.value += 1  # a read under the lock, a gap, a write under the lock


def careful(total):
    for _ in range(ROUNDS):
        with total.get_lock():  # read and write are one critical section
            total.value += 1


def count(add):
    total = Value("q", 0)
    workers = [Process(target=add, args=(total,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return total.value


if __name__ == "__main__":
    print(f"two workers, {ROUNDS} additions each: {2 * ROUNDS} expected")
    print(f"careless: {count(careless)}")
    right = count(careful)
    print(f"careful:  {right}")
    assert right == 2 * ROUNDS
