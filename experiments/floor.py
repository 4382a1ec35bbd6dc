"""Why the article's network stops gaining: 64 numbers, one change at a time.

    python -m experiments.floor          # `make floor`

Learns from the 55,000 training images outside the sample, as the sweep does. Each network is scored twice: with the
codes that its encoder gives, and with the codes that its own decoder draws best, found by gradient descent on the codes
of a thousand digits of the sample while the decoder stays as it is. A finished run is a row of
`aeutils/results/floor.csv` and is not done again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aeutils.autoencoder import Autoencoder, reconstruct
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.metrics import mse
from aeutils.models import ConvAutoencoder
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_weights
from aeutils.recipe import FAST_RECIPE, Recipe
from aeutils.results import RESULTS_FOLDER
from aeutils.training import fit
from experiments.rows import is_done, put, stop_if_interrupted
from experiments.sweep import weights_of

LATENT_DIM = 64
SEEDS = range(3)
SEARCH_STEPS, SEARCH_LR = 150, 0.05
MAPS = (16, 32, 64)  # of the encoder's convolutions; the last are the features


def conv_encoder(maps: tuple[int, int, int], tanh: bool = True) -> nn.Sequential:
    """The article's encoder with other numbers of maps."""
    first, second, features = maps
    layers = [
        nn.Conv2d(1, first, kernel_size=3, stride=3, padding=1),
        nn.ReLU(inplace=True),
        nn.BatchNorm2d(first),
        nn.MaxPool2d(2, stride=2),
        nn.Conv2d(first, second, kernel_size=3, stride=2, padding=1),
        nn.ReLU(inplace=True),
        nn.BatchNorm2d(second),
        nn.MaxPool2d(2, stride=1),
        nn.Conv2d(second, features, kernel_size=2),
        nn.ReLU(inplace=True),
        nn.BatchNorm2d(features),
        nn.Flatten(),
        nn.Linear(features, LATENT_DIM),
        nn.Tanh(),
    ]
    return nn.Sequential(*layers) if tanh else nn.Sequential(*layers[:-1])


def dense_encoder() -> nn.Sequential:
    """No convolutions and no pooling: 784-512-256 and the code, with the article's ReLU and BatchNorm."""
    layers: list[nn.Module] = [nn.Flatten()]
    for width_in, width_out in ((784, 512), (512, 256)):
        layers += [nn.Linear(width_in, width_out), nn.ReLU(inplace=True), nn.BatchNorm1d(width_out)]
    return nn.Sequential(*layers, nn.Linear(256, LATENT_DIM), nn.Tanh())


def wide_decoder() -> nn.Sequential:
    """The article's decoder with twice as many features and maps."""
    return nn.Sequential(
        nn.Linear(LATENT_DIM, 128),
        nn.ReLU(inplace=True),
        nn.Unflatten(1, (128, 1, 1)),
        nn.ConvTranspose2d(128, 64, kernel_size=2),
        nn.ReLU(inplace=True),
        nn.BatchNorm2d(64),
        nn.ConvTranspose2d(64, 32, kernel_size=3, stride=2),
        nn.ReLU(inplace=True),
        nn.BatchNorm2d(32),
        nn.ConvTranspose2d(32, 16, kernel_size=5, stride=3, padding=1),
        nn.ReLU(inplace=True),
        nn.BatchNorm2d(16),
        nn.ConvTranspose2d(16, 1, kernel_size=2, stride=2, padding=1),
        nn.Tanh(),
    )


def with_parts(
    encoder: Callable[[], nn.Sequential] | None = None, decoder: Callable[[], nn.Sequential] | None = None
) -> Callable[[], ConvAutoencoder]:
    """The article's network with another encoder or another decoder."""

    def make() -> ConvAutoencoder:
        model = ConvAutoencoder(LATENT_DIM)
        model.encoder = encoder() if encoder else model.encoder
        model.decoder = decoder() if decoder else model.decoder
        return model

    return make


