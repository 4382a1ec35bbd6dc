"""The roll's experiment: that it can be stopped, and what its results say."""

import csv
import inspect
import math

import pytest
import torch

from aeutils.recipe import Recipe
from aeutils.results import load_results
from aeutils.synthetic import make_swiss_roll
from aeutils.unrolling import fit_roll, score_unrolling
from experiments import swiss_roll

KEY = ["method", "latent_dim", "noise", "seed"]


@pytest.fixture
def small(monkeypatch):
    """Four quick methods, few points, two epochs."""
    quick = Recipe(num_epochs=2, batch_size=100, lr=1e-2)
    runs = [("pca", 2, 0.0), ("plain", 2, 0.0), ("geodesic", 2, 0.0), ("isomap", 2, 0.5)]
    monkeypatch.setattr(swiss_roll, "RUNS", runs)
    monkeypatch.setattr(swiss_roll, "TRAINED", 700)
    monkeypatch.setattr(swiss_roll, "SCORED", 200)
    monkeypatch.setattr(swiss_roll, "KEPT_CODES", 50)
    monkeypatch.setattr(swiss_roll, "DRAWS", 2)
    for name in ("ROLL_RECIPE", "LONG_RECIPE", "DEEP_RECIPE", "LINEAR_RECIPE"):
        monkeypatch.setattr(swiss_roll, name, quick)
    monkeypatch.setattr(swiss_roll.trained, "__defaults__", (0.0, quick))
    monkeypatch.setattr(swiss_roll, "fit_roll", lambda *points, **given: fit_roll(*points, **{"recipe": quick} | given))


def run(monkeypatch, folder, *seeds):
    monkeypatch.setattr("sys.argv", ["swiss_roll", "--results", str(folder), "--seeds", *map(str, seeds)])
    swiss_roll.main()
    with (folder / "swiss_roll.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(float(row.pop("seconds")) >= 0 for row in rows)
    return sorted(rows, key=lambda row: [row[name] for name in KEY])


@pytest.mark.long
def test_a_stopped_experiment_goes_on_where_it_was_and_ends_the_same(small, monkeypatch, tmp_path):
    whole = run(monkeypatch, tmp_path / "whole", 0, 1)
    run(monkeypatch, tmp_path / "parts", 0)
    # Killed between writing the codes and the row: the run is done again, and nothing stands twice.
    path = tmp_path / "parts" / "swiss_roll.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    assert run(monkeypatch, tmp_path / "parts", 0, 1) == whole and len(whole) == 8
    codes = [(tmp_path / folder / "swiss_roll_codes.csv").read_text() for folder in ("whole", "parts")]
    assert sorted(codes[0].splitlines()[0].split(",")) == sorted(codes[1].splitlines()[0].split(","))
    assert len(codes[0].splitlines()) == len(codes[1].splitlines()) == 51


@pytest.mark.parametrize("method", sorted(swiss_roll.METHODS))
def test_every_method_gives_codes_of_the_wanted_size(small, method):
    latent_dim = 3 if method == "space" else 2
    scores, z = swiss_roll.score_run(method, latent_dim, 0.0, seed=0)
    assert z.shape == (200, latent_dim)
    assert math.isnan(scores["mse_share"]) == method.startswith(("isomap", "lle"))
    assert math.isnan(scores["degrees_from_pca"]) == (method != "linear")
    for name in ("far_neighbours", "halves_accuracy", "sections_accuracy", "few_labels_accuracy"):
        assert 0 <= scores[name] <= 1


# -------------------------------------------------------------------------------------------------- the results


@pytest.fixture
def runs():
    return load_results("swiss_roll")


def test_every_run_of_the_experiment_has_its_row(runs):
    wanted = {(*run, seed) for run in swiss_roll.RUNS for seed in swiss_roll.SEEDS}
    assert set(runs[KEY].itertuples(index=False, name=None)) == wanted and len(runs) == len(wanted)


def test_geodesic_distances_unroll_ten_fresh_rolls_of_ten_and_nothing_plain_does(runs):
    clean = runs.query("noise == 0 and latent_dim == 2").groupby("method")["unrolled"]
    unrolled, count = clean.sum(), clean.count()
    assert (count == 10).all() and set(runs["seed"]).isdisjoint(range(10))
    assert (unrolled[["geodesic", "isomap", "isomap-10"]] == 10).all()
    nothing = ["pca", "linear", "plain", "plain-tanh", "plain-one-layer", "plain-large", "lle", "lle-12"]
    assert (unrolled[nothing] == 0).all()


def test_methods_with_a_graph_join_equally_many_neighbours():
    assert inspect.signature(fit_roll).parameters["k"].default == swiss_roll.NEIGHBOURS
    for method in ("isomap", "lle"):
        assert inspect.signature(swiss_roll.METHODS[method]).parameters["k"].default == swiss_roll.NEIGHBOURS


def test_codes_of_lle_have_the_same_spread_in_all_directions():
    x, _ = make_swiss_roll(swiss_roll.TRAINED, seed=10)
    z = swiss_roll.lle(x, 2, seed=0)(x)[1].double()
    covariance = torch.cov(z.T)
    assert torch.allclose(covariance / covariance[0, 0], torch.eye(2).double(), atol=0.01)


def test_what_counts_as_unrolled_follows_from_the_four_scores(runs):
    strict = (
        (runs["distance_correlation"] > 0.98)
        & (runs["r2_length"] > 0.95)
        & (runs["r2_height"] > 0.95)
        & (runs["far_neighbours"] < 0.01)
    )
    assert (strict == runs["unrolled"].astype(bool)).all()


def test_the_linear_autoencoder_finds_the_plane_and_the_error_of_pca(runs):
    clean = runs.query("noise == 0 and latent_dim == 2").set_index(["method", "seed"])
    assert clean.loc["linear", "degrees_from_pca"].max() < 0.1
    difference = clean.loc["linear", "mse_share"] - clean.loc["pca", "mse_share"]
    assert difference.abs().max() < 0.0005


@pytest.mark.parametrize("method", swiss_roll.WITH_CODES)
def test_the_kept_codes_are_those_that_were_scored(runs, method):
    codes = load_results("swiss_roll_codes")
    sheet = make_swiss_roll(swiss_roll.SCORED, seed=swiss_roll.SCORED_SEED)[1][: len(codes)]
    rows = runs.query("method == @method and latent_dim == 2 and noise == 0").set_index("seed")
    for seed in swiss_roll.SEEDS:
        z = torch.tensor(codes[[f"{method}_{seed}_z1", f"{method}_{seed}_z2"]].to_numpy())
        score = score_unrolling(z, sheet)  # of half of the points: nearly the same
        assert score.distance_correlation == pytest.approx(rows.loc[seed, "distance_correlation"], abs=0.05)
        assert score.r2_height == pytest.approx(rows.loc[seed, "r2_height"], abs=0.05)
