"""The experiments on variational autoencoders: known answers, stopping, and what the results say."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch

from aeutils.data import load_mnist_sample
from aeutils.pretrained import load_weights, save_weights
from aeutils.recipe import Recipe
from aeutils.results import load_results
from aeutils.vae import DenseVariationalAutoencoder, MixtureVariationalAutoencoder, VariationalAutoencoder
from aeutils.zoo import BETAS, ZOO
from experiments import likelihood, sweep, vae

SEEDS = {0, 1, 2, 3, 4}


@pytest.fixture
def few(monkeypatch, tmp_path):
    """A fifth of the held-out sample in place of MNIST, three epochs, and a folder of its own for the weights."""
    images, labels = (part[::5] for part in load_mnist_sample("test"))
    others = tuple(part[1::5] for part in load_mnist_sample("test"))
    for module in (sweep, vae, likelihood):
        monkeypatch.setattr(
            module, "load_mnist", lambda split, with_sample=True: others if split == "train" else (images, labels)
        )
    for module in (sweep, likelihood):
        monkeypatch.setattr(module, "load_mnist_sample", lambda: (images, labels))
    short = Recipe(num_epochs=3, batch_size=10, lr=3e-3)
    zoo = {name: replace(entry, recipe=short) for name, entry in ZOO.items()}
    for module in (sweep, vae.sweep):
        monkeypatch.setattr(module, "ZOO", zoo)
    monkeypatch.setattr(sweep, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(sweep, "TRUSTWORTHINESS_POINTS", 100)
    monkeypatch.setattr(vae, "RESULTS_FOLDER", tmp_path)
    monkeypatch.setattr(vae, "DRAWINGS", 50)
    return tmp_path


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def run_sweep(monkeypatch, folder, *arguments):
    monkeypatch.setattr("sys.argv", ["sweep", "--results", str(folder), *arguments])
    sweep.main()


@pytest.mark.parametrize("name", ["vae-0.3", "vae-mixture"])
def test_they_are_trained_scored_and_shipped(few, monkeypatch, name):
    monkeypatch.setattr(sweep, "vae_path", lambda size, beta, learned_prior: few / f"{size}_{beta}_{learned_prior}")
    run_sweep(monkeypatch, few, "--models", name, "--latent-dims", "3", "--seeds", "0", "--ship", "3")
    (row,) = rows(few / "sweep.csv")
    assert 0 < float(row["test_mse"]) < 0.3
    model, about = load_weights(few / f"3_0.3_{name == 'vae-mixture'}")
    assert isinstance(model, ZOO[name].make) and model.latent_dim == 3 and about["beta"] == 0.3


def test_a_warm_up_begins_anew_with_every_run(few, monkeypatch):
    weights = []

    def fit(model, x, target, *, loss, after_epoch, **_):
        weights.append(loss.weight)
        after_epoch(3, None)
        weights.append(loss.weight)
        raise KeyboardInterrupt

    monkeypatch.setattr(sweep, "fit", fit)
    for seed in ("0", "1"):
        with pytest.raises(KeyboardInterrupt):
            run_sweep(monkeypatch, few, "--models", "vae-warmup", "--latent-dims", "2", "--seeds", seed)
    assert weights == [0.2, 0.8] * 2


class Known(VariationalAutoencoder):
    """Clouds that are known: the first number is the first pixel, the second is the prior; draws nothing."""

    def posterior(self, x):
        first = x[:, 0, 0, :1]
        mean = torch.cat([first, torch.zeros_like(first)], dim=1)
        return mean, torch.log(torch.tensor([0.25, 1.0])).expand_as(mean)

    def _decode(self, z):
        return torch.zeros(len(z), 1, 28, 28)


def test_clouds_that_are_known_are_described_as_they_are():
    x = torch.zeros(4000, 1, 28, 28)
    x[::2, 0, 0, 0] = 1
    scores = vae.clouds(Known(2).eval(), x, beta=0.2, generator=torch.Generator().manual_seed(0))
    assert scores["active"] == 1 and scores["width"] == pytest.approx(0.5)
    assert scores["error"] == pytest.approx(0.5)
    kl = (0.5 + 0.25 - 1 - np.log(0.25)) / 2  # half the means are 1, half 0
    assert scores["kl"] == pytest.approx(kl, abs=1e-4)
    assert scores["spread"] == pytest.approx(0.5, abs=0.05)  # 0.25 between the means and 0.25 within, where 1 is wanted
    noise = -784 / 2 * np.log(2 * np.pi * 0.1) - 0.5 / 0.2
    assert scores["elbo"] == pytest.approx(noise - kl, abs=0.1) and scores["bound"] > scores["elbo"]


def test_a_copy_is_at_no_distance_and_a_shifted_one_at_a_known():
    x = load_mnist_sample("test")[0][:20]
    assert vae.nearest_distance(x[:5], x) == pytest.approx(0, abs=2e-3)
    assert vae.nearest_distance(x[:5] + 1, x[:1]) > 20


@pytest.mark.long
def test_a_stopped_experiment_goes_on_where_it_was(few, monkeypatch):
    torch.manual_seed(0)
    for name, make in (("vae-0.3", VariationalAutoencoder), ("vae-mixture", MixtureVariationalAutoencoder)):
        save_weights(sweep.weights_of((name, 2, 0)), make(2).eval(), {})
    vae.main()
    whole = {name: rows(few / f"{name}.csv") for name in ("vae", "vae_codes")}
    assert [len(found) for found in whole.values()] == [2, 8]
    path = few / "vae_codes.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-3]) + "\n")
    vae.main()
    assert len(rows(path)) == 8 and rows(few / "vae.csv") == whole["vae"]


def test_pixels_are_drawn_anew_in_every_epoch_and_the_bound_is_that_of_the_model(few, monkeypatch):
    seen = []
    epoch = likelihood.train_epoch

    def train_epoch(model, x, target, *rest):
        assert target is x and set(x.unique().tolist()) == {0.0, 1.0}
        seen.append(x)
        return epoch(model, x, target, *rest)

    monkeypatch.setattr(likelihood, "train_epoch", train_epoch)
    monkeypatch.setattr(likelihood, "SAMPLES", 3)
    short = Recipe(num_epochs=2, batch_size=50, lr=1e-3)
    monkeypatch.setattr(likelihood, "SETTINGS", (likelihood.Setting("dense", 2, short),))
    monkeypatch.setattr("sys.argv", ["likelihood", "--seeds", "0", "--results", str(few)])
    likelihood.main()
    (row,) = rows(few / "likelihood.csv")
    assert len(seen) == 2 and not seen[0].equal(seen[1])
    assert float(row["test_elbo"]) <= float(row["test_bound"]) < -100
    likelihood.main()
    assert len(seen) == 2  # a finished run is not done again


def test_the_loss_of_black_and_white_pixels_by_hand():
    x_hat, x = torch.full((2, 1, 28, 28), 0.8), torch.zeros(2, 1, 28, 28)
    x[0] = 1
    expected = -784 * (np.log(0.8) + np.log(0.2)) / 2 + 2
    output = (x_hat, torch.zeros(2, 2), torch.tensor([1.0, 3.0]))
    assert likelihood.negative_elbo(output, x).item() == pytest.approx(expected, rel=1e-5)
    assert isinstance(likelihood.SETTINGS[-1].make(), DenseVariationalAutoencoder)


# ------------------------------------------------------------------------------------------------- what the files say


def test_every_network_has_five_seeds():
    found = load_results("vae").groupby(["model", "latent_dim"])["seed"].agg(set)
    wanted = [(f"vae-{beta:g}", size) for beta in BETAS for size in (2, 16)]
    wanted += [("vae-0.3", 8), ("vae-mixture", 16), ("vae-warmup", 16), ("vae-dense", 16)]
    assert set(found.index) >= set(wanted) and all(seeds == SEEDS for seeds in found)
    sources = load_results("vae_codes").groupby(["model", "latent_dim", "source"])["seed"].agg(set)
    assert {run[:2] for run in sources.index} == {*wanted, *(("conv", size) for size in vae.SIZES)}
    assert all(seeds == SEEDS for seeds in sources) and {"prior", "mixture", "real"} <= set(sources.index.levels[2])
    assert all(
        seeds == SEEDS for seeds in load_results("likelihood").groupby(["network", "latent_dim"])["seed"].agg(set)
    )


def test_a_learned_prior_draws_what_passes_at_no_greater_error():
    codes = load_results("vae_codes").query("latent_dim == 16 and source == 'prior'").set_index(["model", "seed"])
    errors = load_results("sweep").query("latent_dim == 16").set_index(["model", "seed"])["test_mse"]
    assert codes.loc["vae-mixture", "passes"].mean() >= 0.8
    assert errors.loc["vae-mixture"].mean() <= 0.022
    assert codes.loc["vae-0.3", "passes"].mean() < 0.7


def test_the_dense_network_reaches_the_published_likelihood():
    runs = load_results("likelihood").query("network == 'dense'")
    assert runs["test_bound"].mean() >= -89.8 and (runs["test_bound"] > runs["test_elbo"]).all()
