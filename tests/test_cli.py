import csv
import errno
import os
import re
import shutil
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from PIL import Image

import aeutils.cli
import aeutils.files
import aeutils.pretrained
from aeutils.autoencoder import reconstruct
from aeutils.classifier import classify_digits
from aeutils.cli import main
from aeutils.data import load_mnist_sample
from aeutils.metrics import mse
from aeutils.models import ConvAutoencoder
from aeutils.pretrained import load_classifier, load_pretrained, load_weights, save_weights, shipped_sizes, weights_path
from aeutils.recipe import ARTICLE_RECIPE, FAST_RECIPE

VIEWS = {f"fig{angle}.png" for angle in (0, 60, 120, 180, 240, 300)}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def train(out, *options, epochs=1):
    """`train` with as little work as possible; its exit code."""
    return main(["train", "--data", "sample", "--num-epochs", str(epochs), "--out", str(out), *map(str, options)])


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def contents(folder):
    return {name: (folder / name).read_bytes() for name in files(folder)}


def losses(out):
    with (out / "losses.csv").open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def cells(path):
    """The 100 pictures of a saved grid, which has a margin of two pixels around each."""
    grid = np.asarray(Image.open(path).convert("L"), dtype=np.float64) / 255
    assert grid.shape == (302, 302)
    return np.stack([grid[2 + 30 * r : 30 + 30 * r, 2 + 30 * c : 30 + 30 * c] for r in range(10) for c in range(10)])


@pytest.fixture
def no_training(monkeypatch):
    def fit(*args, **kwargs):
        pytest.fail("the training was started")

    monkeypatch.setattr(aeutils.cli, "fit", fit)


@pytest.fixture
def interrupt_at(monkeypatch):
    """Presses Ctrl-C when a line that starts like this is about to be printed."""

    def arm(start):
        real_print = print

        def print_(*args, **kwargs):
            if str(args[0]).startswith(start):
                raise KeyboardInterrupt
            real_print(*args, **kwargs)

        monkeypatch.setattr("builtins.print", print_)

    return arm


# ---------------------------------------------------------------------------------------------------------- train


def test_training_two_numbers_writes_weights_losses_and_a_map(out, held_out, capsys):
    assert train(out, "--latent-dim", 2, epochs=2) == 0
    assert files(out) == {"conv_autoencoder_2dim.safetensors", "losses.csv", "fig.png"}
    model, about = load_weights(out / "conv_autoencoder_2dim.safetensors")
    assert isinstance(model, ConvAutoencoder) and model.latent_dim == 2
    error = mse(reconstruct(model, held_out[0])[0], held_out[0])
    assert about["scores"]["held_out_mse"] == pytest.approx(error, abs=1e-6)
    assert about["recipe"] == asdict(replace(FAST_RECIPE, num_epochs=2))
    assert (about["seed"], about["epochs_finished"], about["started_from"]) == (0, 2, "random weights")
    assert "4,000" in about["trained_on"]

    table = losses(out)
    assert [row["epoch"] for row in table] == [1, 2]
    assert table[-1]["held_out_mse"] == pytest.approx(error, rel=1e-4)
    assert table[1]["training_mse"] < table[0]["training_mse"]
    said = capsys.readouterr().out
    assert "4,000 images; 1,000 held out" in said
    for row in table:
        assert f"training MSE {row['training_mse']:.4f}  held-out MSE {row['held_out_mse']:.4f}" in said
    assert np.asarray(Image.open(out / "fig.png").convert("L")).std() > 10


def test_training_three_numbers_writes_six_different_views(out):
    assert train(out, "--latent-dim", 3) == 0
    assert files(out) == {"conv_autoencoder_3dim.safetensors", "losses.csv"} | VIEWS
    assert len({(out / name).read_bytes() for name in VIEWS}) == 6


def test_training_four_numbers_writes_no_map_and_says_so(out, capsys):
    assert train(out, "--latent-dim", 4) == 0
    assert files(out) == {"conv_autoencoder_4dim.safetensors", "losses.csv"}
    assert "no map: it needs codes of 2 or 3 numbers, these have 4" in capsys.readouterr().out


