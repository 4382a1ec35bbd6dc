"""Train every model that the chapters compare, on the full MNIST, and score each on the test images.

    python -m experiments.sweep --models conv --latent-dims 2 3 --ship 2 3      # as in `make weights`

All models learn from the 55,000 training images outside the sample. The sample's 5,000 images are the validation
set; the 10,000 test images score a finished model and choose nothing. A run is finished when its row stands in
`aeutils/results/sweep.csv` and its weights in `.runs/`; finished runs are skipped, so a stopped sweep goes on where it
was. In a fresh clone there are rows but no weights: there every run is done again and its row replaced.
"""

from __future__ import annotations

import argparse
import time
from copy import copy
from dataclasses import asdict
from pathlib import Path

import torch
from sklearn.decomposition import PCA
from torch import Tensor

from aeutils.autoencoder import Autoencoder, reconstruct
from aeutils.classifier import classify_digits
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.metrics import (
    continuity,
    knn_predict,
    mse,
    share_by_digit,
    trustworthiness,
)
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_classifier, load_weights, save_weights, vae_path, weights_path
from aeutils.residual import ResidualAutoencoder
from aeutils.results import RESULTS_FOLDER
from aeutils.training import fit
from aeutils.vae import MixtureVariationalAutoencoder, VariationalAutoencoder
from aeutils.zoo import TITLES, ZOO, loss_with_labels
from experiments.rows import is_done, put, read_rows, stop_if_interrupted

RUNS = Path(".runs")
Run = tuple[str, int, int]
KEY = ("model", "latent_dim", "seed")  # the parts of a Run, and the columns that tell runs apart
TRUSTWORTHINESS_POINTS = 3000  # the first test images


def train(name: str, latent_dim: int, seed: int, x: Tensor, labels: Tensor) -> Autoencoder:
    """Make the model that `name` stands for, train it, and keep its weights where the zoo says so."""
    entry = ZOO[name]
    torch.manual_seed(seed)
    model = entry.make(latent_dim)
    if isinstance(model, ResidualAutoencoder):
        model.start_as_pca(x)
    target = labels if entry.loss is loss_with_labels else None
    loss = copy(entry.loss)  # one that is warmed up changes while it is used
    stop_if_interrupted(
        fit(
            model, x, target, recipe=entry.recipe, loss=loss, seed=seed, progress=False,
            after_epoch=getattr(loss, "after_epoch", None),
        )
    )  # fmt: skip
    if entry.keep_weights:
        about = {"trained_on": "MNIST's 55,000 training images outside the sample", "seed": seed}
        save_weights(weights_of((name, latent_dim, seed)), model, about | {"recipe": asdict(entry.recipe)})
    return model


def score_run(name: str, latent_dim: int, seed: int, data: dict[str, tuple[Tensor, Tensor]]) -> dict:
    """Train one model and score it: its row for sweep.csv."""
    (x, labels), (x_val, _), (x_test, labels_test) = data["train"], data["validation"], data["test"]
    start = time.perf_counter()
    if name == "pca":
        pca = PCA(latent_dim, random_state=0).fit(x.flatten(1).numpy())
        seconds = time.perf_counter() - start

        def run(images: Tensor) -> tuple[Tensor, Tensor]:
            z = pca.transform(images.flatten(1).numpy())
            x_hat = torch.from_numpy(pca.inverse_transform(z)).float().reshape(images.shape)
            return x_hat, torch.from_numpy(z).float()
    else:
        model = train(name, latent_dim, seed, x, labels)
        seconds = time.perf_counter() - start

        def run(images: Tensor) -> tuple[Tensor, Tensor]:
            return reconstruct(model, images)

    z_train = run(x)[1]
    x_hat, z = run(x_test)
    right10 = knn_predict(z, z_train, labels, k=10) == labels_test
    right1 = knn_predict(z, z_train, labels, k=1) == labels_test
    # Some models' reconstructions leave [0, 1] a little; the reader gets them as a screen would show them.
    read = classify_digits(load_classifier(), x_hat.clamp(0, 1))[0] == labels_test
    first = slice(TRUSTWORTHINESS_POINTS)
    row = {
        "model": name,
        "latent_dim": latent_dim,
        "seed": seed,
        "validation_mse": mse(run(x_val)[0], x_val),
        "test_mse": mse(x_hat, x_test),
        "knn10_accuracy": right10.double().mean().item(),
        "knn1_accuracy": right1.double().mean().item(),
        "read_as_itself": read.double().mean().item(),
        "trustworthiness": trustworthiness(x_test[first], z[first]),
        "continuity": continuity(x_test[first], z[first]),
        "seconds": seconds,
    }
    for column, hits in (("knn10", right10), ("read", read)):
        for digit, share in enumerate(share_by_digit(hits, labels_test).tolist()):
            row[f"{column}_digit{digit}"] = share
    return row


