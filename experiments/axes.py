"""What do the axes of a code mean? Each axis, and the best direction, against the measures of the pen stroke.

    python -m experiments.axes

Needs the weights that `experiments.sweep` left in `.runs/`. The axis and the direction are chosen on the sample's 5,000
digits and scored on the test images. Writes axes.csv and axes_seeds.csv, and goes on where it was stopped; and
two_number_codes.csv, where the codes of two numbers stand that the networks give the 1,000 held-out digits.
"""

from __future__ import annotations

import argparse
from itertools import permutations
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.neighbors import KNeighborsRegressor, NearestNeighbors

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_weights
from aeutils.results import RESULTS_FOLDER
from aeutils.strokes import MEASURES, measure_strokes
from experiments.rows import is_done, put, put_columns
from experiments.sweep import weights_of

SIZES = (2, 3, 8, 16)
SEEDS = range(5)
KEY = ("model", "latent_dim", "seed", "digits", "measure")
KEY_SEEDS = ("latent_dim", "seed", "other_seed")
TURNS = 10  # random rotations that say how alike axes are by luck
DEALS = 10  # of the measures to the wrong digits: how well a direction follows a measure by luck
NEIGHBOURS = 10
MAPS_DIM = 2  # codes that can be drawn: those of the held-out digits are kept