def test_without_a_size_two_numbers_are_trained_in_the_folder_where_one_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--data", "sample", "--num-epochs", "1"]) == 0
    assert (tmp_path / "conv_autoencoder_2dim.safetensors").exists() and (tmp_path / "fig.png").exists()


def test_saved_images_are_100_held_out_originals_and_what_the_model_makes_of_them(out, held_out):
    assert train(out, "--save-images", epochs=2) == 0
    wanted = {f"dc_img/{name}_{epoch}.png" for name in ("real_image", "image") for epoch in (1, 2)}
    assert wanted == {name for name in files(out) if name.startswith("dc_img")}
    originals = held_out[0][::10]
    x_hat, _ = reconstruct(load_weights(out / "conv_autoencoder_2dim.safetensors")[0], originals)
    for epoch in (1, 2):
        np.testing.assert_allclose(cells(out / f"dc_img/real_image_{epoch}.png"), originals[:, 0], atol=1 / 255)
    np.testing.assert_allclose(cells(out / "dc_img/image_2.png"), x_hat[:, 0], atol=1 / 255)
    assert np.abs(cells(out / "dc_img/image_1.png") - cells(out / "dc_img/image_2.png")).max() > 0.1


@pytest.mark.parametrize(
    ("options", "recipe"),
    [
        (["--recipe", "article"], replace(ARTICLE_RECIPE, num_epochs=1)),
        (["--recipe", "fast", "--batch-size", 500], replace(FAST_RECIPE, num_epochs=1, batch_size=500)),
        (
            ["--recipe", "article", "--lr", "5e-3", "--weight-decay", "1e-6", "--batch-size", 400],
            replace(ARTICLE_RECIPE, num_epochs=1, lr=5e-3, weight_decay=1e-6, batch_size=400),
        ),
        (["--weight-decay", 0], replace(FAST_RECIPE, num_epochs=1, weight_decay=0.0)),
    ],
)
def test_the_recipe_is_the_wanted_one_with_single_settings_changed(options, recipe, out, monkeypatch):
    used, real_fit = [], aeutils.cli.fit
    monkeypatch.setattr(aeutils.cli, "fit", lambda *args, **kw: used.append(kw["recipe"]) or real_fit(*args, **kw))
    assert train(out, "--latent-dim", 4, *options) == 0
    assert used == [recipe]
    assert load_weights(out / "conv_autoencoder_4dim.safetensors")[1]["recipe"] == asdict(recipe)


def test_the_articles_recipe_is_batches_of_100_at_a_learning_rate_of_a_hundredth(out):
    train(out, "--latent-dim", 4, "--recipe", "article")
    recipe = load_weights(out / "conv_autoencoder_4dim.safetensors")[1]["recipe"]
    assert (recipe["batch_size"], recipe["lr"], recipe["one_cycle"]) == (100, 1e-2, False)


def test_the_seed_decides_what_comes_out(tmp_path):
    trained = {}
    for name, seed in (("first", 1), ("again", 1), ("other", 2)):
        assert train(tmp_path / name, "--latent-dim", 4, "--seed", seed) == 0
        model, about = load_weights(weights_path(4, tmp_path / name))
        assert about["seed"] == seed
        trained[name] = torch.cat([parameter.detach().flatten() for parameter in model.parameters()])
    assert torch.equal(trained["first"], trained["again"]) and not torch.equal(trained["first"], trained["other"])


def test_training_goes_on_from_given_weights_and_takes_their_size(out, held_out):
    assert train(out, "--weights", weights_path(3), "--lr", 1e-5) == 0
    start = mse(reconstruct(load_pretrained(3), held_out[0])[0], held_out[0])
    assert losses(out)[0]["held_out_mse"] == pytest.approx(start, rel=0.1)
    assert start < 0.04  # random weights are at 0.2 after an epoch
    about = load_weights(out / "conv_autoencoder_3dim.safetensors")[1]
    assert about["started_from"] == "conv_autoencoder_3dim.safetensors"


# ------------------------------------------------------------------------------------------------------- evaluate


