"""A real Chromium, and the book built for it."""

import os

import pytest

from aeutils.live import assets
from tools.chromium import NAMES, find_chromium

# With one process for all pages of a profile, the next page finds the book's scripts compiled: half the time of a test.
OPTIONS = ["--no-sandbox", "--disable-gpu", "--process-per-site"]


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
        chromium = driver.chromium.launch(executable_path=path, args=OPTIONS)
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
def contexts(browser, tmp_path_factory):
    """Chromium's profiles by their options: one of its own for each test would take longer than many a test."""
    path = tmp_path_factory.mktemp("empty") / "page.html"
    path.write_text("<!doctype html>", "utf-8")
    empty = path.as_uri()
    made = {}

    def context(**options):
        key = repr(sorted(options.items()))
        if key not in made:
            made[key] = browser.new_context(**options)
            made[key].new_page().goto(empty)  # as long as it is open, the process of the profile's pages lives on
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


@pytest.fixture(scope="module")
def cover(contexts, site):
    """The cover, opened once in a theme for all tests of a file that leave it as they found it: `cover("dark")`."""
    covers = {}

    def open_it(theme="light"):
        if theme not in covers:
            page = contexts(viewport={"width": 1280, "height": 1000}, color_scheme=theme).new_page()
            covers[theme] = Watched(page)
            page.goto(f"file://{site}/book/intro.html")
        return covers[theme]

    yield open_it
    for watched in covers.values():
        watched.page.close()


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
