"""Work queue: a message a task against a message a batch."""

import time
from multiprocessing import Process, Queue

TASKS = 20_000
WORKERS = 2
STOP = None


def solve(task):
    return task * task % 97


def worker(tasks, answers):
    while True:
        batch = tasks.get()
        if batch is STOP:
            break
        answers.put([solve(task) for task in batch])


def run(size):
    tasks, answers = Queue(), Queue()
    crew = [Process(target=worker, args=(tasks, answers)) for _ in range(WORKERS)]
    for process in crew:
        process.start()
    batches = [range(at, min(at + size, TASKS)) for at in range(0, TASKS, size)]
    started = time.perf_counter()
    for batch in batches:
        tasks.put(batch)
    for _ in crew:
        tasks.put(STOP)
    # Take all answers before joining: a process whose answers nobody takes does not end.
    total = sum(sum(answers.get()) for _ in batches)
    seconds = time.perf_counter() - started
    for process in crew:
        process.join()
    return total, seconds


if __name__ == "__main__":
    expected = sum(map(solve, range(TASKS)))
    for size in (1, 100):
        total, seconds = run(size)
        assert total == expected, "an answer is missing"
        print(f"batches of {size:>3}: {seconds / TASKS * 1e6:6.1f} us a task")
