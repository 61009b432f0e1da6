"""Grades a class with and without hostile neighbours: no honest score may change. (`cargo xtask bench grading` says what a class
costs.) Usage: class.py"""

import json
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPUS = ROOT / "xtask/corpus"
HEAD = "pub fn claim_locked(b: &Board, find: Find) -> Claim {\n"
# Twenty that flood, fork, kill, fill memory, leave, write, and forge.
HOSTILE = """constructor exits-zero fork-bomb holds-memory huge-panic kills-everybody macro-bomb memory-bomb memory-file-bomb
note-flood output-flood own-clock prints-a-pass script-in-panic stack-overflow swallows-the-end thread-bomb unsafe-block
waits-outside writes-temporary-files""".split()


def honest(count):
    """Right and wrong submissions of the corpus in turn, each one's files its own."""
    files = sorted(CORPUS.glob("lab3/*/*/flag.rs"))
    right = [f for f in files if f.parts[-3] == "right"]
    wrong = [f for f in files if f.parts[-3] == "wrong"]
    turns = [pair for at in range(count) for pair in (right[at % len(right)], wrong[at % len(wrong)])][:count]
    return {f"student-{at:03}": f.read_text() + f"\n// {at}\n" for at, f in enumerate(turns)}


def hostile():
    """The solution with an attack in it: called by `claim_locked`, or in its place."""
    solution = (ROOT / "solutions/lab3/src/flag.rs").read_text()
    start = solution.index(HEAD)
    end = solution.index("\n}\n", start) + 3
    for at, slug in enumerate(HOSTILE):
        attack = (CORPUS / "attacks" / slug / "attack.rs").read_text()
        called = solution.replace(HEAD, HEAD + "    attack();\n") if "fn attack()" in attack else solution
        yield f"student-{at * 4:03}-{slug}", (solution[:start] + solution[end:] if HEAD in attack else called) + "\n" + attack


def grade(folder, submissions):
    """Grades a class and gives its document."""
    for name, text in submissions.items():
        place = folder / "class" / name
        place.mkdir(parents=True)
        (place / "flag.rs").write_text(text)
    command = ["cargo", "xtask", "grade", "lab3", folder / "class", "--no-timing", "--seed", "7", "--judge-seconds", "60", "--out"]
    subprocess.run([*command, folder / "out"], check=True, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return json.loads((folder / "out/class.json").read_text())


def alone_and_beside(scratch):
    alone = grade(scratch / "alone", honest(80))
    both = grade(scratch / "both", honest(80) | dict(hostile()))
    assert len(both["submissions"]) == 100, len(both["submissions"])
    by_name = {s["name"]: s for s in both["submissions"]}
    missing = [s["name"] for s in both["submissions"] if s["result"] is None]
    changed = [s["name"] for s in alone["submissions"] if by_name[s["name"]] != s]
    scores = {name: s["result"]["score"] for name, s in by_name.items() if s["result"] and name.count("-") > 1}
    print(f"100 submissions, 20 of them hostile: {len(changed)} of 80 honest results changed, {len(missing)} are missing")
    print("hostile: " + ", ".join(f"{name.split('-', 2)[2]} {score}" for name, score in sorted(scores.items())))
    assert not changed and not missing, (changed, missing)


if __name__ == "__main__":
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        alone_and_beside(folder)
    finally:
        shutil.rmtree(folder)
