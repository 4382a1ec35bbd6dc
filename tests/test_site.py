"""The built pages, read as files: links that lead somewhere, pictures with words, tables with headings.

What only shows in a browser is in `browser/test_pages.py`.
"""

import collections
import email
import json
import re
import tomllib
import zipfile
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from pages import BOOK, NAMES, ROOT

FETCHES = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
NOT_FETCHED = {"next", "prev", "search", "index", "author", "copyright", "canonical"}  # of <link>: where else to go

pytestmark = pytest.mark.long  # the book is built first


@pytest.fixture(scope="module")
def pages(site):
    """Every page of the site by its path, the search and the index of terms included, but for old addresses."""
    names = ["index", "search", "genindex", *(f"book/{name}" for name in NAMES)]
    paths = [site.resolve() / f"{name}.html" for name in names]
    return {path: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in paths}


@pytest.fixture(scope="module")
def chapters(pages):
    """What stands on the pages of the book, without the theme around it."""
    return {path.stem: page.select_one(".bd-article") for path, page in pages.items() if "book" in path.parts}


def test_the_site_has_every_page_of_the_table_of_contents(chapters):
    assert len(chapters) >= 13 and all(chapters.values())


def test_every_link_leads_to_a_page_and_every_anchor_to_a_place_on_it(pages):
    places = {path: {tag["id"] for tag in page.select("[id]")} for path, page in pages.items()}
    dead = []
    for path, page in pages.items():
        for tag in page.select("[href], [src]"):
            address, anchor = urldefrag(tag.get("href") or tag.get("src"))
            if urlsplit(address).scheme or address.startswith("//"):
                continue
            target = (path.parent / unquote(urlsplit(address).path)).resolve() if address else path
            if not target.is_file():
                dead.append(f"{path.name}: {address}")
            elif anchor and target in places and unquote(anchor) not in places[target]:
                dead.append(f"{path.name}: {address}#{anchor}")
    assert dead == []


def test_every_old_address_leads_to_a_page(site):
    old = {path.relative_to(site / "book").with_suffix("").as_posix() for path in site.glob("book/**/*.html")} - {
        *NAMES
    }
    assert {"02_swiss_roll", "claims"} <= old
    for name in old:
        text = (site / f"book/{name}.html").read_text("utf-8")
        (target,) = set(re.findall(r'target = "(.*?)"', text))
        assert f"url={target}" in text.replace("; url=", "url=")  # for readers without scripts
        assert (site / "book" / target).is_file()


def test_the_whole_book_has_at_most_15_megabytes(site):
    files = (path for path in site.rglob("*") if path.is_file() and site / "downloads" not in path.parents)
    sizes = {path: path.stat().st_size for path in files}
    assert len(sizes) > 100
    assert sum(sizes.values()) < 15e6, sorted(sizes.items(), key=lambda item: -item[1])[:10]


def test_a_page_names_at_most_1_2_megabytes_of_scripts_and_styles(pages):
    for path, page in pages.items():
        if page.select_one("meta[http-equiv=refresh]"):
            continue
        names = [tag.get("src") or tag["href"] for tag in page.select("script[src], link[rel=stylesheet]")]
        files = {(path.parent / urlsplit(name).path).resolve() for name in names}
        assert len(files) > 10
        assert path.stat().st_size + sum(file.stat().st_size for file in files) < 1.2e6, path.name


def test_no_script_is_for_formulas_or_icons_and_no_style_names_a_file_that_is_not_there(pages, site):
    for path, page in pages.items():
        for tag in page.select("script[src]"):
            assert not re.search("mathjax|fontawesome|thebe", tag["src"], re.IGNORECASE), path.name
    for style in (site / "_static").rglob("*.css"):
        for address in re.findall(r"url\([\"']?(?!data:|#)([^)\"']+)", style.read_text("utf-8")):
            assert (style.parent / address).is_file(), f"{style.name}: {address}"


def test_every_formula_is_mathml_that_says_something(chapters, pages):
    formulas = [formula for article in chapters.values() for formula in article.select(".math")]
    assert len(formulas) > 150
    for formula in formulas:
        (element,) = formula.select("math")
        assert element.get_text(strip=True)
        assert (element.get("display") == "block") == (formula.name == "div")
    written = [text for path in pages for text in re.findall(r"<math .*?</math>", path.read_text("utf-8"), re.DOTALL)]
    assert len(written) == len(formulas)
    for text in written:
        ElementTree.fromstring(text)  # as strictly as EPUB wants it


def test_every_labelled_formula_has_its_number_and_references_show_it(chapters):
    numbers, references = {}, 0
    for article in chapters.values():
        for formula in article.select("div.math[id^=equation-]"):
            numbers[formula["id"]] = re.match(r"\(\d+\)", formula.select_one(".eqno").get_text())[0]
    assert len(numbers) >= 15
    for article in chapters.values():
        for link in article.select("a.reference[href*='#equation-']"):
            assert link.get_text() == numbers[urldefrag(link["href"]).fragment]
            references += 1
    assert references >= 3


def test_every_icon_of_the_theme_has_a_shape(pages, site):
    style = (site / "_static/icons.css").read_text("utf-8")
    shapes = set(re.findall(r"\.(fa-[\w-]+) \{\s*--icon:", style))
    shown = {name for page in pages.values() for tag in page.select(".fa-solid, .fas, .fab") for name in tag["class"]}
    assert len(shown) > 10
    assert {name for name in shown if name.startswith("fa-")} - {"fa-solid", "fa-lg"} <= shapes


