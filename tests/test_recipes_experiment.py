"""The experiment that chose the recipe: that it can be stopped, that it reads no test image, and what it says."""

from dataclasses import asdict

import pandas
import pytest
import torch

from aeutils.recipe import FAST_RECIPE, SHORT_RECIPE, Recipe
from aeutils.results import load_results
from experiments import recipes


def run(monkeypatch, folder, *seeds):
    monkeypatch.setattr("sys.argv", ["recipes", "--results", str(folder), "--seeds", *map(str, seeds)])
    recipes.main()
    rows = pandas.read_csv(folder / "recipes.csv").drop(columns="seconds")
    return rows.sort_values(["name", "seed"], ignore_index=True)


@pytest.mark.long
def test_a_stopped_experiment_goes_on_where_it_was_ends_the_same_and_reads_no_test_image(monkeypatch, tmp_path):
    asked = []
    images = torch.rand(60, 1, 28, 28, generator=torch.Generator().manual_seed(0))

    def training_images(part, with_sample):
        asked.append((part, with_sample))
        return images[:40], torch.zeros(40, dtype=torch.long)

    monkeypatch.setattr(recipes, "load_mnist", training_images)
    monkeypatch.setattr(recipes, "load_mnist_sample", lambda: (images[40:], torch.zeros(20, dtype=torch.long)))
    short = Recipe(num_epochs=1, batch_size=20)
    monkeypatch.setattr(recipes, "RECIPES", {"short": short, "shorter": Recipe(num_epochs=1, batch_size=40)})
    whole = run(monkeypatch, tmp_path / "whole", 0, 1)
    run(monkeypatch, tmp_path / "parts", 0)
    assert run(monkeypatch, tmp_path / "parts", 0, 1).equals(whole) and len(whole) == 4
    assert whole.loc[0, list(asdict(short))].to_dict() == asdict(short)
    assert set(asked) == {("train", False)}


@pytest.fixture(scope="module")
def means():
    rows = load_results("recipes")
    assert {*rows.value_counts("name")} == {len(recipes.SEEDS)}
    assert set(rows["name"]) == set(recipes.RECIPES)
    return rows.groupby("name")["validation_mse"].mean()


def test_the_rows_were_made_with_the_recipes_that_stand_in_the_code():
    for row in load_results("recipes").to_dict("records"):
        assert {name: row[name] for name in asdict(FAST_RECIPE)} == asdict(recipes.RECIPES[row["name"]])


def test_the_books_recipes_are_the_ones_that_the_sample_chose(means):
    assert recipes.RECIPES["short"] == SHORT_RECIPE and recipes.RECIPES["fast"] == FAST_RECIPE
    assert means["short"] == means[[name for name in means.index if name.startswith("short")]].min()
    assert means["fast"] == means[[name for name in means.index if name.startswith("fast")]].min()
