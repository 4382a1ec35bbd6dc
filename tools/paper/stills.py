"""Take a picture of every live figure, light and at twice the pixels, as a page shows it before anything is moved.

What is seen goes into a file beside the picture: the figure's own names of its parts, and its sentences.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tools.chromium import NAMES, find_chromium
from tools.paper.pages import Live, live_figures

WIDTH = 780  # of the window: nothing stands beside the text, and a figure is as wide as paper has room for


# What a figure says of itself.
_WORDS = """(figure) => {
  const seen = [...figure.querySelectorAll("[aria-label], .live-words")].filter((element) => element.checkVisibility());
  const words = seen.map((element) => (element.matches(".live-words") ? element.innerText : element.ariaLabel));
  const said = [...new Set(words.map((each) => each.replace(/\\s+/g, " ").trim()))].filter((each) => each.length > 2);
  return said.map((each) => (/[.?!]$/.test(each) ? each : `${each}.`)).join(" ");
}"""


@contextmanager
def chromium() -> Iterable[Browser]:
    """The browser, or an end with a line that says what to install."""
    path = find_chromium()
    if path is None:
        raise SystemExit(f"No browser is installed (looked for {', '.join(NAMES)}); live figures and the PDF need one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def take_stills(site: Path, folder: Path) -> Callable[[Live], Path]:
    """Pictures of all live figures of the book; those that would look the same as before are not taken again.

    Parameters
    ----------
    site : Path
        The built book.
    folder : Path
        Where the pictures go.

    Returns
    -------
    still : callable
        Says where the picture of a figure lies.
    """
    scripts = b"".join((site / "_static/live" / name).read_bytes() for name in ("live.js", "live.css"))

    def still(live: Live) -> Path:
        key = hashlib.sha256(scripts + f"{WIDTH} {live.figure} {live.state}".encode()).hexdigest()[:12]
        return folder / f"{live.figure}-{key}.png"

    missing = [live for live in live_figures(site) if not still(live).is_file()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        with chromium() as browser:
            options = {"viewport": {"width": WIDTH, "height": 1200}, "device_scale_factor": 2, "color_scheme": "light"}
            context = browser.new_context(**options)
            for name in sorted({live.page for live in missing}):
                page = context.new_page()
                page.goto((site / f"book/{name}.html").resolve().as_uri())
                for live in (each for each in missing if each.page == name):
                    figure = page.locator(".aeutils-live").nth(live.number)
                    figure.scroll_into_view_if_needed()
                    figure.locator("xpath=self::*[@data-ready]").wait_for(timeout=120_000)
                    progress = figure.locator(".live-progress")
                    if progress.count():  # a network that is drawn before it has learned anything, a moment later
                        progress.first.filter(has_text=re.compile(r"\w")).wait_for(timeout=120_000)
                    page.wait_for_timeout(700)  # dots glide to their places
                    words = f"Live figure, {live.figure.replace('-', ' ')}. {figure.evaluate(_WORDS)}"
                    still(live).with_suffix(".txt").write_text(words[:1000], "utf-8")
                    figure.screenshot(path=still(live), animations="disabled")
                page.close()
    return still
