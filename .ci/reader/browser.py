"""A real, headless Chromium, told what to do over a pipe in its own DevTools protocol: one browser, one page, no network."""

import base64
import json
import os
import select
import subprocess
import sys
import time

# A page of the book takes some tenths of a second; what takes this long hangs.
SECONDS = 60

# The keys the book's readers press: name, code of the key, what it types.
KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), " ": (32, " "), "Escape": (27, ""),
        "ArrowLeft": (37, ""), "ArrowUp": (38, ""), "ArrowRight": (39, ""), "ArrowDown": (40, "")}

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run",
         "--disable-component-update", "--disable-extensions", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND",
         "--remote-debugging-pipe", "about:blank"]


class Browser:
    """One page in one browser. `faults` holds what its console and its network said since it was last opened."""

    def __init__(self, program, profile):
        order_out, self.orders = os.pipe()
        self.answers, answer_in = os.pipe()
        # The protocol wants its pipe at 3 and 4; a shell moves ours there.
        line = f'exec "$@" 3<&{order_out} 4>&{answer_in}'
        self.log = open(os.path.join(profile, "chromium.log"), "w+b")
        self.process = subprocess.Popen(
            ["sh", "-c", line, "sh", program, f"--user-data-dir={profile}", *FLAGS], pass_fds=(order_out, answer_in),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log)
        os.close(order_out)
        os.close(answer_in)
        self.buffer, self.number, self.session = b"", 0, None
        self.faults, self.loaded = [], False
        target = self.order("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.order("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.order(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.orders)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.answers)
        self.log.close()

    def order(self, method, **parameters):
        """Sends one order and waits for its answer."""
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.orders, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + SECONDS
        while True:
            said = self.listen(deadline)
            if said.get("id") == number:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']['message']}")
                return said["result"]

    def listen(self, deadline):
        """The next message. What happened in the page is kept."""
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.answers], [], [], max(0, deadline - time.monotonic()))
            more = os.read(self.answers, 1 << 20) if ready else b""
            if not more:
                raise RuntimeError(("Chromium ended: " if ready else f"Chromium says nothing for {SECONDS} s: ") + self.last_words())
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        said = json.loads(message)
        self.event(said.get("method"), said.get("params", {}))
        return said

    def last_words(self):
        self.log.seek(0)
        return self.log.read()[-500:].decode(errors="replace")

    def event(self, method, what):
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Runtime.exceptionThrown":
            details = what["exceptionDetails"]
            self.faults.append("console: " + details.get("exception", {}).get("description", details["text"]).split("\n")[0])
        elif method == "Runtime.consoleAPICalled" and what["type"] in ("error", "assert", "warning"):
            self.faults.append("console: " + " ".join(str(a.get("value", a.get("description"))) for a in what["args"]))
        elif method == "Log.entryAdded" and what["entry"]["level"] == "error":
            self.faults.append("console: " + what["entry"]["text"])
        elif method == "Network.requestWillBeSent" and not what["request"]["url"].startswith(("file://", "data:")):
            self.faults.append("network: asks for " + what["request"]["url"][:100])

    def open(self, address, width=1000, dark=False, theme=None):
        """Opens a page, as a reader with such a window and such settings sees it. `theme` is what mdBook's menu remembers."""
        self.order("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.order("Emulation.setEmulatedMedia", features=scheme)
        keep = f"localStorage.setItem('mdbook-theme', '{theme}')" if theme else "localStorage.clear()"
        script = self.order("Page.addScriptToEvaluateOnNewDocument", source=keep)["identifier"]
        # Another address first: with the same one a page would only jump to its anchor.
        for where in ("about:blank", str(address)):
            self.faults, self.loaded = [], False
            self.order("Page.navigate", url=where)
            self.wait_for_load()
        self.order("Page.removeScriptToEvaluateOnNewDocument", identifier=script)

    def wait_for_load(self):
        deadline = time.monotonic() + SECONDS
        while not self.loaded:
            self.listen(deadline)

    def run(self, script):
        """The value of an expression in the page, its promise awaited. An exception is an error here."""
        done = self.order("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            details = done["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return done["result"].get("value")

    def until(self, script, seconds=20):
        """Waits until an expression is true. Whether it came true."""
        deadline = time.monotonic() + seconds
        while not self.run(script):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def key(self, key):
        """Presses a key, as a keyboard does: the page cannot tell the difference."""
        code, types = KEYS.get(key, (ord(key.upper()[0]), key))
        common = {"key": key, "windowsVirtualKeyCode": code}
        self.order("Input.dispatchKeyEvent", type="keyDown", text=types, **common) if types else \
            self.order("Input.dispatchKeyEvent", type="rawKeyDown", **common)
        self.order("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        for letter in text:
            self.key(letter)

    def click(self, selector):
        """Clicks at the middle of an element, wherever it lies."""
        place = self.run(f"""(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: "center"}});
            const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.order("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def picture(self, path):
        """The whole page as a PNG, up to ten screens."""
        height = min(8000, self.run("Math.ceil(document.documentElement.scrollHeight)"))
        width = self.run("innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = self.order("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    sys.exit("this is a part of .ci/pages.py")
