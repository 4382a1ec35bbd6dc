"""What stands at the doors of the public functions: it refuses what cannot be used, before anything is changed.

Every error says what came, what was wanted, and what to do. `check_tensor` is the one place that says it of tensors.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from numbers import Integral, Real

import torch
from torch import Tensor, nn

LARGEST_SEED = 2**63 - 1

_MOSTLY_INK = 0.55  # mean intensity of an image; MNIST's fullest digit has 0.42, static 0.5, a photograph mostly 0.8

_TO_FLOAT = "x.float() converts; bytes need / 255 as well."
_DTYPES = {  # what `check_tensor` can be asked for, the dtypes that are that, and what makes one
    "float": ((torch.float16, torch.bfloat16, torch.float32, torch.float64), _TO_FLOAT),
    "float32": ((torch.float32,), _TO_FLOAT),
    "integer": ((torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64), "labels.long() converts."),
}


def check_tensor(
    x: object,
    what: str,
    axes: Sequence[int | str],
    *,
    dtype: str | None = None,
    least: int = 0,
    finite: bool = False,
) -> None:
    """Refuse what is no tensor of the wanted kind.

    Parameters
    ----------
    x : object
        What came.
    what : str
        What its rows are called, in the plural, such as "codes".
    axes : sequence of int and str
        The wanted shape, such as ("N", 1, 28, 28). A name stands for any size, "..." at the end for any further axes.
    dtype : {None, "float", "float32", "integer"}
        None takes any.
    least : int
        How many rows are needed; with 1 or more, no axis may be empty.
    finite : bool
        Whether NaN and infinity are refused.
    """
    kind = {None: "a", "integer": "an integer"}.get(dtype, f"a {dtype}")
    shape = f"({', '.join(map(str, axes))}{',' if len(axes) == 1 else ''})"
    wanted = f"{kind} tensor of shape {shape}" + (f" with {axes[0]} at least {least}" if least else "")
    if not isinstance(x, Tensor):
        raise ValueError(f"The {what} are a {type(x).__name__}; wanted {wanted}. torch.as_tensor(...) makes one.")
    if not _fits(x.shape, axes):
        raise ValueError(f"The {what} have shape {tuple(x.shape)}; wanted {wanted}. Reshape them.")
    if min(len(x), x.numel()) < least:
        raise ValueError(f"The {what} have shape {tuple(x.shape)}; wanted {wanted}. These are too few.")
    if dtype is not None and x.dtype not in _DTYPES[dtype][0]:
        raise ValueError(f"The {what} are {x.dtype}; wanted {wanted}. {_DTYPES[dtype][1]}")
    if finite:
        check_finite(x, what)


def _fits(shape: Sequence[int], axes: Sequence[int | str]) -> bool:
    if axes[-1] == "...":
        return len(shape) >= len(axes) - 1
    return len(shape) == len(axes) and all(
        isinstance(axis, str) or size == axis for size, axis in zip(shape, axes, strict=True)
    )


def check_finite(values: Tensor, what: str) -> None:
    """Refuse NaN and infinity, saying how many there are."""
    bad = int((~torch.isfinite(values)).sum())
    if bad:
        raise ValueError(f"The {what} hold {bad} values that are NaN or infinite; remove them.")


def check_inputs(x: object, input_shape: Sequence[int]) -> None:
    """Refuse what a model cannot learn from: wanted are N >= 1 finite float32 inputs, in [0, 1] if they are images."""
    check_tensor(x, "inputs", ("N", *input_shape), dtype="float32", least=1, finite=True)
    check_images(x, input_shape)


def check_images(x: Tensor, input_shape: Sequence[int]) -> None:
    """If inputs of a shape are images, refuse intensities outside [0, 1]."""
    if len(input_shape) == 3 and len(x):
        wanted = "intensities in [0, 1]. Divide bytes by 255; (x + 1) / 2 brings [-1, 1] there."
        _check_range(x, "images", 1, wanted)


def warn_of_ink(x: Tensor, input_shape: Sequence[int]) -> None:
    """If inputs are images, say so where most of one is ink: of a photograph a network knows nothing, and answers.

    The words are always the same and so is the place, so that Python shows them once.
    """
    if len(input_shape) == 3 and len(x) and x.detach().flatten(1).mean(dim=1).max() > _MOSTLY_INK:
        warnings.warn(
            "Most of an image is ink. Here 0 is paper and 1 is ink: a photograph of dark ink on bright paper is turned "
            "round by 1 - x.",
            stacklevel=1,
        )


def check_targets(target: object, x: Tensor, *, same_shape: bool) -> None:
    """Refuse what is no finite target for each input; with `same_shape`, of the input's shape."""
    if not isinstance(target, Tensor) or target.ndim == 0:
        came = "a single number" if isinstance(target, Tensor) else f"a {type(target).__name__}"
        raise ValueError(f"The targets are {came}; wanted a tensor with one target for each input.")
    if len(target) != len(x):
        raise ValueError(f"{len(x):,} inputs came with {len(target):,} targets; each input needs one.")
    check_finite(target, "targets")
    if same_shape and target.shape != x.shape:  # broadcasting would give a number, and a wrong one
        raise ValueError(
            f"The inputs have shape {tuple(x.shape)}, the targets {tuple(target.shape)}; the squared error needs equal "
            "shapes. Give targets like the inputs, or another loss."
        )


