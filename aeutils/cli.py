"""The article's whole program as a command: train, evaluate, and list what is shipped."""

from __future__ import annotations

import csv
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path

import torch
from torch import Tensor

from aeutils.autoencoder import reconstruct
from aeutils.classifier import classify_digits
from aeutils.cli_options import build_parser
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.files import replacing
from aeutils.metrics import knn_accuracy, mse
from aeutils.models import ConvAutoencoder
from aeutils.pipes import pipe_may_close, print_nowhere
from aeutils.pretrained import load_classifier, load_pretrained, load_weights, save_weights, shipped_sizes, weights_path
from aeutils.recipe import ARTICLE_RECIPE, FAST_RECIPE
from aeutils.training import History, fit

RECIPES = {"fast": FAST_RECIPE, "article": ARTICLE_RECIPE}
GRID = 100  # images in a saved grid, ten a row

Split = tuple[Tensor, Tensor]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 0 if all went well, 1 after an error, 130 after Ctrl-C."""
    try:
        with pipe_may_close():
            args = build_parser().parse_args(argv)
            return {"train": _train, "evaluate": _evaluate, "weights": _list_weights}[args.command](args)
    except (ValueError, OSError, FloatingPointError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped by Ctrl-C; only the files named above were written", file=sys.stderr)
        return 130


def _train(args: Namespace) -> int:
    settings = ("num_epochs", "batch_size", "lr", "weight_decay")
    given = {name: getattr(args, name) for name in settings if getattr(args, name) is not None}
    recipe = replace(RECIPES[args.recipe], **given)
    torch.manual_seed(args.seed)
    model = _load_own(args) if args.weights else ConvAutoencoder(args.latent_dim or 2)
    _check_writable(args.out)
    if args.data == "mnist":
        trained_on = "MNIST's 55,000 training images outside the sample"
        train, held_out = load_mnist("train", with_sample=False), load_mnist_sample()
    else:
        trained_on = "the sample's 4,000 training images"
        train, held_out = load_mnist_sample("train"), load_mnist_sample("test")
    print(f"training {model.latent_dim} numbers per digit on {len(train[0]):,} images; {len(held_out[0]):,} held out")

    images_lost = False

    def after_epoch(epoch: int, history: History) -> None:
        nonlocal images_lost
        try:
            print(
                f"epoch {epoch:3d}/{recipe.num_epochs}  training MSE {history.train_loss[-1]:.4f}  "
                f"held-out MSE {history.validation_loss[-1]:.4f}",
                flush=True,
            )
        except BrokenPipeError:  # that nobody reads on, as after `| head -3`, does not cost the training
            print_nowhere()
        if args.save_images and not images_lost:
            try:
                _save_grids(args.out, epoch, model, held_out[0])
            except OSError as error:  # a picture is not worth the training
                images_lost = True
                print(f"error: {error} The training goes on without images.", file=sys.stderr)

    history = fit(
        model, train[0], recipe=recipe, validation=held_out[0], seed=args.seed, after_epoch=after_epoch,
        progress=sys.stderr.isatty(),
    )  # fmt: skip
    if history.interrupted and not history.train_loss:
        print("stopped by Ctrl-C in the first epoch; no weights were written")
        return 130
    if history.interrupted:
        print(f"stopped by Ctrl-C after {len(history.train_loss)} whole epochs; keeping what was learned")
    if history.warning:
        print(f"warning: {history.warning}", file=sys.stderr)
    about = {
        "trained_on": trained_on,
        "seed": args.seed,
        "recipe": asdict(recipe),
        "epochs_finished": len(history.train_loss),
        "started_from": str(args.weights.name) if args.weights else "random weights",
        "scores": {"held_out_mse": round(mse(reconstruct(model, held_out[0])[0], held_out[0]), 6)},
    }
    path = weights_path(model.latent_dim, args.out)
    save_weights(path, model, about)
    print(f"wrote {path}")
    with replacing(args.out / "losses.csv") as beside, beside.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", "training_mse", "held_out_mse"])
        writer.writerows(zip(count(1), history.train_loss, history.validation_loss, strict=False))
    print(f"wrote {args.out / 'losses.csv'}")
    _save_maps(args.out, model, held_out)
    return 130 if history.interrupted else int(images_lost)


def _evaluate(args: Namespace) -> int:
    model = _load_own(args) if args.weights else load_pretrained(args.latent_dim or 2)
    _check_writable(args.out)
    train, held_out, name = _evaluation_data(args.data)
    images, labels = train if args.split == "train" else held_out
    x_hat, z = reconstruct(model, images)
    read = classify_digits(load_classifier(), x_hat)[0]
    if args.split == "train":
        accuracy, voters = knn_accuracy(z, labels), "each left out of its own vote"
    else:
        accuracy, voters = knn_accuracy(z, labels, reconstruct(model, train[0])[1], train[1]), "training codes vote"
    error = mse(x_hat, images)
    source = args.weights or "shipped weights"
    print(f"latent_dim {model.latent_dim}, {source}, {len(images):,} {args.split} images of {name}")
    print(f"  MSE per pixel, intensities in [0, 1]       {error:.4f}")
    print(f"  squared error per image (784 x MSE)        {784 * error:.2f}")
    print(f"  reconstructions read as what they were     {(read == labels).double().mean().item():.3f}")
    print(f"  10-NN accuracy of the codes                {accuracy:.3f}  ({len(train[0]):,} {voters})")
    if args.save_images:
        _save_grids(args.out, 0, model, images)
    _save_maps(args.out, model, (images, labels))
    return 0


def _list_weights(args: Namespace) -> int:
    print("latent_dim  seed  epochs  test MSE  10-NN accuracy     kB  file")
    for latent_dim in shipped_sizes():
        path = weights_path(latent_dim)
        about = load_weights(path)[1]
        scores = about["scores"]
        print(
            f"{latent_dim:10d}  {about['seed']:4d}  {about['recipe']['num_epochs']:6d}  {scores['test_mse']:8.4f}  "
            f"{scores['knn10_accuracy']:14.3f}  {path.stat().st_size / 1000:5.0f}  {path.name}"
        )
    print(f"in {weights_path(2).parent}; all trained on MNIST's 55,000 training images outside the sample")
    return 0


def _evaluation_data(wanted: str | None) -> tuple[Split, Split, str]:
    """Training and held-out images and what they are called; without MNIST at hand, the sample's, saying so."""
    if wanted != "sample":
        try:
            return load_mnist("train", with_sample=False), load_mnist("test"), "MNIST"
        except OSError as error:
            if wanted == "mnist":
                raise
            print(f"{error}\n-> scoring digits of the sample instead.", file=sys.stderr)
    return load_mnist_sample("train"), load_mnist_sample("test"), "the sample"


