"""One PDF of the whole book: a page of HTML with cover and contents, which Chromium prints.

It is printed twice: from the first PDF the contents get their page numbers.
"""

from __future__ import annotations

import html
import io
import re
import tomllib
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import lxml.html
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from tools.paper.pages import ROOT, Page
from tools.paper.stills import chromium

TITLE = "Few Numbers, Many Pictures"
SUBTITLE = "What dimension reduction means"
WIDTH = 643  # of the text on A4, in pixels of CSS: 170 mm
_STYLES = ("pygments.css", "formulas.css", "formulas-font.css")
# What is wider than the text: tables become smaller, anything else is a mistake.
_FIT = """(width) => {
  const wide = [];
  for (const table of document.querySelectorAll("article table")) {
    const room = table.parentElement.clientWidth;
    if (table.scrollWidth > room) table.style.zoom = Math.floor(100 * room / table.scrollWidth) / 100;
  }
  for (const element of document.querySelectorAll("article *")) {
    if (element.closest("math, .sd-card-img-top")) continue;
    if (element.getBoundingClientRect().right > width + 1) wide.push(element.outerHTML.slice(0, 120));
  }
  for (const formula of document.querySelectorAll("math")) {
    const box = formula.closest("td, .math").getBoundingClientRect();
    if (formula.getBoundingClientRect().right > Math.max(width, box.right) + 1) wide.push(formula.textContent);
  }
  return wide;
}"""
_BROKEN = "[...document.images].filter((image) => !image.naturalWidth).map((image) => image.src)"


class PaperError(Exception):
    """The book does not fit on paper."""


def japanese_font(pages: list[Page]) -> Path:
    """The font for Japanese words, which has every character of theirs.

    Raises
    ------
    PaperError
        If it is not installed, or lacks a character.
    """
    found = find_spec("matplotlib_fontja")
    path = Path(found.origin).parent / "fonts/ipaexg.ttf" if found else None
    if path is None or not path.is_file():
        raise PaperError(
            "There is no font for the Japanese words: the package matplotlib-fontja carries it; "
            "pip install -r requirements-paper.txt gets it."
        )
    known = TTFont(path, lazy=True).getBestCmap()
    words = "".join(word.text_content() for page in pages for word in page.article.iterfind(".//*[@lang='ja']"))
    if missing := sorted(set(words) - set(map(chr, known)) - set(" \n")):
        raise PaperError(f"The font {path.name} lacks {' '.join(missing)}.")
    return path


def as_html(pages: list[Page], site: Path, numbers: dict[str, int] | None = None) -> str:
    """The whole book as one page of HTML.

    Parameters
    ----------
    pages : list of Page
    site : Path
        The built book, for its styles.
    numbers : dict from str to int, optional
        The page of each id on paper, once that is known.

    Returns
    -------
    text : str
    """
    site = site.resolve()
    links = "".join(f'<link rel="stylesheet" href="{(site / "_static" / name).as_uri()}">' for name in _STYLES)
    names = "".join(
        f"@page {page.slug} {{ @top-left {{ content: {_css_string(page.title)}; }} }}\n"
        f"#{page.slug}-page {{ page: {page.slug}; }}\n"
        for page in pages[1:]
    )
    font = f'@font-face {{ font-family: "book japanese"; src: url("{japanese_font(pages).as_uri()}"); }}\n'
    style = (Path(__file__).parent / "paper.css").read_text("utf-8")
    body = "".join(map(_chapter, pages))
    return (
        f'<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f'<meta name="author" content="the contributors">{links}<style>{font}{style}{names}</style></head><body>'
        f"{_cover(pages[0])}{_contents(pages, numbers or {})}{body}</body></html>"
    )


def _css_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _cover(intro: Page) -> str:
    """Title, what it is about, and the picture that the cover of the pages has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    address = project["tool"]["book"]["repository"]
    picture = (ROOT / "book/images/cover.png").as_uri()
    return (
        f'<div class="cover"><p class="cover-title">{TITLE}</p><p class="cover-subtitle">{SUBTITLE}</p>'
        f'<img src="{picture}" alt="Ten thousand handwritten digits as coloured dots, two numbers each.">'
        "<p>On paper nothing moves: every live figure stands here as a picture, with its question and the page of the "
        "HTML book where you can move it. All folds stand open.</p>"
        f"<p>Edition {project['project']['version']}. Text and figures: CC BY 4.0. Code: MIT."
        f"{' ' + html.escape(address) if address else ''}</p></div>"
    )


def _contents(pages: list[Page], numbers: dict[str, int]) -> str:
    """Parts, chapters and those sections whose name stands in one chapter only, with their page numbers."""
    names = Counter(title for page in pages for _, title in page.sections())
    lines, part = [], ""
    for page in pages:
        if page.part != part:
            part = page.part
            lines.append(f'<p class="contents-part">{html.escape(part)}</p>')
        lines.append(_line("contents-chapter", page.slug, page.title, numbers))
        own = [(place, title) for place, title in page.sections() if names[title] == 1]
        lines += [_line("contents-section", place, title, numbers) for place, title in own]
    return f'<nav class="contents"><p class="contents-title">Contents</p>{"".join(lines)}</nav>'


def _line(kind: str, place: str, title: str, numbers: dict[str, int]) -> str:
    return (
        f'<p class="{kind}"><a href="#{place}"><span>{html.escape(title)}</span>'
        f'<span class="contents-number">{numbers.get(place, "000")}</span></a></p>'
    )


def _chapter(page: Page) -> str:
    # Never without: what stands first on a page of its own, Chromium names twice in the outline.
    part = f'<p class="part">{html.escape(page.part) or "&#160;"}</p>'
    body = lxml.html.tostring(page.article, encoding="unicode", with_tail=False)
    body = re.sub(r'src="(/[^"]+)"', lambda found: f'src="{Path(html.unescape(found[1])).as_uri()}"', body)
    return f'<div class="chapter" id="{page.slug}-page">{part}{body}</div>'


def page_numbers(pdf: bytes, pages: list[Page]) -> dict[str, int]:
    """On which page of the PDF each chapter and each section begins.

    Raises
    ------
    PaperError
        If one is not found.
    """
    reader = PdfReader(io.BytesIO(pdf))
    numbers = {
        name.lstrip("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }
    wanted = {page.slug for page in pages}
    if missing := sorted(wanted - set(numbers)):
        raise PaperError(f"Not in the PDF: {', '.join(missing)}.")
    return numbers


def write_pdf(pages: list[Page], site: Path, path: Path) -> None:
    """Print the book.

    Raises
    ------
    PaperError
        If something is wider than the paper, or a picture is missing.
    """
    source = path.with_suffix(".html")
    with chromium() as browser:
        page = browser.new_context(viewport={"width": WIDTH, "height": 1000}, color_scheme="light").new_page()
        page.emulate_media(media="print")
        numbers: dict[str, int] = {}
        for _ in range(2):
            source.write_text(as_html(pages, site, numbers), "utf-8")
            page.goto(source.resolve().as_uri())
            page.wait_for_function("document.fonts.status === 'loaded'")
            if broken := page.evaluate(_BROKEN):
                raise PaperError(f"Pictures are missing: {broken}")
            if wide := page.evaluate(_FIT, WIDTH):
                raise PaperError("Wider than the paper:\n" + "\n".join(wide))
            pdf = page.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
            numbers = page_numbers(pdf, pages)
    path.write_bytes(pdf)
    source.unlink()
