"""The experiment of the many makers: that it can be stopped, and what its results say."""

import csv

import numpy as np
import pytest
import torch

from aeutils.data import load_mnist_sample
from aeutils.metrics import knn_accuracy
from aeutils.recipe import Recipe
from aeutils.results import load_results
from experiments import maps


def run(monkeypatch, folder, *seeds):
    monkeypatch.setattr("sys.argv", ["maps", "--results", str(folder), "--makers", "pca", "denoising", "labels",
                                     "--seeds", *map(str, seeds)])  # fmt: skip
    maps.main()
    with (folder / "maps.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(float(row.pop("seconds")) >= 0 for row in rows)
    return sorted(rows, key=lambda row: (row["maker"], row["seed"]))


@pytest.mark.long
def test_a_stopped_experiment_goes_on_where_it_was_and_ends_the_same(monkeypatch, tmp_path):
    few = load_mnist_sample("train")[0][::20], load_mnist_sample("train")[1][::20]
    monkeypatch.setattr(maps, "load_mnist", lambda *_, **__: few)
    monkeypatch.setattr(maps, "RECIPE", Recipe(num_epochs=1))
    whole = run(monkeypatch, tmp_path / "whole", 0, 1)
    run(monkeypatch, tmp_path / "parts", 0)
    # Killed between writing the codes and the row: the run is done again, and nothing stands twice.
    path = tmp_path / "parts" / "maps.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    assert run(monkeypatch, tmp_path / "parts", 0, 1) == whole and len(whole) == 5  # PCA has one seed
    codes = [(tmp_path / folder / "maps_codes.csv").read_text() for folder in ("whole", "parts")]
    assert codes[0] == codes[1] and len(codes[0].splitlines()) == 1001


def test_the_denoising_network_sees_noise_only_while_it_trains():
    x = load_mnist_sample("test")[0][:4]
    model = maps.DenoisingAutoencoder()
    seen = []
    model.autoencoder.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    model.train()(x)
    model.eval()(x)
    noise = (seen[0] - x)[(x > 0) & (x < 1)].std()
    assert 0.2 < noise < 0.5 and seen[0].min() >= 0 and seen[0].max() <= 1
    assert seen[1].equal(x)


def test_centres_and_sizes_of_classes_that_are_known():
    labels = torch.arange(10).repeat(50)
    generator = torch.Generator().manual_seed(0)
    spread = torch.arange(1.0, 11)[labels][:, None]
    centres = 100 * torch.stack([torch.arange(10.0), torch.zeros(10)], dim=1)
    far, wide = maps.centres_and_sizes(centres[labels] + spread * torch.randn(500, 2, generator=generator), labels)
    np.testing.assert_allclose(far, torch.pdist(centres), atol=5)
    assert (np.diff(wide) > 0).sum() >= 8 and wide[9] > 7 * wide[0]


# -------------------------------------------------------------------------------------------------- the results


def test_every_maker_has_three_seeds_and_pca_one():
    runs = load_results("maps")
    wanted = {(maker, seed) for maker in maps.MAKERS for seed in maps.SEEDS if maker != "pca" or seed == 0}
    assert sorted(zip(runs["maker"], runs["seed"], strict=True)) == sorted(wanted)


@pytest.mark.parametrize("maker", maps.DRAWN)
def test_the_stored_maps_score_as_the_results_say(maker):
    images, labels = load_mnist_sample("test")
    codes, runs = load_results("maps_codes"), load_results("maps")
    for row in runs[runs["maker"] == maker].to_dict("records"):
        z = torch.tensor(codes[[f"{maker}_{row['seed']}_z{axis}" for axis in (1, 2)]].to_numpy(), dtype=torch.float32)
        assert z.abs().max() == pytest.approx(1, abs=0.001)
        assert knn_accuracy(z, labels) == pytest.approx(row["knn10_accuracy"], abs=0.012)  # three decimals
        fresh = maps.score(z, None, images, labels)
        assert fresh["centres_rank"] == pytest.approx(row["centres_rank"], abs=0.01)