def numbers(said):
    """The four scores in what `evaluate` printed."""
    patterns = (r"MSE per pixel.*?\]\s+(\S+)", r"784 x MSE\)\s+(\S+)", r"read as what they were\s+(\S+)",
                r"10-NN accuracy of the codes\s+(\S+)")  # fmt: skip
    return [float(re.search(pattern, said)[1]) for pattern in patterns]


def vote(z, z_ref, labels_ref, leave_out_self):
    distances = torch.cdist(z.double(), z_ref.double(), compute_mode="donot_use_mm_for_euclid_dist")
    if leave_out_self:
        distances.fill_diagonal_(torch.inf)
    nearest = distances.topk(10, largest=False).indices
    return torch.stack([(labels_ref[nearest] == digit).sum(dim=1) for digit in range(10)], dim=1).argmax(dim=1)


@pytest.mark.long
@pytest.mark.parametrize(("size", "split"), [(2, "test"), (2, "train"), (3, "test")])
def test_evaluating_prints_what_an_independent_computation_gives_and_draws_the_map(size, split, out, capsys):
    assert main(["evaluate", "--data", "sample", "--latent-dim", f"{size}", "--split", split, "--out", f"{out}"]) == 0
    said = capsys.readouterr().out
    model = load_pretrained(size)
    images, labels = load_mnist_sample(split)
    reference, labels_ref = load_mnist_sample("train")
    with torch.no_grad():
        x_hat, z = model(images)
        z_ref = model.encode(reference)
    error = ((x_hat - images) ** 2).double().mean().item()
    read = classify_digits(load_classifier(), x_hat)[0]
    voted = vote(z, z_ref, labels_ref, leave_out_self=split == "train")
    wanted = [error, 784 * error, (read == labels).double().mean().item(), (voted == labels).double().mean().item()]
    assert numbers(said) == [
        pytest.approx(value, abs=allowed) for value, allowed in zip(wanted, (6e-5, 6e-3, 2e-3, 2e-3), strict=True)
    ]
    assert f"latent_dim {size}, shipped weights, {len(images):,} {split} images of the sample" in said
    assert "4,000 " + ("each left out of its own vote" if split == "train" else "training codes vote") in said
    assert files(out) == ({"fig.png"} if size == 2 else VIEWS)


def test_without_options_the_shipped_two_numbers_are_scored(out, capsys):
    assert main(["evaluate", "--data", "sample", "--out", str(out)]) == 0
    assert "latent_dim 2, shipped weights, 1,000 test images of the sample" in capsys.readouterr().out


def test_own_weights_are_scored_and_their_images_saved(out, digits, capsys):
    torch.manual_seed(0)
    model = ConvAutoencoder(4).eval()
    save_weights(out / "mine.safetensors", model, {})
    options = ["--weights", str(out / "mine.safetensors"), "--save-images", "--out", str(out)]
    assert main(["evaluate", "--data", "sample", *options]) == 0
    assert files(out) == {"mine.safetensors", "dc_img/real_image_0.png", "dc_img/image_0.png"}
    np.testing.assert_allclose(cells(out / "dc_img/real_image_0.png"), digits[:, 0], atol=1 / 255)
    np.testing.assert_allclose(cells(out / "dc_img/image_0.png"), reconstruct(model, digits)[0][:, 0], atol=1 / 255)
    said = capsys.readouterr().out
    images, _ = load_mnist_sample("test")
    assert numbers(said)[0] == pytest.approx(mse(reconstruct(model, images)[0], images), abs=6e-5)
    assert "latent_dim 4" in said and "mine.safetensors" in said and "no map" in said


