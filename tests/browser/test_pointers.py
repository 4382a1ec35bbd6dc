"""Fingers, a palm beside the pen, and the other buttons, on all that is drawn on, pointed at or turned."""

import pytest

PLACES = {  # where a pointer does something: the figure, what it starts with, and the element
    "pad": ("draw-digit", {"strokes": []}, ".live-pad"),
    "pad of the layers": ("through-network", {"strokes": [[[0.5, 0.2], [0.5, 0.8]]], "chosen": None}, ".live-pad"),
    "map": ("latent-map", {}, ".live-map"),
    "cube": ("latent-space", {}, ".live-space"),
    "roll": ("swiss-roll", {}, ".live-space"),
    "roll of a training": ("roll-training", {}, ".live-space >> nth=0"),
    "codes of a training": ("roll-training", {"latent_dim": 3}, ".live-space >> nth=1"),
    "cloud of a swing": ("one-number", {"latent_dim": 3}, ".live-space"),
    "line": ("line-through-cloud", {}, ".live-plane"),
}
FIRST = [(0.3, 0.5), (0.38, 0.5), (0.45, 0.48), (0.55, 0.47)]
SECOND = [(0.8, 0.2), (0.75, 0.3), (0.7, 0.75), (0.62, 0.85)]
STATE = """element => JSON.stringify([...element.querySelectorAll(".live-cross, .live-plate")].map(
  part => part.style.left + part.style.top + (part.toDataURL?.() ?? "")))"""


@pytest.fixture(params=PLACES, scope="module")
def place(request):
    return PLACES[request.param]


def at_rest(watched, look):
    """How it looks when it has been drawn to the end."""
    looks = [look()]
    while looks[-4:] != 4 * looks[-1:] and len(looks) < 100:
        watched.page.wait_for_timeout(50)
        looks.append(look())
    return looks[-1]


@pytest.fixture
def opened(place, open_figure):
    """The element, how it looks, and a list of the places on it in pixels."""
    name, state, selector = place
    watched, figure = open_figure(name, state, has_touch=True)
    element = figure.locator(selector)
    element.scroll_into_view_if_needed()
    element.wait_for()
    if not name.startswith("line"):
        element.focus()  # a pad shows where its pen is as soon as it has the focus
    box = element.bounding_box()

    def at(way):
        return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in way]

    def look():
        return element.evaluate(STATE)

    at_rest(watched, look)
    return watched, at, look


@pytest.fixture
def touch(opened):
    """One touch event after the other: a kind, and the fingers that are there, by their numbers."""
    page = opened[0].page
    session = page.context.new_cdp_session(page)

    def send(kind, fingers):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in fingers.items()]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(20)

    return send


@pytest.mark.parametrize("button", ["right", "middle"])
def test_the_other_buttons_do_nothing(button, opened):
    watched, at, look = opened
    start, *way = at(FIRST)
    watched.page.mouse.move(*start)
    before = at_rest(watched, look)
    watched.page.mouse.down(button=button)
    for step in way:
        watched.page.mouse.move(*step)
    moved = look()
    watched.page.mouse.up(button=button)
    assert moved == before and watched.errors == []
    watched.page.mouse.move(*start)
    watched.page.mouse.down()
    for step in way:
        watched.page.mouse.move(*step)
    watched.page.mouse.up()
    assert look() != before  # the main button still does


def test_when_the_main_button_is_let_go_another_does_not_go_on(opened):
    watched, at, look = opened
    start, *way = at(FIRST)
    watched.page.mouse.move(*start)
    watched.page.mouse.down()
    watched.page.mouse.move(*way[0])
    watched.page.mouse.down(button="right")
    watched.page.mouse.up()
    before = look()
    for step in way[1:]:
        watched.page.mouse.move(*step)
    assert look() == before
    watched.page.mouse.up(button="right")


def test_a_second_finger_does_nothing_while_the_first_is_there(opened, touch):
    watched, at, look = opened
    first, second = at(FIRST), at(SECOND)
    before = look()
    touch("touchStart", {1: first[0]})
    touch("touchMove", {1: first[1]})
    with_one = look()
    assert with_one != before
    touch("touchStart", {1: first[1], 2: second[0]})
    for place in second[1:]:
        touch("touchMove", {1: first[1], 2: place})
    assert look() == with_one
    touch("touchMove", {1: first[3], 2: second[3]})
    assert look() != with_one  # the first goes on
    touch("touchEnd", {})
    assert watched.errors == []
