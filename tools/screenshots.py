"""Take a picture of every page of the built book, as a phone, a tablet and a desk show it, light and dark.

    make screenshots        # builds the book first; the pictures lie in .runs/screenshots

Needs `pip install playwright` and a Chromium: the one that `playwright install chromium` brings, or the system's, whose
path `CHROMIUM` names.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build/html"
OUT = ROOT / ".runs/screenshots"
WIDTHS = (390, 768, 1280)
THEMES = ("light", "dark")


def main() -> None:
    """Take the pictures of the pages named on the command line, or of all."""
    pages = [SITE / f"book/{name}.html" for name in sys.argv[1:]] or sorted(SITE.glob("book/*.html"))
    if not pages or not all(page.is_file() for page in pages):
        sys.exit(f"There are no such pages in {SITE}; `make book` builds them.")
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox"])
        for theme in THEMES:
            for width in WIDTHS:
                context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
                for path in pages:
                    page = context.new_page()
                    page.goto(path.as_uri())
                    page.wait_for_function("document.fonts.status === 'loaded'")
                    page.wait_for_timeout(1000)  # formulas and figures draw themselves
                    page.screenshot(path=OUT / f"{path.stem}_{width}_{theme}.png", full_page=True)
                    page.close()
                context.close()
        browser.close()
    print(f"{len(pages) * len(WIDTHS) * len(THEMES)} pictures in {OUT}")


if __name__ == "__main__":
    main()