def weights_of(run: Run) -> Path:
    """Where the weights of one run are kept."""
    name, latent_dim, seed = run
    return RUNS / f"{name}_{latent_dim}dim_seed{seed}.safetensors"


def run_of(row: dict) -> Run:
    """Which run a row belongs to."""
    return row["model"], int(row["latent_dim"]), int(row["seed"])


def keeps_weights(run: Run) -> bool:
    """Whether the zoo says that the trained network is needed again."""
    return run[0] in ZOO and ZOO[run[0]].keep_weights


def is_finished(run: Run, path: Path) -> bool:
    """Whether a run's row stands in a results file and its weights, if it keeps any, are there."""
    return is_done(path, dict(zip(KEY, run, strict=True))) and (not keeps_weights(run) or weights_of(run).exists())


def ship(name: str, latent_dim: int, folder: Path) -> None:
    """Copy the weights of the seed with the median validation error into the package, with their scores."""
    rows = [row for row in read_rows(folder / "sweep.csv") if run_of(row)[:2] == (name, latent_dim)]
    rows.sort(key=lambda row: float(row["validation_mse"]))
    chosen = rows[len(rows) // 2]
    model, about = load_weights(weights_of(run_of(chosen)))
    about["chosen_as"] = f"median validation error of {len(rows)} seeds"
    about["scores"] = {column: float(chosen[column]) for column in ("validation_mse", "test_mse", "knn10_accuracy")}
    path = weights_path(latent_dim)
    if isinstance(model, VariationalAutoencoder):
        about["beta"] = ZOO[name].loss.beta
        learned = isinstance(model, MixtureVariationalAutoencoder)
        path = vae_path(latent_dim, about["beta"], learned_prior=learned)
    save_weights(path, model.half(), about)  # half the bytes; tests hold its scores to three digits
    print(f"shipped {path.name}: seed {chosen['seed']}, test MSE {chosen['test_mse']}")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=[], choices=TITLES)
    parser.add_argument("--latent-dims", nargs="+", type=int, default=[2, 3])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--results", type=Path, default=RESULTS_FOLDER, help="folder of sweep.csv")
    parser.add_argument(
        "--ship",
        nargs="+",
        type=int,
        default=[],
        metavar="LATENT_DIM",
        help="put the weights of the seed with the median error into the package, for these sizes",
    )
    args = parser.parse_args()

    args.results.mkdir(parents=True, exist_ok=True)
    data = {}
    if args.models:
        data["train"] = load_mnist("train", with_sample=False)
        data["validation"] = load_mnist_sample()
        data["test"] = load_mnist("test")
    for latent_dim in args.latent_dims:
        for seed in args.seeds:
            for name in args.models:
                if name == "pca" and seed != args.seeds[0]:
                    continue  # PCA has no seed to vary
                if is_finished((name, latent_dim, seed), args.results / "sweep.csv"):
                    continue
                row = score_run(name, latent_dim, seed, data)
                put(args.results / "sweep.csv", row, KEY)
                print(
                    ", ".join(f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()),
                    flush=True,
                )
    for latent_dim in args.ship:
        for name in args.models:
            ship(name, latent_dim, args.results)


if __name__ == "__main__":
    with pipe_may_close():
        main()
