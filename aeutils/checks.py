"""What stands at the doors of the public functions: it refuses what cannot be used, before anything is changed.

Every error says what came, what was wanted, and what to do. `models.check_inputs` is the door for what a network takes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real

import torch
from torch import Tensor

LARGEST_SEED = 2**63 - 1


def is_whole(value: object, least: int = 1, most: float = math.inf) -> bool:
    """Whether something is a whole number in a range; True and False are none."""
    return isinstance(value, Integral) and not isinstance(value, bool) and least <= value <= most


def is_number(value: object) -> bool:
    """Whether something is a finite number; True and False are none."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def check_count(name: str, value: object) -> None:
    """Refuse what counts nothing.

    Parameters
    ----------
    name : str
        What the reader calls it.
    value : object
        Should be a whole number from 1 up.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if not is_whole(value):
        raise ValueError(f"{name} is {value!r}; give a whole number from 1 up.")


def check_seed(seed: object, *, most: int = LARGEST_SEED) -> None:
    """Refuse what cannot start random numbers.

    Raises
    ------
    ValueError
        If it is no whole number from 0 to `most`.
    """
    if not is_whole(seed, least=0, most=most):
        raise ValueError(f"seed is {seed!r}; give a whole number from 0 to {most}.")


def check_sizes(name: str, sizes: object, *, example: str) -> None:
    """Refuse what is no sequence of sizes.

    Parameters
    ----------
    name : str
        What the reader calls them.
    sizes : object
        Should be a sequence of whole numbers from 1 up; it may be empty.
    example : str
        One that would do.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if not isinstance(sizes, Sequence) or not all(isinstance(size, int) and is_whole(size) for size in sizes):
        raise ValueError(f"{name} is {sizes!r}; give a sequence of whole numbers from 1 up, such as {example}.")


def check_table(table: object, what: str, *, least: int = 1, columns: int | None = None) -> None:
    """Refuse what is no table of finite numbers.

    Parameters
    ----------
    table : object
        Should be a finite tensor of shape (N, D) with N at least `least` and, if given, D equal to `columns`.
    what : str
        What its rows are, such as "codes".

    Raises
    ------
    ValueError
        If it is anything else.
    """
    wanted = f"a tensor of shape (N, {columns or 'D'}) with N at least {least}"
    if not isinstance(table, Tensor):
        raise ValueError(f"The {what} are a {type(table).__name__}; wanted {wanted}. torch.as_tensor(...) makes one.")
    if table.ndim != 2 or len(table) < least or columns not in (None, table.shape[1]):
        raise ValueError(f"The {what} have shape {tuple(table.shape)}; wanted {wanted}.")
    check_finite(table, what)


def check_finite(values: Tensor, what: str) -> None:
    """Refuse values that are NaN or infinite, saying how many.

    Raises
    ------
    ValueError
        If there are any.
    """
    bad = int((~torch.isfinite(values)).sum())
    if bad:
        raise ValueError(f"The {what} hold {bad} values that are NaN or infinite; remove them.")


def check_labels(labels: object, *, what: str = "labels", most: float = math.inf) -> None:
    """Refuse what are no classes.

    Parameters
    ----------
    labels : object
        Should be an integer tensor of shape (N,), from 0 to `most`.
    what : str
        What they are called.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    wanted = "an integer tensor of shape (N,)"
    if not isinstance(labels, Tensor):
        raise ValueError(f"The {what} are a {type(labels).__name__}; wanted {wanted}. torch.as_tensor(...) makes one.")
    if labels.ndim != 1:
        raise ValueError(f"The {what} have shape {tuple(labels.shape)}; wanted {wanted}.")
    if labels.is_floating_point() or labels.dtype == torch.bool:
        raise ValueError(f"The {what} are {labels.dtype}; wanted {wanted}. labels.long() converts.")
    if len(labels) and not (labels.min() >= 0 and labels.max() <= most):
        up_to = f"to {most}" if most < math.inf else "up"
        raise ValueError(f"The {what} run from {labels.min()} to {labels.max()}; wanted whole numbers from 0 {up_to}.")


def check_digits(labels: object, count: int, what: str) -> None:
    """Refuse what does not name the digit of each of some rows.

    Parameters
    ----------
    labels : object
        Should be an integer tensor of shape (count,), from 0 to 9.
    count : int
        How many are wanted.
    what : str
        What there are `count` of, such as "codes".

    Raises
    ------
    ValueError
        If it is anything else.
    """
    check_labels(labels, most=9)
    if len(labels) != count:
        raise ValueError(f"{count:,} {what} came with {len(labels):,} labels; each needs one.")
