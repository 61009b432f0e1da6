"""The built book's own search: from the keyboard, without a network."""

def found(browser, first, word):
    """Searches for a word as readers do and follows the first result. What is wrong, in a list."""
    browser.open(first.as_uri())
    browser.key("s")
    if not browser.until("document.activeElement.id === 'mdbook-searchbar'"):
        return ["the key `s` opens no search"]
    browser.type(word)
    if not browser.until("document.querySelectorAll('#mdbook-searchresults a').length > 0"):
        return [f"the search finds no `{word}`"]
    browser.loaded = False
    browser.click("#mdbook-searchresults a")
    browser.wait_for_load()
    page = browser.run("location.pathname")
    there = browser.run(f"document.querySelector('main').textContent.toLowerCase().includes('{word}')")
    if page.endswith(first.name) or not there:
        return [f"the first result for `{word}` leads to {page}, where it is not"]
    return list(browser.faults)