def test_without_mnist_the_sample_is_scored_and_that_is_said(out, capsys):
    assert main(["evaluate", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "MNIST is not at hand" in said.err and "the sample instead" in said.err
    assert "1,000 test images of the sample" in said.out


# -------------------------------------------------------------------------------------------- weights and help


def test_the_list_of_weights_has_a_line_for_each_with_its_scores(capsys):
    assert main(["weights"]) == 0
    lines = capsys.readouterr().out.splitlines()
    listed = [line.split() for line in lines if ".safetensors" in line]
    assert [int(columns[0]) for columns in listed] == shipped_sizes()
    for size, columns in zip(shipped_sizes(), listed, strict=True):
        about = load_weights(weights_path(size))[1]
        recorded = [about["seed"], about["recipe"]["num_epochs"]]
        assert [int(text) for text in columns[1:3]] == recorded
        assert float(columns[3]) == pytest.approx(about["scores"]["test_mse"], abs=6e-5)
        assert float(columns[4]) == pytest.approx(about["scores"]["knn10_accuracy"], abs=6e-4)
        assert columns[-1] == weights_path(size).name


OPTIONS = {
    "train": "latent-dim recipe num-epochs batch-size lr weight-decay seed weights data save-images out",
    "evaluate": "latent-dim weights data split save-images out",
    "weights": "",
}


@pytest.mark.parametrize("command", OPTIONS)
def test_the_help_of_a_command_explains_every_option(command, capsys):
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    explained = dict(re.findall(r"^  (?:-h, )?--([\w-]+)(.*\n(?:   .*\n)*)", text, re.MULTILINE))
    assert set(explained) == {"help", *OPTIONS[command].split()}
    for explanation in explained.values():
        words = re.sub(r"^ ?(\{.*?\}|[A-Z]+)?", "", explanation).split()
        assert len(words) >= 3


def test_the_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    assert all(re.search(rf"^ +{command} +\w", text, re.MULTILINE) for command in OPTIONS)


# ------------------------------------------------------------------------------------------------ what goes wrong


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_folder_where_nothing_can_be_written_is_refused_before_training(
    number, out, no_training, monkeypatch, capsys
):
    out.mkdir()
    shutil.copy(weights_path(2), out)
    before = contents(out)

    def replace_(source, target):
        raise OSError(number, os.strerror(number), str(target))

    monkeypatch.setattr(aeutils.files.os, "replace", replace_)
    assert train(out) == 1
    assert re.fullmatch(rf"error: .*could not be written: .*{os.strerror(number)}.*\n", capsys.readouterr().err)
    assert contents(out) == before


@pytest.mark.parametrize("lr", ["1e30", "1e39"])
def test_a_learning_rate_that_is_far_too_high_is_named_and_the_old_weights_stay(lr, out, capsys):
    out.mkdir()
    shutil.copy(weights_path(2), out)
    before = contents(out)
    assert train(out, "--lr", lr) == 1
    assert re.search(rf"^error: .*(learning rate|lr).* {re.escape(f'{float(lr):g}')}", capsys.readouterr().err, re.M)
    assert contents(out) == before


# --------------------------------------------------------------------------------------------------------- Ctrl-C


def test_ctrl_c_in_the_middle_keeps_what_was_learned(out, held_out, interrupt_at, capsys):
    interrupt_at("epoch   2/50")
    assert train(out, epochs=50) == 130
    assert files(out) == {"conv_autoencoder_2dim.safetensors", "losses.csv", "fig.png"}
    model, about = load_weights(out / "conv_autoencoder_2dim.safetensors")
    assert about["epochs_finished"] == len(losses(out)) == 2
    error = mse(reconstruct(model, held_out[0])[0], held_out[0])
    assert losses(out)[-1]["held_out_mse"] == pytest.approx(error, rel=1e-4)
    assert "stopped by Ctrl-C after 2 whole epochs; keeping what was learned" in capsys.readouterr().out


def test_ctrl_c_before_the_training_leaves_everything_as_it_was(out, interrupt_at, capsys):
    interrupt_at("training 2 numbers")
    assert train(out) == 130
    assert "stopped" in capsys.readouterr().err
    assert files(out) == set()


def test_ctrl_c_after_the_weights_were_written_does_not_say_that_nothing_was(out, interrupt_at, capsys):
    interrupt_at(f"wrote {out / 'losses.csv'}")
    assert train(out) == 130
    assert "conv_autoencoder_2dim.safetensors" in files(out)
    assert "before anything was written" not in capsys.readouterr().err
