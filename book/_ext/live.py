"""Bring the figures that react to the pages that hold one.

The figures, their data and everything about them are `aeutils.live.assets`, which needs nothing but the standard
library. Here they are written beside the pages, and pages with a figure get its script and its style.
"""

import json
import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

# The book is built where the library is not installed, and without what all but this part of it needs.
sys.path.insert(0, str(Path(__file__).parents[2]))
from aeutils.live import assets  # noqa: E402

FOLDER = "live"


class LiveDirective(SphinxDirective):
    """A live figure on a page that is no notebook; what it contains stands there where nothing moves.

    The argument names the figure; the option `state` is what it starts with, as JSON.
    """

    required_arguments = 1
    has_content = True
    option_spec = {"state": json.loads}

    def run(self) -> list[nodes.Node]:
        """Put the content between the two ends of the placeholder."""
        state = self.options.get("state", {})
        before, after = assets.placeholder(
            self.arguments[0], state, "\0"
        ).split("\0")
        fallback = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, fallback)
        return [
            nodes.raw("", before, format="html"),
            fallback,
            nodes.raw("", after, format="html"),
        ]


def write_files(app: Sphinx) -> None:
    """Write scripts, style and data where the pages will find them."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in assets.page_files().items():
        (folder / name).write_text(content, "utf-8")


def add_script(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree
) -> None:
    """Add script and style to a page that holds a figure."""
    if 'class="aeutils-live"' in context.get("body", ""):
        app.add_js_file(f"{FOLDER}/live.js", loading_method="defer")
        app.add_css_file(f"{FOLDER}/live.css")


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.add_directive("live", LiveDirective)
    app.connect("builder-inited", write_files)
    app.connect("html-page-context", add_script)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
