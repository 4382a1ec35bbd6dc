"""The experiment on the error at which the network stops: that it can be stopped, and what its results say."""

import csv
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import nn

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist_sample
from aeutils.metrics import mse
from aeutils.models import ConvAutoencoder
from aeutils.recipe import FAST_RECIPE, Recipe
from aeutils.results import load_results
from experiments import floor


def run(monkeypatch, folder, *arguments):
    monkeypatch.setattr("sys.argv", ["floor", "--results", str(folder), *arguments])
    floor.main()
    with (folder / "floor.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(float(row.pop("seconds")) >= 0 for row in rows)
    return sorted(rows, key=lambda row: [row["change"], row["seed"]])


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A hundred digits in place of MNIST, one epoch in place of ten, three changes, and a short search for codes."""
    digits = load_mnist_sample("test")[0][::10]
    monkeypatch.setattr(floor, "load_mnist", lambda split, with_sample=True: (digits, None))
    monkeypatch.setattr(floor, "load_mnist_sample", lambda split: (digits[:20], None))
    monkeypatch.setattr(floor, "weights_of", lambda run: tmp_path / "none.safetensors")
    monkeypatch.setattr(floor, "best_codes", partial(floor.best_codes, steps=5))
    once = Recipe(num_epochs=1, batch_size=50, lr=1e-3)
    changes = {name: (floor.CHANGES[name][0], once) for name in ("none", "dense encoder", "no Tanh")}
    monkeypatch.setattr(floor, "CHANGES", changes)


@pytest.mark.long
def test_a_stopped_experiment_goes_on_where_it_was_and_ends_the_same(small, monkeypatch, tmp_path):
    whole = run(monkeypatch, tmp_path / "whole", "--seeds", "0", "1")
    run(monkeypatch, tmp_path / "parts", "--changes", "none", "no Tanh", "--seeds", "0")
    assert run(monkeypatch, tmp_path / "parts", "--seeds", "0", "1") == whole
    assert len(whole) == 2 * len(floor.CHANGES)


def shapes(model):
    return [tuple(weight.shape) for weight in model.parameters()]


def test_its_encoder_with_the_articles_maps_is_the_articles():
    wanted = ConvAutoencoder(floor.LATENT_DIM).encoder
    again = floor.conv_encoder(floor.MAPS)
    assert shapes(again) == shapes(wanted)
    assert list(map(str, again)) == list(map(str, wanted))


def test_each_change_touches_what_its_name_says_and_nothing_else(digits):
    base = ConvAutoencoder(floor.LATENT_DIM)
    for change, (make, recipe) in floor.CHANGES.items():
        model = make().eval()
        assert model(digits)[0].shape == digits.shape
        assert (shapes(model.encoder) != shapes(base.encoder)) == (
            change in ("wide encoder", "dense encoder", "128 features")
        )
        assert (shapes(model.decoder) != shapes(base.decoder)) == (change == "wide decoder")
        assert isinstance(model.encoder[-1], nn.Tanh) == (change != "no Tanh")
        assert recipe == (replace(FAST_RECIPE, num_epochs=25) if change == "25 epochs" else FAST_RECIPE)


@pytest.mark.parametrize("change", ["none", "no Tanh"])
def test_the_search_for_codes_lowers_the_error_and_moves_no_weight(change, digits):
    torch.manual_seed(0)
    model = floor.CHANGES[change][0]().eval().requires_grad_(False)
    before = [weight.clone() for weight in model.parameters()]
    found = floor.best_codes(model, digits[:20], steps=20)
    assert mse(model.decode(found), digits[:20]) < mse(reconstruct(model, digits[:20])[0], digits[:20])
    assert all(map(torch.equal, before, model.parameters())) and (change == "no Tanh" or found.abs().max() < 1)


def test_a_linear_decoders_best_codes_are_those_of_least_squares():
    """Where the best code can be calculated, the search must find it."""

    class Line(ConvAutoencoder):
        def __init__(self):
            super().__init__(2)
            self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 2))
            self.matrix = torch.rand(784, 2, generator=torch.Generator().manual_seed(0))

        def _encode(self, x):
            return self.encoder(x)

        def _decode(self, z):
            return (z @ self.matrix.T).reshape(-1, 1, 28, 28)

    wanted = torch.tensor([[0.5, 0.1], [0.2, 0.7]])
    model = Line().eval().requires_grad_(False)
    found = floor.best_codes(model, model.decode(wanted), steps=1000)
    torch.testing.assert_close(found, wanted, atol=0.01, rtol=0)


# -------------------------------------------------------------------------------------------------- the results


@pytest.fixture
def runs():
    return load_results("floor")


def test_each_change_has_a_row_a_seed_and_no_other_is_there(runs):
    wanted = {(change, seed) for change in floor.CHANGES for seed in floor.SEEDS}
    assert set(runs[["change", "seed"]].itertuples(index=False, name=None)) == wanted and len(runs) == len(wanted)


def test_the_decoder_of_the_article_draws_far_better_with_a_dense_encoder(runs):
    by_change = runs.groupby("change")[["test_mse", "decoder_weights"]]
    assert by_change.mean().loc["dense encoder", "test_mse"] < 0.5 * by_change.min().loc["none", "test_mse"]
    assert by_change.first().loc["dense encoder", "decoder_weights"] == by_change.first().loc["none", "decoder_weights"]


def test_its_unchanged_network_is_that_of_the_sweep(runs):
    base = runs.query("change == 'none'").set_index("seed")["test_mse"]
    sweep = load_results("sweep").query("model == 'conv' and latent_dim == @floor.LATENT_DIM").set_index("seed")
    for seed in floor.SEEDS:
        # Another number of threads adds up in another order.
        assert base[seed] == pytest.approx(sweep["test_mse"][seed], rel=0.1)


def test_every_decoder_draws_better_from_codes_that_were_searched_for(runs):
    assert (runs["best_code_mse"] < runs["sample_mse"]).all()
