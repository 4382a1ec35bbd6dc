"""Drawing a digit in a real browser: with the mouse, a finger, and keys."""

import re

import pytest
from shown import words

from aeutils.live import assets

SEVEN = [(0.25, 0.2), (0.72, 0.2), (0.62, 0.42), (0.5, 0.62), (0.42, 0.85)]


@pytest.fixture
def open_pad(workshop, open_page):
    """An empty pad on a page of its own."""
    _, page = workshop
    folder = page(assets.placeholder("draw-digit", {"strokes": []}, ""))

    def open_it(**options):
        watched = open_page("page", folder=folder, **options)
        return watched, watched.figure("draw-digit")

    return open_it


def answer(figure):
    """The text, once the errors of the held-out digits are known and compared."""
    figure.get_by_text(re.compile("held-out digits have a smaller error|held-out digits, .* smaller error")).wait_for()
    return words(figure)[1]


def votes(text, digit):
    names = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    found = re.search(rf"(\w+) {digit}s?\b", text)
    return names.index(found.group(1)) + 1 if found else 0


def test_a_seven_drawn_with_the_mouse_lands_among_the_sevens(open_pad):
    watched, figure = open_pad()
    figure.get_by_text("Draw a digit on the pad").wait_for()
    box = figure.locator(".live-pad").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]
    watched.page.mouse.move(*places[0])
    watched.page.mouse.down()
    for place in places[1:]:
        watched.page.mouse.move(*place, steps=4)
    watched.page.mouse.up()
    watched.page.mouse.move(*places[0])  # the pen is up: this draws nothing
    assert votes(answer(figure), 7) >= 7
    assert "unlike anything" not in answer(figure)
    assert watched.errors == []


def test_a_seven_drawn_with_a_finger_lands_among_the_sevens(open_pad):
    watched, figure = open_pad(width=390, has_touch=True, is_mobile=True)
    figure.locator(".live-pad").scroll_into_view_if_needed()
    box = figure.locator(".live-pad").bounding_box()
    touch = watched.page.context.new_cdp_session(watched.page)
    for i, (x, y) in enumerate(SEVEN):
        point = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        kind = "touchMove" if i else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert votes(answer(figure), 7) >= 7


def test_a_one_drawn_with_keys_lands_among_the_ones(open_pad):
    watched, figure = open_pad()
    figure.locator(".live-pad").focus()
    for key in ["ArrowUp"] * 8 + ["Enter"] + ["ArrowDown"] * 16 + ["Enter"] + ["ArrowLeft"] * 9:
        watched.page.keyboard.press(key)
    assert votes(answer(figure), 1) >= 7


def test_what_is_no_digit_is_called_strange_at_every_place_of_the_slider(open_pad):
    _, figure = open_pad()
    figure.get_by_role("button", name="a window").click()
    assert "unlike anything" in answer(figure)
    figure.get_by_role("slider").press("End")
    figure.get_by_text("unlike anything").wait_for(timeout=60_000)
    assert not figure.locator(".live-map").is_visible()  # a map has two axes
    figure.get_by_role("button", name="a seven").click()
    assert "unlike anything" not in answer(figure) and votes(answer(figure), 7) >= 7


def test_strokes_can_be_taken_back_and_cleared(open_pad):
    _, figure = open_pad()
    figure.get_by_role("button", name="a window").click()
    whole = answer(figure)
    figure.get_by_role("button", name="one stroke back").click()
    assert answer(figure) != whole
    figure.get_by_role("button", name="clear").click()
    assert words(figure)[1] == "Draw a digit on the pad."
