import csv
import errno
import math
import os
from dataclasses import replace

import pytest
import torch
from damage import closed_pipe, disk_full
from torch import nn

from aeutils.data import load_mnist_sample
from aeutils.models import ConvAutoencoder
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_weights
from aeutils.recipe import FAST_RECIPE, Recipe
from aeutils.training import History, reconstruction_loss
from aeutils.zoo import ZOO, loss_with_labels
from experiments import sweep
from experiments.rows import put, read_rows


@pytest.fixture
def sample_as_mnist(monkeypatch, tmp_path):
    """The sample in place of MNIST, two epochs in place of 25, and a folder of its own for the weights."""
    images, labels = load_mnist_sample("test")
    images, labels = images[::5], labels[::5]
    monkeypatch.setattr(sweep, "load_mnist", lambda split, with_sample=True: (images, labels))
    monkeypatch.setattr(sweep, "load_mnist_sample", lambda: (images, labels))
    monkeypatch.setattr(sweep, "TRUSTWORTHINESS_POINTS", 100)
    monkeypatch.setattr(sweep, "RUNS", tmp_path / "runs")
    short = Recipe(num_epochs=2, batch_size=50, lr=1e-3)
    monkeypatch.setattr(sweep, "ZOO", {name: replace(entry, recipe=short) for name, entry in ZOO.items()})


def run(monkeypatch, results, *arguments):
    monkeypatch.setattr("sys.argv", ["sweep", "--results", str(results), *arguments])
    sweep.main()


def rows(results):
    with (results / "sweep.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.long
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


@pytest.mark.parametrize("model", ["conv-article", "dense", "residual", "linear", "labels", "no-batchnorm-slow", "bce"])
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
    for shipped, kept in zip(model.parameters(), same.parameters(), strict=True):
        assert torch.equal(shipped, kept.half().float())


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


def test_a_sweep_whose_output_nobody_reads_ends_once_its_row_is_kept(sample_as_mnist, monkeypatch, tmp_path):
    wanted = ["--models", "conv", "--latent-dims", "2", "--seeds", "0", "1"]
    with closed_pipe(), pytest.raises(SystemExit), pipe_may_close():
        run(monkeypatch, tmp_path, *wanted)
    assert [row["seed"] for row in rows(tmp_path)] == ["0"] and sweep.weights_of(("conv", 2, 0)).exists()
    run(monkeypatch, tmp_path, *wanted)
    assert [row["seed"] for row in rows(tmp_path)] == ["0", "1"]


@pytest.mark.parametrize("fault", ["disk full", "read-only"])
def test_a_row_of_results_that_cannot_be_written_leaves_the_rows_that_were_there(fault, tmp_path, monkeypatch):
    path = tmp_path / "sweep.csv"
    put(path, {"model": "conv", "seed": 0, "mse": 0.25}, ("model", "seed"))
    before = path.read_bytes()

    def refuse(source, target):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(*(("csv.writer", disk_full) if fault == "disk full" else ("aeutils.files.os.replace", refuse)))
        with pytest.raises(OSError, match="sweep.csv could not be written: .*(No space left|Read-only file system)"):
            put(path, {"model": "conv", "seed": 1, "mse": 0.5}, ("model", "seed"))
    assert list(tmp_path.iterdir()) == [path] and path.read_bytes() == before
    put(path, {"model": "conv", "seed": 1, "mse": 0.5}, ("model", "seed"))
    assert [row["mse"] for row in read_rows(path)] == ["0.25", "0.5"]


# ------------------------------------------------------------------------------------- the network's variants


OTHERS = ("linear", "conv", "conv-article", "dense", "residual", "labels")
VARIANTS = [
    name for name in ZOO if name not in OTHERS and not name.startswith("vae-")
]  # these: test_vae_experiments.py


@pytest.fixture(params=VARIANTS)
def variant(request):
    return request.param


def make(name, latent_dim=2):
    torch.manual_seed(0)
    return ZOO[name].make(latent_dim)


def layers(model):
    """The kinds of layers, in both directions."""
    return [type(layer) for layer in model.encoder], [type(layer) for layer in model.decoder]


@pytest.mark.parametrize("latent_dim", [2, 3])
def test_every_variant_takes_digits_and_returns_images_and_codes(variant, latent_dim, digits):
    model = make(variant, latent_dim)
    for mode in (model.train, model.eval):
        x_hat, z = mode()(digits)
        assert x_hat.shape == digits.shape and z.shape == (100, latent_dim)
        assert x_hat.min() >= 0 and x_hat.max() <= 1
        assert z.std(dim=0).min() > 0


def test_every_variant_starts_from_the_articles_weights_and_learns_all_of_its_own(variant, digits):
    articles, model = make("conv"), make(variant)

    def weighted(network):
        kinds = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)
        return [layer for layer in network.modules() if isinstance(layer, kinds)]

    assert len(weighted(model)) == len(weighted(articles)) == 9
    for own, articles_own in zip(weighted(model), weighted(articles), strict=True):
        assert torch.equal(own.weight, articles_own.weight) and torch.equal(own.bias, articles_own.bias)
    ZOO[variant].loss(model(digits), digits).backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize("name", ["no-batchnorm", "no-batchnorm-slow"])
def test_without_batchnorm_there_is_none_and_everything_else_is_as_it_was(name):
    articles = layers(make("conv"))
    assert sum(kinds.count(nn.BatchNorm2d) for kinds in articles) == 6
    assert layers(make(name)) == tuple([kind for kind in kinds if kind is not nn.BatchNorm2d] for kinds in articles)


