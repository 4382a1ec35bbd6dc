"""Maps of the held-out digits by several makers and from several seeds, read from results files.

Needs nothing but the standard library, as `assets` does.
"""

from __future__ import annotations

import csv
from pathlib import Path

MAKERS = {
    "pca": (True, True), "conv": (True, True), "vae": (True, True), "denoising": (True, True),
    "labels": (True, True), "tsne": (False, False), "umap": (True, False),
}  # fmt: skip
"""Who made them: whether they can place a new digit, and draw well from a place."""
_SCORES = ("knn10_accuracy", "trustworthiness", "continuity")


def maps_of_makers(folder: Path) -> dict:
    """The held-out digits in two numbers each, by several makers.

    Parameters
    ----------
    folder : Path
        Of `maps.csv` and `maps_codes.csv`.

    Returns
    -------
    maps : dict
        For each of `MAKERS` its first seed: "codes", a list of [x, y]; "knn10_accuracy", "trustworthiness" and
        "continuity"; "places" and "draws", what it can do.
    """
    with (folder / "maps_codes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "maps.csv").open(encoding="utf-8", newline="") as file:
        scores = {row["maker"]: row for row in csv.DictReader(file) if row["seed"] == "0"}
    found = {}
    for maker, (places, draws) in MAKERS.items():
        codes = [[float(row[f"{maker}_0_z{axis}"]) for axis in (1, 2)] for row in rows]
        own = {name: float(scores[maker][name]) for name in _SCORES}
        found[maker] = {"codes": codes, "places": places, "draws": draws, **own}
    return found


def maps_by_seed(folder: Path) -> dict[str, list[list[float]]]:
    """The codes of two numbers that networks give the held-out digits, where nothing but the seed differs.

    Parameters
    ----------
    folder : Path
        Of `two_number_codes.csv`.

    Returns
    -------
    maps : dict
        For each seed, as text, a list of [z1, z2].
    """
    with (folder / "two_number_codes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    seeds = [column.split("_")[1] for column in rows[0] if column.endswith("_z1")]
    return {seed: [[float(row[f"seed_{seed}_z{axis}"]) for axis in (1, 2)] for row in rows] for seed in seeds}
