"""What the readers of the explorables do, with a real keyboard and mouse, and what must be there then."""

import json


def want(what, so):
    if not so:
        raise AssertionError(what)


def change(browser, what, expression, act):
    """Does something after which an expression must have another value, soon."""
    before = browser.run(expression)
    act()
    want(what, browser.until(f"{expression} !== {json.dumps(before)}", 5))


def text(browser, element):
    return browser.run(f"document.getElementById('{element}').textContent")


def attribute(browser, element, name):
    return browser.run(f"document.getElementById('{element}').getAttribute('{name}')")


def focus(browser, selector):
    """Goes to an element with the Tab key alone, as one does without a mouse; its focus must be visible."""
    for _ in range(60):
        browser.key("Tab")
        if browser.run(f"document.activeElement.matches('{selector}')"):
            seen = browser.run("getComputedStyle(document.activeElement).outlineStyle !== 'none'")
            want(f"the focus on `{selector}` can be seen", seen)
            return
    raise AssertionError(f"the Tab key never reaches `{selector}`")


def scheduler(browser, address):
    def play(name, keys):
        browser.open(f"{address}#{name}")
        browser.type(keys)
        return text(browser, "verdict")

    def steps():
        return browser.run("document.querySelectorAll('#story li').length")

    said = play("lost-update", "11122222211133")
    want("the lost update is found: " + said, said.startswith("FAIL"))
    want("the story is told", steps() > 12)
    browser.key("u")
    want("a step back takes the verdict back", text(browser, "verdict") == "")
    said = play("lost-update", "11111122222233")
    want("one after the other is right: " + said, said.startswith("PASS"))
    browser.key("r")
    want("r begins again", steps() == 0)
    said = play("raw-claim", "111112222221")
    want("two winners: " + said, "two workers won" in said)
    said = play("empty-then-get", "12333")
    want("a task is left: " + said, said.startswith("FAIL"))
    said = play("early-pill", "111223344444444")
    want("a task behind the pills is lost: " + said, "task 1 is lost" in said)
    said = play("early-pill", "223311144444444")
    want("the pills come last, and nothing is lost: " + said, said.startswith("PASS"))
    browser.open(f"{address}#raw-claim")
    browser.click("#moves button:enabled")
    want("the mouse works too", steps() > 0)
    browser.open(address)
    focus(browser, "#program")
    change(browser, "the keyboard chooses a program", "element('command').textContent", lambda: browser.key("ArrowDown"))
    focus(browser, "#moves button")
    browser.key("Enter")
    want("Enter lets a worker go", steps() > 0)
    want("the focus stays with the workers", browser.run("document.activeElement.matches('#moves button')"))


def dial(browser, address):
    def turn(element, value):
        browser.run(f"(() => {{ const e = document.getElementById('{element}'); e.value = {value}; e.dispatchEvent(new Event('input')); }})()")

    browser.open(address)
    curve, now = attribute(browser, "curve", "d"), attribute(browser, "now", "cx")
    turn("check", 5)
    want("the look's price moves the curve", attribute(browser, "curve", "d") != curve)
    turn("interval", 4)
    want("the interval moves the point", attribute(browser, "now", "cx") != now)
    want("the measured points are there", browser.run("document.querySelectorAll('.measured').length") >= 3)
    turn("iteration", 7)
    turn("latency", 2)
    want("a contradiction is told", "The latency wins" in text(browser, "rule"))
    browser.open(address)
    for element in ("iteration", "check", "interval", "workers", "latency"):
        focus(browser, "#" + element)
        says = f"element('{element}-says').textContent"
        change(browser, f"an arrow key turns `{element}`", says, lambda: [browser.key("ArrowRight") for _ in range(5)])
    browser.open(address)
    focus(browser, "#look")
    says = "element('check-says').textContent"
    change(browser, "the keyboard chooses another look", says, lambda: browser.key("ArrowDown"))


def price(browser, address):
    def lines():
        return browser.run("document.querySelectorAll('#bill tr').length")

    browser.open(address)
    want("no talk, full speed: " + text(browser, "total"), "4×" in text(browser, "total"))
    browser.run("document.getElementById('operation').value = 'py-manager-get'")
    browser.click("#add")
    want("the bill has a line", lines() == 2)
    want("a manager a microsecond is no speed-up: " + text(browser, "total"), "Speed-up 0" in text(browser, "total"))
    browser.open(address)
    for element in ("tasks", "work", "workers"):
        focus(browser, "#" + element)
        change(browser, f"an arrow key changes `{element}`", f"element('{element}').value", lambda: browser.key("ArrowUp"))
    want("another worker is on the bill: " + text(browser, "total"), text(browser, "total").startswith("5 workers"))
    focus(browser, "#operation")
    operation = "element('operation').value"
    change(browser, "the keyboard chooses an operation", operation, lambda: browser.key("ArrowDown"))
    focus(browser, "#add")
    browser.key(" ")
    want("the space bar adds it", lines() == 2)
    focus(browser, "#clear")
    browser.key("Enter")
    want("Enter empties the loop", lines() == 1)


READERS = {"scheduler.html": scheduler, "dial.html": dial, "price.html": price}


def tried(browser, page):
    """What a reader of this explorable finds wrong, in a list of at most one."""
    try:
        READERS[page.name](browser, page.as_uri())
    except (AssertionError, RuntimeError) as fault:
        return [str(fault)]
    return list(browser.faults)
