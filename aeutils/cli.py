"""The article's whole program as a command: train, evaluate, draw new digits, and list what is shipped."""

from __future__ import annotations

import csv
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import count

import torch
from torch import Tensor

from aeutils.autoencoder import EVAL_BATCH_SIZE, Autoencoder, reconstruct
from aeutils.classifier import classify_digits
from aeutils.cli_files import GRID_ROWS, check_writable, save_grids, save_maps, save_rows
from aeutils.cli_options import DEFAULT_BETA, PIXELS, build_parser
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.files import replacing
from aeutils.metrics import knn_accuracy, mse
from aeutils.models import ConvAutoencoder
from aeutils.pipes import pipe_may_close, print_nowhere
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
from aeutils.training import History, fit, reconstruction_loss
from aeutils.vae import ELBOLoss, VariationalAutoencoder, kl_divergence

RECIPES = {"fast": FAST_RECIPE, "article": ARTICLE_RECIPE}

Split = tuple[Tensor, Tensor]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 0 if all went well, 1 after an error, 130 after Ctrl-C."""
    try:
        with pipe_may_close():
            args = build_parser().parse_args(argv)
            commands = {"train": _train, "evaluate": _evaluate, "sample": _sample, "weights": _list_weights}
            return commands[args.command](args)
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
    make = VariationalAutoencoder if args.model == "vae" else ConvAutoencoder
    beta = _beta_of(args)
    model = _load_own(args, make) if args.weights else make(args.latent_dim or 2)
    loss, pixels = (reconstruction_loss, 1) if beta is None else (ELBOLoss(beta), PIXELS)  # its error is per image
    check_writable(args.out)
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
                f"epoch {epoch:3d}/{recipe.num_epochs}  training {'MSE' if beta is None else 'loss'} "
                f"{history.train_loss[-1]:.4f}  held-out MSE {history.validation_loss[-1] / pixels:.4f}",
                flush=True,
            )
        except BrokenPipeError:  # that nobody reads on, as after `| head -3`, does not cost the training
            print_nowhere()
        if args.save_images and not images_lost:
            try:
                save_grids(args.out, epoch, model, held_out[0])
            except OSError as error:  # a picture is not worth the training
                images_lost = True
                print(f"error: {error} The training goes on without images.", file=sys.stderr)

    history = fit(
        model, train[0], recipe=recipe, loss=loss, validation=held_out[0], seed=args.seed, after_epoch=after_epoch,
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
    if beta is not None:
        about["beta"] = beta
    path = weights_path(model.latent_dim, args.out) if beta is None else vae_path(model.latent_dim, beta, args.out)
    save_weights(path, model, about)
    print(f"wrote {path}")
    with replacing(args.out / "losses.csv") as beside, beside.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", "training_mse" if beta is None else "training_loss", "held_out_mse"])
        held_out_mse = [error / pixels for error in history.validation_loss]
        writer.writerows(zip(count(1), history.train_loss, held_out_mse, strict=False))
    print(f"wrote {args.out / 'losses.csv'}")
    save_maps(args.out, model, held_out)
    return 130 if history.interrupted else int(images_lost)


def _evaluate(args: Namespace) -> int:
    beta = _beta_of(args)
    if args.weights:
        model = _load_own(args, ConvAutoencoder if beta is None else VariationalAutoencoder)
    else:
        model = load_pretrained(args.latent_dim or 2) if beta is None else load_vae(args.latent_dim or 2, beta)
    check_writable(args.out)
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
    if isinstance(model, VariationalAutoencoder):
        with torch.no_grad():
            kl = torch.cat([kl_divergence(*model.posterior(batch)) for batch in images.split(EVAL_BATCH_SIZE)])
        print(f"  KL divergence of the clouds from the prior {kl.mean().item():.2f} nats an image")
    if args.save_images:
        save_grids(args.out, 0, model, images)
    save_maps(args.out, model, (images, labels))
    return 0


def _sample(args: Namespace) -> int:
    if args.weights:
        model = _load_own(args, VariationalAutoencoder)
    else:
        model = load_vae(args.latent_dim or 2, DEFAULT_BETA if args.beta is None else args.beta)
    if args.grid and model.latent_dim != 2:
        raise ValueError(f"--grid lays codes of 2 numbers in rows, these have {model.latent_dim}. Leave --grid out.")
    if args.grid:
        # Between two neighbours lies the same share of the prior everywhere.
        steps = torch.special.ndtri((torch.arange(GRID_ROWS) + 0.5) / GRID_ROWS)
        with torch.no_grad():
            drawings = model.decode(torch.cartesian_prod(-steps, steps).flip(1))  # rows from the top
    else:
        drawings = model.sample(GRID_ROWS**2, torch.Generator().manual_seed(args.seed))
    save_rows(args.out / "samples.png", drawings)
    print(f"wrote {args.out / 'samples.png'}")
    return 0


def _list_weights(args: Namespace) -> int:
    print("latent_dim  seed  epochs  test MSE  10-NN accuracy     kB  file")
    plain = [(latent_dim, weights_path(latent_dim)) for latent_dim in shipped_sizes()]
    variational = [
        (latent_dim, vae_path(latent_dim, beta, learned_prior=learned_prior))
        for learned_prior in (False, True)
        for latent_dim, beta in shipped_vaes(learned_prior)
    ]
    for latent_dim, path in plain + variational:
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


def _beta_of(args: Namespace) -> float | None:
    """What a nat costs; None for the plain autoencoder, where nobody counts them."""
    if args.model == "vae":
        return DEFAULT_BETA if args.beta is None else args.beta
    if args.beta is not None:
        raise ValueError("--beta belongs to the variational autoencoder. Add --model vae, or leave --beta out.")
    return None


def _load_own(args: Namespace, wanted: type[Autoencoder]) -> Autoencoder:
    model, _ = load_weights(args.weights)
    if not isinstance(model, wanted):
        change = "; add --model vae" if isinstance(model, VariationalAutoencoder) else ""
        raise ValueError(
            f"{args.weights} holds a {type(model).__name__}; this command runs a {wanted.__name__}{change}."
        )
    if args.latent_dim not in (None, model.latent_dim):
        raise ValueError(
            f"{args.weights} holds codes of {model.latent_dim} numbers, --latent-dim asks for {args.latent_dim}. "
            "Leave --latent-dim out, or name other weights."
        )
    return model
