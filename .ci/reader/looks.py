"""How a page looks: nothing wider than its window, every text readable on what lies behind it."""

# WCAG 2 level AA for text of ordinary size. Large text may have 3; we ask the same of all.
CONTRAST = 4.5

# Every visible text with its contrast, worst first: [ratio, text, its colour, what lies behind it].
# What lies behind is painted from the root inwards, half-transparent layers mixed as a browser mixes them.
CONTRASTS = """(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const parse = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = "#000"; canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => top.slice(0, 3).map((c, n) => c * top[3] + under[n] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const paper = parse("Canvas");
  const chain = (e) => { const all = []; for (; e; e = e.parentElement) all.unshift(e); return all; };
  const painted = (e) => chain(e).reduce((under, up) => over(parse(getComputedStyle(up).backgroundColor), under), paper);
  // In a drawing what lies behind is no parent but what was drawn before, at the same place.
  const drawn = (e, under) => {
    const box = e.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    for (const shape of e.ownerSVGElement.querySelectorAll("rect")) {
      const s = shape.getBoundingClientRect(), style = getComputedStyle(shape);
      if (!(shape.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING) || style.fill === "none") continue;
      if (x < s.left || x > s.right || y < s.top || y > s.bottom) continue;
      const fill = parse(style.fill);
      fill[3] *= Number(style.fillOpacity) * Number(style.opacity);
      under = over(fill, under);
    }
    return under;
  };
  const behind = (e) => e.ownerSVGElement ? drawn(e, painted(e)) : painted(e);
  const opacity = (e) => chain(e).reduce((all, up) => all * Number(getComputedStyle(up).opacity), 1);
  const found = [];
  const look = (element, text) => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    if (!text.trim() || box.width < 2 || box.height < 2) return;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return;
    if (box.right < 0 || box.bottom < 0) return;
    const under = behind(element);
    const ink = parse(element instanceof SVGElement ? style.fill : style.color);
    ink[3] *= opacity(element);
    found.push([ratio(over(ink, under), under), text.trim().slice(0, 40), ink.join(), under.join()]);
  };
  const walk = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (parent && !["SCRIPT", "STYLE", "NOSCRIPT", "TITLE", "OPTION"].includes(parent.tagName.toUpperCase())) look(parent, walk.currentNode.data);
  }
  for (const field of document.querySelectorAll("input:not([type=range]), select")) look(field, field.value || "a field");
  return found.sort((a, b) => a[0] - b[0]);
})()"""

# What reaches over the right edge, widest first.
WIDE = """(() => {
  if (document.documentElement.scrollWidth <= innerWidth + 1) return [];
  const inside = [...document.body.querySelectorAll("*")].map((e) => [e.getBoundingClientRect().right, e.tagName, e.id, e.textContent.slice(0, 40)]);
  return [[document.documentElement.scrollWidth, "the page"], ...inside.filter((e) => e[0] > innerWidth + 1).sort((a, b) => b[0] - a[0]).slice(0, 2)];
})()"""

# Figures are drawn for some 800 pixels, with letters of 12; at less than this they cannot be read.
FIGURE = 600
SMALL = f"""[...document.querySelectorAll("main img[src*='figures/']")].filter((e) => e.checkVisibility() && e.width < {FIGURE}).map((e) => e.src)"""


def unreadable(browser):
    """The texts of the open page with too little contrast, in words."""
    seen = browser.run(CONTRASTS)
    if not seen:
        return ["no text was seen"]
    worst = [row for row in seen if row[0] < CONTRAST]
    return [f"contrast {ratio:.2f} of `{text}`: {ink} on {paper}" for ratio, text, ink, paper in worst[:3]]


def too_small(browser):
    """The figures of the open page that nobody can read."""
    return [f"too small to read: {figure}" for figure in browser.run(SMALL)]


def too_wide(browser):
    """What reaches over the edge of the open page's window."""
    return ["wider than the window: " + ", ".join(map(str, row)) for row in browser.run(WIDE)]
