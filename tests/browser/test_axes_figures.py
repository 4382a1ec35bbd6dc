"""Two maps, a code to turn, and knobs, by mouse and by keys; NumPy, scikit-learn and PyTorch are the oracles."""

import json
import re

import numpy as np
import pytest
import torch
from shown import all_ink, ink, words
from sklearn.linear_model import LinearRegression

from aeutils.autoencoder import reconstruct
from aeutils.live import assets
from aeutils.pretrained import load_pretrained
from aeutils.strokes import measure_strokes
from experiments.axes import shared, ten_nearest


def numbers(text):
    return [float(number.replace("\u2212", "-")) for number in re.findall(r"[+\u2212]?\d+(?:\.\d+)?", text)]


@pytest.fixture(scope="module")
def maps():
    return {int(seed): np.array(codes) for seed, codes in json.loads(assets.data("two-maps")).items()}


# ---------------------------------------------------------------------------------------------------------- two maps


def lines_of(figure):
    return figure.locator("[role=status]").all_inner_texts()


def test_the_seeds_are_chosen_and_the_numbers_are_those_of_a_regression(open_figure, maps):
    watched, figure = open_figure("two-maps", reduced_motion="reduce")
    for left, right in ((0, 1), (0, 4), (3, 4)):
        figure.get_by_role("radiogroup", name="left network").get_by_label(f"seed {left}").check()
        figure.get_by_role("radiogroup", name="right network").get_by_label(f"seed {right}").check()
        r2 = LinearRegression().fit(maps[left], maps[right]).score(maps[left], maps[right])
        common = 10 * shared(ten_nearest(maps[left]), ten_nearest(maps[right]))
        said = lines_of(figure)[0]
        assert f"predicts {100 * r2:.0f} % of the variance" in said and "(by luck 0 %)" in said
        assert f"{common:.1f} are among its ten nearest on the right, on average (by luck 0.1)" in said
    assert watched.errors == []


def test_a_digit_is_pointed_at_and_its_neighbours_are_shown_and_framed(open_figure, maps, held_out):
    watched, figure = open_figure("two-maps", {"chosen": 0}, reduced_motion="reduce")
    frame = figure.locator(".live-pair")
    box = frame.bounding_box()
    side = min(box["height"], box["width"] / 2.17)
    apart = np.linalg.norm(maps[0][:, None] - maps[0], axis=2) + 9 * np.eye(1000)
    lone = int(apart.min(axis=1).argmax())
    x, y = ((maps[0][lone] * (1, -1) / 1.05 + 1) * side / 2) + ((box["width"] - 2.17 * side) / 2, 0)
    watched.page.mouse.move(box["x"] + x, box["y"] + y + (box["height"] - side) / 2)
    nearest = ten_nearest(maps[0])[lone], ten_nearest(maps[1])[lone]
    assert f"a {held_out[1][lone]};" in lines_of(figure)[1]
    wanted = np.concatenate([held_out[0][list(places), 0] for places in nearest])
    pictures = figure.locator(".live-ten .live-picture")
    assert np.abs(all_ink(pictures) - wanted).max() < 0.01
    framed = pictures.evaluate_all("all => all.map(one => one.classList.contains('live-shared'))")
    assert framed == [*np.isin(*nearest), *np.isin(*nearest[::-1])]
    frame.focus()
    watched.page.keyboard.press("ArrowRight")
    assert f"a {held_out[1][(lone + 1) % 1000]};" in lines_of(figure)[1]


def test_the_left_map_is_fitted_and_goes_back(open_figure):
    watched, figure = open_figure("two-maps", reduced_motion="reduce", width=390)
    plate = figure.locator(".live-plate")
    before = plate.evaluate("c => c.toDataURL()")
    figure.get_by_label("turned, stretched").check()
    fitted = plate.evaluate("c => c.toDataURL()")
    figure.get_by_label("as trained").check()
    assert plate.evaluate("c => c.toDataURL()") == before != fitted
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390


# ------------------------------------------------------------------------------------------------------ turned axes


@pytest.fixture(scope="module")
def measures(held_out):
    """The strokes of the held-out digits."""
    return measure_strokes(held_out[0])


