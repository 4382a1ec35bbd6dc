"""One map, many makers: the 1,000 held-out digits of the sample in two numbers each, by several methods.

    python -m experiments.maps          # `make maps`

PCA and the networks learn from the 55,000 training images outside the sample and then place the 1,000. t-SNE and UMAP
see the 1,000 alone; as "tsne-placed" and "umap-placed" they see the sample's 4,000 training digits, and place the 1,000
afterwards. A finished run is a row of `aeutils/results/maps.csv` and is not done again; the codes of those that the
book draws go to `maps_codes.csv`. Needs the networks that `experiments.sweep` left in `.runs/`, and the
packages openTSNE and umap-learn, which nothing else in this repository does.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr
from sklearn.decomposition import PCA
from torch import Tensor

from aeutils.autoencoder import Autoencoder, reconstruct
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.metrics import continuity, knn_accuracy, mse, trustworthiness
from aeutils.models import ConvAutoencoder
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_weights
from aeutils.recipe import FAST_RECIPE
from aeutils.results import RESULTS_FOLDER
from aeutils.training import fit
from aeutils.zoo import LabelledAutoencoder, loss_with_labels
from experiments import sweep
from experiments.rows import is_done, put, put_columns, stop_if_interrupted

SEEDS = (0, 1, 2)
RECIPE = FAST_RECIPE
NOISE = 0.5  # standard deviation, of what the denoising network must remove
EVERY = 10  # of the digits that UMAP placed, each tenth is drawn again: a second a drawing
PERPLEXITY, NEIGHBOURS = 30, 15  # the usual ones of t-SNE and of UMAP


class DenoisingAutoencoder(Autoencoder):
    """The article's network, which while it trains sees pictures with noise and must draw them without."""

    def __init__(self):
        super().__init__(2)
        self.autoencoder = ConvAutoencoder(2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs to `(x_hat, z)`; noise is new each time."""
        return self.autoencoder((x + NOISE * torch.randn_like(x)).clamp(0, 1) if self.training else x)


@dataclass(frozen=True)
class Digits:
    """Who learns from what: the 55,000, the sample's 4,000, and the 1,000 of the map; pictures and labels."""

    full: tuple[Tensor, Tensor]
    few: tuple[Tensor, Tensor]
    held_out: tuple[Tensor, Tensor]


Made = tuple[Tensor, Tensor | None]  # the map, and what is drawn from its places, or from each tenth, or nothing


def by_pca(digits: Digits, seed: int) -> Made:
    """PCA has no seed to vary."""
    pca = PCA(2, random_state=0).fit(digits.full[0].flatten(1).numpy())
    z = pca.transform(digits.held_out[0].flatten(1).numpy())
    return torch.from_numpy(z).float(), torch.from_numpy(pca.inverse_transform(z)).float().reshape(-1, 1, 28, 28)


def by_swept_network(name: str) -> Callable[[Digits, int], Made]:
    """A network of two numbers per digit, as `experiments.sweep` trained it on the 55,000."""

    def make(digits: Digits, seed: int) -> Made:
        model, _ = load_weights(sweep.weights_of((name, 2, seed)))
        x_hat, z = reconstruct(model, digits.held_out[0])
        return z, x_hat

    return make


def by_network(make: Callable[[], Autoencoder]) -> Callable[[Digits, int], Made]:
    """A network of two numbers per digit, trained on the 55,000."""

    def train(digits: Digits, seed: int) -> Made:
        torch.manual_seed(seed)
        model = make()
        more = {"loss": loss_with_labels} if isinstance(model, LabelledAutoencoder) else {}
        target = digits.full[1] if more else None
        stop_if_interrupted(fit(model, digits.full[0], target, recipe=RECIPE, seed=seed, progress=False, **more))
        x_hat, z = reconstruct(model, digits.held_out[0])
        return z, x_hat

    return train


def by_tsne(start: str, *, placed: bool = False) -> Callable[[Digits, int], Made]:
    """t-SNE, started from PCA's plane or at random."""

    def make(digits: Digits, seed: int) -> Made:
        from openTSNE import TSNE

        method = TSNE(perplexity=PERPLEXITY, initialization=start, random_state=seed, n_jobs=1)
        held_out = digits.held_out[0].flatten(1).numpy()
        known = digits.few[0].flatten(1).numpy()
        z = method.fit(known).transform(held_out) if placed else method.fit(held_out)
        return torch.from_numpy(np.array(z)).float(), None

    return make


def by_umap(start: str, *, placed: bool = False) -> Callable[[Digits, int], Made]:
    """UMAP, started from its own spectral map or at random; what it placed it can also draw again."""

    def make(digits: Digits, seed: int) -> Made:
        from umap import UMAP

        method = UMAP(n_neighbors=NEIGHBOURS, init=start, random_state=seed, n_jobs=1)
        held_out = digits.held_out[0].flatten(1).numpy()
        if not placed:
            return torch.from_numpy(method.fit_transform(held_out)), None
        z = method.fit(digits.few[0].flatten(1).numpy()).transform(held_out)
        x_hat = method.inverse_transform(z[::EVERY])
        return torch.from_numpy(z), torch.from_numpy(x_hat).float().reshape(-1, 1, 28, 28)

    return make


MAKERS = {
    "pca": by_pca,
    "conv": by_swept_network("conv"),
    "vae": by_swept_network("vae-0.3"),
    "denoising": by_network(DenoisingAutoencoder),
    "labels": by_network(lambda: LabelledAutoencoder(2)),
    "tsne": by_tsne("pca"),
    "umap": by_umap("spectral"),
    "tsne-random": by_tsne("random"),
    "umap-random": by_umap("random"),
    "tsne-placed": by_tsne("pca", placed=True),
    "umap-placed": by_umap("spectral", placed=True),
}
DRAWN = ("pca", "conv", "vae", "denoising", "labels", "tsne", "umap", "tsne-random", "umap-random")


def centres_and_sizes(points: Tensor, labels: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Distances of the ten classes' centres from each other (45), and how far each class spreads around its own."""
    classes = [points[labels == digit].flatten(1).double() for digit in range(10)]
    centres = torch.stack([own.mean(dim=0) for own in classes])
    sizes = [(own - own.mean(dim=0)).square().sum(dim=1).mean().sqrt().item() for own in classes]
    return torch.pdist(centres).numpy(), np.array(sizes)


def score(z: Tensor, x_hat: Tensor | None, images: Tensor, labels: Tensor) -> dict:
    """What the map keeps of the pictures and their classes."""
    (far, wide), (far_in_map, wide_in_map) = centres_and_sizes(images, labels), centres_and_sizes(z, labels)
    return {
        "knn10_accuracy": knn_accuracy(z, labels),
        "trustworthiness": trustworthiness(images, z),
        "continuity": continuity(images, z),
        "centres_rank": spearmanr(far, far_in_map).statistic,
        "sizes_rank": spearmanr(wide, wide_in_map).statistic,
        "mse": "" if x_hat is None else mse(x_hat.clamp(0, 1), images[:: len(images) // len(x_hat)]),
    }


def main() -> None:
    """Make the maps that are not yet made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--makers", nargs="+", default=list(MAKERS), choices=MAKERS)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--results", type=Path, default=RESULTS_FOLDER, help="folder of the results files")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.results.mkdir(parents=True, exist_ok=True)
    digits = Digits(load_mnist("train", with_sample=False), load_mnist_sample("train"), load_mnist_sample("test"))
    images, labels = digits.held_out
    for seed in args.seeds:
        for maker in args.makers:
            run = {"maker": maker, "seed": seed}
            if is_done(args.results / "maps.csv", run) or (maker == "pca" and seed != args.seeds[0]):
                continue
            start = time.perf_counter()
            z, x_hat = MAKERS[maker](digits, seed)
            seconds = time.perf_counter() - start
            if maker in DRAWN:  # so large that the furthest number is 1
                columns = (z - z.mean(dim=0)) / (z - z.mean(dim=0)).abs().max()
                put_columns(
                    args.results / "maps_codes.csv", {f"{maker}_{seed}_z{i + 1}": columns[:, i] for i in (0, 1)}
                )
            scores = score(z, x_hat, images, labels)
            put(args.results / "maps.csv", run | scores | {"seconds": seconds}, key=tuple(run))
            print(run, scores, f"{seconds:.0f} s", flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
