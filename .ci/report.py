"""Opens a class's report and its pictures in a real, headless Chromium, in light and in dark: no error, nothing asked of
the network, everything readable, every link leads somewhere, nothing that a student wrote is live.
Usage: report.py FOLDER-OF-GRADES CHROMIUM"""

import html.parser
import json
import pathlib
import subprocess
import sys
import tempfile

SECONDS = 60
# The least ratio of luminances for text (WCAG 2, level AA).
CONTRAST = 4.5

DRIVER = """<script>
  const light = (c) => { const [r, g, b] = c.match(/[0-9.]+/g).map((v) => v / 255)
      .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const style = getComputedStyle(document.body);
  const [a, b] = [light(style.color), light(style.backgroundColor)].sort((x, y) => y - x);
  const said = { dark: matchMedia("(prefers-color-scheme: dark)").matches, paper: light(style.backgroundColor),
    contrast: (a + 0.05) / (b + 0.05), wide: document.documentElement.scrollWidth > innerWidth + 1 };
  document.documentElement.setAttribute("data-said", JSON.stringify(said));
</script>"""


class Page(html.parser.HTMLParser):
    """What a page consists of, for a reader that is no browser."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.live, self.words = [], set(), [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.links += [named["href"]] if "href" in named else []
        self.ids |= {named["id"]} if "id" in named else set()
        handlers = [name for name in named if name.startswith("on") or name == "src"]
        if handlers or tag in ("script", "img", "iframe", "object", "embed", "link", "form", "base"):
            self.live.append((tag, handlers))

    def handle_data(self, data):
        self.words += data


def chromium(program, page, dark, scratch):
    """The document, what the console said, and the addresses that were asked for."""
    log = scratch / "net.json"
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
               "--no-first-run", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=360,800",
               f"--user-data-dir={scratch / 'profile'}", "--enable-logging=stderr", "--virtual-time-budget=1000",
               f"--blink-settings=preferredColorScheme={0 if dark else 1}", f"--log-net-log={log}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SystemExit(f"{page}: Chromium ended with {done.returncode}: {done.stderr[-500:]}")
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    text = log.read_text().rstrip().rstrip(",")
    events = json.loads(text if text.endswith("}") else text + "]}")["events"]
    # What the browser asks on its own account has no page as its origin.
    asks = [event.get("params", {}) for event in events]
    asked = {ask.get("url", "") for ask in asks if ask.get("initiator", "not an origin") != "not an origin"}
    return done.stdout, console, sorted(url for url in asked if url.startswith(("http:", "https:", "ws:", "wss:")))


def opened(program, page, dark, scratch):
    """What is wrong with a page as it is."""
    dom, console, asked = chromium(program, page, dark, scratch)
    wrong = [f"{page}: {line}" for line in console] + [f"{page}: asks for {url}" for url in asked]
    return wrong + ([] if len(dom) > 500 else [f"{page}: nothing in it"])


def looks(program, page, dark, scratch):
    """What is wrong with how a page looks; a copy without its policy says it itself."""
    copy = scratch / "copy.html"
    lines = page.read_text().splitlines(keepends=True)
    without = "".join(line for line in lines if "Content-Security-Policy" not in line)
    copy.write_text(without.replace("</body>", DRIVER + "</body>"))
    dom = chromium(program, copy, dark, scratch)[0]
    said = json.loads(dict(html_attributes(dom)).get("data-said", "{}"))
    wrong = []
    if said.get("dark") is not dark or (said["paper"] < 0.2) is not dark:
        wrong.append(f"{page}: not {'dark' if dark else 'light'}: {said}")
    if said.get("contrast", 0) < CONTRAST or said.get("wide", True):
        wrong.append(f"{page}: cannot be read on a small screen: {said}")
    return wrong


def html_attributes(dom):
    found = []
    parser = html.parser.HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.extend(attributes if tag == "html" else [])
    parser.feed(dom)
    return found


def judged(folder):
    """What the documents say of themselves: links, names, pictures."""
    report, document = Page((folder / "report.html").read_text()), json.loads((folder / "class.json").read_text())
    wrong = [f"report.html: live: {live}" for live in report.live]
    for link in report.links:
        inside = link.startswith("#") and link[1:] in report.ids
        if not inside and not (folder / link).is_file():
            wrong.append(f"report.html: {link} leads nowhere")
    pictures = []
    for submission in document["submissions"]:
        shown = "".join("\ufffd" if c in "\u202a\u202b\u202c\u202d\u202e" else c for c in submission["name"])
        wrong += [] if shown in report.words else [f"report.html: {submission['name']!r} is not in its words"]
        checks = submission["result"]["checks"]
        told = {c["id"] for c in checks if c["schedule"]}
        if told != set(submission["pictures"]):
            wrong.append(f"class.json: {submission['name']!r} has pictures of {set(submission['pictures'])}, not of {told}")
        pictures += submission["pictures"].values()
    wrong += [f"report.html has no link to {place}" for place in pictures if place not in report.links]
    wrong += [f"{place}: live" for place in pictures if Page((folder / place).read_text()).live]
    return wrong, [folder / place for place in pictures]


def must_be_noticed(program, scratch):
    """A check is trusted once it has rejected what is wrong."""
    bad = scratch / "bad.html"
    bad.write_text("<!doctype html><body><img src='http://nobody.invalid/x'><script>nobody.knows()</script></body>" + " " * 500)
    wrong = opened(program, bad, False, scratch)
    if not any("nobody.invalid" in line for line in wrong) or not any("CONSOLE" in line for line in wrong):
        raise SystemExit(f"a page that calls out and fails is not noticed: {wrong}")
    bad.write_text("<!doctype html><html><head></head><body style='color: #777; background: #999'></body></html>")
    if len(looks(program, bad, True, scratch)) != 2:
        raise SystemExit("a page that cannot be read is not noticed")


def main():
    folder, program = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    wrong, pictures = judged(folder)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        must_be_noticed(program, scratch)
        for dark in (False, True):
            for page in (folder / "report.html", pictures[0]):
                wrong += opened(program, page, dark, scratch) + looks(program, page, dark, scratch)
        for page in pictures[1:]:
            wrong += opened(program, page, False, scratch)
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"the report and {len(pictures)} pictures opened in light and dark, {len(wrong)} faults")
    sys.exit(bool(wrong) or len(pictures) < 4)


if __name__ == "__main__":
    main()
