"""Take a picture of every page of the built book, as a phone, a tablet and a desk show it, light and dark.

    make screenshots        # builds the book first; the pictures lie in .runs/screenshots

Needs Chromium or Chrome, as the system's package manager installs it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from aeutils.pipes import pipe_may_close
from tools.chromium import NAMES, find_chromium

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build/html"
OUT = ROOT / ".runs/screenshots"
WIDTHS = (390, 768, 1280)
THEMES = ("light", "dark")


def main() -> None:
    """Take the pictures of the pages named on the command line, or of all."""
    pages = [SITE / f"book/{name}.html" for name in sys.argv[1:]] or sorted(SITE.glob("book/**/*.html"))
    if not pages or not all(page.is_file() for page in pages):
        sys.exit(f"There are no such pages in {SITE}; `make book` builds them.")
    chromium = find_chromium()
    if chromium is None:
        sys.exit(f"No browser is installed (looked for {', '.join(NAMES)}).")
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for theme in THEMES:
            for width in WIDTHS:
                context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
                for path in pages:
                    page = context.new_page()
                    page.goto(path.as_uri())
                    page.wait_for_function("document.fonts.status === 'loaded'")
                    for figure in page.locator(".aeutils-live").all():  # those start when they come into view
                        figure.scroll_into_view_if_needed()
                        figure.locator("xpath=self::*[@data-ready]").wait_for(timeout=60_000)
                    page.evaluate("window.scrollTo(0, 0)")
                    page.wait_for_timeout(300)  # until the page has scrolled back
                    page.screenshot(path=OUT / f"{path.stem}_{width}_{theme}.png", full_page=True)
                    page.close()
                context.close()
        browser.close()
    print(f"{len(pages) * len(WIDTHS) * len(THEMES)} pictures in {OUT}")


if __name__ == "__main__":
    with pipe_may_close():
        main()
