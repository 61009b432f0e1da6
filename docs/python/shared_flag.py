"""Shared flag: the first find wins. Look without the lock, then lock, then look again."""

from multiprocessing import Array, Barrier, Process, Value

ROUNDS, WORKERS = 2_000, 2


def claim_raw(stop, record, me, round_):
    """Check, then act: somebody else may act in between."""
    if stop.get_obj().value >= round_:
        return False
    record[round_] = me
    stop.get_obj().value = round_
    return True


def claim_locked(stop, record, me, round_):
    if stop.get_obj().value >= round_:  # saves locking, decides nothing
        return False
    with stop.get_lock():
        if stop.value >= round_:  # this look decides
            return False
        record[round_] = me  # the record first ...
        stop.value = round_  # ... then the flag that says it is there
        return True


def search(claim, stop, record, wins, gate, me):
    for round_ in range(1, ROUNDS + 1):
        gate.wait()  # all begin each round together: the worst case
        if claim(stop, record, me, round_):
            with wins.get_lock():
                wins.value += 1


def run(claim):
    stop, wins = Value("i", 0), Value("i", 0)
    record, gate = Array("i", ROUNDS + 1, lock=False), Barrier(WORKERS)
    crew = [Process(target=search, args=(claim, stop, record, wins, gate, me)) for me in range(WORKERS)]
    for process in crew:
        process.start()
    for process in crew:
        process.join()
    return wins.value


if __name__ == "__main__":
    print(f"{ROUNDS} rounds, each to be won once")
    print(f"raw claim:    {run(claim_raw)} winners")
    winners = run(claim_locked)
    print(f"locked claim: {winners} winners")
    assert winners == ROUNDS
