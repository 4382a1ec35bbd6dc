"""Send with a page only what it needs, and ask no other host for anything.

The theme and Jupyter Book bring more than this book shows: an icon font, translations, a way to run cells on a public
server. What stands in templates is left out by `book/_templates`, the rest here.
"""

import json
import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

# What Thebe leaves at the end of a page's content: its settings, and the name of a kernel that nothing will start.
_SETTINGS = re.compile(
    r'<script type="text/x-thebe-config">.*?</script>|<script>kernelName = .*?</script>',
    re.DOTALL,
)
# In `_static`: what no page fetches.
_UNUSED = (
    "locales",  # the theme's buttons in other languages
    "vendor",  # the icons' fonts
    "scripts/fontawesome.js*",
    "**/*.map",  # for those who debug the theme
    "sphinx-thebe.*",
)
# In the theme's style: a character for each of the 1,500 icons, and the fonts that hold them.
_ICONS = re.compile(
    r'(?:\.fa-[\w-]+:before,?)+\{content:"[^"]*"\}|@font-face\{[^}]*fontawesome[^}]*\}'
)


def empty_hidden_bar(app: Sphinx, config: Config) -> None:
    """Leave the parent theme's bar empty: it is hidden, but its buttons would answer in place of those that are seen."""
    config.html_theme_options["navbar_persistent"] = []


def drop_widget_state(app: Sphinx, docname: str, source: list[str]) -> None:
    """Forget what JupyterLab may save of a kernel's objects: it would bring scripts of other hosts, for nothing."""
    if app.env.doc2path(docname).endswith(".ipynb"):
        notebook = json.loads(source[0])
        if notebook["metadata"].pop("widgets", None):
            source[0] = json.dumps(notebook)


def drop_files(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree
) -> None:
    """Take out of one page the scripts and styles of Thebe, and those of cards and tabs where there are none."""
    body = _SETTINGS.sub("", context.get("body", ""))
    unused = ["thebe"]
    if 'class="sd-' not in body:
        unused += ["sphinx-design", "design-tabs"]
    for kind in ("script_files", "css_files"):
        context[kind] = [
            file
            for file in context.get(kind, [])
            if not any(word in _text(file).lower() for word in unused)
        ]
    context["body"] = body


def _text(file) -> str:
    """The address of a script or style, and what it contains if it stands in the page."""
    return f"{getattr(file, 'filename', file)} {getattr(file, 'attributes', {}).get('body', '')}"


def drop_unused(app: Sphinx, exception: Exception | None) -> None:
    """Take out of the finished book what no page fetches."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    for pattern in _UNUSED:
        for path in list(static.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    for style in static.glob("styles/pydata-sphinx-theme.css"):
        style.write_text(_ICONS.sub("", style.read_text("utf-8")), "utf-8")
    for path in Path(app.outdir).glob("_sources/**/*.ipynb"):
        path.write_text(without_outputs(path.read_text("utf-8")), "utf-8")


def without_outputs(notebook: str) -> str:
    """A notebook to download: its page shows every output already, and running it makes them again."""
    content = json.loads(notebook)
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def setup(app: Sphinx) -> dict:
    """Register with Sphinx, after the extensions that add the scripts."""
    app.connect("config-inited", empty_hidden_bar)
    app.connect("source-read", drop_widget_state)
    app.connect("html-page-context", drop_files, priority=900)
    app.connect("build-finished", drop_unused)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
