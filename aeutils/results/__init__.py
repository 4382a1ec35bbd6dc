"""The numbers of long runs, as CSV files; README.md beside them names the command that made each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

RESULTS_FOLDER = Path(__file__).parent

_SCORES = {  # column: title, decimals
    "test_mse": ("test MSE", 4),
    "knn10_accuracy": ("10-NN accuracy", 3),
    "read_as_itself": ("read as itself", 3),
    "trustworthiness": ("trustworthiness", 3),
    "continuity": ("continuity", 3),
}


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

    # A file whose name starts with a dot is left over from a process that was killed while it wrote.
    there = sorted(file.stem for file in RESULTS_FOLDER.glob("[!.]*.csv"))
    if name not in there:
        raise FileNotFoundError(f"There are no results called {name!r}; there are: {', '.join(there)}.")
    return pandas.read_csv(RESULTS_FOLDER / f"{name}.csv")


def summarize(runs: pandas.DataFrame) -> pandas.DataFrame:
    """The scores of each model and size: mean over its seeds, ± one standard deviation where there are several.

    Parameters
    ----------
    runs : DataFrame
        Rows of "sweep".

    Returns
    -------
    table : DataFrame of str
        A row a model and size, in the order linear, convolutional, others; a column a score.

    Raises
    ------
    ValueError
        If there are no rows, or a column is missing.
    """
    import pandas

    from aeutils.zoo import TITLES

    columns = {"model", "latent_dim", *_SCORES}
    if not isinstance(runs, pandas.DataFrame) or not columns <= set(runs) or runs.empty:
        raise ValueError(f"Wanted rows of load_results('sweep'), with {', '.join(sorted(columns))}; some are missing.")
    rows = []
    for model, title in TITLES.items():
        for latent_dim, seeds in runs[runs["model"] == model].groupby("latent_dim"):
            row = {"model": title, "numbers": latent_dim, "seeds": len(seeds)}
            for column, (name, decimals) in _SCORES.items():
                row[name] = f"{seeds[column].mean():.{decimals}f}"
                if len(seeds) > 1:
                    row[name] += f" ± {seeds[column].std():.{decimals}f}"
            rows.append(row)
    return pandas.DataFrame(rows).set_index(["model", "numbers"])
