"""How probable are test images to a variational autoencoder? In nats, as papers report it.

    python -m experiments.likelihood

Pixels are black or white here: in every epoch a training image is drawn anew, each pixel white with the probability of
its intensity; the 10,000 test images are drawn once, with a fixed seed. Networks learn from the 55,000 training images
outside the sample, on whose images the recipe was chosen. A finished run is a row of
`aeutils/results/likelihood.csv` and is not done again.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from aeutils.data import load_mnist, load_mnist_sample
from aeutils.likelihood import log_likelihood
from aeutils.pipes import pipe_may_close
from aeutils.recipe import FAST_RECIPE, Recipe, make_optimizers
from aeutils.results import RESULTS_FOLDER
from aeutils.training import train_epoch
from aeutils.vae import DenseVariationalAutoencoder, VariationalAutoencoder
from experiments.rows import is_done, put

KEY = ("network", "latent_dim", "seed")
TEST_SEED = 0  # of the test images' black and white
SAMPLES = 200
DENSE_RECIPE = Recipe(num_epochs=75, batch_size=200, lr=2e-3, beta2=0.99)


@dataclass(frozen=True)
class Setting:
    """A network and how it is trained."""

    network: str
    latent_dim: int
    recipe: Recipe

    def make(self) -> VariationalAutoencoder:
        """The network with fresh weights."""
        return (
            DenseVariationalAutoencoder(self.latent_dim)
            if self.network == "dense"
            else VariationalAutoencoder(self.latent_dim)
        )


SETTINGS = (
    Setting("article's", 2, FAST_RECIPE),
    Setting("article's", 16, FAST_RECIPE),
    Setting("dense", 40, DENSE_RECIPE),
)


def negative_elbo(output: tuple[Tensor, Tensor, Tensor], target: Tensor) -> Tensor:
    """Minus the evidence lower bound of black and white pixels, in nats an image."""
    x_hat, _, kl = output
    return F.binary_cross_entropy(x_hat, target, reduction="sum") / len(target) + kl.mean()


def train(setting: Setting, seed: int, x: Tensor) -> tuple[VariationalAutoencoder, float]:
    """The trained network, and minus its loss in the last epoch."""
    torch.manual_seed(seed)
    model = setting.make()
    recipe = setting.recipe
    num_batches = len(x) // recipe.batch_size
    optimizers = make_optimizers(model, recipe, num_steps=recipe.num_epochs * num_batches)
    dice = torch.Generator().manual_seed(seed)
    for _ in range(recipe.num_epochs):
        drawn = torch.bernoulli(x, generator=dice)
        batches = torch.randperm(len(x), generator=dice).tensor_split(num_batches)
        loss = train_epoch(model, drawn, drawn, batches, negative_elbo, optimizers)
    return model, -loss


def main() -> None:
    """Train and score what has no row yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--results", type=Path, default=RESULTS_FOLDER, help="folder of likelihood.csv")
    args = parser.parse_args()
    torch.set_num_threads(1)
    path = args.results / "likelihood.csv"
    x, x_val, x_test = load_mnist("train", with_sample=False)[0], load_mnist_sample()[0], load_mnist("test")[0]
    held_out = {
        name: torch.bernoulli(images, generator=torch.Generator().manual_seed(TEST_SEED))
        for name, images in (("validation", x_val[::5]), ("test", x_test))
    }
    for seed in args.seeds:
        for setting in SETTINGS:
            run = dict(zip(KEY, (setting.network, setting.latent_dim, seed), strict=True))
            if is_done(path, run):
                continue
            start = time.perf_counter()
            model, train_elbo = train(setting, seed, x)
            scores = {"train_elbo": train_elbo, "seconds": time.perf_counter() - start}
            for name, images in held_out.items():
                for column, count in (("elbo", 1), ("bound", SAMPLES)):
                    dice = torch.Generator().manual_seed(seed)
                    bound = log_likelihood(model, images, num_samples=count, generator=dice).mean().item()
                    scores[f"{name}_{column}"] = bound
            put(path, run | scores, KEY)
            print(run | scores, flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
