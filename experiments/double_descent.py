"""Does every further coefficient do harm? The thrown ball of the first chapter, fitted with up to a thousand of them.

    python -m experiments.double_descent

Twelve of the ball's heights are fitted; eleven between them and four before the landing are held out. The curve is a
weighted sum of `features` functions, which nobody adjusts: those of a layer of neurons with random weights (`tanh`,
`relu`), cosines of random frequency, or Legendre polynomials. Only the weights of the sum are fitted, by least squares;
where several sets of weights fit equally well, the one with the smallest squares. A row is one number of functions:
the median and the quartiles over all seeds, each with noise and random functions of its own.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from aeutils.pipes import pipe_may_close
from aeutils.results import RESULTS_FOLDER
from experiments.rows import is_done, put

NOISE = 0.3  # metres
BETWEEN = np.linspace(0, 1.8, 23)  # seconds; every second height is fitted
LANDING = np.array([1.85, 1.91, 1.97, 2.03])  # the ball is on the ground at 2.035
COUNTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 20, 24, 32, 48, 64, 100, 200, 400, 1000)
KINDS = {"tanh": 1000, "relu": 1000, "cosine": 1000, "legendre": 100}  # the largest count of each
SCORES = ("fitted", "between", "landing", "weights")


def height(t: np.ndarray) -> np.ndarray:
    """Metres, without noise."""
    return 2 + 9 * t - 9.81 / 2 * t**2


def make_features(kind: str, count: int, rng: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """A function from times (N,) to the values (N, count) of so many functions of time."""
    slope = rng.normal(0, 5, size=count)
    phase, place = (0, 2 * np.pi), (-1.1, 1.1)  # of a cosine; where along the flight a neuron bends
    shift = rng.uniform(*phase, size=count) if kind == "cosine" else -slope * rng.uniform(*place, size=count)

    def features(t: np.ndarray) -> np.ndarray:
        x = t / 0.9 - 1  # from -1 to 1 along what is fitted
        if kind == "legendre":
            return np.polynomial.legendre.legvander(x, count - 1)
        bend = {"tanh": np.tanh, "relu": lambda u: np.maximum(u, 0), "cosine": np.cos}[kind]
        return bend(np.outer(x, slope) + shift) / np.sqrt(count)

    return features


def fit_once(kind: str, count: int, seed: int) -> list[float]:
    """The SCORES of one throw: root mean squared misses in metres, and the length of the list of weights."""
    rng = np.random.default_rng(seed)
    seen = height(BETWEEN) + rng.normal(0, NOISE, size=len(BETWEEN))
    landed = height(LANDING) + rng.normal(0, NOISE, size=len(LANDING))
    features = make_features(kind, count, rng)
    # numpy gives the weights with the smallest sum of squares, where there is a choice.
    weights = np.linalg.lstsq(features(BETWEEN[::2]), seen[::2], rcond=None)[0]
    misses = features(BETWEEN) @ weights - seen
    parts = misses[::2], misses[1::2], features(LANDING) @ weights - landed
    return [*(float(np.sqrt((part**2).mean())) for part in parts), float(np.linalg.norm(weights))]


def score(kind: str, count: int, seeds: int) -> dict:
    """A row: quartiles over the seeds."""
    row = {"kind": kind, "features": count, "seeds": seeds}
    quartiles = np.quantile([fit_once(kind, count, seed) for seed in range(seeds)], [0.25, 0.5, 0.75], axis=0)
    quartiles = quartiles.round(6)  # a curve through every dot misses them by what differs from machine to machine
    for name, values in zip(SCORES, quartiles.T, strict=True):
        row |= {f"{name}_{which}": float(value) for which, value in zip(("low", "median", "high"), values, strict=True)}
    return row


def main() -> None:
    """Score every number of functions that has no row yet, and write double_descent.csv."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--results", type=Path, default=RESULTS_FOLDER)
    given = parser.parse_args()
    given.results.mkdir(parents=True, exist_ok=True)
    path = given.results / "double_descent.csv"
    for kind, largest in KINDS.items():
        for count in (count for count in COUNTS if count <= largest):
            if not is_done(path, {"kind": kind, "features": count, "seeds": given.seeds}):
                put(path, score(kind, count, given.seeds), ("kind", "features"))
    print(f"{path} is complete.")


if __name__ == "__main__":
    with pipe_may_close():
        main()