def test_with_batchnorm_first_each_stands_right_before_the_activation_that_it_stood_behind():
    articles, model = make("conv"), make("batchnorm-first")
    for old, new in ((articles.encoder, model.encoder), (articles.decoder, model.decoder)):
        assert len(old) == len(new)
        for i, layer in enumerate(new):
            if isinstance(layer, nn.BatchNorm2d):
                assert isinstance(new[i + 1], nn.ReLU) and isinstance(new[i - 1], (nn.Conv2d, nn.ConvTranspose2d))
                assert isinstance(old[i], nn.ReLU) and isinstance(old[i + 1], nn.BatchNorm2d)
                assert layer.num_features == new[i - 1].out_channels
            elif not isinstance(layer, nn.ReLU):
                assert type(old[i]) is type(layer)
    assert [kinds.count(nn.BatchNorm2d) for kinds in layers(model)] == [3, 3]
    assert [kinds.count(nn.ReLU) for kinds in layers(model)] == [3, 4]


@pytest.mark.parametrize(("name", "slope"), [("slope-0.01", 0.01), ("slope-0.2", 0.2)])
def test_with_a_slope_every_relu_lets_some_of_the_negative_through(name, slope):
    model = make(name)
    leaky = [layer for layer in model.modules() if isinstance(layer, nn.LeakyReLU)]
    assert len(leaky) == 7 and not any(isinstance(layer, nn.ReLU) for layer in model.modules())
    for layer in leaky:
        assert layer(torch.tensor([-1.0, 0.0, 2.0])).tolist() == pytest.approx([-slope, 0, 2])
    assert layers(model) == tuple(
        [nn.LeakyReLU if kind is nn.ReLU else kind for kind in kinds] for kinds in layers(make("conv"))
    )


def test_only_without_tanh_a_code_leaves_the_square(variant, digits):
    model = make(variant)
    with torch.no_grad():
        for layer in model.encoder:
            if isinstance(layer, nn.Linear):
                layer.weight.mul_(100)
        x_hat, z = model(digits)
    if variant == "no-tanh":
        assert z.abs().max() > 10
        assert layers(model)[0] == layers(make("conv"))[0][:-1] and layers(model)[1] == layers(make("conv"))[1]
    else:
        assert z.abs().max() <= 1
    assert x_hat.min() >= 0 and x_hat.max() <= 1  # pixels stay what they are


def test_the_losses_of_the_variants_by_hand():
    output = torch.tensor([[0.5, 0.25], [0.8, 0.9]]), torch.tensor([[7.0], [8.0]])  # reconstructions, and some codes
    target = torch.tensor([[1.0, 0.0], [0.5, 1.0]])
    by_hand = {
        "bce": -(math.log(0.5) + math.log(0.75) + 0.5 * math.log(0.8) + 0.5 * math.log(0.2) + math.log(0.9)) / 4,
        "l1": (0.5 + 0.25 + 0.3 + 0.1) / 4,
    }
    squared = (0.5**2 + 0.25**2 + 0.3**2 + 0.1**2) / 4
    for name in VARIANTS:
        value = ZOO[name].loss(output, target)
        assert value.shape == () and value.item() == pytest.approx(by_hand.get(name, squared))
    for name in by_hand:
        assert layers(make(name)) == layers(make("conv"))


@pytest.mark.parametrize("name", ["conv", *VARIANTS])
def test_the_sweep_trains_each_variant_with_its_own_loss_and_only_the_slow_one_more_slowly(name, monkeypatch, digits):
    calls = []

    def fit(model, x, target, **settings):
        calls.append((model, x, target, settings))
        return History()

    monkeypatch.setattr(sweep, "fit", fit)
    monkeypatch.setattr(sweep, "save_weights", lambda *arguments: None)
    trained = sweep.train(name, 2, 7, digits, torch.arange(100).remainder(10))
    ((model, x, target, settings),) = calls
    assert model is trained and x is digits and target is None and settings["seed"] == 7
    assert layers(model) == layers(make(name))
    slow = replace(FAST_RECIPE, lr=1e-3)
    assert slow != FAST_RECIPE and settings["recipe"] == (slow if name == "no-batchnorm-slow" else FAST_RECIPE)
    assert (settings["loss"] is reconstruction_loss) == (name not in ("bce", "l1"))
    torch.manual_seed(7)
    wanted = ConvAutoencoder(2).encoder[0].weight
    assert torch.equal(model.encoder[0].weight, wanted)


def test_a_network_that_is_told_the_labels_learns_them_beside_the_pictures(digits):
    torch.manual_seed(0)
    model, labels = ZOO["labels"].make(2), torch.arange(10).repeat_interleave(10)
    output = model(digits)
    by_hand = (output[0] - digits).square().mean() + 0.02 * nn.functional.cross_entropy(output[2], labels)
    assert loss_with_labels(output, labels).item() == pytest.approx(by_hand.item(), rel=1e-6)
    assert len(model.eval()(digits)) == 2  # whoever uses it later is told nothing


def test_every_row_of_the_zoo_has_a_title_of_its_own_and_makes_the_size_that_is_wanted():
    assert len({entry.title for entry in ZOO.values()}) == len(ZOO)
    assert all(entry.make(3).latent_dim == 3 for entry in ZOO.values())
