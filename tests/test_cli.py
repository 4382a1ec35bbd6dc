import csv
import errno
import os
import re
import runpy
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from damage import checksums, closed_pipe, describe, disk_full, flip_a_bit, overwrite, write_mnist, write_weights
from PIL import Image

import aeutils.cli
import aeutils.files
import aeutils.pretrained
from aeutils.autoencoder import reconstruct
from aeutils.classifier import DigitClassifier, classify_digits
from aeutils.cli import main
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.metrics import mse
from aeutils.models import ConvAutoencoder, MLPAutoencoder
from aeutils.pretrained import (
    load_classifier,
    load_pretrained,
    load_vae,
    load_weights,
    save_weights,
    shipped_sizes,
    shipped_vaes,
    vae_path,
    weights_path,
)
from aeutils.recipe import ARTICLE_RECIPE, FAST_RECIPE
from aeutils.vae import VariationalAutoencoder, kl_divergence

VIEWS = {f"fig{angle}.png" for angle in (0, 60, 120, 180, 240, 300)}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture(autouse=True)
def few_digits(monkeypatch):
    """A tenth of the sample in its place, so that a training takes a moment: 400 digits, 100 held out (`digits`)."""

    def load(split):
        images, labels = load_mnist_sample(split)
        return images[::10], labels[::10]

    monkeypatch.setattr(aeutils.cli, "load_mnist_sample", load)


@pytest.fixture
def whole_sample(few_digits, monkeypatch):
    monkeypatch.setattr(aeutils.cli, "load_mnist_sample", load_mnist_sample)


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


def test_training_two_numbers_writes_weights_losses_and_a_map(out, whole_sample, held_out, capsys):
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


def test_saved_images_are_100_held_out_originals_and_what_the_model_makes_of_them(out, digits):
    assert train(out, "--save-images", "--batch-size", 50, epochs=2) == 0
    wanted = {f"dc_img/{name}_{epoch}.png" for name in ("real_image", "image") for epoch in (1, 2)}
    assert wanted == {name for name in files(out) if name.startswith("dc_img")}
    x_hat, _ = reconstruct(load_weights(out / "conv_autoencoder_2dim.safetensors")[0], digits)
    for epoch in (1, 2):
        np.testing.assert_allclose(cells(out / f"dc_img/real_image_{epoch}.png"), digits[:, 0], atol=1 / 255)
    np.testing.assert_allclose(cells(out / "dc_img/image_2.png"), x_hat[:, 0], atol=1 / 255)
    assert np.abs(cells(out / "dc_img/image_1.png") - cells(out / "dc_img/image_2.png")).max() > 0.05


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


def test_training_goes_on_from_given_weights_and_takes_their_size(out, digits):
    assert train(out, "--weights", weights_path(4), "--lr", 1e-5) == 0
    start = mse(reconstruct(load_pretrained(4), digits)[0], digits)
    assert losses(out)[0]["held_out_mse"] == pytest.approx(start, rel=0.1)
    assert start < 0.04  # random weights are at 0.2 after an epoch
    about = load_weights(out / "conv_autoencoder_4dim.safetensors")[1]
    assert about["started_from"] == "conv_autoencoder_4dim.safetensors"


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
    images, labels = aeutils.cli.load_mnist_sample(split)
    reference, labels_ref = aeutils.cli.load_mnist_sample("train")
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
    assert "400 " + ("each left out of its own vote" if split == "train" else "training codes vote") in said
    assert files(out) == ({"fig.png"} if size == 2 else VIEWS)


