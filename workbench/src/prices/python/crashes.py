# What happens to the others when one process of Python's multiprocessing is killed: CASE prints `killed NS` and, for each
# survivor, `told NS HOW`. Whoever waits for ever prints nothing: the runner's deadline ends it.
# Started by `cargo xtask bench crashes --python`, behind family.py.

SETTLE = 0.2
ITEM = 7


def say(word, how=""):
    os.write(1, f"{word} {time.monotonic_ns()} {how}\n".encode())


def start(work, *args):
    process = mp.Process(target=work, args=args)
    process.start()
    return process


def kill(process):
    say("killed")
    # A child of our own that has not been waited for.
    os.kill(process.pid, signal.SIGKILL)


def idle_consumer():
    queue = mp.Queue()

    def consume():
        if queue.get() == ITEM:
            say("told", "gets the next item")

    victim = start(queue.get)
    time.sleep(SETTLE)
    kill(victim)
    survivor = start(consume)
    queue.put(ITEM)
    survivor.join()


def hold(lock, held):
    lock.acquire()
    held.set()
    time.sleep(600)


def holder(lock, after):
    held = mp.Event()
    victim = start(hold, lock, held)
    held.wait()

    def survive():
        after()
        say("told", "goes on without being told")

    survivor = start(survive)
    time.sleep(SETTLE)
    kill(victim)
    survivor.join()


def lock_holder():
    lock = mp.Lock()
    holder(lock, lock.acquire)


def value_holder():
    value = mp.Value("q", 0)
    holder(value.get_lock(), lambda: value.value)


def task(n):
    if n == 0:
        time.sleep(SETTLE)
        # The worker that does this task, in the middle of it.
        say("killed")
        os.kill(os.getpid(), signal.SIGKILL)
    return n


def pool_worker():
    mp.Pool(2).map(task, range(2), chunksize=1)
    say("told", "gets the dead worker's task")


def meet(barrier):
    try:
        barrier.wait()
        say("told", "leaves the barrier without being told")
    except Exception as error:
        say("told", type(error).__name__)


def barrier_party():
    barrier = mp.Barrier(3)
    victim = start(time.sleep, 600)
    survivors = [start(meet, barrier) for _ in range(2)]
    time.sleep(SETTLE)
    kill(victim)
    for survivor in survivors:
        survivor.join()


def ask(items):
    while True:
        items["k"] = 1


def manager_client():
    with mp.Manager() as manager:
        items = manager.dict()
        victim = start(ask, items)
        time.sleep(SETTLE)
        kill(victim)
        items["k"] = ITEM
        say("told", "is answered")


def manager():
    manager = mp.Manager()
    items = manager.dict({"k": 1})

    def ask_again():
        try:
            while True:
                items["k"]
        except Exception as error:
            say("told", f"is told: {type(error).__name__}")

    survivor = start(ask_again)
    time.sleep(SETTLE)
    kill(manager._process)
    survivor.join()


CASES = {
    "idle-consumer": idle_consumer,
    "lock-holder": lock_holder,
    "value-holder": value_holder,
    "pool-worker": pool_worker,
    "barrier-party": barrier_party,
    "manager-client": manager_client,
    "manager": manager,
}

if __name__ == "__main__":
    found()
    CASES[sys.argv[1]]()
    # Nothing that a broken manager or pool left behind may keep this process alive: its children die with it.
    os._exit(0)