def _load_own(args: Namespace) -> ConvAutoencoder:
    model, _ = load_weights(args.weights)
    if not isinstance(model, ConvAutoencoder):
        raise ValueError(f"{args.weights} holds a {type(model).__name__}; this command runs a ConvAutoencoder.")
    if args.latent_dim not in (None, model.latent_dim):
        raise ValueError(
            f"{args.weights} holds codes of {model.latent_dim} numbers, --latent-dim asks for {args.latent_dim}. "
            "Leave --latent-dim out, or name other weights."
        )
    return model


def _check_writable(folder: Path) -> None:
    """Find out now, not after the training."""
    with replacing(folder / ".aeutils-write-test") as beside:
        beside.write_text("x")
    (folder / ".aeutils-write-test").unlink()


def _save_maps(folder: Path, model: ConvAutoencoder, digits: Split) -> None:
    if model.latent_dim not in (2, 3):
        print(f"no map: it needs codes of 2 or 3 numbers, these have {model.latent_dim}")
        return
    import matplotlib

    matplotlib.use("Agg")  # files only, no window
    from matplotlib import pyplot as plt

    from aeutils.maps import VIEW_ANGLES, plot_code_map, plot_code_map_3d
    from aeutils.plotting import use_style

    use_style()
    images, labels = digits
    z = reconstruct(model, images)[1]
    if model.latent_dim == 2:
        axes = {"fig.png": plot_code_map(z, labels, size=3)}
    else:
        axes = {f"fig{angle}.png": plot_code_map_3d(z, labels, azim=angle) for angle in VIEW_ANGLES}
    for name, ax in axes.items():
        with replacing(folder / name) as beside:
            ax.figure.savefig(beside)
        plt.close(ax.figure)
        print(f"wrote {folder / name}")


def _save_grids(folder: Path, epoch: int, model: ConvAutoencoder, images: Tensor) -> None:
    from torchvision.utils import save_image

    some = images[:: max(1, len(images) // GRID)][:GRID]  # spread over the file: the sample is sorted by class
    for name, picture in (("real_image", some), ("image", reconstruct(model, some)[0])):
        with replacing(folder / "dc_img" / f"{name}_{epoch}.png") as beside:
            save_image(picture, beside, nrow=10)
