"""The exercise: the same work three ways, against one worker without any talk."""

import time
from multiprocessing import Process, Queue, RawArray, Value

WORKERS = 2


def solve(task, units):
    x = task
    for _ in range(units):
        x = (x * 1103515245 + 12345) % 2147483648
    return x


def pure(me, tasks, units, parts):
    parts[me] = sum(solve(t, units) for t in range(me, tasks, WORKERS))


def by_queue(inbox, me, units, parts):
    total = 0
    while (task := inbox.get()) is not None:
        total += solve(task, units)
    parts[me] = total


def under_lock(me, tasks, units, total):
    for task in range(me, tasks, WORKERS):
        with total.get_lock():  # the mistake: the work is inside
            total.value += solve(task, units)


def crew(target, arguments):
    processes = [Process(target=target, args=a) for a in arguments]
    started = time.perf_counter()
    for process in processes:
        process.start()
    return processes, started


def wait(processes, started):
    for process in processes:
        process.join()
    return time.perf_counter() - started


def compare(tasks, units):
    started = time.perf_counter()
    expected = sum(solve(t, units) for t in range(tasks))
    serial = time.perf_counter() - started
    parts = RawArray("q", WORKERS)
    times = {"pure": wait(*crew(pure, [(me, tasks, units, parts) for me in range(WORKERS)]))}
    assert sum(parts) == expected
    inbox = Queue()
    processes, started = crew(by_queue, [(inbox, me, units, parts) for me in range(WORKERS)])
    for task in [*range(tasks), *[None] * WORKERS]:
        inbox.put(task)
    times["queue"] = wait(processes, started)
    assert sum(parts) == expected
    total = Value("q", 0)
    times["lock"] = wait(*crew(under_lock, [(me, tasks, units, total) for me in range(WORKERS)]))
    assert total.value == expected
    speed = "  ".join(f"{name} {serial / seconds:5.2f}x" for name, seconds in times.items())
    print(f"{serial / tasks * 1e6:7.0f} us a task, {WORKERS} workers over one: {speed}")


if __name__ == "__main__":
    compare(20_000, 10)
    compare(400, 1_000)
