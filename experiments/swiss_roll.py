"""Roll after roll: what each method makes of the Swiss roll, scored on points it has not seen.

    python -m experiments.swiss_roll          # `make roll`

Every seed draws its own roll of 2,000 points, its own first weights and its own order of batches; the 1,000 points
that score are the same for all. A finished run is a row of `aeutils/results/swiss_roll.csv` and is not done again.
The codes of the first 500 scoring points go to `swiss_roll_codes.csv`, for the autoencoders with and without geodesic
distances.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import torch
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import Isomap, LocallyLinearEmbedding
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from aeutils.autoencoder import Autoencoder, reconstruct
from aeutils.metrics import continuity, mse, trustworthiness
from aeutils.models import LinearAutoencoder, MLPAutoencoder
from aeutils.pipes import pipe_may_close
from aeutils.recipe import Recipe
from aeutils.results import RESULTS_FOLDER
from aeutils.synthetic import SECTIONS, make_swiss_roll, section_of
from aeutils.training import fit
from aeutils.unrolling import ROLL_RECIPE, fit_roll, score_unrolling
from aeutils.vae import ELBOLoss, VariationalAutoencoder
from experiments.rows import is_done, put, put_columns, stop_if_interrupted

SEEDS = range(10, 20)
TRAINED = 2000  # points a roll
SCORED = 1000
SCORED_SEED = 1000
KEPT_CODES = 500
NEIGHBOURS = 8  # in the graphs of Isomap and of LLE: as many as `fit_roll` joins, so that all see the same graph
LABELLED = 30  # points whose section is known, five a section on average
DRAWS = 20  # of these points
LINEAR_RECIPE = Recipe(num_epochs=2000, batch_size=2000, lr=3e-2)  # all points in every step
LONG_RECIPE = Recipe(num_epochs=500, batch_size=128, lr=3e-3)  # 8,000 steps; with 1e-2 some runs diverge
DEEP_RECIPE = Recipe(num_epochs=250, batch_size=128, lr=5e-3)  # 4,000 steps

ROLL_BETAS = (0.01, 0.1, 1)  # what a nat costs the variational autoencoders

Coder = Callable[[Tensor], tuple[Tensor | None, Tensor]]  # points to (x_hat, z)


def plain(x: Tensor, latent_dim: int, seed: int) -> Coder:
    """An autoencoder and nothing else."""
    return trained(x, seed, network(latent_dim, seed))


def plain_tanh(x: Tensor, latent_dim: int, seed: int) -> Coder:
    """With Tanh on the code, as the article has it."""
    model = network(latent_dim, seed)
    model.encoder.append(nn.Tanh())
    return trained(x, seed, model)


def plain_one_layer(x: Tensor, latent_dim: int, seed: int) -> Coder:
    """One hidden layer each way: encoder and decoder are perceptrons of three layers."""
    return trained(x, seed, network(latent_dim, seed, hidden=(64,)))


def plain_large(x: Tensor, latent_dim: int, seed: int) -> Coder:
    """Three wide hidden layers each way, four times as many steps."""
    return trained(x, seed, network(latent_dim, seed, hidden=(128, 128, 128)), recipe=LONG_RECIPE)


class PointVAE(VariationalAutoencoder):
    """The layers of `plain`, with a cloud of codes for every point and no squashing at the end."""

    def __init__(self, latent_dim: int):
        Autoencoder.__init__(self, latent_dim, input_shape=(3,))
        plain = MLPAutoencoder(latent_dim, input_shape=(3,), hidden=(64, 64))
        self.encoder, self.decoder = plain.encoder[:-1], plain.decoder
        self.mean, self.log_variance = nn.Linear(64, latent_dim), nn.Linear(64, latent_dim)

    def _features(self, x: Tensor) -> Tensor:
        return self.encoder(x)

    def _decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)


def vae(x: Tensor, latent_dim: int, seed: int, beta: float) -> Coder:
    """A variational autoencoder, whose error is a sum over the three coordinates."""
    torch.manual_seed(seed)
    model = PointVAE(latent_dim)
    stop_if_interrupted(fit(model, x, recipe=ROLL_RECIPE, loss=ELBOLoss(beta), seed=seed, progress=False))
    return coder(model)


def geodesic(x: Tensor, latent_dim: int, seed: int) -> Coder:
    """With geodesic distances in the loss."""
    return trained(x, seed, network(latent_dim, seed), geodesic_weight=1.0)


def geodesic_large(x: Tensor, latent_dim: int, seed: int) -> Coder:
    """With geodesic distances, three hidden layers, twice as many steps, half the learning rate: for noise."""
    return trained(x, seed, network(latent_dim, seed, hidden=(64, 64, 64)), recipe=DEEP_RECIPE, geodesic_weight=1.0)


def geodesic_then_plain(x: Tensor, latent_dim: int, seed: int) -> Coder:
    """Started unrolled, then trained again without the term."""
    model, history = fit_roll(x, geodesic_weight=1.0, model=network(latent_dim, seed), seed=seed, progress=False)
    stop_if_interrupted(history)
    return trained(x, seed, model)


def linear(x: Tensor, latent_dim: int, seed: int) -> Coder:
    """One linear layer each way."""
    torch.manual_seed(seed)
    model = LinearAutoencoder(latent_dim, input_shape=(3,))
    stop_if_interrupted(fit(model, x, recipe=LINEAR_RECIPE, seed=seed, progress=False))
    return coder(model)


def pca(x: Tensor, latent_dim: int, seed: int) -> Coder:
    """The best plane (or line)."""
    fitted = PCA(latent_dim).fit(x.numpy())

    def run(points: Tensor) -> tuple[Tensor, Tensor]:
        z = fitted.transform(points.numpy())
        return torch.from_numpy(fitted.inverse_transform(z)).float(), torch.from_numpy(z).float()

    return run


def isomap(x: Tensor, latent_dim: int, seed: int, k: int = NEIGHBOURS) -> Coder:
    """Geodesic distances without a network."""
    return embedder(Isomap(n_neighbors=k, n_components=latent_dim), x)


def lle(x: Tensor, latent_dim: int, seed: int, k: int = NEIGHBOURS) -> Coder:
    """Locally linear embedding: keep how each point is mixed from its neighbours."""
    return embedder(LocallyLinearEmbedding(n_neighbors=k, n_components=latent_dim, random_state=seed), x)


def space(x: Tensor, latent_dim: int, seed: int) -> Coder:
    """No reduction: the three coordinates."""
    return lambda points: (points, points)


def network(latent_dim: int, seed: int, hidden: tuple[int, ...] = (64, 64)) -> MLPAutoencoder:
    """A dense autoencoder for points, its first weights drawn with the seed."""
    torch.manual_seed(seed)
    return MLPAutoencoder(latent_dim, input_shape=(3,), hidden=hidden)


def trained(
    x: Tensor, seed: int, model: MLPAutoencoder, geodesic_weight: float = 0.0, recipe: Recipe = ROLL_RECIPE
) -> Coder:
    """The network after training."""
    _, history = fit_roll(x, geodesic_weight=geodesic_weight, model=model, recipe=recipe, seed=seed, progress=False)
    stop_if_interrupted(history)
    return coder(model)


def coder(model: Autoencoder) -> Coder:
    """A trained network as a function of points."""
    return lambda points: reconstruct(model, points)


def embedder(method: Isomap | LocallyLinearEmbedding, x: Tensor) -> Coder:
    """One of scikit-learn's maps, which have no way back."""
    fitted = method.fit(x.double().numpy())
    return lambda points: (None, torch.from_numpy(fitted.transform(points.double().numpy())).float())


