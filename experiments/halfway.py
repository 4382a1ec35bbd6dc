"""Half-way between two codes: is what is drawn there read as one of the two digits? Every seed of the sweep.

    python -m experiments.halfway

Needs the weights with 16 numbers that `experiments.sweep` left in `.runs/`. The codes are those of the 10,000 test
images; beside the drawings stand double exposures, the same two reconstructions laid over each other. A seed is
finished when its rows stand in `aeutils/results/halfway.csv`, so a stopped experiment goes on where it was.
"""

from __future__ import annotations

import torch
from torch import Tensor

from aeutils.autoencoder import Autoencoder, reconstruct
from aeutils.classifier import DigitClassifier, classify_digits
from aeutils.data import load_mnist
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_classifier, load_weights
from aeutils.results import RESULTS_FOLDER
from experiments.rows import is_done, put
from experiments.sweep import weights_of

LATENT_DIM = 16
PAIRS = 4000
KINDS = ("same digit", "two digits")
KEY = ("seed", "between")


def draw_pairs(labels: Tensor, kind: str) -> tuple[Tensor, Tensor]:
    """Two lists of images: pairs of one digit, never an image with itself, or pairs of two."""
    first, second = torch.randint(len(labels), (2, 20 * PAIRS), generator=torch.Generator().manual_seed(0))
    same = labels[first] == labels[second]
    wanted = same & (first != second) if kind == "same digit" else ~same
    return first[wanted][:PAIRS], second[wanted][:PAIRS]


@torch.no_grad()
def score(model: Autoencoder, reader: DigitClassifier, x: Tensor, labels: Tensor, kind: str) -> dict:
    """The share of pictures that are read as one of the two digits, half-way by codes and by pixels."""
    x_hat, z = reconstruct(model, x)
    a, b = draw_pairs(labels, kind)
    pictures = {"by_codes": model.decode((z[a] + z[b]) / 2), "by_pixels": (x_hat[a] + x_hat[b]) / 2}
    read = {name: classify_digits(reader, half)[0] for name, half in pictures.items()}
    return {name: ((seen == labels[a]) | (seen == labels[b])).double().mean().item() for name, seen in read.items()}


def main() -> None:
    """Score the seeds that halfway.csv does not hold yet, if their weights are there."""
    path = RESULTS_FOLDER / "halfway.csv"
    reader = load_classifier()
    x, labels = load_mnist("test")
    for seed in range(5):
        weights = weights_of(("conv", LATENT_DIM, seed))
        for kind in KINDS:
            run = {"seed": seed, "between": kind}
            if not is_done(path, run) and weights.exists():
                put(path, run | score(load_weights(weights)[0], reader, x, labels, kind), KEY)
                print(run, flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
