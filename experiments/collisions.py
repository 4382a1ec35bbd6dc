"""How completely do digits overlap, and how much of that is the angle of the picture? Every seed of the sweep.

    python -m experiments.collisions

Needs the weights that `experiments.sweep` left in `.runs/`. Codes of the 55,000 training images vote (ten nearest),
but only those of the group's digits; codes of the group's test images ask. By luck one vote of two, or of three, is
right. For codes of three numbers the same is done for 18 side views, ten degrees apart.
"""

from __future__ import annotations

import csv
from collections.abc import Callable

import torch
from torch import Tensor

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist
from aeutils.files import replacing
from aeutils.maps import side_view
from aeutils.metrics import knn_accuracy
from aeutils.pretrained import load_weights
from aeutils.results import RESULTS_FOLDER
from experiments.sweep import weights_of

GROUPS = ((4, 7, 9), (3, 5, 8), (3, 5), (4, 9), (7, 9))
VIEWS = range(0, 180, 10)  # the other half of the circle shows mirror images


def main() -> None:
    """Score all runs and write collisions.csv."""
    x, labels = load_mnist("train", with_sample=False)
    x_test, labels_test = load_mnist("test")
    rows = []
    for latent_dim in (2, 3):
        for seed in range(5):
            model, _ = load_weights(weights_of(("conv", latent_dim, seed)))
            z, z_test = reconstruct(model, x)[1], reconstruct(model, x_test)[1]
            for group in GROUPS:
                votes, asks = (torch.isin(which, torch.tensor(group)) for which in (labels, labels_test))

                def accuracy(view: Callable[[Tensor], Tensor], votes=votes, asks=asks, z=z, z_test=z_test) -> float:
                    return knn_accuracy(view(z_test[asks]), labels_test[asks], view(z[votes]), labels[votes], k=10)

                row = {"latent_dim": latent_dim, "seed": seed, "digits": "/".join(map(str, group))}
                row["knn10_accuracy"] = f"{accuracy(lambda codes: codes):.6g}"
                if latent_dim == 3:
                    views = [accuracy(lambda codes, degrees=degrees: side_view(codes, degrees)) for degrees in VIEWS]
                    row |= {"worst_view": f"{min(views):.6g}", "best_view": f"{max(views):.6g}"}
                rows.append(row)
                print(row, flush=True)
    with replacing(RESULTS_FOLDER / "collisions.csv") as beside, beside.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[-1]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
