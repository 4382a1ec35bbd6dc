"""The maps of many makers in a real browser: what is chosen in one is ringed in all."""

import json

import pytest
import torch
from shown import all_ink, words

from aeutils.live import assets

NAME = "many-makers"


def ten_nearest(maker, index):
    z = torch.tensor(json.loads(assets.data("maps"))[maker]["codes"], dtype=torch.float64)
    distance = (z - z[index]).norm(dim=1)
    distance[index] = torch.inf
    return distance.topk(10, largest=False).indices.tolist()


def numbers_of(text):
    return [int(word.strip(". ")) for word in text.split("nearest there:")[1].split(".")[0].split(",")]


@pytest.mark.parametrize("index", [400, 17])
def test_a_digits_ten_nearest_stay_chosen_when_the_maker_changes(index, open_figure, held_out):
    watched, figure = open_figure(NAME, {"chosen": index})
    images, labels = held_out
    found = ten_nearest("pca", index)
    assert sorted(numbers_of(words(figure)[1])) == sorted(labels[found].tolist())
    figure.get_by_role("button", name="UMAP").click()
    kept = len(set(found) & set(ten_nearest("umap", index)))
    assert f"Of these ten, {kept} are among its ten nearest in this map." in words(figure)[1]
    assert "places a new digit \u2713, draws from a place \u2717" in words(figure)[0]
    pictures = all_ink(figure.locator(".live-picture"))
    assert abs(pictures[0] - images[index, 0].numpy()).max() < 0.01 and len(pictures) == 11
    assert watched.errors == []


def test_by_keys_from_digit_to_digit_and_let_go(open_figure):
    watched, figure = open_figure(NAME, {"maker": "tsne"})
    assert words(figure)[1].startswith("Click a dot")
    figure.locator(".live-map").focus()
    watched.page.keyboard.press("ArrowRight")
    first = words(figure)[1]
    assert "chosen in the map of t-SNE" in first
    watched.page.keyboard.press("ArrowUp")
    assert words(figure)[1] != first
    watched.page.keyboard.press("Escape")
    assert words(figure)[1].startswith("Click a dot")
    assert watched.errors == []


def test_a_click_chooses_and_one_beside_all_dots_lets_go_on_a_phone_too(open_figure):
    watched, figure = open_figure(NAME, {"digits": [1]}, width=390, has_touch=True)
    figure.get_by_role("button", name="t-SNE").tap()
    figure.locator(".live-map").scroll_into_view_if_needed()
    watched.page.wait_for_timeout(700)  # the dots wander
    figure.locator(".live-map").focus()
    watched.page.keyboard.press("ArrowDown")
    assert words(figure)[1].startswith("A 1, chosen")  # of the digits that are switched on
    box = figure.locator(".live-map").bounding_box()
    figure.locator(".live-map").click(position={"x": 2, "y": box["height"] - 2})
    assert words(figure)[1].startswith("Click a dot")
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert watched.errors == []
