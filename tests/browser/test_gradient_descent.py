"""The valley and the ball, in a real browser: driven by mouse and by keys, beside torch.optim.SGD."""

import re

import numpy as np
import pytest
import torch
from shown import ink

from aeutils.live import assets
from aeutils.synthetic import draw_pendulum

DEGREES = torch.arange(-36.0, 37, 8)
PICTURES = draw_pendulum(torch.deg2rad(DEGREES)[:, None])


def steps_of_sgd(lr, count, start=0.0):
    """The weights on the way, and the loss of the last."""
    columns = torch.arange(28) - 13.5
    middle = (PICTURES * columns).sum((1, 2, 3)) / PICTURES.sum((1, 2, 3))
    w = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=lr)
    path = [start]
    for _ in range(count):
        optimizer.zero_grad()
        (w * middle - DEGREES).square().mean().backward()
        optimizer.step()
        path.append(w.item())
    return path, (w * middle - DEGREES).square().mean().item()


@pytest.fixture
def opened(workshop, open_page):
    _, page = workshop
    watched = open_page("page", folder=page(assets.placeholder("gradient-descent", {}, "")))
    return watched, watched.figure("gradient-descent")


def line(figure):
    return figure.locator(".live-progress").inner_text().replace("\u2212", "-")


def numbers(figure):
    """Weight and loss, as the line has them."""
    found = re.search(r"Weight ([-+][\d.]+), loss ([\d.]+)\.$", line(figure))
    return float(found[1]), float(found[2])


def choose_rate(figure, lr):
    rates = figure.get_by_role("slider", name="learning rate")
    rates.press("Home")
    for _ in range([0.001, 0.01, 0.03, 0.05, 0.06, 0.1].index(lr)):
        rates.press("ArrowRight")


def press(figure, name, times=1):
    for _ in range(times):
        figure.get_by_role("button", name=name, exact=True).click()


def test_pendulums_are_those_of_aeutils_and_steps_those_of_sgd_and_the_line_says_how_it_goes(opened):
    watched, figure = opened
    for i, picture in enumerate(PICTURES):
        assert np.abs(ink(figure.locator(".live-picture").nth(i)) - picture[0].numpy()).max() < 0.01
    for lr, count, words in [
        (0.001, 3, "It creeps"),
        (0.01, 4, "downhill, in ever shorter steps"),
        (0.03, 10, "has arrived"),
        (0.05, 3, "jumps over the bottom"),
        (0.06, 3, "diverges"),
        (0.1, 1, "has left the drawing"),
    ]:
        choose_rate(figure, lr)
        press(figure, "Step", count)
        path, loss = steps_of_sgd(lr, count)
        wanted = [pytest.approx(path[-1], rel=0.006, abs=0.006), pytest.approx(loss, rel=0.006, abs=0.006)]
        assert list(numbers(figure)) == wanted, lr
        assert words in line(figure) and line(figure).startswith(f"Step {count}: the gradient was ")
        press(figure, "Restart")
        assert numbers(figure) == (0, 528)
    assert watched.errors == []


def test_it_works_by_keys_alone(opened):
    watched, figure = opened
    valley = figure.locator(".live-plate").nth(1)
    before = valley.evaluate("c => c.toDataURL()")
    figure.get_by_role("button", name="10 steps").focus()
    watched.page.keyboard.press("Enter")
    assert numbers(figure)[0] == pytest.approx(steps_of_sgd(0.01, 10)[0][-1], abs=0.006)
    assert valley.evaluate("c => c.toDataURL()") != before
    weight = figure.get_by_role("slider", name="weight w")
    weight.press("Home")
    assert numbers(figure)[0] == -2 and weight.get_attribute("aria-valuetext") == "\u22122.00"
    weight.press("ArrowRight")
    assert numbers(figure)[0] == pytest.approx(-1.9) and "Step" not in line(figure)
    press(figure, "Step")
    assert numbers(figure)[0] == pytest.approx(steps_of_sgd(0.01, 1, start=-1.9)[0][-1], abs=0.006)
    press(figure, "Restart")
    assert numbers(figure) == (0, 528) and valley.evaluate("c => c.toDataURL()") == before


def test_a_ball_that_is_long_gone_is_still_told_and_can_be_fetched_back(opened):
    watched, figure = opened
    choose_rate(figure, 0.1)
    figure.get_by_role("button", name="10 steps").evaluate("button => { for (let i = 0; i < 90; i++) button.click(); }")
    assert "diverges" in line(figure) and "10^" in line(figure) and "NaN" not in line(figure)
    press(figure, "Restart")
    assert numbers(figure) == (0, 528) and watched.errors == []
