"""The experiment on codes half-way between two digits: its pairs, that it can be stopped, and what its results say."""

import csv

import pytest
import torch

from aeutils.data import load_mnist_sample
from aeutils.pretrained import load_pretrained, save_weights
from aeutils.results import load_results
from experiments import halfway


@pytest.mark.parametrize(("kind", "alike"), [("same digit", True), ("two digits", False)])
def test_pairs_are_of_one_digit_and_two_images_or_of_two_digits(kind, alike):
    labels = load_mnist_sample("test")[1]
    first, second = halfway.draw_pairs(labels, kind)
    assert len(first) == len(second) == halfway.PAIRS
    assert ((labels[first] == labels[second]) == alike).all() and (first != second).all()
    assert torch.bincount(labels[first]).min() > 300  # of every digit


def test_a_stopped_experiment_goes_on_where_it_was_and_ends_the_same(monkeypatch, tmp_path):
    images, labels = (part[::5] for part in load_mnist_sample("test"))
    monkeypatch.setattr(halfway, "load_mnist", lambda split: (images, labels))
    monkeypatch.setattr(halfway, "PAIRS", 100)
    monkeypatch.setattr(halfway, "RESULTS_FOLDER", tmp_path)
    monkeypatch.setattr(halfway, "weights_of", lambda run: tmp_path / f"seed{run[2]}.safetensors")
    for seed in (0, 3):  # the others were not trained yet
        save_weights(tmp_path / f"seed{seed}.safetensors", load_pretrained(16), {})
    halfway.main()
    path = tmp_path / "halfway.csv"
    whole = path.read_text("utf-8")
    assert [row["seed"] for row in csv.DictReader(whole.splitlines())] == ["0", "0", "3", "3"]
    path.write_text("".join(whole.splitlines(keepends=True)[:2]), "utf-8")
    halfway.main()
    assert path.read_text("utf-8") == whole


def test_half_way_by_codes_a_digit_stays_itself_and_two_digits_lose_more_than_by_pixels():
    rows = load_results("halfway").set_index(["between", "seed"])
    assert len(rows) == 10
    assert (rows.loc["same digit", "by_codes"] > 0.95).all()
    between_two = rows.loc["two digits"]
    assert (between_two["by_codes"] < between_two["by_pixels"]).all()
