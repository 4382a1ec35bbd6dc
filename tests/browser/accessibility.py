"""What axe-core, the usual checker of accessibility, finds wrong with a page."""

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"]
# Two findings in what the theme wraps around every page, none of which this book writes: buttons whose label differs
# from their words, and the logo, which stands in no landmark.
THEME = {
    "label-content-name-mismatch": ".bd-sidebar-primary .search-button-field, .bd-header-article .theme-switch-button",
    "region": ".bd-sidebar-primary .navbar-brand, .bd-sidebar-primary .sidebar-primary-item:has(> .navbar-brand)",
}
# A colour that is on its way to another has no contrast to speak of.
AT_REST = "*, *::before, *::after { animation: none !important; transition: none !important; }"
# axe reads the same few colours thousands of times, each time by way of every colour space there is.
READ_A_COLOR_ONCE = """{
  const { prototype } = axe.commons.color.Color, read = prototype.parseString, known = new Map();
  prototype.parseString = function (text) {
    if (!known.has(text)) {
      read.call(this, text);
      known.set(text, [this.r, this.g, this.b, this.alpha]);
    }
    [this.r, this.g, this.b, this.alpha] = known.get(text);
    return this;
  };
}"""
# Nearly all of a chapter's texts are words of code, in a dozen colours, and cells of tables. Of those whose elements,
# up to the article, are of the same kinds and classes and, if rows, both even or both odd, so that no style tells them
# apart, the contrast of one is looked at. The other words of code become text without an element of its own: that is
# most of the page's elements, about which no rule asks anything else.
CONTRAST_OF_ONE_OF_A_KIND = """{
  const seen = new Set();
  const kindOf = (part) => `${part.localName}.${part.className} ${part.matches("tr:nth-child(even)")}`;
  for (const word of document.querySelectorAll("article pre span, article table.dataframe :is(td, th)")) {
    const kinds = [];
    for (let around = word; around.localName !== "article"; around = around.parentElement) kinds.push(kindOf(around));
    const kind = kinds.join(" < ");
    word.toggleAttribute("data-seen-alike", seen.has(kind));
    seen.add(kind);
  }
  for (const word of document.querySelectorAll("pre span[data-seen-alike]")) word.replaceWith(...word.childNodes);
  axe.configure({ rules: [{ id: "color-contrast", selector: ":not([data-seen-alike])" }] });
}"""


def violations(page, *, within=None, every_word_of_code=False):
    """What is found, a line each, without what the theme is known for.

    `within` is a selector, for a part of the page. Unless `every_word_of_code` is asked for, the contrast of code is
    looked at once for each look that it has on the page.
    """
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
    checker = Axe()
    parts = [checker.axe_script, READ_A_COLOR_ONCE, "" if every_word_of_code else CONTRAST_OF_ONE_OF_A_KIND, "void 0;"]
    checker.axe_script = "\n".join(parts)
    page.add_style_tag(content=AT_REST)
    lines = []
    for rule in checker.run(page, context=within, options=options).response["violations"]:
        for node in rule["nodes"]:
            (place,) = node["target"]
            theirs = page.evaluate(
                "([place, theme]) => !!document.querySelector(place).closest(theme)",
                [place, THEME.get(rule["id"], "none")],
            )
            if not theirs:
                lines.append(f"{rule['id']}: {place}")
    return lines
