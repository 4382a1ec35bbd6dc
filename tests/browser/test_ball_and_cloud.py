"""The thrown ball and the line through a cloud, by mouse and by keys; NumPy is the oracle of what they say."""

import re

import numpy as np
import pytest

TIMES = np.linspace(0, 1.8, 23)
LANDING = np.array([1.85, 1.91, 1.97, 2.03])


def line_of(figure):
    return figure.locator("[role=status]").inner_text()


def plate_of(figure, number=0):
    return figure.locator(".live-plate").nth(number).evaluate("c => c.toDataURL()")


def misses(degree, noise, seed):
    """What a polynomial misses, as numpy has it: fitted, between, landing."""
    times = np.concatenate([TIMES, LANDING])
    seen = 2 + 9 * times - 9.81 / 2 * times**2 + noise * np.random.RandomState(seed).standard_normal(27)
    miss = np.polynomial.Polynomial.fit(TIMES[::2], seen[:23:2], degree)(times) - seen
    return [np.sqrt((part**2).mean()) for part in (miss[:23:2], miss[1:23:2], miss[23:])]


def assert_says(figure, degree, noise, seed):
    line = line_of(figure)
    assert line.startswith(f"Degree {degree}, {degree + 1} coefficient")
    shown = [float(number.replace(",", "")) for number in re.findall(r"by ([\d,.]+) m", line)]
    wanted = misses(degree, noise, seed)
    assert len(shown) == 3
    for number, value in zip(shown, wanted, strict=True):
        assert number == pytest.approx(value, abs=0.0051 if value < 10 else 0.51)


def test_both_sliders_and_the_button_move_the_curve_and_the_held_out_errors(open_figure):
    watched, figure = open_figure("thrown-ball")
    degree, noise = figure.get_by_role("slider").all()
    assert_says(figure, 1, 0.3, 0)
    seen = {plate_of(figure)}
    for wanted in range(2, 12):
        degree.press("ArrowRight")
        assert_says(figure, wanted, 0.3, 0)
        assert degree.get_attribute("aria-valuetext") == f"degree {wanted}"
        seen.add(plate_of(figure))
    assert len(seen) == 11 and misses(11, 0.3, 0)[2] > 100
    noise.press("End")
    assert_says(figure, 11, 5, 0)
    figure.get_by_role("button", name="New throw").click()
    assert_says(figure, 11, 5, 1)
    degree.press("Home")
    assert_says(figure, 0, 5, 1)
    noise.press("Home")
    for _ in range(2):
        degree.press("ArrowRight")
    assert "misses the fitted dots by 0.00 m" in line_of(figure) and "the curve is there too" in line_of(figure)
    assert watched.errors == []


def test_a_slider_is_dragged_by_the_mouse(open_figure):
    watched, figure = open_figure("thrown-ball", {"degree": 0})
    box = figure.get_by_role("slider").first.bounding_box()
    watched.page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    watched.page.mouse.down()
    watched.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2, steps=5)
    watched.page.mouse.up()
    assert_says(figure, 11, 0.3, 0)


def test_the_line_turns_by_keys_and_by_mouse_and_says_what_numpy_computes(open_figure):
    watched, figure = open_figure("line-through-cloud", {"angle": 90})
    slider = figure.get_by_role("slider")
    kept, lost, total = (float(number) for number in re.findall(r"\d+\.\d+", line_of(figure)))
    assert kept + lost == pytest.approx(total, abs=0.011)
    before = plate_of(figure)
    slider.press("ArrowLeft")
    assert line_of(figure).startswith("Line at 89\u00b0") and plate_of(figure) != before
    assert float(re.findall(r"\d+\.\d+", line_of(figure))[2]) == total
    box = figure.locator(".live-plane").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    watched.page.mouse.move(x + 50, y)
    watched.page.mouse.down()
    assert line_of(figure).startswith("Line at 0\u00b0")
    watched.page.mouse.move(x + 50, y - 50, steps=3)
    watched.page.mouse.up()
    watched.page.mouse.move(x, y - 60)
    assert line_of(figure).startswith("Line at 45\u00b0")
    tried = min(float(found) for found in re.findall(r"least so far: (\d+\.\d+)", figure.inner_text()))
    figure.get_by_role("button", name="PCA's line").click()
    least = float(re.search(r"distance there is, (\d+\.\d+)", figure.inner_text()).group(1))
    assert least <= tried and f"mean squared distance {least:.2f}" in line_of(figure)
    assert watched.errors == []
