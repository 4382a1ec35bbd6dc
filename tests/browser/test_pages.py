"""Every page of the book in a real browser: nothing is asked of other hosts, nothing goes wrong."""

import http.server
import threading
from functools import partial
from urllib.parse import urlsplit

import pytest
from accessibility import AT_REST, violations
from pages import NAMES

# What is wrong with what the page shows, each as a line.
LOOK = r"""() => {
  const problems = [];
  for (const picture of document.images) {
    if (picture.complete && !picture.naturalWidth) problems.push(`broken picture: ${picture.src.slice(0, 200)}`);
  }
  const texts = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement: around, data } = texts.currentNode;
    const raw = data.match(/\\[a-zA-Z]{2,}|\\[()[\]]|\$[^$]+\$|\{(numref|ref|eq|cite)\}/);
    if (raw && !around.closest("pre, code, script, style")) problems.push(`raw markup: ${raw[0]}`);
  }
  for (const error of document.querySelectorAll("merror, .system-message")) problems.push(error.textContent);
  for (const formula of document.querySelectorAll("div.math math")) {
    if (formula.scrollWidth > formula.clientWidth + 1) {
      problems.push(`a formula is cut off: ${formula.textContent}`);
    }
  }
  for (const icon of document.querySelectorAll(".fa-solid, .fas")) {
    const { maskImage, width, height } = getComputedStyle(icon);
    if (icon.checkVisibility() && (maskImage === "none" || !parseFloat(width) || !parseFloat(height))) {
      problems.push(`no icon: ${icon.className}`);
    }
  }
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) problems.push(`the page is ${scrollWidth} wide, the window ${innerWidth}`);
  if (innerWidth >= 1280) {
    for (const code of document.querySelectorAll("article pre")) {
      if (code.scrollWidth > code.clientWidth) problems.push(`code scrolls sideways: ${code.innerText.slice(0, 60)}`);
    }
  }
  return problems;
}"""


def look_through(watched):
    """Unfold everything on a page, let the figures draw; return what went wrong."""
    page = watched.page
    page.add_style_tag(content=AT_REST)
    for figure in page.locator(".aeutils-live").all():
        figure.scroll_into_view_if_needed()
        figure.locator("xpath=self::*[@data-ready]").wait_for(timeout=60_000)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    host = "/".join(page.url.split("/")[:3])
    elsewhere = [url for url in watched.requests if not url.startswith(("data:", "blob:", host))]
    return watched.errors + elsewhere + page.evaluate(LOOK)


# Stored figures that are shown larger than they were drawn.
ENLARGED = """[...document.querySelectorAll("figure img:not([src$='.svg'])")]
  .filter((image) => image.clientWidth > image.naturalWidth)
  .map((image) => `enlarged to ${image.clientWidth} pixels: ${image.src.slice(0, 200)}`)"""


@pytest.mark.parametrize("name", NAMES)
def test_no_page_has_anything_wrong_with_it_when_opened_from_a_disk_without_a_network(name, open_page):
    watched = open_page(name, offline=True)
    assert look_through(watched) + violations(watched.page) == []
    watched.page.set_viewport_size({"width": 1600, "height": 1000})
    assert watched.page.evaluate(ENLARGED) == []


@pytest.fixture
def server(site):
    """The address where the site is served."""

    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("localhost", 0), partial(Silent, directory=site)) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://localhost:{serving.server_port}"
        serving.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_page_has_anything_wrong_with_it_when_served(name, open_page, server):
    assert look_through(open_page(name, server=server)) == []


def test_a_page_fetches_at_most_1_2_megabytes_besides_pictures_and_live_data(open_page, server):
    watched = open_page("03_swiss_roll", server=server)  # formulas, code and two kinds of live figures
    assert look_through(watched) == []
    fetched = {}
    for response in watched.responses:
        path = urlsplit(response.url).path
        live_data = "/live/" in path and not path.endswith(("/live.js", "/live.css"))
        if response.request.resource_type != "image" and not live_data:
            fetched[path] = len(response.body())
    assert len(fetched) > 15
    assert sum(fetched.values()) < 1.2e6, fetched


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_accessible_and_fits(name, theme, width, open_page):
    watched = open_page(name, width=width, color_scheme=theme)
    assert look_through(watched) + violations(watched.page, every_word_of_code=True) == []


PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def test_what_is_wrong_with_a_page_is_found(contexts, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        "<!doctype html><html lang='en'><title>t</title><article><img src='none.png' alt=''>"
        "<p>$x^2$ and {numref}`fig-a`</p><div style='width: 3000px'>wide</div>"
        "<p style='color: #ccc; background: #fff'>pale</p><pre style='overflow: auto'>" + "x" * 900 + "</pre>"
        "<div class='math'><math display='block' style='overflow: auto; width: 9px'><mtext>toowide</mtext></math>"
        "</div><math><mi>\\foo</mi></math><i class='fas fa-unknown'></i>"
        "<pre><span>fine</span> <span>too</span> <span class='k'><b style='color: #ccc'>pale</b></span></pre>"
        "<style>tr:nth-child(even) { color: #ccc }</style>"
        "<table class='dataframe'><tr><td>fine</td></tr><tr><td>pale</td></tr><tr><td>fine</td></tr></table>"
        f"<figure><img src='{PIXEL}' alt='' style='width: 9px; max-width: none'></figure></article>"
    )
    page = contexts(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(path.as_uri())
    found = "\n".join(page.evaluate(LOOK))
    for words in (
        *("broken picture", "raw markup: $x^2$", "raw markup: \\foo", "the page is 3", "code scrolls sideways"),
        *("a formula is cut off: toowide", "no icon: fas fa-unknown"),
    ):
        assert words in found
    assert [line for line in page.evaluate(ENLARGED) if "to 9 pixels" in line]
    for every_word in (False, True):
        pale = [line for line in violations(page, every_word_of_code=every_word) if line.startswith("color-contrast")]
        assert len(pale) == 3
    page.close()


def test_the_search_works_from_a_disk(open_page, site):
    watched = open_page("intro", offline=True)
    watched.page.goto(f"file://{site}/search.html?q=geodesic+distances")
    watched.page.get_by_role("link", name="The Swiss Roll: PCA Against an Autoencoder").last.wait_for(timeout=20_000)
    assert watched.errors == []


def test_the_search_finds_terms_by_their_japanese_names(open_page, site):
    page = open_page("intro", offline=True).page
    for name in ("次元削減", "オートエンコーダ", "主成分分析", "重み"):
        page.goto(f"file://{site}/search.html?q={name}")
        page.get_by_role("link", name="Glossary").last.click(timeout=20_000)
        marked = page.locator("dd .highlighted:visible").first
        marked.wait_for()
        assert marked.inner_text() == name and marked.evaluate("word => word.closest('[lang]').lang") == "ja"


def test_the_words_searched_for_are_marked_on_the_page_that_was_found(open_page, site):
    watched = open_page("intro", offline=True)
    watched.page.goto(f"file://{site}/book/03_swiss_roll.html?highlight=unrolled")
    watched.page.locator("article .highlighted").first.wait_for()
    assert watched.errors == []


def test_on_a_phone_the_buttons_open_the_contents_of_the_book_and_of_the_page(open_page):
    page = open_page("03_swiss_roll", width=390).page
    chapter = page.locator(".bd-docs-nav").get_by_role("link", name="Notation")
    section = page.locator("#pst-page-toc-nav").get_by_role("link", name="Exercises")
    for button, link in (("Toggle primary sidebar", chapter), ("Toggle secondary sidebar", section)):
        assert not link.is_visible()
        page.get_by_role("button", name=button).click()
        link.wait_for()
        page.keyboard.press("Escape")
        link.wait_for(state="hidden")


def test_on_a_desk_the_button_hides_the_contents_of_the_book(open_page):
    page = open_page("03_swiss_roll").page
    link = page.locator(".bd-docs-nav").get_by_role("link", name="Notation")
    assert link.is_visible()
    page.get_by_role("button", name="Toggle primary sidebar").click()
    link.wait_for(state="hidden")


def test_pages_without_a_figure_do_not_load_the_scripts(open_page):
    watched = open_page("notation")
    assert watched.page.locator(".aeutils-live").count() == 0
    assert not [url for url in watched.requests if "/live/" in url]


def test_without_scripts_the_page_shows_the_picture_and_its_caption(open_page):
    page = open_page("intro", java_script_enabled=False).page
    assert page.locator(".aeutils-live img").is_visible()
    assert "two numbers each" in page.locator(".aeutils-live").inner_text()
