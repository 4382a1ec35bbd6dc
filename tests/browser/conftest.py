"""A real Chromium, and the book built for it."""

import os

import pytest

from aeutils.live import assets
from tools.chromium import NAMES, find_chromium


@pytest.fixture(autouse=True)
def bare_machine():
    """Replaces the machine without a network: playwright speaks to Chromium through a socket."""


@pytest.fixture(scope="module")  # playwright's event loop must not outlive it: the tests of notebooks have their own
def browser():
    """Chromium without a window. Where there is none the tests are skipped, or fail if AEUTILS_NEEDS_BROWSER is set."""
    path = find_chromium()
    if path is None:
        message = f"no Chromium is installed (looked for {', '.join(NAMES)}): no page is opened, no figure driven"
        if os.environ.get("AEUTILS_NEEDS_BROWSER"):
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


class Watched:
    """A page, and everything that went wrong on it."""

    def __init__(self, page):
        self.page, self.errors, self.requests, self.responses = page, [], [], []
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("response", lambda response: self.responses.append(response))

    def figure(self, name):
        """The first figure of a name, once it stands."""
        figure = self.page.locator(f'.aeutils-live[data-figure="{name}"]').first
        figure.scroll_into_view_if_needed()
        figure.locator("xpath=self::*[@data-ready]").wait_for(timeout=60_000)
        return figure


@pytest.fixture(scope="module")
def contexts(browser):
    """Chromium's profiles by their options: one of its own for each test would take longer than many a test."""
    made = {}

    def context(**options):
        key = repr(sorted(options.items()))
        made[key] = made.get(key) or browser.new_context(**options)
        return made[key]

    yield context
    for each in made.values():
        each.close()


@pytest.fixture
def open_page(contexts, site):
    """Opens a page of the book, from the disk unless a server is named: `open_page("intro", width=390)`.

    Options as Chromium has them.
    """
    pages = []

    def open_it(name, *, width=1280, height=1000, folder=site, server=None, **options):
        watched = Watched(contexts(viewport={"width": width, "height": height}, **options).new_page())
        pages.append(watched.page)
        watched.page.goto(f"{server or f'file://{folder}'}/book/{name}.html")
        return watched

    yield open_it
    for page in pages:
        page.close()


@pytest.fixture(scope="session")
def page_files():
    """The scripts and the data that pages load, packed once."""
    return assets.page_files()


@pytest.fixture
def workshop(tmp_path, page_files):
    """A folder with the scripts and the data, where a test may break something; and a page of given placeholders."""
    live = tmp_path / "live"
    live.mkdir()
    for name, content in page_files.items():
        (live / name).write_text(content, "utf-8")

    def page(*placeholders):
        (tmp_path / "book").mkdir()
        (tmp_path / "book" / "page.html").write_text(
            '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="../live/live.css">'
            + "<p>before</p>".join(placeholders)
            + '<script src="../live/live.js" defer></script>',
            "utf-8",
        )
        return tmp_path

    return live, page


@pytest.fixture
def open_figure(workshop, open_page):
    """A page with one figure alone: `open_figure("thrown-ball", {"degree": 3})`."""
    _, page = workshop

    def open_it(name, state=None, **options):
        watched = open_page("page", folder=page(assets.placeholder(name, state or {}, "")), **options)
        return watched, watched.figure(name)

    return open_it