def main() -> None:
    """Score all runs and write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS_FOLDER, help="folder of the two files")
    folder = parser.parse_args().results
    x, _ = load_mnist("train", with_sample=False)
    x_fit, labels_fit = load_mnist_sample()
    x_test, labels_test = load_mnist("test")
    held_out, _ = load_mnist_sample("test")
    strokes_fit, strokes_test = measure_strokes(x_fit), measure_strokes(x_test)
    for latent_dim in SIZES:
        pca = PCA(latent_dim, random_state=0).fit(x.flatten(1).numpy())
        codes = {("pca", 0): [pca.transform(images.flatten(1).numpy()) for images in (x_fit, x_test)]}
        for seed in SEEDS:
            model, _ = load_weights(weights_of(("conv", latent_dim, seed)))
            codes["conv", seed] = [reconstruct(model, images)[1].numpy() for images in (x_fit, x_test)]
            if latent_dim == MAPS_DIM:
                z = reconstruct(model, held_out)[1].numpy()
                axes = {f"seed_{seed}_z{axis}": numbers for axis, numbers in enumerate(z.T, start=1)}
                put_columns(folder / "two_number_codes.csv", axes)
        for (name, seed), (z_fit, z_test) in codes.items():
            run = {"model": name, "latent_dim": latent_dim, "seed": seed}
            for digits in ("all", *range(10)):
                fit = np.full(len(z_fit), True) if digits == "all" else labels_fit.numpy() == digits
                test = np.full(len(z_test), True) if digits == "all" else labels_test.numpy() == digits
                for measure in MEASURES:
                    row = run | {"digits": digits, "measure": measure}
                    if not is_done(folder / "axes.csv", row):
                        y_fit, y_test = strokes_fit[measure].to_numpy(), strokes_test[measure].to_numpy()
                        row |= score_measure(z_fit[fit], y_fit[fit], z_test[test], y_test[test])
                        put(folder / "axes.csv", row, KEY)
            print(run, flush=True)
        neighbours = {seed: ten_nearest(codes["conv", seed][1]) for seed in SEEDS}
        for seed, other in permutations(SEEDS, 2):
            row = {"latent_dim": latent_dim, "seed": seed, "other_seed": other}
            if not is_done(folder / "axes_seeds.csv", row):
                row |= compare_codes(codes["conv", seed], codes["conv", other], (labels_fit, labels_test))
                row |= {"shared_neighbours": shared(neighbours[seed], neighbours[other])}
                put(folder / "axes_seeds.csv", row, KEY_SEEDS)


def score_measure(z_fit: np.ndarray, y_fit: np.ndarray, z_test: np.ndarray, y_test: np.ndarray) -> dict:
    """How well one axis follows a measure, and how well the best direction does.

    Parameters
    ----------
    z_fit, z_test : array of shape (N, K) and (M, K)
        Codes that choose, and codes that are scored.
    y_fit, y_test : array of shape (N,) and (M,)
        The measure of the same digits.

    Returns
    -------
    scores : dict
        `best_axis`, counted from 1: the axis with the largest |correlation| among those that choose. Among those that
        are scored: `axis_r`, its correlation; `turned_r`, what a best axis chosen in the same way has after a random
        turn of all codes (its absolute value, mean over ten turns); `direction_r`, the correlation of the direction
        that a linear regression chose; `luck_r`, what such a direction has if the measures that choose were dealt out
        to the wrong digits (its absolute value, mean over ten deals); `r_z1` to `r_z16`, that of every axis, "" beyond
        K.
    """
    best, r_test = best_axis(z_fit, y_fit), correlations(z_test, y_test)
    turned = [correlations(z_test @ turn, y_test)[best_axis(z_fit @ turn, y_fit)] for turn in turns(z_fit.shape[1])]
    along = LinearRegression().fit(z_fit, y_fit).predict(z_test)
    deal = np.random.default_rng(0).permutation
    dealt = np.stack([deal(y_fit) for _ in range(DEALS)], axis=1)  # (N, deals)
    blind = LinearRegression().fit(z_fit, dealt).predict(z_test)  # (M, deals)
    scores = {"best_axis": best + 1}
    scores |= {"axis_r": r_test[best], "turned_r": np.abs(turned).mean()}
    scores |= {"direction_r": correlations(along[:, None], y_test)[0]}
    scores |= {"luck_r": np.abs(correlations(blind, y_test)).mean()}
    scores |= {f"r_z{axis}": r for axis, r in enumerate(r_test, start=1)}
    scores = {name: round(value, 4) for name, value in scores.items()}
    return scores | {f"r_z{axis}": "" for axis in range(len(r_test) + 1, max(SIZES) + 1)}


def compare_codes(
    codes: list[np.ndarray], other: list[np.ndarray], labels: tuple[np.ndarray, np.ndarray]
) -> dict[str, float]:
    """How alike the axes of two networks are, and how much of one code the other predicts.

    Parameters
    ----------
    codes, other : [array of shape (N, K), array of shape (M, K)]
        Codes of the same digits from two networks: those to fit on, those to score on.
    labels : (array of shape (N,), array of shape (M,))
        The classes of these digits.

    Returns
    -------
    scores : dict
        `axis_match`: |correlation| of an axis of `codes` with the axis of `other` most like it, mean over the axes.
        `turned_match`: the same with `codes` turned at random in place of `other`, mean over ten turns.
        `linear_r2`: share of the variance of `other` that a linear regression on `codes` predicts; the axes weigh
        the same. `luck_r2`: the same if it was fitted on codes of the wrong digits. `class_r2`: the same, predicted by
        the mean code of the digit's class. `neighbours_r2`: the same, predicted by the mean of the ten nearest.
    """
    (z_fit, z_test), (other_fit, other_test) = codes, other
    labels_fit, labels_test = (np.asarray(each) for each in labels)
    dealt = np.random.default_rng(0).permutation(other_fit)
    middles = np.stack([other_fit[labels_fit == digit].mean(axis=0) for digit in range(10)])  # (10, K)
    return {
        "axis_match": axis_match(z_test, other_test),
        "turned_match": float(np.mean([axis_match(z_test, z_test @ turn) for turn in turns(z_test.shape[1])])),
        "linear_r2": LinearRegression().fit(z_fit, other_fit).score(z_test, other_test),
        "luck_r2": LinearRegression().fit(z_fit, dealt).score(z_test, other_test),
        "class_r2": r2_score(other_test, middles[labels_test]),
        "neighbours_r2": KNeighborsRegressor(NEIGHBOURS).fit(z_fit, other_fit).score(z_test, other_test),
    }


def ten_nearest(z: np.ndarray) -> np.ndarray:
    """Which ten others are nearest to each row of `z`, shape (N, K); shape (N, 10)."""
    return NearestNeighbors(n_neighbors=NEIGHBOURS).fit(z).kneighbors(return_distance=False)


def shared(nearest: np.ndarray, other: np.ndarray) -> float:
    """Which share of the nearest, shape (N, k), is among those of another code; by luck it would be k / (N - 1)."""
    return float(np.mean([np.isin(row, other_row).mean() for row, other_row in zip(nearest, other, strict=True)]))


def axis_match(z: np.ndarray, other: np.ndarray) -> float:
    """|Correlation| of each column of `z` with the column of `other` most like it, mean over the columns of `z`."""
    return float(np.mean([np.abs(correlations(other, axis)).max() for axis in z.T]))


def best_axis(z: np.ndarray, y: np.ndarray) -> int:
    """Which column of `z`, shape (N, K), has the largest |correlation| with `y`, shape (N,); counted from 0."""
    return int(np.abs(correlations(z, y)).argmax())


def correlations(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson correlation of each column of `z`, shape (N, K), with `y`, shape (N,); shape (K,)."""
    z, y = z - z.mean(axis=0), y - y.mean()
    return y @ z / np.sqrt(np.square(z).sum(axis=0) * np.square(y).sum())


def turns(size: int) -> list[np.ndarray]:
    """Ten random rotations (some with a mirror) of shape (size, size), always the same."""
    rng = np.random.default_rng(0)
    return [np.linalg.qr(rng.normal(size=(size, size))).Q for _ in range(TURNS)]


if __name__ == "__main__":
    with pipe_may_close():
        main()