def inside(values, labels):
    values = np.asarray(values).astype(float).reshape(1000, -1)
    for digit in range(10):
        values[labels == digit] -= values[labels == digit].mean(axis=0)
    return values


def test_a_turn_changes_the_bars_and_the_strips_but_no_drawing(open_figure, held_out, measures):
    watched, figure = open_figure("turned-axes")
    slider, bars = figure.get_by_role("slider"), figure.locator(".live-bar")
    pictures = figure.locator(".live-ten .live-picture")
    before = all_ink(pictures)
    slider.fill("44")
    slider.press("ArrowRight")
    images, labels = held_out
    model = load_pretrained(2)
    z = reconstruct(model, images)[1]
    c = 0.5**0.5
    turn = torch.tensor([[c, c], [-c, c]])
    codes, slant = inside(z @ turn, labels.numpy()), inside(measures["slant"], labels.numpy())
    wanted = [abs(np.corrcoef(axis, slant[:, 0])[0, 1]) for axis in codes.T]
    wanted += [np.corrcoef(LinearRegression().fit(codes, slant).predict(codes)[:, 0], slant[:, 0])[0, 1]]
    shown = [float(text) for text in bars.all_inner_texts()]
    assert [shown[0], shown[1], shown[3]] == pytest.approx(wanted, abs=0.011)
    assert min(wanted[:2]) <= shown[2] <= shown[3]
    after = all_ink(pictures)
    assert np.abs(after[20:] - before[20:]).max() < 0.01 and np.abs(after[:20] - before[:20]).max() > 0.5
    walk = torch.linspace(-0.9, 0.9, 10)
    with torch.no_grad():
        along = model.decode(torch.stack([walk, 0 * walk], dim=1) @ turn.T)[:, 0].numpy()
    assert np.abs(after[:10] - along).max() < 0.01
    turned, as_trained = re.findall(r"0\.\d{4}", words(figure)[-1])
    assert turned == as_trained
    figure.get_by_label("thickness").check()
    assert [float(text) for text in bars.all_inner_texts()] != shown
    assert watched.errors == []


# ------------------------------------------------------------------------------------------------------------ knobs


def test_a_knob_moves_the_code_along_its_direction_and_the_drawing_is_measured(open_figure, held_out, measures):
    watched, figure = open_figure("stroke-knobs")
    images, labels = held_out
    model = load_pretrained(16)
    z = reconstruct(model, images)[1]
    codes = inside(z, labels.numpy())
    for name, knob, keys, amount in (("slant", 0, 6, 12), ("thickness", 1, 5, 0.5), ("bend", 2, 5, 0.1)):
        figure.get_by_role("button", name="all knobs to 0").click()
        slider = figure.get_by_role("slider").nth(knob)
        for _ in range(keys):
            slider.press("ArrowRight")
        w = LinearRegression().fit(codes, inside(measures[name], labels.numpy())[:, 0]).coef_
        moved = (z[700] + amount * torch.from_numpy(w / (w @ w))).clamp(-0.99, 0.99).float()
        with torch.no_grad():
            drawn = model.decode(torch.stack([z[700], moved]))
        assert np.abs(ink(figure.locator(".live-large")) - drawn[1, 0].numpy()).max() < 0.01
        was, now = measure_strokes(drawn)[name]
        said = numbers(figure.locator(".live-knobs .live-caption").nth(knob).inner_text())
        assert said[:2] == pytest.approx([was, now], abs={"slant": 0.1, "thickness": 0.15, "bend": 0.06}[name])
        assert said[2] == pytest.approx(said[1] - said[0], abs=0.11)
    assert watched.errors == []


def test_another_digit_and_another_size_are_chosen(open_figure):
    watched, figure = open_figure("stroke-knobs", {"slant": 10}, width=390)
    before = ink(figure.locator(".live-large"))
    figure.get_by_role("button", name="a 3; again for another").click()
    assert np.abs(ink(figure.locator(".live-large")) - before).max() > 0.3
    assert "3" in words(figure)[-1].split("nearest to this code")[1]
    figure.get_by_role("slider").nth(3).press("Home")
    figure.locator("[aria-busy]").wait_for(state="detached")
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert watched.errors == []
