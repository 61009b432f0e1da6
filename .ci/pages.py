"""Reads the built book as its readers do, in a real browser without a network: wide and narrow, by day and by night, with the
keyboard, with the search. Pictures of every page are kept. Usage: pages.py BOOK-FOLDER CHROMIUM PICTURES-FOLDER"""

import pathlib
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent / "reader"))

import explorables  # noqa: E402
import links  # noqa: E402
import looks  # noqa: E402
import search  # noqa: E402
from browser import Browser  # noqa: E402

# The heaviest explorable: bytes, with everything that it loads.
MOST_BYTES = 150_000
# Windows in which a page must not scroll sideways: with the list of chapters beside it, and a telephone's.
WIDE, NARROW = 1200, 360
# Pages that have everything that a chapter can have, for the themes that a reader chooses from mdBook's menu.
SAMPLES, THEMES = ("lab0-testing.html", "lab1-work-queue.html"), ("light", "rust", "coal", "navy", "ayu")
WORD = "idempotent"


def page(browser, path, pictures=None):
    """What is wrong with one page, whatever it is."""
    wrong = []
    for width, dark in ((WIDE, False), (WIDE, True), (NARROW, False)):
        browser.open(path.as_uri(), width=width, dark=dark)
        how = f"{width} wide, {'dark' if dark else 'light'}: "
        # A figure of its own has the size of its window.
        sideways = looks.too_wide(browser) if path.suffix == ".html" else []
        faults = browser.faults + looks.unreadable(browser) + looks.too_small(browser) + sideways + links.broken(browser)
        wrong += [how + fault for fault in faults]
        if pictures:
            browser.picture(pictures / f"{path.stem}-{width}-{'dark' if dark else 'light'}.png")
    return wrong


def themes(browser, book):
    wrong = []
    for sample, theme in ((s, t) for s in SAMPLES for t in THEMES):
        browser.open((book / sample).as_uri(), width=WIDE, theme=theme)
        if theme not in browser.run("document.documentElement.className"):
            wrong.append(f"the theme {theme} is not there")
        wrong += [f"{sample}, theme {theme}: {fault}" for fault in looks.unreadable(browser)]
    return wrong


def schemes(browser, path):
    """An explorable follows the theme of the book's menu, and the system's colours when none was chosen."""
    wrong = []
    for theme, system, dark in (("navy", False, True), ("light", True, False), (None, True, True), (None, False, False)):
        browser.open(path.as_uri(), dark=system, theme=theme)
        found = browser.run("getComputedStyle(document.documentElement).colorScheme") == "dark"
        if found != dark:
            wrong.append(f"theme {theme}, the system {'dark' if system else 'light'}: the page is {'dark' if found else 'light'}")
        wrong += [f"theme {theme}: {fault}" for fault in looks.unreadable(browser)]
    return wrong


def explorable(browser, path):
    heavy = path.stat().st_size
    wrong = [f"weighs {heavy} bytes, more than {MOST_BYTES}"] if heavy > MOST_BYTES else []
    return wrong + explorables.tried(browser, path) + schemes(browser, path)


def everything(browser, book, pictures):
    """Every check of every page: (what was looked at, what is wrong with it)."""
    pages = sorted(p for p in book.rglob("*.html") if p.name not in ("toc.html", "print.html"))
    figures = sorted((book / "figures").glob("*.svg"))
    if not pages or not figures or not set(explorables.READERS) <= {p.name for p in pages}:
        raise SystemExit(f"{book}: not the whole book")
    for path in pages + figures:
        yield path.relative_to(book), page(browser, path, pictures)
    for name in explorables.READERS:
        yield f"explore/{name}, used", explorable(browser, book / "explore" / name)
    yield "themes", themes(browser, book)
    yield "search", search.found(browser, book / "index.html", WORD)


