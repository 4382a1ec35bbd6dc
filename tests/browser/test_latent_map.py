"""The latent map in a real browser: pointer, finger, keys, and PyTorch as the oracle of what is drawn."""

import re

import numpy as np
import pytest
import torch
from shown import all_ink, ink, words

from aeutils.autoencoder import reconstruct
from aeutils.metrics import mse
from aeutils.pretrained import load_pretrained

LIMIT = 1.05  # of the map's axes


@pytest.fixture
def opened(cover):
    """The map of the cover, on which nothing is chosen before and after a test."""
    watched = cover()
    figure = watched.figure("latent-map")
    yield watched, figure
    figure.locator(".live-map").press("Escape")
    watched.page.mouse.move(0, 0)


def decoded(z):
    with torch.no_grad():
        return load_pretrained(2).decode(torch.tensor([z], dtype=torch.float32))[0, 0].numpy()


def place_on(figure, z):
    """Pixels, inside the map, of a place in the square."""
    box = figure.locator(".live-map").bounding_box()
    border = 1
    width, height = box["width"], box["height"]
    x, y = (z[0] / LIMIT + 1) / 2 * width, (1 - z[1] / LIMIT) / 2 * height
    assert border < x < width - border and border < y < height - border
    return {"x": x, "y": y}


def shown_place(figure):
    """The place that the text names."""
    numbers = re.search(r"z = \((.[\d.]+), (.[\d.]+)\)", words(figure)[0]).groups()
    return [float(number.replace("\u2212", "-")) for number in numbers]


def drawn(figure):
    return ink(figure.locator(".live-large"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_moving_the_pointer_draws_what_pytorch_decodes_there(theme, cover):
    figure = cover(theme).figure("latent-map")
    before = drawn(figure)
    figure.locator(".live-map").hover(position=place_on(figure, (-0.6, 0.45)))
    assert shown_place(figure) == pytest.approx([-0.6, 0.45], abs=0.011)
    # The text has two decimals, so the picture may be of a place half a hundredth away.
    assert np.abs(drawn(figure) - decoded(shown_place(figure))).max() < 0.05
    assert np.abs(drawn(figure) - before).max() > 0.3


def test_clicking_a_dot_shows_its_original_its_reconstruction_and_its_neighbours(opened, held_out):
    _, figure = opened
    images, labels = held_out
    x_hat, z = reconstruct(load_pretrained(2), images)
    alone = int((torch.cdist(z, z) + 9 * torch.eye(1000)).min(dim=1).values.argmax())  # no other dot is as near
    figure.locator(".live-map").click(position=place_on(figure, z[alone].tolist()))
    chosen = words(figure)[1]
    assert f"Chosen: a {labels[alone]}," in chosen
    assert f"{mse(x_hat[alone : alone + 1], images[alone : alone + 1]):.4f}" in chosen
    order = (z - z[alone]).norm(dim=1).argsort()[1:6]
    assert f"neighbours: {', '.join(str(int(label)) for label in labels[order])}." in chosen
    wanted = torch.stack([images[alone], x_hat[alone], *images[order]])[:, 0].numpy()
    assert np.abs(all_ink(figure.locator(".live-chosen .live-picture")) - wanted).max() < 0.01


def test_arrows_enter_and_escape_do_what_the_pointer_does(open_page):
    watched = open_page("intro")
    page, figure = watched.page, watched.figure("latent-map")
    figure.locator(".live-map").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    assert shown_place(figure) == [0.02, 0.1]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    assert shown_place(figure) == [-0.08, 0.08]
    for _ in range(12):
        page.keyboard.press("Shift+ArrowLeft")
    assert shown_place(figure) == [-1, 0.08]  # and no further
    page.keyboard.press("Enter")
    assert words(figure)[1].startswith("Chosen: a ")
    page.keyboard.press("Escape")
    assert words(figure)[1].startswith("Click a dot")
    assert not figure.locator(".live-chosen .live-picture").nth(0).is_visible()


def test_the_tab_key_reaches_map_and_switches_and_shows_where_it_is(opened):
    watched, figure = opened
    figure.locator(".live-map").focus()
    seen = []
    for _ in range(12):
        outline = watched.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
        seen.append(watched.page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText"))
        watched.page.keyboard.press("Tab")
    assert seen[0].startswith("Map of codes")
    assert seen[1:] == [*(f"digit {digit}" for digit in range(10)), "all or none"]


def test_a_finger_on_the_cross_moves_it(open_page):
    watched = open_page("intro", width=390, has_touch=True, is_mobile=True)
    figure = watched.figure("latent-map")
    box = figure.locator(".live-cross").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = watched.page.context.new_cdp_session(watched.page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    scrolled = watched.page.evaluate("scrollY")
    for step in range(1, 9):  # up and down as well: the page must not scroll meanwhile
        point = {"x": x + 8 * step, "y": y - 10 * step}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    map_width = figure.locator(".live-map").bounding_box()["width"]
    wanted = [64 / map_width * 2 * LIMIT, 80 / map_width * 2 * LIMIT]
    assert shown_place(figure) == pytest.approx(wanted, abs=0.02)
    assert watched.page.evaluate("scrollY") == scrolled


def test_digits_are_switched_off_and_on(opened):
    _, figure = opened
    plate = figure.locator(".live-plate")

    def pixels(digit):
        """How many pixels of the map have exactly this digit's colour."""
        return plate.evaluate(
            """(c, digit) => {
              const hex = getComputedStyle(c).getPropertyValue(`--live-digit-${digit}`).trim();
              const wanted = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
              const data = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
              let count = 0;
              for (let i = 0; i < data.length; i += 4) count += wanted.every((value, k) => data[i + k] === value);
              return count;
            }""",
            digit,
        )

    before = pixels(1)
    assert before > 100
    figure.get_by_role("button", name="digit 1").click()
    assert pixels(1) == 0 and pixels(0) > 100
    assert figure.get_by_role("button", name="digit 1").get_attribute("aria-pressed") == "false"
    figure.get_by_role("button", name="digit 1").click()
    assert pixels(1) == before
    everything = figure.get_by_role("button", name="all or none")
    everything.click()
    assert [pixels(digit) for digit in range(10)] == [0] * 10
    figure.locator(".live-map").press("Enter")
    assert words(figure)[1].startswith("Click a dot")  # there is nothing to choose
    everything.click()
    assert pixels(1) == before


def test_the_pictures_follow_when_the_page_turns_dark(opened):
    watched, figure = opened
    before = drawn(figure)
    theme = watched.page.evaluate("document.documentElement.dataset.theme")
    large, corner = figure.locator(".live-large"), "c => c.getContext('2d').getImageData(0, 0, 1, 1).data[0]"
    assert large.evaluate(corner) > 200
    watched.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    watched.page.wait_for_function(f"c => ({corner})(c) < 60", arg=large.element_handle())
    assert np.abs(drawn(figure) - before).max() < 0.02
    watched.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
