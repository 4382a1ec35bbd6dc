import csv

import pytest
import torch

from aeutils.data import load_mnist_sample
from aeutils.pretrained import load_weights
from experiments import sweep


@pytest.fixture
def sample_as_mnist(monkeypatch, tmp_path):
    """The sample in place of MNIST, two epochs in place of 25, and a folder of its own for the weights."""
    images, labels = load_mnist_sample("test")
    images, labels = images[::2], labels[::2]
    monkeypatch.setattr(sweep, "load_mnist", lambda split, with_sample=True: (images, labels))
    monkeypatch.setattr(sweep, "load_mnist_sample", lambda: (images, labels))
    monkeypatch.setattr(sweep, "TRUSTWORTHINESS_POINTS", 200)
    monkeypatch.setattr(sweep, "RUNS", tmp_path / "runs")
    for name in ("FAST_RECIPE", "ARTICLE_RECIPE", "DENSE_RECIPE"):
        monkeypatch.setattr(sweep, name, sweep.Recipe(num_epochs=2, batch_size=100, lr=1e-3))


def run(monkeypatch, results, *arguments):
    monkeypatch.setattr("sys.argv", ["sweep", "--results", str(results), *arguments])
    sweep.main()


def rows(results):
    with (results / "sweep.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_stopped_sweep_goes_on_where_it_was_and_ends_with_the_same_rows(sample_as_mnist, monkeypatch, tmp_path):
    wanted = ["--models", "conv", "pca", "--latent-dims", "2", "3"]
    run(monkeypatch, tmp_path / "whole", *wanted, "--seeds", "0", "1")
    run(monkeypatch, tmp_path / "parts", *wanted, "--seeds", "0")
    run(monkeypatch, tmp_path / "parts", *wanted, "--seeds", "0", "1")

    def sorted_rows(name):
        found = rows(tmp_path / name)
        assert all(float(row.pop("seconds")) > 0 for row in found)
        return sorted(found, key=lambda row: (row["model"], row["latent_dim"], row["seed"]))

    assert len(rows(tmp_path / "whole")) == 6  # PCA has no seed to vary
    assert sorted_rows("whole") == sorted_rows("parts")


@pytest.mark.parametrize("model", ["conv-article", "dense", "labels"])
def test_every_model_of_the_sweep_can_be_trained_and_scored(sample_as_mnist, monkeypatch, tmp_path, model):
    run(monkeypatch, tmp_path, "--models", model, "--latent-dims", "2", "--seeds", "0")
    (row,) = rows(tmp_path)
    assert 0 < float(row["test_mse"]) < 0.3
    digits = [float(row[f"knn10_digit{digit}"]) for digit in range(10)]
    assert sum(digits) / 10 == pytest.approx(float(row["knn10_accuracy"]), abs=1e-4)  # equal classes


def test_the_seed_with_the_median_validation_error_is_shipped(sample_as_mnist, monkeypatch, tmp_path):
    monkeypatch.setattr(sweep, "weights_path", lambda latent_dim: tmp_path / f"shipped{latent_dim}.safetensors")
    run(monkeypatch, tmp_path, "--models", "conv", "--latent-dims", "2", "--seeds", "0", "1", "2", "--ship", "2")
    by_error = sorted(rows(tmp_path), key=lambda row: float(row["validation_mse"]))
    model, about = load_weights(tmp_path / "shipped2.safetensors")
    assert about["seed"] == int(by_error[1]["seed"])
    assert about["scores"]["test_mse"] == float(by_error[1]["test_mse"])
    same = load_weights(sweep.RUNS / f"conv_2dim_seed{about['seed']}.safetensors")[0]
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), same.parameters(), strict=True))


def test_a_run_whose_weights_are_gone_is_done_again_and_its_row_replaced(sample_as_mnist, monkeypatch, tmp_path):
    wanted = ["--models", "conv", "pca", "--latent-dims", "2", "--seeds", "0"]
    run(monkeypatch, tmp_path, *wanted)
    before = {row["model"]: row for row in rows(tmp_path)}
    sweep.weights_of(("conv", 2, 0)).unlink()
    run(monkeypatch, tmp_path, *wanted)
    after = {row["model"]: row for row in rows(tmp_path)}
    assert len(rows(tmp_path)) == 2 and sweep.weights_of(("conv", 2, 0)).exists()
    assert after["pca"] == before["pca"]
    assert after["conv"]["test_mse"] == before["conv"]["test_mse"]
