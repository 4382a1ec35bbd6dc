"""How completely do digits overlap, and how much of that is the angle of the picture? Every seed of the sweep.

    python -m experiments.collisions

Needs the weights that `experiments.sweep` left in `.runs/`, and takes every run of the article's network that it finds
there, with our recipe and with the article's. A run is finished when its rows stand in
`aeutils/results/collisions.csv`, so a stopped experiment goes on where it was.

Codes of the 55,000 training images vote (ten nearest), but only those of the group's digits; codes of the group's test
images ask. By luck one vote of two, or of three, is right. For codes of three numbers the same is done for 18 side
views, ten degrees apart.
"""

from __future__ import annotations

from itertools import product

import torch

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist
from aeutils.maps import side_view
from aeutils.metrics import knn_accuracy
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_weights
from aeutils.results import RESULTS_FOLDER
from experiments.rows import is_done, put
from experiments.sweep import weights_of

GROUPS = ((4, 7, 9), (3, 5, 8), (3, 5), (4, 9), (7, 9))
VIEWS = range(0, 180, 10)  # the other half of the circle shows mirror images
KEY = ("model", "latent_dim", "seed", "digits")
RUNS = list(product(("conv", "conv-article"), (2, 3), range(5)))


def main() -> None:
    """Score what collisions.csv does not hold yet, of the runs whose weights are there."""
    path = RESULTS_FOLDER / "collisions.csv"
    x, labels = load_mnist("train", with_sample=False)
    x_test, labels_test = load_mnist("test")
    for name, latent_dim, seed in RUNS:
        run = {"model": name, "latent_dim": latent_dim, "seed": seed}
        groups = {"/".join(map(str, group)): torch.tensor(group) for group in GROUPS}
        left = {digits: group for digits, group in groups.items() if not is_done(path, run | {"digits": digits})}
        if not left or not weights_of((name, latent_dim, seed)).exists():
            continue
        model, _ = load_weights(weights_of((name, latent_dim, seed)))
        z, z_test = reconstruct(model, x)[1], reconstruct(model, x_test)[1]
        for digits, group in left.items():
            votes, asks = torch.isin(labels, group), torch.isin(labels_test, group)
            accuracy = knn_accuracy(z_test[asks], labels_test[asks], z[votes], labels[votes], k=10)
            row = run | {"digits": digits, "knn10_accuracy": accuracy, "worst_view": "", "best_view": ""}
            if latent_dim == 3:
                views = [
                    knn_accuracy(
                        side_view(z_test[asks], degrees),
                        labels_test[asks],
                        side_view(z[votes], degrees),
                        labels[votes],
                        k=10,
                    )
                    for degrees in VIEWS
                ]
                row |= {"worst_view": min(views), "best_view": max(views)}
            put(path, row, KEY)
            print(row, flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
