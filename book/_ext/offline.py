"""Keep the built pages from asking other hosts for anything.

Jupyter Book adds Thebe, a way to run cells on a public server, to every page. The figures here need no server.
"""

import re

from sphinx.application import Sphinx

# What Thebe leaves at the end of a page's content: its settings, and the name of a kernel that nothing will start.
_SETTINGS = re.compile(
    r'<script type="text/x-thebe-config">.*?</script>|<script>kernelName = .*?</script>',
    re.DOTALL,
)


def drop_thebe(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree
) -> None:
    """Take Thebe's scripts and styles out of one page, those in files and those in the page itself."""
    for kind in ("script_files", "css_files"):
        context[kind] = [
            file
            for file in context.get(kind, [])
            if "thebe" not in _text(file).lower()
        ]
    context["body"] = _SETTINGS.sub("", context.get("body", ""))


def _text(file) -> str:
    """The address of a script or style, and what it contains if it stands in the page."""
    return f"{getattr(file, 'filename', file)} {getattr(file, 'attributes', {}).get('body', '')}"


def setup(app: Sphinx) -> dict:
    """Register with Sphinx, after the extensions that add the scripts."""
    app.connect("html-page-context", drop_thebe, priority=900)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
