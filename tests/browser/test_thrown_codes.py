"""Codes from dice in a real browser: what is thrown is drawn and judged as PyTorch would."""

import re

import pytest
import torch
from shown import all_ink, words

from aeutils.data import load_mnist_sample
from aeutils.generation import DigitJudge
from aeutils.live import assets
from aeutils.pretrained import load_classifier, load_pretrained

NAME = "thrown-codes"


def lights(figure):
    return [
        light == "true" for light in figure.locator(".live-thrown").evaluate_all("a => a.map(e => e.dataset.passes)")
    ]


def bars(figure):
    """What each bar says, by the name of its dice."""
    return dict(line.split("\n", 1) for line in figure.locator(".live-tally").all_inner_texts())


@pytest.fixture(scope="module")
def judge():
    return DigitJudge(load_classifier(), load_pretrained(16), load_mnist_sample("train")[0])


@pytest.mark.parametrize(("size", "source"), [(2, "cube"), (8, "mixture")])
def test_the_lights_say_what_the_judge_says_of_the_drawings(size, source, open_figure, judge):
    watched, figure = open_figure(NAME, {"latent_dim": size, "source": source})
    pictures = torch.tensor(all_ink(figure.locator(".live-picture")), dtype=torch.float32).clamp(0, 1)
    read, sure, redrawn = judge.judge(pictures[:, None])
    passes = (sure & redrawn).tolist()
    assert sum(a != b for a, b in zip(lights(figure), passes, strict=True)) <= 1  # 256 greys can move one at the level
    said = figure.locator(".live-thrown > span").all_inner_texts()
    for word, light, digit in zip(said, lights(figure), read.tolist(), strict=True):
        assert word == (f"\u2713 {digit}" if light else "\u2717")
    assert words(figure)[0] != "" and f"Of these 12, {sum(lights(figure))} pass as a digit." in figure.inner_text()
    assert watched.errors == []


def test_throws_add_up_for_each_kind_of_dice_and_each_size(open_figure):
    watched, figure = open_figure(NAME)
    assert bars(figure)["cube"].endswith("of 12") and bars(figure)["mixture"] == "none thrown yet"
    figure.get_by_role("button", name="Throw 12", exact=True).focus()
    watched.page.keyboard.press("Enter")
    figure.get_by_text(re.compile("of 24$")).wait_for()
    figure.get_by_role("radio", name="cube").focus()
    for _ in range(3):
        watched.page.keyboard.press("ArrowRight")
    figure.locator(".live-tally", has_text="mixture").get_by_text("of 12").wait_for()
    figure.get_by_role("button", name="Throw 120").click()
    figure.get_by_text("Of these 120,").wait_for(timeout=60_000)
    assert bars(figure)["mixture"].endswith("of 132")
    figure.get_by_role("slider").focus()
    watched.page.keyboard.press("ArrowRight")  # 3 numbers
    figure.get_by_text("Of these 12,").wait_for(timeout=60_000)
    assert bars(figure)["cube"] == "none thrown yet" and bars(figure)["mixture"].endswith("of 12")
    assert watched.errors == []


def test_on_a_phone_nothing_is_wider_than_the_page(open_figure):
    watched, figure = open_figure(NAME, width=390, has_touch=True)
    figure.get_by_role("button", name="Throw 12", exact=True).tap()
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert watched.errors == []


def test_without_its_dice_the_figure_says_so(workshop, open_page):
    live, page = workshop
    (live / "dice-2.js").unlink()
    watched = open_page("page", folder=page(assets.placeholder(NAME, {}, "")))
    watched.page.get_by_role("alert").wait_for(timeout=60_000)
    assert "The file dice-2.js is missing" in watched.page.get_by_role("alert").inner_text()
