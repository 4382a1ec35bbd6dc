"""Offer the book as a PDF, as an EPUB, and its figures, where these were made.

`make paper` makes them, from pages that stand already; a book that is built afterwards has them and says so on its cover.
"""

import shutil
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

MADE = Path(__file__).parents[2] / "_build/paper"
FOLDER = "downloads"
# How each is called, by its ending.
WORDS = {
    ".pdf": "the book as a PDF",
    ".epub": "the book as an EPUB, for readers",
    ".zip": "its figures, for slides",
}


def made() -> list[Path]:
    """The files that were made, in the order of `WORDS`."""
    return [
        path for suffix in WORDS for path in sorted(MADE.glob(f"*{suffix}"))
    ]


class Downloads(SphinxDirective):
    """A list of what was made; what the directive contains stands there where nothing was."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Note what is offered, so that the page is made again once that has changed."""
        files = made()
        _offered(self.env)[self.env.docname] = _sizes(files)
        around = nodes.container(classes=["downloads"])
        if not files:
            self.state.nested_parse(self.content, self.content_offset, around)
            return [around]
        depth = "../" * self.env.docname.count("/")
        items = "".join(
            f'<li><a href="{depth}{FOLDER}/{path.name}" download>{WORDS[path.suffix]}</a>'
            f" ({path.stat().st_size / 1e6:.0f} MB)</li>"
            for path in files
        )
        around += nodes.raw("", f"<ul>{items}</ul>", format="html")
        return [around]


def _offered(env: BuildEnvironment) -> dict[str, dict[str, int]]:
    if not hasattr(env, "downloads_offered"):
        env.downloads_offered = {}
    return env.downloads_offered


def _sizes(files: list[Path]) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in files}


def outdated(app: Sphinx, env: BuildEnvironment, *changes) -> list[str]:
    """Pages that offer something else than what is there now."""
    now = _sizes(made())
    return [page for page, then in _offered(env).items() if then != now]


def copy(app: Sphinx, exception: Exception | None) -> None:
    """Put the files beside the pages."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir) / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    for path in made():
        folder.mkdir(exist_ok=True)
        shutil.copy(path, folder)


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.add_directive("downloads", Downloads)
    app.connect("env-get-outdated", outdated)
    app.connect("build-finished", copy)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
