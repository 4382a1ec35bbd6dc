"""What can be typed after `python -m aeutils`, with a help text for everything."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from aeutils.checks import LARGEST_SEED

PIXELS = 784  # in a digit; a code of more numbers than that would be no shorter than the picture
DEFAULT_BETA = 0.3  # as that of load_vae()


def build_parser() -> argparse.ArgumentParser:
    """The command line; `command` is what it found first: train, evaluate, sample or weights."""
    parser = argparse.ArgumentParser(
        prog="python -m aeutils",
        description="An autoencoder squeezes handwritten digits into a few numbers and draws them again from these.",
        epilog="Try first:  python -m aeutils evaluate --out results   (scores the shipped weights, draws their map)",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    train = commands.add_parser(
        "train",
        help="train the network, save its weights and figures",
        description="Train the article's network and write, into the output folder: the weights "
        "conv_autoencoder_Kdim.safetensors, a table losses.csv, and for 2 numbers the map fig.png, for 3 numbers "
        "the map turned six times, fig0.png to fig300.png. Ctrl-C stops it and keeps what was learned in whole epochs.",
    )
    evaluate = commands.add_parser(
        "evaluate",
        help="score trained weights and draw their map",
        description="Score shipped weights, or your own, on images they did not learn from, and write the same "
        "figures as train.",
    )
    sample = commands.add_parser(
        "sample",
        help="draw new digits",
        description="Let a variational autoencoder draw digits that nobody wrote, from codes of its prior, and write "
        "them to samples.png in the output folder.",
    )
    commands.add_parser("weights", help="list the weights that are shipped")
    _add_train_options(train)
    _add_evaluate_options(evaluate)
    _add_sample_options(sample)
    for command in (train, evaluate):
        command.add_argument(
            "--model",
            choices=["plain", "vae"],
            default="plain",
            help="plain (default): the article's autoencoder. vae: the variational autoencoder with the same layers",
        )
    for command in (train, evaluate, sample):
        command.add_argument(
            "--beta", type=_beta, metavar="B", help=f"what a nat costs in the loss of a vae (default: {DEFAULT_BETA})"
        )
        command.add_argument("--out", type=Path, default=Path("."), metavar="FOLDER", help="output folder (default: .)")
    for command in (train, evaluate):
        command.add_argument(
            "--save-images",
            action="store_true",
            help="also write dc_img/real_image_E.png and dc_img/image_E.png: 100 held-out originals and their "
            "reconstructions after epoch E (evaluate: E is 0)",
        )
    return parser


def _add_train_options(train: argparse.ArgumentParser) -> None:
    train.add_argument("--latent-dim", type=_code_size, metavar="K", help="numbers in a code (default: 2)")
    train.add_argument(
        "--recipe",
        choices=["fast", "article"],
        default="fast",
        help="fast (default): 10 epochs with a rising and falling learning rate, about a minute on 2 cores. "
        "article: the article's settings, Adam 1e-2, weight decay 1e-5, batch 100, 100 epochs. The options below "
        "change single settings of either.",
    )
    train.add_argument("--num-epochs", type=_count, metavar="N", help="times through the training images")
    train.add_argument("--batch-size", type=_count, metavar="N", help="images a training step")
    train.add_argument("--lr", type=float, metavar="RATE", help="learning rate; with the fast recipe its peak")
    train.add_argument(
        "--weight-decay",
        type=float,
        metavar="X",
        help="penalty on large weights, for errors on pixels from 0 to 1 (a quarter of the article's number, whose "
        "pixels run from -1 to 1)",
    )
    train.add_argument("--seed", type=_seed, default=0, metavar="N", help="start of the random numbers (default: 0)")
    train.add_argument("--weights", type=Path, metavar="FILE", help="go on from these weights, not from random ones")
    train.add_argument(
        "--data",
        choices=["mnist", "sample"],
        default="mnist",
        help="mnist (default): 55,000 training images, downloaded at need; held out: the 5,000 of the sample. "
        "sample: 4,000 digits that need no network; held out: 1,000",
    )


def _add_evaluate_options(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument("--latent-dim", type=_code_size, metavar="K", help="which shipped weights (default: 2)")
    evaluate.add_argument("--weights", type=Path, metavar="FILE", help="score these instead of shipped ones")
    evaluate.add_argument(
        "--data",
        choices=["mnist", "sample"],
        help="mnist (default where it can be had): MNIST's test images; sample: 1,000 digits that need no network",
    )
    evaluate.add_argument("--split", choices=["test", "train"], default="test", help="which images (default: test)")


def _add_sample_options(sample: argparse.ArgumentParser) -> None:
    sample.add_argument("--latent-dim", type=_code_size, metavar="K", help="which shipped weights (default: 2)")
    sample.add_argument("--weights", type=Path, metavar="FILE", help="draw with these instead of shipped ones")
    sample.add_argument(
        "--grid",
        action="store_true",
        help="not at random, but evenly over the prior, from its left edge to its right; for 2 numbers",
    )
    sample.add_argument("--seed", type=_seed, default=0, metavar="N", help="start of the random numbers (default: 0)")


def _beta(text: str) -> float:
    try:
        beta = float(text)
    except ValueError:
        beta = -1.0
    if not 0 <= beta < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 up")
    return beta


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def _code_size(text: str) -> int:
    if _count(text) > PIXELS:
        raise argparse.ArgumentTypeError(f"{text!r} is more than the {PIXELS} pixels of a digit")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) > LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"seed {text!r} is not a whole number from 0 to {LARGEST_SEED}")
    return int(text)
