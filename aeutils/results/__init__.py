"""The numbers of long runs, as CSV files; README.md beside them names the command that made each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

RESULTS_FOLDER = Path(__file__).parent


def load_results(name: str) -> pandas.DataFrame:
    """A results file as a table.

    Parameters
    ----------
    name : str
        Without ending, such as "sweep".

    Returns
    -------
    table : DataFrame
        One row a run.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """
    import pandas

    path = RESULTS_FOLDER / f"{name}.csv"
    if not path.is_file():
        there = ", ".join(sorted(file.stem for file in RESULTS_FOLDER.glob("*.csv")))
        raise FileNotFoundError(f"There are no results called {name!r}; there are: {there}.")
    return pandas.read_csv(path)
