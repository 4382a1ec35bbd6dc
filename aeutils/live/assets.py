"""What live figures are made of: script, style and data. Needs nothing but the standard library.

The book is built without torch and numpy, so whatever its extension needs stands here.
"""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import html
import json
import statistics
from pathlib import Path

from aeutils.live.scripts import joined, learning_scope, shipped
from aeutils.live.stored_maps import maps_by_seed, maps_of_makers

FOLDER = Path(__file__).parent
WEIGHTS_FOLDER = FOLDER.parent / "weights"
RESULTS_FOLDER = FOLDER.parent / "results"
DIGITS_FILE = FOLDER / "data" / "held_out_digits.gz"
TRAINING_DIGITS_FILE = FOLDER / "data" / "training_digits.gz"
ROLL_FILE = FOLDER / "data" / "roll_points.gz"
STROKES_FILE = FOLDER / "data" / "stroke_measures.gz"
JUDGE_FILE = FOLDER / "data" / "judge.gz"
DICE_FILES = {size: FOLDER / "data" / f"dice_{size}.gz" for size in (2, 3, 8, 16, 48)}
CLASSIFIER_FILE = WEIGHTS_FOLDER / "digit_classifier.safetensors"

_PACKED = {
    "digits": DIGITS_FILE,
    "training-digits": TRAINING_DIGITS_FILE,
    "judge": JUDGE_FILE,
    "strokes": STROKES_FILE,
    **{f"dice-{size}": path for size, path in DICE_FILES.items()},
}
_WEIGHTS_NAME = ("conv_autoencoder_", "dim.safetensors")
_VAE_NAME = ("vae_2dim_beta", ".safetensors")


def style() -> str:
    """The style sheet of the figures."""
    return (FOLDER / "live.css").read_text("utf-8")


def states() -> dict[str, dict]:
    """What each figure starts with, by the figure's name: the one place where that is said."""
    return json.loads((FOLDER / "states.json").read_text("utf-8"))


def data_names() -> list[str]:
    """Every data file that a figure may ask for, by name: see `data`.

    Returns
    -------
    names : list of str
        The weights first, in rising order of size and of beta.
    """
    weights = [f"weights-{size}" for size in _shipped(_WEIGHTS_NAME)]
    vaes = [f"vae-{beta}" for beta in _shipped(_VAE_NAME)]
    return [*weights, *vaes, *_PACKED, "classifier", "sweep", "roll", "maps", "two-maps"]


def _shipped(name: tuple[str, str]) -> list[str]:
    """What stands between two parts of the names of files with weights: numbers, in rising order."""
    before, after = name
    found = (path.name for path in WEIGHTS_FOLDER.glob(f"{before}*{after}"))
    return sorted((each.removeprefix(before).removesuffix(after) for each in found), key=float)


def data(name: str) -> bytes:
    """The bytes of one data file.

    Parameters
    ----------
    name : str
        One of `data_names()`.

    Returns
    -------
    data : bytes
        `weights-K`: a safetensors file; `vae-B`: one of a variational autoencoder that was trained with beta B.
        `digits` (held out) and `training-digits`: N labels, then N pictures of 784 bytes. `sweep`: JSON, the test error
        of each size of the code. `roll`: JSON, see `roll_codes`. `classifier`: a safetensors file. `maps`: JSON, see
        `maps_of_makers`. `judge`: JSON, its two levels. `dice-K`: a safetensors file, see
        `pack.dice_bytes`. `two-maps`: JSON, see `maps_by_seed`. `strokes`: JSON, a list a measure, of the held-out
        digits.

    Raises
    ------
    ValueError
        If there is no such file.
    """
    if name not in data_names():
        raise ValueError(f"There is no data called {name!r}; there are: {', '.join(data_names())}.")
    if name in _PACKED:
        return gzip.decompress(_PACKED[name].read_bytes())
    if name == "classifier":
        return CLASSIFIER_FILE.read_bytes()
    if name == "sweep":
        return json.dumps(sweep_curves()).encode()
    if name == "maps":
        return json.dumps(maps_of_makers(RESULTS_FOLDER)).encode()
    if name == "roll":
        return json.dumps(roll_codes()).encode()
    if name == "two-maps":
        return json.dumps(maps_by_seed(RESULTS_FOLDER)).encode()
    kind, number = name.split("-")
    parts = {"weights": _WEIGHTS_NAME, "vae": _VAE_NAME}[kind]
    return (WEIGHTS_FOLDER / number.join(parts)).read_bytes()


