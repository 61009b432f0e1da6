"""Opens every page of the built book in a real, headless Chromium, without a network: no console error; and drives the
explorables as their readers do. Usage: pages.py BOOK-FOLDER CHROMIUM"""

import pathlib
import subprocess
import sys
import tempfile

SECONDS = 60

# What a reader does, and what must be there then. Each gives true, or throws.
DRIVERS = {
    "scheduler.html": """
        const key = (k) => document.dispatchEvent(new KeyboardEvent("keydown", { key: k, bubbles: true }));
        const want = (what, so) => { if (!so) throw new Error(what); };
        const text = (id) => document.getElementById(id).textContent;
        const play = (name, keys) => { begin(name); for (const k of keys) key(k); };
        // The document is no element; the page listens at the window.
        play("lost-update", "11122222211133");
        want("the lost update is found: " + text("verdict"), text("verdict").startsWith("FAIL"));
        want("the story is told", document.querySelectorAll("#story li").length > 12);
        key("u"); want("a step back takes the verdict back", text("verdict") === "");
        play("lost-update", "11111122222233");
        want("one after the other is right: " + text("verdict"), text("verdict").startsWith("PASS"));
        key("r"); want("r begins again", document.querySelectorAll("#story li").length === 0);
        play("raw-claim", "111112222221");
        want("two winners: " + text("verdict"), text("verdict").includes("two workers won"));
        play("empty-then-get", "12333");
        want("a task is left: " + text("verdict"), text("verdict").startsWith("FAIL"));
        begin("raw-claim");
        document.querySelector("#moves button:enabled").click();
        want("the mouse works too", document.querySelectorAll("#story li").length > 0);
    """,
    "dial.html": """
        const want = (what, so) => { if (!so) throw new Error(what); };
        const curve = () => document.getElementById("curve").getAttribute("d");
        const now = () => document.getElementById("now").getAttribute("cx");
        const turn = (id, value) => { const e = document.getElementById(id); e.value = value; e.dispatchEvent(new Event("input")); };
        const before = [curve(), now()];
        turn("check", 5); want("the look's price moves the curve", curve() !== before[0]);
        turn("interval", 4); want("the interval moves the point", now() !== before[1]);
        want("the measured points are there", document.querySelectorAll(".measured").length >= 3);
        turn("iteration", 7); turn("latency", 2);
        want("a contradiction is told", document.getElementById("rule").textContent.includes("The latency wins"));
    """,
    "price.html": """
        const want = (what, so) => { if (!so) throw new Error(what); };
        const text = (id) => document.getElementById(id).textContent;
        want("no talk, full speed: " + text("total"), text("total").includes("4×"));
        document.getElementById("operation").value = "py-manager-get";
        document.getElementById("add").click();
        want("the bill has a line", document.querySelectorAll("#bill tr").length === 2);
        want("a manager a microsecond is no speed-up: " + text("total"), text("total").includes("Speed-up 0"));
    """,
}

REPORT = """<script>
addEventListener("error", (e) => document.documentElement.setAttribute("data-wrong", e.message));
</script>"""


def chromium(program, page, profile):
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
               "--no-first-run", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=360,800",
               f"--user-data-dir={profile}", "--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SystemExit(f"{page}: Chromium ended with {done.returncode}: {done.stderr[-500:]}")
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, console


def driven(page, driver, folder):
    """The page with a driver at its end, which says in the document how it went."""
    script = f"""<script>
    try {{ {driver}
      if (document.documentElement.scrollWidth > innerWidth + 1) throw new Error("wider than the window");
      document.documentElement.setAttribute("data-driven", "well"); }}
    catch (e) {{ document.documentElement.setAttribute("data-driven", String(e.message)); }}
    </script>"""
    copy = folder / page.name
    copy.write_text(page.read_text().replace("<head>", "<head>" + REPORT).replace("</body>", script + "</body>"))
    return copy


def verdict(dom):
    return dom.split('data-driven="', 1)[1].split('"', 1)[0] if 'data-driven="' in dom else "it did not run"


def main():
    book, program = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    pages = sorted(p for p in book.rglob("*.html") if p.name not in ("toc.html", "print.html"))
    wrong = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        known_wrong = scratch / "wrong.html"
        known_wrong.write_text("<!doctype html><body><script>nobody.knows()</script></body>")
        if not chromium(program, known_wrong, scratch / "profile")[1]:
            raise SystemExit("a page with an error in its script passes: the console is not seen")
        for page in pages:
            dom, console = chromium(program, page, scratch / "profile")
            wrong += [f"{page}: {line}" for line in console]
            if len(dom) < 500:
                wrong.append(f"{page}: nothing in it")
        for name, driver in DRIVERS.items():
            page = book / "explore" / name
            said = verdict(chromium(program, driven(page, driver, scratch), scratch / "profile")[0])
            if said != "well":
                wrong.append(f"{page}: {said}")
            lame = driven(page, 'throw new Error("as it should");', scratch)
            if verdict(chromium(program, lame, scratch / "profile")[0]) != "as it should":
                wrong.append(f"{page}: a driver that fails is not noticed")
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{len(pages)} pages opened, {len(DRIVERS)} explorables driven, {len(wrong)} faults")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