def check_table(table: object, what: str, *, columns: int | str = "D", least: int = 1) -> None:
    """Refuse what is no table of finite numbers, (N, columns) with N at least `least`."""
    check_tensor(table, what, ("N", columns), least=least, finite=True)


def check_labels(labels: object, *, what: str = "labels", most: float = math.inf) -> None:
    """Refuse what are no classes: an integer tensor of shape (N,), from 0 to `most`."""
    check_tensor(labels, what, ("N",), dtype="integer")
    if len(labels):
        _check_range(labels, what, most, f"whole numbers from 0 {f'to {most}' if most < math.inf else 'up'}.")


def check_digits(labels: object, rows: Tensor, what: str) -> None:
    """Refuse what does not name the digit, 0 to 9, of each of some rows."""
    check_labels(labels, most=9)
    check_one_each(rows, what, labels, "labels")


def check_one_each(rows: Tensor, what: str, others: Tensor, what_others: str) -> None:
    """Refuse two tensors that do not belong together row by row."""
    if len(rows) != len(others):
        raise ValueError(f"{len(rows):,} {what} came with {len(others):,} {what_others}; each needs one.")


def _check_range(x: Tensor, what: str, most: float, wanted: str) -> None:
    if x.min() < 0 or x.max() > most:
        raise ValueError(f"The {what} run from {x.min():g} to {x.max():g}; wanted {wanted}")


def is_whole(value: object, least: int = 1, most: float = math.inf) -> bool:
    """Whether something is a whole number in a range; True and False are none."""
    return isinstance(value, Integral) and not isinstance(value, bool) and least <= value <= most


def is_number(value: object) -> bool:
    """Whether something is a finite number; True and False are none."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def check_count(name: str, value: object) -> None:
    """Refuse what counts nothing: anything but a whole number from 1 up."""
    if not is_whole(value):
        raise ValueError(f"{name} is {value!r}; give a whole number from 1 up.")


def check_k(k: object, count: int, what: str, *, most: int, least: int = 1) -> None:
    """Refuse a number of neighbours that `count` rows do not have."""
    if not is_whole(k, least, most):
        raise ValueError(f"k is {k!r}; with {count:,} {what} it can be {least} to {most:,}.")


def check_seed(seed: object, *, most: int = LARGEST_SEED) -> None:
    """Refuse what cannot start random numbers: anything but a whole number from 0 to `most`."""
    if not is_whole(seed, least=0, most=most):
        raise ValueError(f"seed is {seed!r}; give a whole number from 0 to {most}.")


def check_sizes(name: str, sizes: object, *, example: str, least: int = 0) -> None:
    """Refuse what is no sequence of sizes: whole numbers from 1 up, at least `least` of them."""
    whole = isinstance(sizes, Sequence) and all(is_whole(size) for size in sizes)
    if not whole or len(sizes) < least:
        raise ValueError(f"{name} is {sizes!r}; give a sequence of whole numbers from 1 up, such as {example}.")


def check_model(model: object) -> None:
    """Refuse what is no network, such as a class that was not called."""
    if not isinstance(model, nn.Module):
        came = f"the class {model.__name__}" if isinstance(model, type) else f"a {type(model).__name__}"
        raise ValueError(f"The model is {came}; wanted a network, such as ConvAutoencoder(2).")
