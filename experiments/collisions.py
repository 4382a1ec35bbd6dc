"""How completely do digits overlap, how much of that is the angle of the picture, and what is drawn as what?

    python -m experiments.collisions

Needs the weights that `experiments.sweep` left in `.runs/`, and takes every run of the article's network that it finds
there, with our recipe and with the article's. A run is finished when its rows stand in
`aeutils/results/collisions.csv` and `drawn_as.csv`, so a stopped experiment goes on where it was.

Codes of the 55,000 training images vote (ten nearest), but only those of the group's digits; codes of the group's test
images ask. By luck one vote of two, or of three, is right. For codes of three numbers the same is done for 18 side
views, ten degrees apart. What the 10,000 test images, drawn again, are read as is told by the classifier.
"""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor

from aeutils.autoencoder import reconstruct
from aeutils.classifier import classify_digits
from aeutils.data import load_mnist
from aeutils.maps import side_view
from aeutils.metrics import confusion, knn_accuracy
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_classifier, load_weights
from aeutils.results import RESULTS_FOLDER
from experiments.rows import is_done, put
from experiments.sweep import weights_of

GROUPS = {"/".join(map(str, group)): torch.tensor(group) for group in ((4, 7, 9), (3, 5, 8), (3, 5), (4, 9), (7, 9))}
VIEWS = range(0, 180, 10)  # the other half of the circle shows mirror images
RUN = ("model", "latent_dim", "seed")
RUNS = list(product(("conv", "conv-article"), (2, 3), range(5)))


def votes(z: Tensor, labels: Tensor, z_test: Tensor, labels_test: Tensor) -> dict:
    """How often the votes of one group's digits on each other are right: of all numbers, and of the side views."""
    row = {"knn10_accuracy": knn_accuracy(z_test, labels_test, z, labels, k=10), "worst_view": "", "best_view": ""}
    if z.shape[1] == 3:
        views = [
            knn_accuracy(side_view(z_test, degrees), labels_test, side_view(z, degrees), labels, k=10)
            for degrees in VIEWS
        ]
        row |= {"worst_view": min(views), "best_view": max(views)}
    return row


def main() -> None:
    """Score what the two files do not hold yet, of the runs whose weights are there."""
    by_group, by_digit = RESULTS_FOLDER / "collisions.csv", RESULTS_FOLDER / "drawn_as.csv"
    reader = load_classifier()
    x, labels = load_mnist("train", with_sample=False)
    x_test, labels_test = load_mnist("test")
    for values in RUNS:
        run = dict(zip(RUN, values, strict=True))
        groups_left = [group for group in GROUPS if not is_done(by_group, run | {"digits": group})]
        digits_left = [digit for digit in range(10) if not is_done(by_digit, run | {"digit": digit})]
        if not (groups_left or digits_left) or not weights_of(values).exists():
            continue
        model, _ = load_weights(weights_of(values))
        x_hat, z_test = reconstruct(model, x_test)
        shares = confusion(classify_digits(reader, x_hat)[0], labels_test)
        for digit in digits_left:
            row = {f"read_as_{seen}": share for seen, share in enumerate(shares[digit].tolist())}
            put(by_digit, run | {"digit": digit} | row, key=(*RUN, "digit"))
        z = reconstruct(model, x)[1]
        for group in groups_left:
            own, own_test = (torch.isin(every, GROUPS[group]) for every in (labels, labels_test))
            row = votes(z[own], labels[own], z_test[own_test], labels_test[own_test])
            put(by_group, run | {"digits": group} | row, key=(*RUN, "digits"))
        print(run, flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
