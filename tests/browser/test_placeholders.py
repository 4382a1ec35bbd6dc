"""What becomes of a placeholder in a page: a figure that fits, or a line that says what is wrong."""

import pytest

from aeutils.live import assets


def figure(name="latent-map", **state):
    return assets.placeholder(name, state, "<p>the sentence</p>")


def problem(watched, number=0):
    """The line in a figure's place; what stood there before must still stand."""
    root = watched.page.locator(".aeutils-live").nth(number)
    root.scroll_into_view_if_needed()
    line = root.get_by_role("alert")
    line.wait_for(timeout=60_000)
    assert root.get_by_text("the sentence").is_visible()
    return line.inner_text()


# ------------------------------------------------------------------------------------------------------ bad input


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


def test_bad_input_becomes_a_line_and_the_next_figure_still_works(workshop, open_page):
    _, page = workshop
    refused = {
        figure("no-such-figure"): 'no figure called "no-such-figure"',  # no such figure
        figure(z=[0, 3]): "z is [0,3]; wanted 2 numbers",  # outside the map
        figure(z="somewhere"): 'z is "somewhere"; wanted 2 numbers',  # no code
        figure().replace("{}", "{z:"): "not JSON",
    }
    watched = open_page("page", folder=page(*refused, figure(z=[0.5, 0.5])))
    for number, words in enumerate(refused.values()):
        assert words in problem(watched, number)
    last = watched.page.locator(".aeutils-live[data-ready]")
    last.scroll_into_view_if_needed(timeout=60_000)
    assert "(+0.50, +0.50)" in last.locator(".live-words").first.inner_text()
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
