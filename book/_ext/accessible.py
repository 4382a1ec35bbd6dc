"""Mend, in the finished pages, what screen readers and keyboards stumble over and no author can write otherwise.

Tables come from pandas, folded cells from myst-nb, exercises from sphinx-exercise and the list of references from docutils;
each writes its HTML in one place, and what each gets wrong is put right here.
"""

import re
from itertools import count

from sphinx.application import Sphinx
from sphinx.config import Config

# A corner of a table that heads nothing is no heading.
_EMPTY_HEADING = re.compile(r"<th>\s*</th>")
# A table that is wider than a phone scrolls; whoever has no mouse must be able to reach what scrolls.
_TABLE = re.compile(
    r'<table border="1" class="dataframe">(.*?)</table>', re.DOTALL
)
# The text of the fold says what it does; this label hides that text from those who hear the page.
_FOLD = re.compile(r'<summary aria-label="Toggle hidden content">')
# Roles that are withdrawn, or that promise a list of items where there is none.
_ROLE = re.compile(
    r' role="doc-(?:biblioentry|backlink)"| role="list"(?= class="citation-list")'
)
# Every exercise and every solution of a page has the same two ids.
_EXERCISE = re.compile(r' id="(?:exercise|solution)-content"')
# On a phone a wide figure is small: a tap shows the picture by itself, where it can be enlarged and moved.
_FIGURE = re.compile(r'(<figure[^>]*>\s*)(<img [^>]*src="([^"]+)"[^>]*>)')
_TAG = re.compile(r"(<[^>]*>)")
_JAPANESE = re.compile(
    r"[\u3040-\u30ff\u4e00-\u9fff\uff00-\uffef]"
    r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]*"
)


def mend(body: str) -> str:
    """The HTML of a page's content, mended."""
    body = _EMPTY_HEADING.sub("<td></td>", body)
    number = count(1)
    body = _TABLE.sub(
        lambda found: _scrolling(found[1], next(number)),
        body,
    )
    body = _FOLD.sub("<summary>", body)
    body = _FIGURE.sub(r'\1<a href="\3" title="the picture alone">\2</a>', body)
    body = _ROLE.sub("", body)
    body = _EXERCISE.sub("", body)
    return mark_japanese(body)


def _scrolling(rows: str, number: int) -> str:
    """A table in a frame that scrolls and has a name of its own; a line breaks before ±, not behind it."""
    rows = rows.replace(" ± ", " ±&nbsp;")
    return (
        f'<div class="scrolling" role="region" aria-label="table {number}" tabindex="0">'
        f'<table class="dataframe">{rows}</table></div>'
    )


def mark_japanese(body: str) -> str:
    """Say which words are Japanese, so that they are read aloud as such and drawn with the right characters."""
    parts = _TAG.split(body)
    parts[::2] = [  # between the tags
        _JAPANESE.sub(r'<span lang="ja">\g<0></span>', text)
        for text in parts[::2]
    ]
    return "".join(parts)


def name_language_of_search(app: Sphinx, config: Config) -> None:
    """Say where one types which words the search knows: the pages' English ones, and the glossary's Japanese names."""
    config.html_theme_options["search_bar_text"] = (
        "Search; terms also in Japanese"
    )


def mend_page(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree
) -> None:
    """Mend a page just before it is written."""
    if "body" in context:
        context["body"] = mend(context["body"])


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.connect("config-inited", name_language_of_search)
    app.connect("html-page-context", mend_page)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
