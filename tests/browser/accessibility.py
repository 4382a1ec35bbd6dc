"""What axe-core, the usual checker of accessibility, finds wrong with a page."""

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"]
# Two findings in what the theme wraps around every page, none of which this book writes: buttons whose label differs
# from their words, and the logo, which stands in no landmark.
THEME = {
    "label-content-name-mismatch": ".bd-sidebar-primary .search-button-field, .bd-header-article .theme-switch-button",
    "region": ".bd-sidebar-primary .navbar-brand, .bd-sidebar-primary .sidebar-primary-item:has(> .navbar-brand)",
}


def violations(page):
    """What is found, a line each, without what the theme is known for."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
    lines = []
    for rule in Axe().run(page, options=options).response["violations"]:
        for node in rule["nodes"]:
            (place,) = node["target"]
            theirs = page.evaluate(
                "([place, theme]) => !!document.querySelector(place).closest(theme)",
                [place, THEME.get(rule["id"], "none")],
            )
            if not theirs:
                lines.append(f"{rule['id']}: {place}")
    return lines
