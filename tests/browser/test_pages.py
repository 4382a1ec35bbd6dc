"""Every page of the book in a real browser: nothing is asked of other hosts, nothing goes wrong."""

import http.server
import threading
from functools import partial
from urllib.parse import urlsplit

import pytest
from accessibility import violations
from pages import NAMES

from aeutils.live import assets

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
    page.add_style_tag(content="*, *::before, *::after { animation: none !important; transition: none !important; }")
    for figure in page.locator(".aeutils-live").all():
        figure.scroll_into_view_if_needed()
        figure.locator("xpath=self::*[@data-ready]").wait_for(timeout=60_000)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    host = "/".join(page.url.split("/")[:3])
    elsewhere = [url for url in watched.requests if not url.startswith(("data:", "blob:", host))]
    return watched.errors + elsewhere + page.evaluate(LOOK)


def test_no_page_has_anything_wrong_with_it_when_opened_from_a_disk_without_a_network(open_page, site):
    problems = {}
    for name in NAMES:
        watched = open_page(name, offline=True)
        problems[name] = look_through(watched)
        problems[name] += violations(watched.page)
        watched.page.close()
    assert {name: found for name, found in problems.items() if found} == {}


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
def test_no_page_has_anything_wrong_with_it_when_served(open_page, site, server):
    problems = {}
    for name in NAMES:
        watched = open_page(name, server=server)
        problems[name] = look_through(watched)
        watched.page.close()
    assert {name: found for name, found in problems.items() if found} == {}


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
def test_every_page_is_accessible_and_fits(theme, width, open_page, site):
    problems = {}
    for name in NAMES:
        watched = open_page(name, width=width, color_scheme=theme)
        problems[name] = look_through(watched)
        problems[name] += violations(watched.page)
        watched.page.close()
    assert {name: found for name, found in problems.items() if found} == {}


def test_what_is_wrong_with_a_page_is_found(browser, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        "<!doctype html><html lang='en'><title>t</title><article><img src='none.png' alt=''>"
        "<p>$x^2$ and {numref}`fig-a`</p><div style='width: 3000px'>wide</div>"
        "<p style='color: #ccc; background: #fff'>pale</p><pre style='overflow: auto'>" + "x" * 900 + "</pre>"
        "<div class='math'><math display='block' style='overflow: auto; width: 9px'><mtext>toowide</mtext></math>"
        "</div><math><mi>\\foo</mi></math><i class='fas fa-unknown'></i></article>"
    )
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(path.as_uri())
    found = "\n".join(page.evaluate(LOOK))
    for words in (
        *("broken picture", "raw markup: $x^2$", "raw markup: \\foo", "the page is 3", "code scrolls sideways"),
        *("a formula is cut off: toowide", "no icon: fas fa-unknown"),
    ):
        assert words in found
    assert any(line.startswith("color-contrast") for line in violations(page))
    page.close()


def test_the_search_works_from_a_disk(open_page, site):
    watched = open_page("intro", offline=True)
    watched.page.goto(f"file://{site}/search.html?q=walking+distances")
    watched.page.get_by_role("link", name="The Swiss Roll: PCA Against an Autoencoder").last.wait_for(timeout=20_000)
    assert watched.errors == []


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


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", assets.states())
def test_a_figure_is_not_wider_than_the_page(name, width, workshop, open_page):
    _, page = workshop
    watched = open_page("page", width=width, folder=page(figure(name)))
    watched.figure(name)
    watched.page.wait_for_timeout(300)
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_page_shows_the_picture_and_its_caption(open_page):
    page = open_page("intro", java_script_enabled=False).page
    assert page.locator(".aeutils-live img").is_visible()
    assert "two numbers each" in page.locator(".aeutils-live").inner_text()


# ------------------------------------------------------------------------------------------------------ bad input


def figure(name="latent-map", **state):
    return assets.placeholder(name, state, "<p>the sentence</p>")


def problem(watched, number=0):
    """The line in a figure's place; what stood there before must still stand."""
    root = watched.page.locator(".aeutils-live").nth(number)
    line = root.get_by_role("alert")
    line.wait_for(timeout=60_000)
    assert root.get_by_text("the sentence").is_visible()
    return line.inner_text()


@pytest.mark.parametrize("name", ["digits", "weights-2"])
def test_a_missing_file_is_named_in_the_place_of_the_figure(name, workshop, open_page):
    live, page = workshop
    (live / f"{name}.js").unlink()
    watched = open_page("page", folder=page(figure()))
    assert problem(watched).startswith(f"This figure cannot be shown. The file {name}.js is missing")


def break_text(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("aeutilsLive.receive", "somethingElse", "weights-2.js is damaged"),
        ('"weights-2", "', '"weights-2", "AAAA', "weights-2.js is damaged"),
    ],
    ids=["no-hand-over", "not-gzip"],
)
def test_a_damaged_file_is_named_in_the_place_of_the_figure(old, new, words, workshop, open_page):
    live, page = workshop
    break_text(live / "weights-2.js", old, new)
    watched = open_page("page", folder=page(figure()))
    assert words in problem(watched)


def test_weights_of_another_size_are_refused_in_the_place_of_the_figure(workshop, open_page):
    live, page = workshop
    (live / "weights-2.js").write_text((live / "weights-3.js").read_text().replace("weights-3", "weights-2"))
    watched = open_page("page", folder=page(figure()))
    assert "wanted (2, 64)" in problem(watched)


@pytest.mark.parametrize(
    ("placeholder", "words"),
    [
        (figure("no-such-figure"), 'no figure called "no-such-figure"'),
        (figure(z=[0, 3]), "z is [0,3]; wanted 2 numbers"),
        (figure(z="somewhere"), 'z is "somewhere"; wanted 2 numbers'),
        (figure().replace("{}", "{z:"), "not JSON"),
    ],
    ids=["figure", "outside", "no-code", "no-json"],
)
def test_bad_input_becomes_a_line_and_the_next_figure_still_works(placeholder, words, workshop, open_page):
    _, page = workshop
    watched = open_page("page", folder=page(placeholder, figure(z=[0.5, 0.5])))
    assert words in problem(watched)
    watched.page.locator(".aeutils-live[data-ready]").wait_for(timeout=60_000)
    assert "(+0.50, +0.50)" in watched.page.locator(".live-words").first.inner_text()
    assert watched.errors == []


def test_two_figures_on_a_page_do_not_move_each_other(workshop, open_page):
    _, page = workshop
    watched = open_page("page", folder=page(figure(), figure(z=[0.5, 0.5])))
    maps = watched.page.locator(".live-map")
    watched.page.wait_for_function("document.querySelectorAll('[data-ready]').length === 2", timeout=60_000)
    maps.nth(0).press("ArrowRight")
    lines = watched.page.locator(".live-words[role=status]").all_inner_texts()
    assert "(+0.02, +0.00)" in lines[0] and "(+0.50, +0.50)" in lines[2]
    assert len([url for url in watched.requests if "digits.js" in url]) == 1  # the data come once