def test_a_notebook_to_download_has_the_cells_of_its_page_and_no_outputs(site):
    downloads = sorted((site / "_sources/book").rglob("*.ipynb"))
    assert len(downloads) >= 8
    for path in downloads:
        download, original = (
            json.loads(file.read_text("utf-8")) for file in (path, BOOK / path.relative_to(site / "_sources/book"))
        )
        assert [cell["source"] for cell in download["cells"]] == [cell["source"] for cell in original["cells"]]
        assert not any(cell.get("outputs") for cell in download["cells"])


def test_beside_the_notebooks_lies_the_library_of_this_version_as_it_is_here(site):
    (wheel,) = (site / "_sources/book").rglob("*.whl")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert wheel.name == f"aeutils-{project['version']}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if name.startswith("aeutils/")}
        for name in names:
            assert packed.read(name) == (ROOT / name).read_bytes(), name
        metadata = email.message_from_bytes(packed.read(f"aeutils-{project['version']}.dist-info/METADATA"))
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "aeutils").rglob("*") if path.is_file()}
    assert names == {name for name in here if "__pycache__" not in name}
    wanted = {re.sub(r"[<>=].*", "", line) for line in project["dependencies"]}
    assert {re.sub(r"[<>=].*", "", line) for line in metadata.get_all("Requires-Dist")} == wanted


def test_nothing_that_a_page_fetches_lies_on_another_host(pages):
    for path, page in pages.items():
        for name, attribute in FETCHES.items():
            for tag in page.select(f"{name}[{attribute}]"):
                if not NOT_FETCHED & set(tag.get("rel", [])):
                    assert not re.match(r"(https?:)?//", tag[attribute]), f"{path.name}: {tag[attribute]}"


def test_every_link_has_words(chapters):
    for name, article in chapters.items():
        for tag in article.select("a[href]"):
            assert tag.get_text(strip=True) or tag.get("title"), f"{name}: {tag['href']}"


def test_every_picture_has_a_text_of_what_is_seen_and_no_two_have_the_same(chapters):
    texts = collections.Counter()
    for name, article in chapters.items():
        for picture in article.select("img"):
            assert len(picture.get("alt", "")) > 40, f"{name}: {picture.get('src')}"
            texts[picture["alt"]] += 1
    assert len(texts) > 30
    assert [text for text, count in texts.items() if count > 1] == []


def test_every_figure_has_a_caption_and_a_name_and_no_two_have_the_same(chapters):
    captions, names = collections.Counter(), collections.Counter()
    for name, article in chapters.items():
        for figure in article.select("figure"):
            caption = figure.select_one("figcaption .caption-text")
            assert caption and caption.get_text(strip=True), f"{name}: {figure.get('id')}"
            captions[caption.get_text(strip=True)] += 1
            assert figure.get("id", "").startswith("fig-"), f"{name}: {caption.get_text()}"
            names[figure["id"]] += 1
    assert len(names) > 30
    assert [text for counted in (captions, names) for text, count in counted.items() if count > 1] == []


def test_every_live_figure_says_in_words_what_stands_there_without_scripts(chapters):
    figures = [figure for article in chapters.values() for figure in article.select(".aeutils-live")]
    assert len(figures) >= 6
    for figure in figures:
        assert figure.select_one("figcaption") or len(figure.get_text(strip=True)) > 40


def test_every_table_has_headings_with_words(chapters):
    tables = [table for article in chapters.values() for table in article.select("table")]
    assert len(tables) > 20
    for table in tables:
        headings = table.select("thead th")
        assert headings and all(heading.get_text(strip=True) for heading in headings)


def test_no_id_stands_twice_on_a_page(pages):
    for path, page in pages.items():
        ids = collections.Counter(tag["id"] for tag in page.select("[id]"))
        assert [name for name, count in ids.items() if count > 1] == [], path.name


def test_headings_do_not_skip_a_level_and_a_page_has_one_title(chapters):
    for name, article in chapters.items():
        levels = [int(heading.name[1]) for heading in article.select("h1, h2, h3, h4, h5, h6")]
        assert levels.count(1) == 1 and levels[0] == 1, name
        assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False)), name


def test_every_page_says_its_language_its_title_and_who_made_it(pages):
    for path, page in pages.items():
        if page.select_one("meta[http-equiv=refresh]"):
            continue  # the address without a page, which leads to the cover
        assert page.html["lang"] == "en"
        assert "Few Numbers, Many Pictures" in page.title.get_text()
        assert "Copyright 2026" in page.get_text(), path.name


def test_the_search_says_which_language_it_knows(pages):
    for path, page in pages.items():
        for box in page.select("input[type=search]"):
            assert box["placeholder"] == box["aria-label"] == "Search; terms also in Japanese", path.name


def test_japanese_words_are_marked_as_japanese(pages):
    marked = 0
    for path, page in pages.items():
        article = page.select_one(".bd-article")
        for text in article.find_all(string=re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")) if article else []:
            assert text.find_parent(lang="ja"), f"{path.name}: {text}"
            marked += 1
    assert marked > 5


def test_each_page_leads_to_the_one_before_and_the_one_after(pages, site):
    at, seen = site.resolve() / "book/intro.html", []
    while at:
        seen.append(at.stem)
        following = pages[at].select_one("a.right-next")
        at_next = (at.parent / following["href"]).resolve() if following else None
        if at_next:
            back = pages[at_next].select_one("a.left-prev")
            assert (at_next.parent / back["href"]).resolve() == at
        at = at_next
    assert sorted(seen) == sorted(Path(name).name for name in NAMES)