METHODS = {
    "space": space,
    "pca": pca,
    "linear": linear,
    "plain": plain,
    "plain-tanh": plain_tanh,
    "plain-one-layer": plain_one_layer,
    "plain-large": plain_large,
    **{f"vae-{beta:g}": partial(vae, beta=beta) for beta in ROLL_BETAS},
    "geodesic": geodesic,
    "geodesic-large": geodesic_large,
    "geodesic-then-plain": geodesic_then_plain,
    "isomap": isomap,
    "isomap-10": partial(isomap, k=10),  # what a larger neighbourhood does
    "lle": lle,
    "lle-12": partial(lle, k=12),
}
NOISY = ("geodesic", "geodesic-large", "isomap", "isomap-10")
RUNS = [
    *((method, 2, 0.0) for method in METHODS if method not in ("space", "geodesic-large")),
    ("space", 3, 0.0),
    *((method, latent_dim, 0.0) for latent_dim in (1, 3) for method in ("pca", "plain")),
    *((method, 2, noise) for noise in (0.5, 1.0) for method in NOISY),
]
WITH_CODES = ("plain", "geodesic")


def score_run(method: str, latent_dim: int, noise: float, seed: int) -> tuple[dict, Tensor]:
    """Fit one method on one roll: its scores, and the codes of the scoring points."""
    x, sheet = make_swiss_roll(TRAINED, noise=noise, seed=seed)
    x_new, sheet_new = make_swiss_roll(SCORED, noise=noise, seed=SCORED_SEED)
    start = time.perf_counter()
    run = METHODS[method](x, latent_dim, seed)
    seconds = time.perf_counter() - start
    (_, z), (x_hat, z_new) = run(x), run(x_new)
    variance = x_new.double().var(dim=0, correction=0).mean().item()
    angle = math.nan
    if method == "linear":
        best, own = (PCA(latent_dim).fit(cloud.double().numpy()).components_.T for cloud in (x, run(x)[0]))
        angle = math.degrees(subspace_angles(best, own).max())
    score = score_unrolling(z_new, sheet_new)
    here, asked = section_of(sheet).numpy(), section_of(sheet_new).numpy()
    halves, asked_half = here // (SECTIONS // 2), asked // (SECTIONS // 2)  # the inner half of the sheet, the outer
    one_cut = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(z.numpy(), halves)
    cuts = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(z.numpy(), here)
    few = []
    for draw in range(DRAWS):
        known = np.random.default_rng(draw).permutation(len(z))[:LABELLED]
        few.append(KNeighborsClassifier(1).fit(z.numpy()[known], here[known]).score(z_new.numpy(), asked))
    scores = {
        "mse_share": math.nan if x_hat is None else mse(x_hat, x_new) / variance,
        **asdict(score),
        "unrolled": int(score.unrolled),
        "trustworthiness": trustworthiness(x_new, z_new),
        "continuity": continuity(x_new, z_new),
        "halves_accuracy": one_cut.score(z_new.numpy(), asked_half),
        "sections_accuracy": cuts.score(z_new.numpy(), asked),
        "few_labels_accuracy": float(np.mean(few)),
        "degrees_from_pca": angle,
        "seconds": seconds,
    }
    return scores, z_new


def main() -> None:
    """Do what is not yet done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--results", type=Path, default=RESULTS_FOLDER, help="folder of the results files")
    args = parser.parse_args()
    torch.set_num_threads(1)
    path, codes_path = args.results / "swiss_roll.csv", args.results / "swiss_roll_codes.csv"
    args.results.mkdir(parents=True, exist_ok=True)
    for method, latent_dim, noise in RUNS:
        for seed in args.seeds:
            run = {"method": method, "latent_dim": latent_dim, "noise": noise, "seed": seed}
            if is_done(path, run):
                continue
            scores, z = score_run(**run)
            if method in WITH_CODES and (latent_dim, noise) == (2, 0.0):
                z1, z2 = z[:KEPT_CODES].T
                put_columns(codes_path, {f"{method}_{seed}_z1": z1, f"{method}_{seed}_z2": z2})
            put(path, run | scores, key=tuple(run))
            print(run, "unrolled" if scores["unrolled"] else "not unrolled", flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
