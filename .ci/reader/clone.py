"""A fresh clone of this checkout, and `cargo xtask watch` in it, with somebody who saves files."""

import contextlib
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Built in one folder of the checkout's own, so that a second run is not a first one.
TARGET = ROOT / "target/newcomer"
# Seconds for one command; the first builds the runner.
PATIENCE = 600


@contextlib.contextmanager
def fresh():
    """The clone's folder and the environment to run commands in."""
    with tempfile.TemporaryDirectory() as scratch:
        clone = pathlib.Path(scratch) / "labs"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, stdin=subprocess.DEVNULL)
        yield clone, {**os.environ, "CARGO_TARGET_DIR": str(TARGET), "CARGO_HOME": str(home()), "NO_COLOR": "1"}


def home():
    """A home for cargo without the packages that this machine has, but with its settings: what is not there is fetched, or missed."""
    here = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))
    new = TARGET / "home"
    new.mkdir(parents=True, exist_ok=True)
    for settings in ("config.toml", "config"):
        if (here / settings).is_file():
            shutil.copy(here / settings, new / settings)
    return new


def solved(clone, lab):
    """Copies the solution's files, sources and sheets, over a lab's own. The source that a student edits most."""
    source = clone / "solutions" / lab
    given = {"main.rs", "baseline.rs", "Cargo.toml"}
    files = [f for f in [*source.glob("src/*.rs"), *source.glob("*.toml")] if f.name not in given]
    for file in files:
        shutil.copy(file, clone / "labs" / lab / file.relative_to(source))
    return next(clone / "labs" / lab / f.relative_to(source) for f in files if f.suffix == ".rs")


class Watch:
    """`cargo xtask watch` as a process; `said` is all that it printed."""

    def __init__(self, command, clone, environment):
        self.said = []
        self.process = subprocess.Popen(shlex.split(command), cwd=clone, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def until(self, *beginnings):
        """Reads on to a line that begins in one of these ways. Its lines since then; seconds are the caller's."""
        since = len(self.said)
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith(beginnings):
                return self.said[since:]
        raise SystemExit("watch ended: " + "".join(self.said[-20:]))

    def verdict(self):
        """Reads on to the end of the check that runs."""
        return self.until("watching: ")

    def processor_seconds(self):
        """What the watcher and the checks that have ended used."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def quit(self):
        """Stops it as its reader does. Its exit code."""
        self.process.stdin.write("q\n")
        self.process.stdin.flush()
        self.said.extend(self.process.stdout)
        return self.process.wait(PATIENCE)


def saved(file, text):
    """Saves a file. When that was."""
    file.write_text(text)
    return time.monotonic()
