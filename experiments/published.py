"""Score our maps of two numbers as a published table scores its own: all 10,000 test images, each leaving itself out.

    python -m experiments.published

Needs the weights that `experiments.sweep` left in `.runs/`. Neighbours are looked for among the test images alone:
the 1-NN error of each code's nearest other code, trustworthiness and continuity with k = 12.
"""

from __future__ import annotations

from sklearn.decomposition import PCA
from torch import Tensor, from_numpy

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist
from aeutils.metrics import continuity, knn_accuracy, trustworthiness
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_weights
from aeutils.results import RESULTS_FOLDER
from experiments.rows import is_done, put
from experiments.sweep import weights_of

KEY = ("model", "seed")
RUNS = [
    ("pca", 0),
    *((model, seed) for model in ("conv-article", "conv", "dense") for seed in range(5)),
]


def codes(model: str, seed: int, x_test: Tensor) -> Tensor:
    """Two numbers for each test image; PCA's are fitted on all 60,000 training images, as in the published table."""
    if model == "pca":
        pca = PCA(2, random_state=0).fit(load_mnist("train")[0].flatten(1).numpy())
        return from_numpy(pca.transform(x_test.flatten(1).numpy())).float()
    return reconstruct(load_weights(weights_of((model, 2, seed)))[0], x_test)[1]


def main() -> None:
    """Score what published.csv does not hold yet."""
    path = RESULTS_FOLDER / "published.csv"
    x_test, labels = load_mnist("test")
    for model, seed in RUNS:
        run = {"model": model, "seed": seed}
        if is_done(path, run):
            continue
        z = codes(model, seed, x_test)
        scores = {
            "nn1_error": 1 - knn_accuracy(z, labels, k=1),
            "trustworthiness": trustworthiness(x_test, z),
            "continuity": continuity(x_test, z),
        }
        put(path, run | scores, KEY)
        print(run | scores, flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
