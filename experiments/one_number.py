"""One number for a swing: dense autoencoders with a code of one number, trained on pictures of a pendulum.

    python -m experiments.one_number          # `make one-number`

The pictures are the same for every run: 1,000 to learn from, 300 held out. A seed draws the first weights and the order
of the batches. A finished run is a row of `aeutils/results/one_number.csv` and is not done again. The codes of the
held-out pictures go to `one_number_codes.csv`, for the network that the chapter looks at and for one whose line folds.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from sklearn.decomposition import PCA
from torch import Tensor

from aeutils.autoencoder import reconstruct
from aeutils.line import score_line
from aeutils.metrics import mse
from aeutils.models import MLPAutoencoder
from aeutils.pipes import pipe_may_close
from aeutils.recipe import Recipe
from aeutils.results import RESULTS_FOLDER
from aeutils.synthetic import draw_pendulum
from aeutils.training import fit
from experiments.rows import is_done, put, put_columns, stop_if_interrupted

SEEDS = range(10)
REACH = math.radians(40)
LEARNED, LEARNED_SEED = 1000, 0  # the pictures of the first chapter
HELD_OUT, HELD_OUT_SEED = 300, 1
RUNS = [  # widths of the encoder's hidden layers, epochs
    ((64,), 60),
    ((128, 32), 60),
    ((256, 64), 60),
    ((128, 32), 200),
]
WITH_CODES = RUNS[1]
FOLDED = ((64,), 60, 2)  # a run whose line folds: the chapter shows one


def swings(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Pictures of a pendulum and their angles in radians, anywhere within 40 degrees of the vertical."""
    generator = torch.Generator().manual_seed(seed)
    angle = (2 * torch.rand(count, 1, generator=generator) - 1) * REACH
    return draw_pendulum(angle), angle[:, 0]


def errors_of_pca(learned: Tensor, held_out: Tensor) -> np.ndarray:
    """Held-out error with 0, 1, 2, ... components, as shares of the error with none, which is the mean picture's."""
    pca = PCA().fit(learned.flatten(start_dim=1).double().numpy())
    z = pca.transform(held_out.flatten(start_dim=1).double().numpy())
    left = (z**2)[:, ::-1].cumsum(axis=1)[:, ::-1].mean(axis=0)  # what the components from this one on would explain
    return left / left[0]


def score_run(hidden: tuple[int, ...], num_epochs: int, seed: int) -> tuple[dict, Tensor]:
    """Train one network: its scores on the held-out pictures, and their codes."""
    (learned, _), (held_out, angle) = swings(LEARNED, LEARNED_SEED), swings(HELD_OUT, HELD_OUT_SEED)
    torch.manual_seed(seed)
    model = MLPAutoencoder(1, hidden=hidden)
    recipe = Recipe(num_epochs=num_epochs, batch_size=50, lr=3e-3)
    start = time.perf_counter()
    stop_if_interrupted(fit(model, learned, recipe=recipe, seed=seed, progress=False))
    seconds = time.perf_counter() - start
    x_hat, z = reconstruct(model, held_out)
    mean = learned.mean(dim=0, keepdim=True).expand_as(held_out)
    share = mse(x_hat, held_out) / mse(mean, held_out)
    score = score_line(z[:, 0], angle)
    scores = {
        "mse_share": share,
        "pca_components": int((errors_of_pca(learned, held_out) > share).sum()),
        **asdict(score),
        "folded": int(score.folded),
        "torn": int(score.torn),
        "seconds": seconds,
    }
    return scores, z[:, 0]


def main() -> None:
    """Do what is not yet done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--results", type=Path, default=RESULTS_FOLDER, help="folder of the results files")
    args = parser.parse_args()
    torch.set_num_threads(1)
    path, codes_path = args.results / "one_number.csv", args.results / "one_number_codes.csv"
    args.results.mkdir(parents=True, exist_ok=True)
    degrees = np.degrees(swings(HELD_OUT, HELD_OUT_SEED)[1].numpy())
    for hidden, num_epochs in RUNS:
        for seed in args.seeds:
            run = {"hidden": "-".join(map(str, hidden)), "num_epochs": num_epochs, "seed": seed}
            if is_done(path, run):
                continue
            scores, z = score_run(hidden, num_epochs, seed)
            if (hidden, num_epochs) == WITH_CODES:
                put_columns(codes_path, {"degrees": degrees, f"z_{seed}": z})
            if (hidden, num_epochs, seed) == FOLDED:
                put_columns(codes_path, {"degrees": degrees, "z_folded": z})
            put(path, run | scores, key=tuple(run))
            print(run, {name: scores[name] for name in ("mse_share", "rank_correlation", "folded", "torn")}, flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