# Known-wrong pages: what is put in place of what, who must notice, and what it says. A check that lets one pass is worth nothing.
BODY, HEAD = "</body>", "</head>"
ANY = [
    (BODY, "<script>nobody.knows()</script></body>", "nobody is not defined"),
    (BODY, "<script>console.error('as it should')</script></body>", "as it should"),
    (BODY, "<img src='https://example.invalid/a.png'></body>", "network: asks for https://example.invalid"),
    (BODY, "<p style='width: 900px'>wide</p></body>", "360 wide, light: wider than the window"),
    (BODY, "<a href='nowhere.html'>nowhere</a></body>", "a link leads nowhere"),
    (BODY, "<a href='#nowhere'>nowhere</a></body>", "a link leads to no heading"),
    (HEAD, "<style>p { color: #999 !important; background: #fff }</style></head>", "light: contrast 2.85"),
    (HEAD, "<style>@media (prefers-color-scheme: dark) { p { color: #555 !important } }</style></head>", "dark: contrast"),
    (HEAD, "<style>p { opacity: .4 }</style></head>", "contrast"),
]
USED = [
    ("scheduler.html", "path.push(move);", "", "the lost update is found"),
    ("scheduler.html", 'createElement("button");', 'createElement("button"); made.tabIndex = -1;', "the Tab key never reaches `#moves button`"),
    ("scheduler.html", '"early-pill"', '"other"', "a task behind the pills is lost"),
    ("dial.html", "const late =", "if (s.check > 1e4) element('curve').remove(); const late =", "Cannot read properties of null"),
    ("dial.html", 'addEventListener("input", show)', 'addEventListener("click", show)', "the look's price moves the curve"),
    ("dial.html", ":focus-visible {", "*:focus { outline: none !important } :focus-visible {", "the focus on"),
    ("price.html", "loop.push(", "void (", "the bill has a line"),
    ("price.html", "navy: true", "navy: false", "theme navy, the system light: the page is light"),
    ("dial.html", "scheme();\n</script>", "</script>", "theme light, the system dark: the page is dark"),
    ("price.html", BODY, "<!--" + "x" * MOST_BYTES + "--></body>", "bytes, more than"),
]

SMALL = "<style>@media (max-width: 620px) { main img[src*='figures/'] { width: 100% !important } }</style></head>"
DRAWN = [("prices.svg", "--back:#16181c", "--back:#777"), ("experiment-fraud.svg", "--page: #13171e", "--page: #777")]


def broken(path, old, new):
    text = path.read_text()
    if old not in text:
        raise SystemExit(f"{path}: `{old}` is not in it, so it cannot be broken there")
    path.write_text(text.replace(old, new))
    return path


def known_wrong(browser, book, scratch):
    """Breaks copies of the book, each in one way, and gives back what was not noticed."""
    copies = iter(range(1000))

    def copy():
        return pathlib.Path(shutil.copytree(book, scratch / f"book{next(copies)}"))

    missed = []

    def must(words, faults, what):
        if not any(words in fault for fault in faults):
            missed.append(f"{what} passes: {words!r} is not among {faults}")

    for old, new, words in ANY:
        for name in ("rule.html", "explore/price.html"):
            must(words, page(browser, broken(copy() / name, old, new)), f"{name} with {new}")
    for name, old, new, words in USED:
        must(words, explorable(browser, broken(copy() / "explore" / name, old, new)), f"{name} with {new[:60]!r}")
    for name, old, new in DRAWN:
        must("dark: contrast", page(browser, broken(copy() / "figures" / name, old, new)), f"{name} with {new}")
    small = broken(copy() / "check-interval.html", HEAD, SMALL)
    must("too small to read", page(browser, small), "a figure as small as a telephone")
    other = copy()
    broken(other / SAMPLES[0], HEAD, "<style>.ayu code { color: #777 !important }</style></head>")
    must("theme ayu: contrast", themes(browser, other), "a theme with grey code")
    other = copy()
    next(other.glob("searchindex-*.js")).write_text("")
    must("the search finds no", search.found(browser, other / "index.html", WORD), "a book without an index")
    return missed, len(ANY) * 2 + len(USED) + len(DRAWN) + 3


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    book, program, pictures = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], pathlib.Path(sys.argv[3])
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    faults, seen, started = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryDirectory() as profile, Browser(program, profile) as browser:
        for what, wrong in everything(browser, book, pictures):
            seen, faults = seen + 1, faults + len(wrong)
            for line in wrong:
                print(f"{what}: {line}", file=sys.stderr)
        print(f"{seen} pages and uses, {faults} faults, {time.monotonic() - started:.0f} s; pictures in {pictures}")
        started = time.monotonic()
        missed, tries = known_wrong(browser, book, pathlib.Path(scratch))
        for line in missed:
            print(line, file=sys.stderr)
        print(f"{tries} known-wrong pages, {len(missed)} not noticed, {time.monotonic() - started:.0f} s")
    sys.exit(bool(faults or missed))


if __name__ == "__main__":
    main()
