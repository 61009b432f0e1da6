"""Poison pill: several producers; the pills go in behind everything."""

from multiprocessing import JoinableQueue, Process, SimpleQueue

PRODUCERS, WORKERS, TASKS = 3, 4, 50
PILL = None


def produce(inbox, me):
    for n in range(TASKS):
        inbox.put(me * TASKS + n)


def work(inbox, answers):
    done = []
    while True:
        task = inbox.get()
        if task is PILL:
            inbox.task_done()
            break
        done.append(task)
        inbox.task_done()
    answers.put(done)


if __name__ == "__main__":
    inbox, answers = JoinableQueue(), SimpleQueue()
    workers = [Process(target=work, args=(inbox, answers)) for _ in range(WORKERS)]
    producers = [Process(target=produce, args=(inbox, me)) for me in range(PRODUCERS)]
    for process in workers + producers:
        process.start()
    for process in producers:
        process.join()  # nobody will put a task in any more ...
    inbox.join()  # ... and every task has been worked on:
    for _ in workers:
        inbox.put(PILL)  # one pill a worker, behind all tasks
    done = sorted(task for _ in workers for task in answers.get())
    for process in workers:
        process.join()
    assert done == list(range(PRODUCERS * TASKS))
    print(f"{len(done)} tasks by {WORKERS} workers, each once; everybody went home")