def sweep_curves() -> dict[str, list[dict]]:
    """Error against size of the code, from the results of the sweep.

    Returns
    -------
    curves : dict
        "network" and "pca": for each size of the network, in rising order, a dict of `latent_dim`, `seeds` (how
        many), and `mse` (the mean of their errors on MNIST's test images).
    """
    errors: dict[tuple[str, int], list[float]] = {}
    with (RESULTS_FOLDER / "sweep.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            errors.setdefault((row["model"], int(row["latent_dim"])), []).append(float(row["test_mse"]))
    sizes = {latent_dim for model, latent_dim in errors if model == "conv"}
    curves: dict[str, list[dict]] = {"network": [], "pca": []}
    for (model, latent_dim), values in sorted(errors.items()):
        name = {"conv": "network", "pca": "pca"}.get(model)
        if name and latent_dim in sizes:
            curves[name].append(
                {"latent_dim": latent_dim, "seeds": len(values), "mse": round(statistics.fmean(values), 6)}
            )
    return curves


def roll_codes() -> dict:
    """Points of the Swiss roll, and what several methods make of them.

    Returns
    -------
    roll : dict
        "points", "sheet": lists of [x, y, z] and of [length, height]. "codes": "pca" a list of [x, y]; "plain" and
        "geodesic" one such list a seed. "scores": for each method and seed, a dict of `distance_correlation`,
        `far_neighbours` and `unrolled`, on more points than these.
    """
    roll = json.loads(gzip.decompress(ROLL_FILE.read_bytes()))
    roll["codes"] = {"pca": roll.pop("pca"), "plain": {}, "geodesic": {}}
    with (RESULTS_FOLDER / "swiss_roll_codes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for column in rows[0]:
        method, seed, axis = column.split("_")
        if axis == "z1":
            codes = [[float(row[column]), float(row[f"{method}_{seed}_z2"])] for row in rows]
            roll["codes"][method][seed] = codes
    roll["scores"] = {"pca": {}, "plain": {}, "geodesic": {}}
    with (RESULTS_FOLDER / "swiss_roll.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["method"] in roll["scores"] and (row["latent_dim"], float(row["noise"])) == ("2", 0):
                roll["scores"][row["method"]][row["seed"]] = {
                    "distance_correlation": float(row["distance_correlation"]),
                    "far_neighbours": float(row["far_neighbours"]),
                    "unrolled": row["unrolled"] == "1",
                }
    return roll


def page_files() -> dict[str, str]:
    """Everything that the built book puts beside its pages.

    Returns
    -------
    files : dict from str to str
        File name and content. Data come as classic scripts that hand over text (base64 of gzip), because a page that
        was opened from a disk may not fetch files. `live.js` knows a checksum of each, so that a browser never takes
        an old one for it.
    """
    files, checksums = {}, {}
    for name in data_names():
        text = base64.b64encode(gzip.compress(data(name), compresslevel=9, mtime=0)).decode()
        files[f"{name}.js"] = f'aeutilsLive.receive("{name}", "{text}");\n'
        checksums[name] = hashlib.sha256(text.encode()).hexdigest()[:12]
    known = f"const DATA_FILES = {json.dumps(checksums)};\nconst STATES = {json.dumps(states())};"
    source = f"{learning_scope()}\n{shipped(joined('hosts/page.js'))}"
    files["live.js"] = f'(() => {{\n"use strict";\n{known}\n{source}\n}})();\n'
    files["live.css"] = style()
    return files


def widget_module() -> str:
    """The figures as a module for anywidget.

    Returns
    -------
    source : str
    """
    return f"{learning_scope()}\n{shipped(joined('hosts/widget.js'))}"


def placeholder(figure: str, state: dict, fallback: str) -> str:
    """The element of a page that becomes a figure.

    Parameters
    ----------
    figure : str
        A name in `states.json`, such as "latent-map".
    state : dict
        What the figure starts with, where that differs from `states`.
    fallback : str
        HTML that stands there until the figure does, and where scripts are off.

    Returns
    -------
    element : str
        HTML.
    """
    attributes = f'data-figure="{html.escape(figure)}" data-state="{html.escape(json.dumps(state))}"'
    return f'<div class="aeutils-live" {attributes}>{fallback}</div>'