def test_without_options_the_shipped_two_numbers_are_scored(out, whole_sample, capsys):
    assert main(["evaluate", "--data", "sample", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "latent_dim 2, shipped weights, 1,000 test images of the sample" in said
    assert "4,000 training codes vote" in said


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
    assert numbers(said)[0] == pytest.approx(mse(reconstruct(model, digits)[0], digits), abs=6e-5)
    assert "latent_dim 4" in said and "mine.safetensors" in said and "no map" in said


def test_without_mnist_the_sample_is_scored_and_that_is_said(out, capsys):
    assert main(["evaluate", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "MNIST is not at hand" in said.err and "the sample instead" in said.err
    assert "100 test images of the sample" in said.out


# -------------------------------------------------------------------------------------------- weights and help


def test_training_a_vae_writes_its_weights_and_its_loss_under_their_own_names(out, digits, capsys):
    assert train(out, "--model", "vae", "--beta", "0.5", epochs=2) == 0
    assert files(out) == {"vae_2dim_beta0.5.safetensors", "losses.csv", "fig.png"}
    model, about = load_weights(vae_path(2, 0.5, out))
    assert isinstance(model, VariationalAutoencoder) and about["beta"] == 0.5
    rows = list(csv.DictReader((out / "losses.csv").open()))
    error = mse(reconstruct(model, digits)[0], digits)
    assert float(rows[-1]["held_out_mse"]) == pytest.approx(error, rel=1e-4)
    assert float(rows[-1]["training_loss"]) > 784 * 0.02  # a sum over pixels, and the divergence
    assert f"held-out MSE {error:.4f}" in capsys.readouterr().out


def test_a_vae_is_scored_with_what_its_clouds_cost(out, digits, capsys):
    model = VariationalAutoencoder(3).eval()
    save_weights(out / "own.safetensors", model, {})
    assert main(["evaluate", *f"--model vae --weights {out}/own.safetensors --data sample --out {out}".split()]) == 0
    with torch.no_grad():
        kl = kl_divergence(*model.posterior(digits)).mean().item()
    assert f"KL divergence of the clouds from the prior {kl:.2f} nats an image" in capsys.readouterr().out
    assert files(out) >= VIEWS


def tiles(path):
    """The 100 pictures of a grid of 28 x 28 pixels, with two pixels between them."""
    sheet = np.array(Image.open(path).convert("L")) / 255
    assert sheet.shape == (302, 302)
    return [sheet[y : y + 28, x : x + 28] for y in range(2, 302, 30) for x in range(2, 302, 30)]


def test_samples_are_drawn_from_the_prior_and_follow_the_seed(out):
    assert main(["sample", "--latent-dim", "2", "--out", str(out / "a"), "--seed", "7"]) == 0
    assert main(["sample", "--out", str(out / "b")]) == 0
    expected = load_vae(2).sample(100, torch.Generator().manual_seed(7))[:, 0].numpy()
    assert files(out) == {"a/samples.png", "b/samples.png"}
    np.testing.assert_allclose(tiles(out / "a" / "samples.png"), expected, atol=0.5 / 255 + 1e-6)
    assert (out / "a" / "samples.png").read_bytes() != (out / "b" / "samples.png").read_bytes()


def test_a_grid_of_samples_lies_evenly_over_the_prior(out):
    assert main(["sample", "--grid", "--out", str(out)]) == 0
    quantiles = torch.distributions.Normal(0.0, 1.0).icdf(torch.tensor([0.05, 0.55, 0.95]))
    low, middle, high = quantiles.tolist()
    with torch.no_grad():
        expected = load_vae(2).decode(torch.tensor([[low, high], [high, high], [middle, low]]))[:, 0].numpy()
    drawn = tiles(out / "samples.png")
    corners = [drawn[0], drawn[9], drawn[95]]  # top left, top right, in the last row
    np.testing.assert_allclose(corners, expected, atol=0.5 / 255 + 1e-6)


def test_the_list_of_weights_has_a_line_for_each_with_its_scores(capsys):
    assert main(["weights"]) == 0
    lines = capsys.readouterr().out.splitlines()
    listed = [line.split() for line in lines if ".safetensors" in line]
    shipped = [(size, weights_path(size)) for size in shipped_sizes()]
    for learned in (False, True):
        shipped += [(size, vae_path(size, beta, learned_prior=learned)) for size, beta in shipped_vaes(learned)]
    assert [int(columns[0]) for columns in listed] == [size for size, _ in shipped]
    for (_, path), columns in zip(shipped, listed, strict=True):
        about = load_weights(path)[1]
        recorded = [about["seed"], about["recipe"]["num_epochs"]]
        assert [int(text) for text in columns[1:3]] == recorded
        assert float(columns[3]) == pytest.approx(about["scores"]["test_mse"], abs=6e-5)
        assert float(columns[4]) == pytest.approx(about["scores"]["knn10_accuracy"], abs=6e-4)
        assert columns[-1] == path.name


OPTIONS = {
    "train": "model beta latent-dim recipe num-epochs batch-size lr weight-decay seed weights data save-images out",
    "evaluate": "model beta latent-dim weights data split save-images out",
    "sample": "beta latent-dim weights grid seed out",
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


WRITERS = {  # what the command line writes, and with what
    "conv_autoencoder_2dim.safetensors": "aeutils.pretrained.save_file",
    "losses.csv": "csv.writer",
    "fig.png": "matplotlib.figure.Figure.savefig",
    "dc_img/real_image_1.png": "torchvision.utils.save_image",
}


@pytest.mark.long
@pytest.mark.parametrize("fault", ["disk full", "read-only"])
@pytest.mark.parametrize("name", WRITERS)
def test_an_output_that_cannot_be_written_is_named_and_the_old_one_and_the_others_are_whole(
    name, fault, tmp_path, monkeypatch, capsys
):
    real_replace, out = os.replace, tmp_path / "out"

    def replace(source, target):
        if Path(target) == out / name:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        real_replace(source, target)

    (out / "dc_img").mkdir(parents=True)
    for other in WRITERS:
        (out / other).write_text("precious")
    if fault == "disk full":
        monkeypatch.setattr(WRITERS[name], disk_full)
    else:
        monkeypatch.setattr(aeutils.files.os, "replace", replace)
    assert main(["train", "--data", "sample", "--num-epochs", "1", "--save-images", "--out", str(out)]) == 1
    reason = "No space left" if fault == "disk full" else "Read-only file system"
    said = capsys.readouterr().err
    error = rf"error: .*{name} could not be written: .*{reason}.*Choose another folder.*\n"
    assert re.fullmatch(rf"{error}(warning: .*\n)?|(warning: .*\n)?{error}", said)  # one epoch is no training
    assert (out / name).read_text() == "precious" and not list(out.rglob(".*"))
    if name != "conv_autoencoder_2dim.safetensors":  # what was learned is kept
        assert load_weights(weights_path(2, out))[1]["epochs_finished"] == 1


def test_a_training_that_ends_worse_than_the_mean_image_says_so(out, capsys):
    assert train(out, "--lr", 10, epochs=2) == 0
    warning = r"^warning: The network's error is [\d.]+; the mean of all inputs.* lower the learning rate \(now 10\)\.$"
    assert re.search(warning, capsys.readouterr().err, re.MULTILINE)
    assert train(out, "--batch-size", 20, epochs=3) == 0
    assert capsys.readouterr().err == ""


def test_a_training_whose_output_nobody_reads_any_more_is_kept(out):
    with closed_pipe():
        assert train(out, epochs=2) == 0
    assert files(out) == {"conv_autoencoder_2dim.safetensors", "losses.csv", "fig.png"} and len(losses(out)) == 2


# --------------------------------------------------------------------------------------------------------- Ctrl-C


def test_ctrl_c_in_the_middle_keeps_what_was_learned(out, digits, interrupt_at, capsys):
    interrupt_at("epoch   2/50")
    assert train(out, epochs=50) == 130
    assert files(out) == {"conv_autoencoder_2dim.safetensors", "losses.csv", "fig.png"}
    model, about = load_weights(out / "conv_autoencoder_2dim.safetensors")
    assert about["epochs_finished"] == len(losses(out)) == 2
    error = mse(reconstruct(model, digits)[0], digits)
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


# ----------------------------------------------------------------------------------------------------------- refusals

# What is typed after `python -m aeutils` in `folder`; the exit code; and the last line on stderr.
COMMANDS = [
    ("", 2, "required: command"),
    ("weigths", 2, "choose from"),
    *[(f"train --latent-dim={bad}", 2, f"--latent-dim: '{bad}' is not a whole number from 1 up")
      for bad in ("0", "-1", "2.5", "abc", "")],
    ("train --latent-dim 1000000000000", 2, "'1000000000000' is more than the 784 pixels of a digit"),
    ("evaluate --latent-dim 0", 2, "--latent-dim: '0' is not a whole number from 1 up"),
    ("train --num-epochs 0", 2, "--num-epochs: '0' is not a whole number from 1 up"),
    ("train --batch-size 1e2", 2, "--batch-size: '1e2' is not a whole number from 1 up"),
    ("train --lr fast", 2, "--lr: invalid float value: 'fast'"),
    ("train --seed 0.5", 2, "seed '0.5' is not a whole number from 0 to"),
    ("train --seed 100000000000000000000", 2, "seed '100000000000000000000' is not a whole number from 0 to"),
    ("train --recipe slow", 2, "invalid choice: 'slow'.*choose from"),
    ("train --data cifar", 2, "invalid choice: 'cifar'.*choose from"),
    ("evaluate --split all", 2, "invalid choice: 'all'.*choose from"),
    ("evaluate --lr 0.1", 2, "unrecognized arguments: --lr"),
    ("train --data sample --out out --lr 0", 1, "lr is 0.0; a learning rate is a number above 0, such as"),
    ("train --data sample --out out --lr nan", 1, "lr is nan; a learning rate is a number above 0"),
    ("train --data sample --out out --lr inf", 1, "lr is inf; a learning rate is a number above 0"),
    ("train --data sample --out out --lr=-0.1", 1, "lr is -0.1; a learning rate is a number above 0"),
    ("train --data sample --out out --weight-decay=-1", 1, "weight_decay is -1.0; give 0"),
    *[(f"sample --beta={bad}", 2, f"'{bad}' is not a number from 0 up") for bad in ("-1", "nan", "inf", "x")],
    ("train --data sample --out out --beta 1", 1, "--beta belongs to the variational autoencoder. Add --model vae"),
    ("evaluate --data sample --out out --beta 1", 1, "--beta belongs to the variational autoencoder. Add --model vae"),
    ("evaluate --data sample --out out --model vae --beta 7", 1, "beta 7.0; weights are shipped for 2 numbers with"),
    ("sample --out out --latent-dim 77", 1, "latent_dim is 77 and beta 0.3; weights are shipped for 2 numbers with"),
    ("sample --out out --weights precious.safetensors", 1, "ConvAutoencoder; this command runs a Variational"),
    ("sample --out out --grid --latent-dim 16", 1, "--grid lays codes of 2 numbers in rows, these have 16. Leave"),
    ("sample --out precious.txt", 1, "precious.txt.* could not be written.*Choose another folder"),
    ("evaluate --data sample --out out --weights vae.safetensors", 1, "holds a Variational.*add --model vae"),
    ("evaluate --data sample --out out --latent-dim 77", 1, "latent_dim is 77; weights are shipped for 1, 2, 3, "),
    *[
        (f"{command} --data sample --out {options}", 1, words)
        for command in ("train", "evaluate")
        for options, words in [
            ("out --weights none.safetensors", "There are no weights at none.safetensors"),
            ("out --weights cut.safetensors", "cut.safetensors is cut short.*Get it again"),
            ("out --weights flipped.safetensors", "flipped.safetensors was changed after it was written"),
            ("out --weights later.safetensors", "its format is 'aeutils 2', wanted 'aeutils 1'"),
            ("out --weights dense.safetensors", "holds a MLPAutoencoder; this command runs a ConvAutoencoder"),
            ("out --weights classifier.safetensors", "holds a DigitClassifier; this command runs a ConvAutoencoder"),
            ("out --weights precious.safetensors --latent-dim 3", "codes of 2 numbers, --latent-dim asks for 3.*Leave"),
            ("precious.txt", "precious.txt.* could not be written.*Choose another folder"),
            ("precious.txt/deeper", "precious.txt/deeper.* could not be written.*Choose another folder"),
        ]
    ],
    ("train --data mnist --out .", 1, "MNIST is not at hand: .*AEUTILS_DATA"),
    ("evaluate --data mnist --out .", 1, "MNIST is not at hand: .*AEUTILS_DATA"),
    ("AEUTILS_DATA=html train --data mnist --out .", 1, "starts with b'<htm', MNIST's with .*Delete it"),
    ("AEUTILS_DATA=cut-images evaluate --data mnist --out .", 1, "47,040,015 bytes, MNIST's has .*Delete it"),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Weights and MNIST's files, whole or damaged in one place."""
    folder = tmp_path_factory.mktemp("damaged")
    precious = folder / "precious.safetensors"
    (folder / "precious.txt").write_text("precious")
    save_weights(precious, ConvAutoencoder(2), {})
    save_weights(folder / "vae.safetensors", VariationalAutoencoder(2), {})
    save_weights(folder / "dense.safetensors", MLPAutoencoder(2, hidden=(4,)), {})
    save_weights(folder / "classifier.safetensors", DigitClassifier(), {})
    (folder / "cut.safetensors").write_bytes(precious.read_bytes()[:9999])
    flip_a_bit(precious, folder / "flipped.safetensors")
    write_weights(folder / "later.safetensors", describe(latent_dim=2), version="aeutils 2")
    for name, change in {
        "html": lambda images, labels: overwrite(images, 0, b"<html>"),
        "cut-images": lambda images, labels: os.truncate(images, images.stat().st_size - 1),
    }.items():
        write_mnist(folder / name, change, splits=("train", "t10k"))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("command", "code", "reason"), COMMANDS, ids=[command or "nothing" for command, *_ in COMMANDS]
)
def test_a_command_that_cannot_be_done_says_why_in_one_line_and_changes_nothing(
    command, code, reason, in_folder, no_training, monkeypatch, capsys
):
    words = command.split()
    if words and words[0].startswith("AEUTILS_DATA="):
        monkeypatch.setenv(*words.pop(0).split("="))
    try:
        ended = main(words)
    except SystemExit as left:
        ended = left.code
    said = capsys.readouterr()
    usage, line = said.err.rstrip("\n").rsplit("\n", 1) if code == 2 else ("", said.err.rstrip("\n"))
    assert ended == code
    assert re.fullmatch(rf"(python -m aeutils.*: )?error: .*{reason}.*", line)
    assert usage.startswith("usage: " if code == 2 else "") and "Traceback" not in usage and "MSE" not in said.out


@pytest.mark.long
def test_nothing_in_a_data_folder_is_run(tmp_path, monkeypatch, capsys):
    class Trap:
        def __reduce__(self):
            return Path.touch, (tmp_path / "sprung",)

    root = tmp_path / "data"
    write_mnist(root)
    monkeypatch.setattr("aeutils.data._SHA256", checksums(root))
    places = [root, root / "MNIST", root / "MNIST/raw", root / "MNIST/processed"]  # the last: torchvision's of old
    for place in places:
        place.mkdir(exist_ok=True)
        for name in ("__init__", "sitecustomize", "conftest", "aeutils", "torch"):
            (place / f"{name}.py").write_text(f"import pathlib; pathlib.Path({str(tmp_path / 'sprung')!r}).touch()")
        for name in ("training.pt", "test.pt", "weights.pkl", "conv_autoencoder_2dim.safetensors"):
            torch.save({"weights": Trap()}, place / name)

    def spring(name, set_off):
        set_off(name)
        (tmp_path / "sprung").unlink()  # or an error: the trap would catch nothing

    for place in places:
        spring(place / "training.pt", lambda path: torch.load(path, weights_only=False))
        spring(place / "__init__.py", lambda path: runpy.run_path(str(path)))

    monkeypatch.setenv("AEUTILS_DATA", str(root))
    assert len(load_mnist("test")[0]) == 10_000
    assert main(["train", "--data", "mnist", "--out", str(tmp_path / "out")]) == 1  # no training images there
    weights = ["--weights", str(root / "conv_autoencoder_2dim.safetensors")]
    assert main(["evaluate", "--out", str(tmp_path / "out"), *weights]) == 1
    assert "was written by torch.save(): such a file can run code" in capsys.readouterr().err
    assert main(["evaluate", "--out", str(tmp_path / "out")]) == 0  # of the sample
    assert not (tmp_path / "sprung").exists()
