"""The experiment on the training that failed: that it watches what it says, and what its results say."""

import csv
from functools import partial

import pytest
import torch

from aeutils.data import load_mnist_sample
from aeutils.models import MLPAutoencoder
from aeutils.results import load_results
from experiments import loss_spike


@pytest.fixture
def small(monkeypatch):
    """A hundred digits and narrow layers, for two epochs."""
    digits = load_mnist_sample("test")[0][::10]
    monkeypatch.setattr(loss_spike, "load_mnist", lambda split, with_sample: (digits, None))
    monkeypatch.setattr(loss_spike, "MLPAutoencoder", partial(MLPAutoencoder, hidden=(8,)))
    monkeypatch.setattr(loss_spike, "EPOCHS", 2)
    monkeypatch.setattr(loss_spike, "STEPS_A_ROW", 1)


def run(monkeypatch, folder, *arguments):
    monkeypatch.setattr("sys.argv", ["loss_spike", "--results", str(folder), *arguments])
    loss_spike.main()
    with (folder / "loss_spike.csv").open(newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: [row["beta2"], row["seed"], int(row["step"])])


def test_a_stopped_experiment_goes_on_where_it_was_and_ends_the_same(small, monkeypatch, tmp_path):
    whole = run(monkeypatch, tmp_path / "whole", "--seeds", "0", "1")
    run(monkeypatch, tmp_path / "parts", "--seeds", "0")
    assert run(monkeypatch, tmp_path / "parts", "--seeds", "0", "1") == whole
    assert [(row["beta2"], row["seed"], row["step"]) for row in whole] == [
        (beta2, seed, step) for beta2 in ("0.95", "0.999") for seed in "01" for step in "01"
    ]


def test_a_run_cut_short_is_done_again(small, monkeypatch, tmp_path):
    whole = run(monkeypatch, tmp_path, "--seeds", "0")
    path = tmp_path / "loss_spike.csv"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if ",0,0," not in line))
    assert run(monkeypatch, tmp_path, "--seeds", "0") == whole


@pytest.mark.parametrize("beta2", loss_spike.BETAS2)
def test_the_ratio_is_one_for_a_gradient_that_stays_and_ten_for_one_that_is_ten_times_as_large(beta2):
    weights = [torch.zeros(5, requires_grad=True), torch.zeros(3, requires_grad=True)]
    adam = torch.optim.Adam(weights, betas=(0.9, beta2))
    for weight in weights:
        weight.grad = torch.full_like(weight, -2.0)
    ratios = []
    for step in range(20):
        if step == 19:
            weights[1].grad *= 10
        ratios.append(loss_spike.gradient_ratio(adam))
        adam.step()
    assert ratios == pytest.approx([1] * 19 + [10], rel=1e-4)


def test_nothing_goes_on_watching_afterwards(small):
    digits = load_mnist_sample("test")[0][:20]
    watch = loss_spike.watch_training(0.95, 0, digits)
    seen = len(watch.ratios)
    assert len(watch.losses) == seen == 2
    weight = torch.zeros(1, requires_grad=True)
    weight.grad = torch.ones(1)
    torch.optim.Adam([weight]).step()
    assert len(watch.ratios) == seen


# -------------------------------------------------------------------------------------------------- the results


def test_with_one_beta2_the_loss_explodes_in_every_seed_and_with_the_other_in_none():
    runs = load_results("loss_spike")
    least = runs.groupby(["beta2", "seed"])["loss"].min().unstack()
    last = runs.sort_values("step").groupby(["beta2", "seed"])["loss"].last().unstack()
    assert (last.loc[0.999] > 3 * least.loc[0.999]).all()
    assert (last.loc[0.95] < 1.5 * least.loc[0.95]).all()
    assert list(least.columns) == list(loss_spike.SEEDS)
