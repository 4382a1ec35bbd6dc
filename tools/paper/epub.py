"""The book for readers (EPUB 3): a file for each page, MathML, a table of contents, every picture with its words."""

from __future__ import annotations

import base64
import html
import re
import tomllib
import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from tools.paper.pages import ROOT, Page
from tools.paper.pdf import SUBTITLE, TITLE

_KINDS = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg"}
_LINK = re.compile(r'href="#([^"]+)"')
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">'
    '<head><title>{title}</title><link rel="stylesheet" href="book.css"/></head><body>'
)
_CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n<container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book/content.opf" '
    'media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
_ACCESSIBLE = (
    ("accessMode", "textual"), ("accessMode", "visual"), ("accessModeSufficient", "textual"),
    ("accessibilityFeature", "alternativeText"), ("accessibilityFeature", "MathML"),
    ("accessibilityFeature", "tableOfContents"), ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityHazard", "none"),
    ("accessibilitySummary", "Every picture has a text of what is seen, formulas are MathML, headings are nested."),
)  # fmt: skip


def write_epub(pages: list[Page], site: Path, path: Path) -> None:
    """Pack the book.

    Parameters
    ----------
    pages : list of Page
    site : Path
        The built book, for the font of its formulas.
    path : Path
        What to write.
    """
    pictures: dict[Path, str] = {}
    files = {f"{page.slug}.xhtml": _page(page, pages, pictures) for page in pages}
    files = {"nav.xhtml": _navigation(pages), **files}
    cover = ROOT / "book/images/cover.png"
    pictures.setdefault(cover, "pictures/the-cover.png")
    style = (Path(__file__).parent / "epub.css").read_text("utf-8")
    font = re.search(r"base64,([A-Za-z0-9+/=]+)", (site / "_static/formulas-font.css").read_text("utf-8"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip", zipfile.ZIP_STORED)
        book.writestr("META-INF/container.xml", _CONTAINER)
        book.writestr("book/content.opf", _package(pages, files, pictures, cover))
        for name, text in files.items():
            book.writestr(f"book/{name}", text)
        book.writestr("book/book.css", style)
        book.writestr("book/formulas.woff", base64.b64decode(font[1]))
        for source, name in pictures.items():
            book.write(source, f"book/{name}")


def _page(page: Page, pages: list[Page], pictures: dict[Path, str]) -> str:
    """A page as XHTML, with its pictures where the book has them."""
    for image in page.article.iter("img"):
        source = Path(image.get("src"))
        name = f"pictures/{len(pictures):03d}{source.suffix}"
        image.set("src", pictures.setdefault(source, name))
    for element in page.article.iter():
        if isinstance(element.tag, str):
            _make_strict(element)
    of = {page.slug: f"{page.slug}.xhtml" for page in pages}
    body = etree.tostring(page.article, encoding="unicode", method="xml", with_tail=False)

    def lead(found: re.Match) -> str:
        place = html.unescape(found[1])
        target = place.split("--", 1)[0]
        return f'href="{of[target]}#{place}"'

    part = f'<p class="part">{html.escape(page.part)}</p>' if page.part else ""
    return _HEAD.format(title=html.escape(page.title)) + part + _LINK.sub(lead, body) + "</body></html>\n"


def _make_strict(element: etree._Element) -> None:
    """Take away what XHTML or MathML does not know."""
    for name in list(element.attrib):
        if name.startswith("data-"):
            del element.attrib[name]
    if element.tag in ("mfrac", "mtable") and not {"displaystyle", "scriptlevel"}.isdisjoint(element.attrib):
        # MathML 3 says of <mstyle> what MathML Core says of every element
        style = etree.Element("mstyle")
        for name in ("displaystyle", "scriptlevel"):
            if name in element.attrib and (element.tag, name) != ("mtable", "displaystyle"):
                style.set(name, element.attrib.pop(name))
        if style.attrib:
            style.tail, element.tail = element.tail, None
            element.getparent().replace(element, style)
            style.append(element)


def _navigation(pages: list[Page]) -> str:
    """The table of contents: parts, chapters, sections."""
    parts: dict[str, list[Page]] = {}
    for page in pages:
        parts.setdefault(page.part, []).append(page)
    lines = []
    for part, members in parts.items():
        chapters = "".join(_entry(page) for page in members)
        lines.append(f"<li><span>{html.escape(part)}</span><ol>{chapters}</ol></li>" if part else chapters)
    title = html.escape(TITLE)
    return (
        _HEAD.format(title=title)
        + f'<nav epub:type="toc"><h1>Contents</h1><ol>{"".join(lines)}</ol></nav></body></html>\n'
    )


def _entry(page: Page) -> str:
    sections = "".join(
        f'<li><a href="{page.slug}.xhtml#{place}">{html.escape(title)}</a></li>' for place, title in page.sections()
    )
    below = f"<ol>{sections}</ol>" if sections else ""
    return f'<li><a href="{page.slug}.xhtml">{html.escape(page.title)}</a>{below}</li>'


def _package(pages: list[Page], files: dict[str, str], pictures: dict[Path, str], cover: Path) -> str:
    """What the book is, and what belongs to it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    version = project["project"]["version"]
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{project['tool']['book']['repository'] or TITLE} {version}")
    items = []
    for name, text in files.items():
        properties = ["nav"] * (name == "nav.xhtml") + ["mathml"] * ("<math" in text) + ["svg"] * ("<svg" in text)
        extra = f' properties="{" ".join(properties)}"' if properties else ""
        items.append(f'<item id="{name[:-6]}" href="{name}" media-type="application/xhtml+xml"{extra}/>')
    for number, (source, name) in enumerate(pictures.items()):
        extra = ' properties="cover-image"' if source == cover else ""
        items.append(f'<item id="picture-{number}" href="{name}" media-type="{_KINDS[source.suffix]}"{extra}/>')
    items.append('<item id="style" href="book.css" media-type="text/css"/>')
    items.append('<item id="formulas" href="formulas.woff" media-type="font/woff"/>')
    order = "".join(f'<itemref idref="{page.slug}"/>' for page in pages)
    accessible = "".join(f'<meta property="schema:{name}">{value}</meta>' for name, value in _ACCESSIBLE)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        'unique-identifier="identifier" xml:lang="en" prefix="schema: http://schema.org/">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="identifier">urn:uuid:{identifier}</dc:identifier>'
        f"<dc:title>{TITLE}: {SUBTITLE}</dc:title><dc:language>en</dc:language>"
        "<dc:creator>the contributors</dc:creator>"
        "<dc:rights>Text and figures: CC BY 4.0. Code: MIT.</dc:rights>"
        f'<meta property="dcterms:modified">{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}</meta>{accessible}</metadata>'
        f"<manifest>{''.join(items)}</manifest>"
        f'<spine><itemref idref="nav"/>{order}</spine></package>\n'
    )
