"""The experiment on dense networks of 2006's widths: that it can be stopped, and that it changes what it says."""

import csv
import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from aeutils.data import load_mnist_sample
from aeutils.models import MLPAutoencoder
from aeutils.recipe import Recipe
from aeutils.residual import ResidualAutoencoder
from aeutils.results import load_results
from aeutils.training import History
from experiments import dense


def run(monkeypatch, folder, *arguments):
    monkeypatch.setattr("sys.argv", ["dense", "--results", str(folder), *arguments])
    dense.main()
    with (folder / "dense.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(float(row.pop("seconds")) >= 0 for row in rows)
    return sorted(rows, key=lambda row: [row["latent_dim"], row["change"], row["seed"]])


@pytest.fixture
def small(monkeypatch):
    """A hundred digits in place of MNIST, and one epoch in place of many."""
    digits, labels = (part[::10] for part in load_mnist_sample("test"))
    monkeypatch.setattr(dense, "load_mnist", lambda split, with_sample=True: (digits, labels))
    monkeypatch.setattr(dense, "load_mnist_sample", lambda: (digits[:20], labels[:20]))
    once = Recipe(num_epochs=1, batch_size=50, lr=1e-3)
    changes = {name: replace(dense.CHANGES[name], recipe=once) for name in ("none", "deformed digits", "published")}
    monkeypatch.setattr(dense, "CHANGES", changes)


@pytest.mark.long
def test_a_stopped_experiment_goes_on_where_it_was_and_ends_the_same(small, monkeypatch, tmp_path):
    whole = run(monkeypatch, tmp_path / "whole", "--seeds", "0", "--latent-dims", "2")
    run(monkeypatch, tmp_path / "parts", "--changes", "none", "--seeds", "0", "--latent-dims", "2")
    assert run(monkeypatch, tmp_path / "parts", "--seeds", "0", "--latent-dims", "2") == whole
    assert len(whole) == len(dense.CHANGES)
    assert all(0 < float(row["nn1_error"]) < 1 for row in whole)
    (row,) = run(monkeypatch, tmp_path / "thirty", "--changes", "none", "--seeds", "0", "--latent-dims", "30")
    assert row["nn1_error"] == "" and float(row["test_mse"]) > 0


def kinds(model):
    return {type(layer) for layer in model.modules()}


def test_each_change_touches_what_its_name_says_and_nothing_else(digits):
    unchanged = ResidualAutoencoder(2)
    for name, change in dense.CHANGES.items():
        model = change.make(2).eval()
        assert model(digits)[0].shape == digits.shape
        widths = [layer.out_features for layer in model.encoder.modules() if isinstance(layer, nn.Linear)]
        assert widths == [1000, 500, 250, 2]
        assert (nn.LayerNorm in kinds(model)) == (not name.endswith(("no LayerNorm", "for LayerNorm", "published")))
        assert (nn.GELU in kinds(model)) == (not name.endswith(("ReLU for GELU", "published")))
        assert (nn.BatchNorm1d in kinds(model)) == (name in ("BatchNorm for LayerNorm", "published"))
        assert isinstance(model, ResidualAutoencoder) == (name not in ("no PCA", "published"))
        assert change.deformed == ("deformed digits" in name) and (change.patience > 0) == (name == "published")
        recipe = change.recipe
        if name != "published":
            assert recipe.num_epochs == (int(name.split()[0]) if "epochs" in name else 10)
            assert (recipe.beta2 == 0.999) == (name == "beta2 0.999")
            assert replace(recipe, num_epochs=10, beta2=0.95) == dense.RECIPE
    made = dense.with_layers(lambda width: [nn.LayerNorm(width), nn.GELU()])(2)
    assert list(map(str, made.encoder)) == list(map(str, unchanged.encoder))
    assert list(map(str, made.decoder)) == list(map(str, unchanged.decoder))


def test_only_the_unclipped_network_leaves_the_range_of_pixels(digits):
    torch.manual_seed(0)
    for make, leaves in ((dense.Unclipped, True), (dense.WithoutPCA, False), (dense.Published, False)):
        drawn = make(2).eval().decode(50 * torch.randn(100, 2))
        assert (drawn.min() < 0 or drawn.max() > 1) == leaves


def test_the_published_network_has_batchnorm_after_relu():
    encoder = list(dense.Published(2).encoder)
    kinds_in_order = [type(layer) for layer in encoder]
    assert kinds_in_order == [nn.Linear, nn.ReLU, nn.BatchNorm1d] * 3 + [nn.Linear]


def draws(monkeypatch, turn=0.0):
    """Let dice fall on 0, but for the turn."""

    def randn(*shape):
        thrown = torch.zeros(*shape)
        if shape[0] == 4:
            thrown[0] = turn / 0.07
        return thrown

    monkeypatch.setattr(torch, "randn", randn)


def test_a_digit_deformed_by_nothing_is_the_same_and_by_a_quarter_turn_lies_on_its_side(digits, monkeypatch):
    draws(monkeypatch)
    torch.testing.assert_close(dense.deform(digits), digits, atol=1e-4, rtol=0)
    draws(monkeypatch, turn=math.pi / 2)
    torch.testing.assert_close(dense.deform(digits), digits.rot90(1, (2, 3)), atol=1e-4, rtol=0)


def test_a_deformed_digit_is_another_but_hardly():
    torch.manual_seed(0)
    digits, labels = load_mnist_sample("test")
    deformed = dense.deform(digits)
    assert deformed.min() >= 0 and deformed.max() <= 1
    apart = (deformed - digits).square().flatten(1).sum(dim=1)
    others = (digits[1:] - digits[:-1]).square().flatten(1).sum(dim=1)
    assert apart.min() > 0.1 and apart.mean() < 0.5 * others.mean()
    assert deformed.sum() == pytest.approx(digits.sum().item(), rel=0.02)


def test_half_of_a_batch_is_deformed_and_the_error_is_that_of_what_was_shown(digits):
    model = dense.OnDeformed(MLPAutoencoder(2, hidden=(8,)))
    output = model(digits)
    x_hat, z, shown = output
    half = math.ceil(len(digits) / 2)
    assert shown[:half].equal(digits[::2]) and not shown[half:].equal(digits[1::2])
    assert z.equal(model.autoencoder.encode(shown))
    assert dense.error_of_shown(output, digits).item() == pytest.approx((x_hat - shown).square().mean().item())


def test_training_ends_when_the_error_has_not_fallen_for_some_epochs_and_the_best_weights_are_kept():
    model = nn.Linear(1, 1)
    stop = dense.StopEarly(model, patience=2)
    history = History()
    for epoch, error in enumerate((3.0, 2.0, 2.5), start=1):
        history.validation_loss.append(error)
        nn.init.constant_(model.weight, error)
        stop.after_epoch(epoch, history)
    history.validation_loss.append(2.1)
    with pytest.raises(dense.StopEarly.Ended):
        stop.after_epoch(4, history)
    assert stop.best_epoch == 2 and stop.best_weights["weight"].item() == 2.0


# -------------------------------------------------------------------------------------------------- the results


@pytest.fixture
def runs():
    return load_results("dense")


def test_no_row_is_of_another_experiment(runs):
    assert set(runs["change"]) <= set(dense.CHANGES) and set(runs["latent_dim"]) <= set(dense.SIZES)
    assert not runs.duplicated(list(dense.KEY)).any()
    for change, epochs in runs[["change", "epochs"]].itertuples(index=False):
        wanted = dense.CHANGES[change].recipe.num_epochs
        assert epochs == wanted or (change == "published" and 0 < epochs <= wanted)


def test_five_seeds_stay_below_what_was_printed_of_thirty_numbers_and_of_two(runs):
    best = runs.query("change == '40 epochs, deformed digits' and latent_dim == 30")
    assert len(best) == 5 and (784 * best["test_mse"]).mean() < 2.2  # printed in 2006: 3.00
    longest = runs.query("change == '80 epochs, ReLU for GELU' and latent_dim == 2")
    assert len(longest) == 5 and longest["nn1_error"].mean() < 0.16  # printed in 2020: 0.174