CHANGES: dict[str, tuple[Callable[[], ConvAutoencoder], Recipe]] = {
    "none": (with_parts(), FAST_RECIPE),
    "wide encoder": (with_parts(encoder=lambda: conv_encoder((32, 64, 128))), FAST_RECIPE),
    "wide decoder": (with_parts(decoder=wide_decoder), FAST_RECIPE),
    "25 epochs": (with_parts(), replace(FAST_RECIPE, num_epochs=25)),
    "dense encoder": (with_parts(encoder=dense_encoder), FAST_RECIPE),
    "128 features": (with_parts(encoder=lambda: conv_encoder((16, 32, 128))), FAST_RECIPE),
    "no Tanh": (with_parts(encoder=lambda: conv_encoder(MAPS, tanh=False)), FAST_RECIPE),
}
"""What is changed, how the network is made and how it is trained; in the order in which they say most."""


def best_codes(model: Autoencoder, x: Tensor, steps: int = SEARCH_STEPS) -> Tensor:
    """Codes from which a decoder draws some images best, by gradient descent from those that the encoder gives.

    Parameters
    ----------
    model : Autoencoder
        In evaluation mode; its weights are not moved.
    x : Tensor of shape (N, 1, 28, 28)
        The images that are to be drawn.
    steps : int
        Of Adam, on the codes.

    Returns
    -------
    z : Tensor of shape (N, latent_dim)
        Inside (-1, 1) if the network's codes end in Tanh.
    """
    z = reconstruct(model, x)[1]
    bounded = isinstance(model.encoder[-1], nn.Tanh)
    free = (z.clamp(-0.999, 0.999).atanh() if bounded else z).requires_grad_()
    optimizer = torch.optim.Adam([free], lr=SEARCH_LR)
    for _ in range(steps):
        optimizer.zero_grad()
        drawn = model.decode(free.tanh() if bounded else free)
        F.mse_loss(drawn, x).backward()
        optimizer.step()
    return (free.tanh() if bounded else free).detach()


def score_run(change: str, seed: int, data: dict[str, Tensor]) -> dict:
    """Train one network: its scores for floor.csv. The unchanged one is the sweep's, and is not trained twice."""
    make, recipe = CHANGES[change]
    trained = weights_of(("conv", LATENT_DIM, seed))
    start = time.perf_counter()
    if change == "none" and trained.exists():
        model = load_weights(trained)[0]
    else:
        torch.manual_seed(seed)
        model = make()
        stop_if_interrupted(fit(model, data["train"], recipe=recipe, seed=seed, progress=False))
    seconds = time.perf_counter() - start
    model.requires_grad_(False)
    errors = {f"{name}_mse": mse(reconstruct(model, x)[0], x) for name, x in data.items()}
    drawn = model.decode(best_codes(model, data["sample"]))
    weights = {
        f"{half}_weights": sum(w.numel() for w in getattr(model, half).parameters()) for half in ("encoder", "decoder")
    }
    return errors | {"best_code_mse": mse(drawn, data["sample"])} | weights | {"seconds": seconds}


def main() -> None:
    """Do what is not yet done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", nargs="+", choices=CHANGES, default=list(CHANGES))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--results", type=Path, default=RESULTS_FOLDER, help="folder of floor.csv")
    args = parser.parse_args()
    args.results.mkdir(parents=True, exist_ok=True)
    path, data = args.results / "floor.csv", {}
    for change in args.changes:
        for seed in args.seeds:
            run = {"change": change, "seed": seed}
            if is_done(path, run):
                continue
            data = data or {
                "train": load_mnist("train", with_sample=False)[0],
                "test": load_mnist("test")[0],
                "sample": load_mnist_sample("test")[0],
            }
            scores = score_run(change, seed, data)
            put(path, run | scores, key=tuple(run))
            print(run, {name: round(scores[name], 5) for name in ("test_mse", "best_code_mse", "seconds")}, flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
