"""Where the links of a built page lead: every file and every anchor in it must be there."""

import pathlib
import re
import urllib.parse


def broken(browser):
    """The links of the open page that lead nowhere. The web itself is not asked."""
    wrong = []
    for link in browser.run("[...new Set([...document.links].map((link) => link.href))]"):
        address = urllib.parse.urlsplit(link)
        if address.scheme in ("http", "https"):
            continue
        file = pathlib.Path(urllib.parse.unquote(address.path))
        if address.scheme != "file" or not file.is_file():
            wrong.append(f"a link leads nowhere: {link}")
        elif address.fragment and file.suffix == ".html" and not anchored(file, urllib.parse.unquote(address.fragment)):
            wrong.append(f"a link leads to no heading: {link}")
    return wrong


def anchored(file, name):
    """Whether a page has this anchor. The scheduler's are the names of its graphs."""
    text = file.read_text()
    return re.search(rf'id="{re.escape(name)}"', text) or f'"name":"{name}"' in text
