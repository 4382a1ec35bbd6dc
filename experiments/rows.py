"""Results files: one row a finished run, so that a stopped experiment goes on where it was."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from aeutils.files import replacing
from aeutils.training import History


def read_rows(path: Path) -> list[dict]:
    """The rows of a results file; none if it is not there."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def put(path: Path, row: dict, key: tuple[str, ...]) -> None:
    """Add a row to a CSV file, with a header if it is new, in place of an older row of the same run.

    `key` names the columns that tell runs apart. Floats are written with six digits. The whole file is written anew
    beside the old one: a row that was cut short by a full disk or a killed process would look like a finished run.
    """
    row = _as_text(row)
    rows = [other for other in read_rows(path) if any(other[name] != row[name] for name in key)]
    with replacing(path) as beside, beside.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, row])


def put_columns(path: Path, columns: Mapping[str, np.ndarray]) -> None:
    """Write numbers of every point as columns of a CSV file, with three decimals, in place of older ones."""
    table = pd.read_csv(path) if path.exists() else pd.DataFrame()
    for name, values in columns.items():
        table[name] = np.asarray(values, dtype=float).round(3)
    with replacing(path) as beside:
        table.to_csv(beside, index=False)


def is_done(path: Path, run: dict) -> bool:
    """Whether some row of a results file has all the values of `run`."""
    return any(_as_text(run).items() <= row.items() for row in read_rows(path))


def stop_if_interrupted(history: History) -> None:
    """Let Ctrl-C during a training, which `fit` takes for "that is enough", end the experiment.

    A network that is half trained gets no row and is not shipped.
    """
    if history.interrupted:
        raise KeyboardInterrupt


def _as_text(row: dict) -> dict[str, str]:
    return {name: f"{value:.6g}" if isinstance(value, float) else str(value) for name, value in row.items()}
