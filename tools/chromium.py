"""Find the browser that shows the built pages to tests and cameras."""

import shutil

# The first is Chromium without all that belongs to a window, and quicker: where it is installed, it is taken.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome; None if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)
