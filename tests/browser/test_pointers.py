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


def at_rest(watched, look):
    """How it looks when it has been drawn to the end."""
    looks = [look()]
    while looks[-4:] != 4 * looks[-1:] and len(looks) < 100:
        watched.page.wait_for_timeout(50)
        looks.append(look())
    return looks[-1]


@pytest.mark.parametrize("place", PLACES)
def test_other_buttons_and_second_fingers_do_nothing(place, open_figure):
    name, state, selector = PLACES[place]
    watched, figure = open_figure(name, state, has_touch=True)
    element = figure.locator(selector)
    element.scroll_into_view_if_needed()
    element.wait_for()
    if not name.startswith("line"):
        element.focus()  # a pad shows where its pen is as soon as it has the focus
    box = element.bounding_box()
    first, second = (
        [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in way] for way in (FIRST, SECOND)
    )

    def look():
        return element.evaluate(STATE)

    at_rest(watched, look)
    a_second_finger_does_nothing_while_the_first_is_there(watched, first, second, look)
    other_buttons_do_nothing(watched, first, second, look)
    when_the_main_button_is_let_go_another_does_not_go_on(watched, first, look)
    assert watched.errors == []


def a_second_finger_does_nothing_while_the_first_is_there(watched, first, second, look):
    session = watched.page.context.new_cdp_session(watched.page)

    def touch(kind, fingers):
        """One touch event: a kind, and the fingers that are there, by their numbers."""
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in fingers.items()]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        watched.page.wait_for_timeout(20)

    before = at_rest(watched, look)
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


def other_buttons_do_nothing(watched, way, another_way, look):
    mouse = watched.page.mouse
    mouse.move(*way[0])
    before = at_rest(watched, look)
    for button in ("right", "middle"):
        mouse.down(button=button)
        for step in way[1:]:
            mouse.move(*step)
        moved = look()
        mouse.up(button=button)
        assert moved == before, button
        mouse.move(*way[0])
        at_rest(watched, look)
    mouse.down()
    for step in another_way:
        mouse.move(*step)
    mouse.up()
    assert look() != before  # the main button still does


def when_the_main_button_is_let_go_another_does_not_go_on(watched, way, look):
    mouse = watched.page.mouse
    mouse.move(*way[0])
    mouse.down()
    mouse.move(*way[1])
    mouse.down(button="right")
    mouse.up()
    before = look()
    for step in way[2:]:
        mouse.move(*step)
    assert look() == before
    mouse.up(button="right")
