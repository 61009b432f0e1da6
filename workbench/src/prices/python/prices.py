# What Python's multiprocessing asks for the same things: ROW WORKERS prints a span a worker.
# Started by `cargo xtask prices --python`, behind family.py.

WHILE_NS = 20_000_000
TRIPS = 500
MEETINGS = 100
ITEMS = 2_000


def show(start, end, operations):
    os.write(1, f"span {start} {end} {operations}\n".encode())


def for_a_while(batch, operation):
    """Repeats `operation(batch)`, which does it so many times, and looks at the clock in between."""
    start, done = time.monotonic_ns(), 0
    while True:
        operation(batch)
        done += batch
        end = time.monotonic_ns()
        if end - start >= WHILE_NS:
            return show(start, end, done)


def together(workers, work):
    """Runs `work(number)` in so many processes that begin together."""
    gate = mp.Barrier(workers)

    def run(me):
        gate.wait()
        work(me)

    processes = [mp.Process(target=run, args=(me,)) for me in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode != 0 for process in processes):
        sys.exit("a worker failed")


def reading(value):
    def operation(batch):
        for _ in range(batch):
            value.value

    return operation


def writing(value):
    def operation(batch):
        for _ in range(batch):
            value.value = 1

    return operation


def adding(value):
    def operation(batch):
        for _ in range(batch):
            with value.get_lock():
                value.value += 1

    return operation


def locking(lock):
    def operation(batch):
        for _ in range(batch):
            with lock:
                pass

    return operation


def reading_item(items, key):
    def operation(batch):
        for _ in range(batch):
            items[key]

    return operation


def writing_item(items, key):
    def operation(batch):
        for _ in range(batch):
            items[key] = 1

    return operation


def appending(items):
    def operation(batch):
        for _ in range(batch):
            items.append(1)

    return operation


def loops(workers, operation, batch=1_000):
    together(workers, lambda me: for_a_while(batch, operation))


def meetings(workers):
    barrier = mp.Barrier(workers)

    def work(me):
        start = time.monotonic_ns()
        for _ in range(MEETINGS):
            barrier.wait()
        show(start, time.monotonic_ns(), MEETINGS if me == 0 else 0)

    together(workers, work)


def items(workers, queue):
    each = ITEMS // (workers // 2)

    def work(me):
        start = time.monotonic_ns()
        for n in range(each):
            if me % 2 == 0:
                queue.put(n)
            else:
                queue.get()
        # An item counts once, when it is out.
        show(start, time.monotonic_ns(), each if me % 2 == 1 else 0)

    together(workers, work)


def trips(send, receive):
    """`send[me](x)` and `receive[me]()` of the two sides."""

    def work(me):
        start = time.monotonic_ns()
        for n in range(TRIPS):
            if me == 0:
                send[0](n)
                receive[0]()
            else:
                send[1](receive[1]())
        show(start, time.monotonic_ns(), TRIPS if me == 0 else 0)

    together(2, work)


def queue_trips(make):
    there, back = make(), make()
    trips([there.put, back.put], [back.get, there.get])


def pipe_trips():
    ours, theirs = mp.Pipe()
    trips([ours.send, theirs.send], [ours.recv, theirs.recv])


def managed(workers, make, batch=20):
    with mp.Manager() as manager:
        operation = make(manager)
        loops(workers, operation, batch)


ROWS = {
    "py-raw-get": lambda n: loops(n, reading(mp.RawValue("q", 1))),
    "py-raw-set": lambda n: loops(n, writing(mp.RawValue("q", 1))),
    "py-value-get": lambda n: loops(n, reading(mp.Value("q", 1))),
    "py-value-add": lambda n: loops(n, adding(mp.Value("q", 1))),
    "py-lock": lambda n: loops(n, locking(mp.Lock())),
    "py-array-get": lambda n: loops(n, reading_item(mp.Array("q", 8), 3)),
    "py-array-set": lambda n: loops(n, writing_item(mp.Array("q", 8), 3)),
    "py-barrier": meetings,
    "py-queue": lambda n: items(n, mp.Queue()),
    "py-simple-queue": lambda n: items(n, mp.SimpleQueue()),
    "py-queue-trip": lambda n: queue_trips(mp.Queue),
    "py-simple-queue-trip": lambda n: queue_trips(mp.SimpleQueue),
    "py-pipe-trip": lambda n: pipe_trips(),
    "py-manager-get": lambda n: managed(n, lambda m: reading_item(m.dict({"k": 1}), "k")),
    "py-manager-set": lambda n: managed(n, lambda m: writing_item(m.dict({"k": 1}), "k")),
    "py-manager-append": lambda n: managed(n, lambda m: appending(m.list())),
    "py-manager-value": lambda n: managed(n, lambda m: reading(m.Value("q", 1))),
}

if __name__ == "__main__":
    found()
    ROWS[sys.argv[1]](int(sys.argv[2]))
