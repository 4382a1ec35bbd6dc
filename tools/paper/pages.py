"""Read the built pages of the book, and take away what only a screen can use.

A fold stands open, a link leads to a place inside the book or to an address, and a live figure is a picture with its
question and the name of the page where it moves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import lxml.html
import yaml
from lxml.html import HtmlElement
from lxml.html.builder import CLASS, FIGCAPTION, FIGURE, IMG, SPAN, P

ROOT = Path(__file__).parents[2]
_UNSEEN = "|".join(
    [
        *(f".//{name}" for name in ("script", "style", "button", "link", "template")),
        ".//a[contains(@class, 'headerlink')]",
        ".//section[div[contains(@class, 'downloads')]]",
    ]
)
_ON_SCREEN_ONLY = ("role", "tabindex", "scoped", "border", "valign", "halign")
# What a reader of paper is not told: the same words stand behind every fold of a cell without a name of its own.
_NAMELESS_FOLD = re.compile(r"Show code cell")
_QUESTION = re.compile(r"[^.?!:;]*\?(?:[^.?!:;]*\?)*")
_SENTENCE = re.compile(r"[^.?!:;]*[.?!:;]")


@dataclass
class Page:
    """A page of the book, ready for paper."""

    name: str
    """As in its address, without `book/` and `.html`: `audit/claims`."""
    part: str
    """Of the book; empty for the cover."""
    article: HtmlElement
    """What stands on it. Every id begins with `slug` and is unlike all others of the book."""

    @property
    def slug(self) -> str:
        """Its name as an id."""
        return as_slug(self.name)

    @property
    def title(self) -> str:
        """Its heading."""
        return _text(self.article.find(".//h1"))

    def sections(self) -> list[tuple[str, str]]:
        """Id and heading of every section below its title."""
        return [(heading.getparent().get("id"), _text(heading)) for heading in self.article.iter("h2")]


@dataclass
class Live:
    """A live figure of a page, before there is a picture of it."""

    page: str
    figure: str
    state: str
    number: int
    """Counted from 0, among the live figures of its page."""


def as_slug(name: str) -> str:
    """The name of a page as the beginning of an id."""
    return "p-" + re.sub(r"[^A-Za-z0-9]+", "-", name)


def contents(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """Part and name of every page, in the order of `_toc.yml`."""
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))

    def below(entry: dict, part: str) -> Iterator[tuple[str, str]]:
        for key in ("chapters", "sections"):
            for child in entry.get(key, []):
                if "file" in child:
                    yield part, child["file"].removeprefix("book/")
                yield from below(child, part)

    yield "", toc["root"].removeprefix("book/")
    for part in toc.get("parts", [toc]):
        yield from below(part, part.get("caption", ""))


def read_book(site: Path, still: Callable[[Live], Path], root: Path = ROOT) -> list[Page]:
    """All pages of the built book.

    Parameters
    ----------
    site : Path
        The folder with `index.html`.
    still : callable
        Says where the picture of a live figure lies.
    root : Path
        The folder of `_toc.yml`.

    Returns
    -------
    pages : list of Page
        Their pictures have absolute paths. A link inside the book is `#id`.
    """
    site = site.resolve()
    pages = [Page(name, part, _article(site / f"book/{name}.html")) for part, name in contents(root)]
    places = {page.name: {element.get("id") for element in page.article.iterfind(".//*[@id]")} for page in pages}
    for page in pages:
        _clean(page, site, places, still)
    return pages


def live_figures(site: Path, root: Path = ROOT) -> list[Live]:
    """Every live figure of the book."""
    found = []
    for _, name in contents(root):
        placeholders = _article(site / f"book/{name}.html").find_class("aeutils-live")
        found += [_live(name, element, number) for number, element in enumerate(placeholders)]
    return found


def _article(path: Path) -> HtmlElement:
    document = lxml.html.parse(str(path), lxml.html.HTMLParser(encoding="utf-8"))
    return document.getroot().find_class("bd-article")[0]


def _live(page: str, element: HtmlElement, number: int) -> Live:
    state = json.dumps(json.loads(element.get("data-state") or "{}"), sort_keys=True)
    return Live(page, element.get("data-figure"), state, number)


def _clean(page: Page, site: Path, places: dict[str, set[str]], still: Callable[[Live], Path]) -> None:
    """Make a page ready, in place."""
    article = page.article
    for element in article.xpath(_UNSEEN):
        element.drop_tree()
    for number, element in enumerate(article.find_class("aeutils-live")):
        _freeze(page, element, number, still)
    for fold in list(article.iter("details")):
        _unfold(fold)
    for element in article.iter():
        if not isinstance(element.tag, str):
            continue
        for name in _ON_SCREEN_ONLY:
            element.attrib.pop(name, None)
        if element.tag == "div":
            element.attrib.pop("aria-label", None)  # of what scrolled
        if "id" in element.attrib:
            element.set("id", _place(page.name, element.get("id")))
    base = site / f"book/{page.name}.html"
    for image in article.iter("img"):
        if not Path(image.get("src")).is_absolute():
            image.set("src", str((base.parent / unquote(image.get("src"))).resolve()))
        if image.getparent().tag == "a":  # led to the picture alone
            image.getparent().drop_tag()
    for link in list(article.iter("a")):
        _lead(link, page.name, base, site, places)
    heading = article.find(".//h1")
    heading.set("id", page.slug)


def _freeze(page: Page, element: HtmlElement, number: int, still: Callable[[Live], Path]) -> None:
    """Put a picture of a live figure, its question and where it lives in its place."""
    live = _live(page.name, element, number)
    around = element
    while around.getparent() is not None and around.getparent().tag not in ("section", "article"):
        around = around.getparent()
    section = around.getparent().find("h2")
    where = f"“{page_title(page.article)}”" + (f", section “{_text(section)}”" if section is not None else "")
    picture = still(live)
    question = question_of(around)
    caption = FIGCAPTION(
        *([P(CLASS("question"), question)] if question else []),
        P(CLASS("where"), f"This figure moves in the HTML book: {where} (book/{page.name}.html)."),
    )
    figure = FIGURE(CLASS("still"), IMG(src=str(picture), alt=words_of(picture)), caption)
    figure.set("id", f"live-{number}")
    for stored in element.iter("figure"):  # the picture that stands there without scripts: its name and caption stay
        figure.set("id", stored.get("id"))
        caption.insert(0, stored.find("figcaption").find("p"))
    figure.tail = element.tail
    element.getparent().replace(element, figure)


def words_of(picture: Path) -> str:
    """What is seen in the picture of a live figure, from the file beside it."""
    path = picture.with_suffix(".txt")
    return path.read_text("utf-8") if path.is_file() else "A live figure."


def page_title(article: HtmlElement) -> str:
    """The heading of a page."""
    return _text(article.find(".//h1"))


def question_of(element: HtmlElement) -> str:
    """What a reader is asked to do or to find out in a live figure; empty if there is no text around it.

    Parameters
    ----------
    element : HtmlElement
        What stands in the section and holds the figure.

    Returns
    -------
    question : str
        The last questions of the two paragraphs before it, or else the first of the next three that are no answer, or
        else the sentence before the figure.
    """
    before = [_text(each) for each in element.itersiblings("p", preceding=True)][:2]
    behind = [each for each in element.itersiblings("p", "div") if "cell" not in (each.get("class") or "").split()]
    after = [text for text in map(_text, behind) if not text.startswith("What you should have seen")][:3]
    for text, which in [*((text, -1) for text in before), *((text, 0) for text in after)]:
        if found := _QUESTION.findall(text):
            return _sentence(found[which])
    return _sentence(_SENTENCE.findall(before[0])[-1]) if before and _SENTENCE.search(before[0]) else ""


def _sentence(words: str) -> str:
    words = words.strip()
    return words[0].upper() + words[1:]


def _unfold(fold: HtmlElement) -> None:
    """Open a fold; what only draws or sets up, and has no name, is left to the notebook."""
    summary = fold.find("summary")
    name = _text(summary.find("p") if summary.find("p") is not None else summary)
    summary.drop_tree()
    fold.tag = "div"
    fold.set("class", "unfolded")
    if not _NAMELESS_FOLD.match(name):
        fold.insert(0, P(CLASS("fold-title"), name))


def _lead(link: HtmlElement, name: str, base: Path, site: Path, places: dict[str, set[str]]) -> None:
    """Lead a link to its place in the book, or take it away if that is only on the screen."""
    address, anchor = urldefrag(link.get("href") or "")
    if urlsplit(address).scheme in ("http", "https", "mailto"):
        return
    target = name
    if address:
        path = (base.parent / unquote(urlsplit(address).path)).resolve()
        inside = path.is_relative_to(site / "book")
        target = path.relative_to(site / "book").with_suffix("").as_posix() if inside else ""
    if target not in places or (anchor and unquote(anchor) not in places[target]):
        link.tag = "span"
        link.attrib.pop("href", None)
        return
    if not _text(link):
        link.append(SPAN(target))
    link.set("href", "#" + (_place(target, unquote(anchor)) if anchor else as_slug(target)))
    link.attrib.pop("title", None)


def _place(page: str, name: str) -> str:
    """An id of a page as an id of the book."""
    return f"{as_slug(page)}--" + re.sub(r"[^A-Za-z0-9_.-]", "-", name)


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())
