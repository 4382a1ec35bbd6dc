"""Results files: one row a finished run, so that a stopped experiment goes on where it was."""

from __future__ import annotations

import csv
from pathlib import Path

from aeutils.files import replacing


def read_rows(path: Path) -> list[dict]:
    """The rows of a results file; none if it is not there."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def put(path: Path, row: dict, key: tuple[str, ...]) -> None:
    """Add a row to a CSV file, with a header if it is new, in place of an older row of the same run.

    `key` names the columns that tell runs apart. Floats are written with six digits.
    """
    row = _as_text(row)
    old = read_rows(path)
    others = [other for other in old if any(other[name] != row[name] for name in key)]
    if len(others) < len(old):
        with replacing(path) as beside, beside.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(old[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(others)
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(row), lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(row)


def is_done(path: Path, run: dict) -> bool:
    """Whether some row of a results file has all the values of `run`."""
    return any(_as_text(run).items() <= row.items() for row in read_rows(path))


def _as_text(row: dict) -> dict[str, str]:
    return {name: f"{value:.6g}" if isinstance(value, float) else str(value) for name, value in row.items()}
