"""The recipes that were tried for the article's network, and how each did on the sample.

    python -m experiments.recipes             # `make recipes`

Every run learns from the 55,000 training images outside the sample, with two numbers per digit, and is scored on the
sample's 5,000 images. No test image is read, so none can have chosen the recipe. A finished run is a row of
`aeutils/results/recipes.csv` and is not done again.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict, replace
from pathlib import Path

import torch

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.metrics import mse
from aeutils.models import ConvAutoencoder
from aeutils.pipes import pipe_may_close
from aeutils.recipe import FAST_RECIPE, SHORT_RECIPE, Recipe
from aeutils.results import RESULTS_FOLDER
from aeutils.training import fit
from experiments.rows import is_done, put, stop_if_interrupted

LATENT_DIM = 2
SEEDS = (0, 1, 2)
ADAM = {"muon": False, "lr": 1e-2, "warmup": 0.15, "beta2": 0.999}  # what Adam alone did best with
RECIPES = {
    "short": SHORT_RECIPE,
    "short, half the rate": replace(SHORT_RECIPE, lr=1e-2),
    "short, twice the rate": replace(SHORT_RECIPE, lr=4e-2),
    "short, quicker to the peak": replace(SHORT_RECIPE, warmup=0.15),
    "short, slower average": replace(SHORT_RECIPE, beta2=0.999),
    "short, batches of 512": replace(SHORT_RECIPE, batch_size=512),
    "short, Adam": replace(SHORT_RECIPE, **ADAM),
    "fast": FAST_RECIPE,
    "fast, Adam": replace(FAST_RECIPE, **ADAM),
    "fast, half the epochs": replace(FAST_RECIPE, num_epochs=5),
    "fast, half the rate": replace(FAST_RECIPE, lr=1e-2),
    "fast, 25 epochs of Adam": replace(FAST_RECIPE, num_epochs=25, **ADAM),
}
"""By the name in the column `name`: the two recipes of `aeutils.recipe`, and each with one thing changed."""


def validation_error(recipe: Recipe, seed: int, data: dict[str, torch.Tensor]) -> float:
    """Train one network, and return its error on the sample."""
    torch.manual_seed(seed)
    model = ConvAutoencoder(LATENT_DIM)
    stop_if_interrupted(fit(model, data["train"], recipe=recipe, seed=seed, progress=False))
    return mse(reconstruct(model, data["sample"])[0], data["sample"])


def main() -> None:
    """Do what is not yet done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--results", type=Path, default=RESULTS_FOLDER, help="folder of recipes.csv")
    args = parser.parse_args()
    args.results.mkdir(parents=True, exist_ok=True)
    path = args.results / "recipes.csv"
    data = {"train": load_mnist("train", with_sample=False)[0], "sample": load_mnist_sample()[0]}
    for name, recipe in RECIPES.items():
        for seed in args.seeds:
            run = {"name": name, "seed": seed}
            if is_done(path, run):
                continue
            start = time.perf_counter()
            error = validation_error(recipe, seed, data)
            row = run | asdict(recipe) | {"validation_mse": error, "seconds": time.perf_counter() - start}
            put(path, row, key=tuple(run))
            print(f"{name}, seed {seed}: {error:.5f}", flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
