"""The static figures of the book but the maps of codes: functions that take arrays and return what they drew.

One style file (`book.mplstyle`), one palette (`palette.py`), and two widths: SINGLE for one panel, WIDE for several. A
figure is drawn at the size at which the page shows it. Besides its colour a digit has a second cue: its number. `ax` is
where to draw; without it, on a new figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import torch
from IPython import get_ipython
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator
from matplotlib_inline.backend_inline import set_matplotlib_formats
from torch import Tensor

from aeutils.autoencoder import IMAGE_SHAPE
from aeutils.checks import check_count, check_tensor
from aeutils.palette import SERIES_COLORS

if TYPE_CHECKING:
    import pandas

SINGLE, WIDE = 4.8, 6.9
"""Inches: the two widths of the book's figures. Wide ones hold several panels beside each other."""


def use_style() -> None:
    """Give every figure from here on the look of the book; in a notebook twice as sharp, at the same size."""
    plt.style.use(Path(__file__).parent / "book.mplstyle")
    if get_ipython() is not None:
        set_matplotlib_formats("retina")


def plot_history(train_loss: Sequence[float], validation_loss: Sequence[float] = (), *, ylabel: str = "MSE") -> Axes:
    """Loss against epoch, on a logarithmic axis.

    Parameters
    ----------
    train_loss, validation_loss : sequence of float
        As in `aeutils.training.History`.
    ylabel : str
        What the loss is.
    """
    if not hasattr(train_loss, "__len__") or len(train_loss) == 0:
        raise ValueError(f"train_loss is {train_loss!r}; give history.train_loss after at least one epoch.")
    if len(validation_loss) not in (0, len(train_loss)):
        raise ValueError(
            f"There are {len(train_loss)} epochs of training and {len(validation_loss)} of validation; give both lists "
            "of the same History."
        )
    _, ax = plt.subplots(figsize=(SINGLE, 3.0))
    epochs = np.arange(1, len(train_loss) + 1)
    ax.plot(epochs, _numbers(train_loss), color=SERIES_COLORS[0], linestyle="--", label="training")
    if len(validation_loss):
        ax.plot(epochs, _numbers(validation_loss), color=SERIES_COLORS[1], label="held out")
    ax.set(xlabel="epoch", ylabel=ylabel, yscale="log")
    ax.yaxis.set_major_formatter("{x:.3g}")
    ax.yaxis.set_minor_formatter("{x:.2g}")
    ax.grid(True, which="both", axis="y")
    ax.legend()
    return ax


def plot_rows(rows: Mapping[str, Tensor]) -> Figure:
    """Rows of images under each other, such as originals above their reconstructions.

    Parameters
    ----------
    rows : mapping from str to Tensor of shape (N, 1, 28, 28)
        Name of each row and its images, intensities in [0, 1]; all rows equally long.
    """
    if not isinstance(rows, Mapping) or not rows:
        raise ValueError('Wanted rows of images by their names, at least one: {"original": images}.')
    for name, images in rows.items():
        check_tensor(images, f"images of row {name!r}", ("N", *IMAGE_SHAPE), least=1)
    lengths = {name: len(images) for name, images in rows.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"The rows have different lengths, {lengths}; wanted as many images in each.")
    columns = max(lengths.values())
    figure, axes = plt.subplots(
        len(rows),
        columns,
        figsize=(WIDE, (WIDE - 1.1) / columns * len(rows)),
        squeeze=False,
        gridspec_kw={"wspace": 0.05},
    )
    for row_axes, (name, images) in zip(axes, rows.items(), strict=True):
        for ax, image in zip(row_axes, images, strict=True):
            ax.imshow(image[0].detach().numpy(), vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        row_axes[0].set_ylabel(name, rotation=0, ha="right", va="center")
    return figure


def plot_image_grid(
    images: Tensor, columns: int, ax: Axes | None = None, extent: tuple[float, ...] | None = None
) -> Axes:
    """Many images as one picture, row by row from the top left.

    Parameters
    ----------
    images : Tensor of shape (rows * columns, 1, 28, 28)
        Intensities in [0, 1].
    columns : int
        Images in a row.
    extent : (left, right, bottom, top), optional
        Coordinates of the picture's edges, for images that belong to places in the space of codes. Without it the
        axes are off.
    """
    check_tensor(images, "images", ("N", *IMAGE_SHAPE), least=1)
    check_count("columns", columns)
    if len(images) % columns:
        raise ValueError(f"{len(images)} images do not fill whole rows of {columns}; give a multiple of {columns}.")
    if ax is None:
        ax = plt.subplots(figsize=(SINGLE, SINGLE))[1]
    columns = int(columns)
    rows = len(images) // columns
    picture = images.reshape(rows, columns, 28, 28).permute(0, 2, 1, 3).reshape(rows * 28, columns * 28)
    ax.imshow(picture.detach().numpy(), vmin=0, vmax=1, extent=extent)
    if extent is None:
        ax.axis("off")
    else:
        ax.set(xlabel="$z_1$", ylabel="$z_2$")
        ax.locator_params(nbins=4)
    return ax


def plot_confusion(
    shares: Tensor, *, columns: Sequence = range(10), xlabel: str = "taken for", ylabel: str = "true digit"
) -> Axes:
    """A table of percentages, a row for each digit, darker where there are more.

    Parameters
    ----------
    shares : Tensor of shape (10, C)
        Each in [0, 1].
    columns : sequence
        What each of the C columns is called.
    xlabel, ylabel : str
        What the columns and the rows are.
    """
    if np.shape(shares) != (10, len(columns)):
        raise ValueError(
            f"The shares have shape {tuple(np.shape(shares))}; wanted (10, {len(columns)}), as confusion() returns it "
            "for ten digits."
        )
    _, ax = plt.subplots(figsize=(max(SINGLE, 0.44 * len(columns)), SINGLE))
    percent = 100 * _numbers(shares)
    ax.imshow(percent, vmin=0, vmax=100, cmap="Blues", aspect="auto")
    for row, column in np.argwhere(percent.round() > 0):
        value = percent[row, column]
        ax.text(column, row, f"{value:.0f}", ha="center", va="center", color="white" if value > 55 else "black", size=9)
    ax.set_xticks(range(len(columns)), columns)
    ax.set(yticks=range(10), xlabel=f"{xlabel} (entries in %)", ylabel=ylabel)
    return ax


def plot_by_digit(
    series: Mapping[str, tuple[Sequence[float], Sequence[float] | None]], *, ylabel: str, ax: Axes | None = None
) -> Axes:
    """Bars for the digits 0 to 9, one series beside the other.

    Parameters
    ----------
    series : mapping from str to (values, spread)
        Ten values each in [0, 1], or in [-1, 1]; `spread`, drawn as an error bar, may be None.
    ylabel : str
        What the values are.
    """
    _check_series(series, most=len(SERIES_COLORS))
    for name, (values, spread) in series.items():
        if len(values) != 10 or (spread is not None and len(spread) != 10):
            raise ValueError(f"Series {name!r} has {len(values)} values; wanted ten, one a digit, and as many spreads.")
    if ax is None:
        ax = plt.subplots(figsize=(WIDE, 3.4))[1]
    width = 0.84 / len(series)
    for i, (name, (values, spread)) in enumerate(series.items()):
        values, spread = _numbers(values), None if spread is None else _numbers(spread)
        place = np.arange(10) + (i - (len(series) - 1) / 2) * width
        hatch = ("", "///", "...", "xxx", "\\\\\\")[i]
        ax.bar(place, values, width, yerr=spread, label=name, color=SERIES_COLORS[i], hatch=hatch, edgecolor="white")
    lowest = min(min(values) for values, _ in series.values())
    ax.set(xticks=range(10), xlabel="digit", ylabel=ylabel, ylim=(0 if lowest >= 0 else -1.02, 1.02))
    ax.grid(True, axis="y")
    ax.legend(ncols=len(series), loc="lower center", bbox_to_anchor=(0.5, 1))
    return ax


def plot_by_size(
    series: Mapping[str, tuple[pandas.Series, pandas.Series | None]], *, ylabel: str, ax: Axes | None = None
) -> Axes:
    """A score against the size of the code, both axes logarithmic, one line for each model.

    Parameters
    ----------
    series : mapping from str to (values, spread)
        Series indexed by `latent_dim`, values above 0; `spread`, drawn as error bars, may be None.
    ylabel : str
        What the values are.
    """
    linestyles = ("-", "--", ":", "-.")
    _check_series(series, most=len(linestyles))
    if ax is None:
        ax = plt.subplots(figsize=(SINGLE, 3.4))[1]
    looks = zip(SERIES_COLORS, linestyles, ("o", "s", "^", "D"), strict=False)
    for (name, (values, spread)), (color, linestyle, marker) in zip(series.items(), looks, strict=False):
        ax.errorbar(
            values.index, values, spread, color=color, linestyle=linestyle, marker=marker, markersize=4, label=name
        )
    ax.set(xlabel="numbers per digit", ylabel=ylabel, xscale="log", yscale="log")
    ticks = [1, 2, 4, 8, 16, 32, 64, 128]
    ax.set_xticks(ticks, ticks)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_minor_locator(LogLocator(subs=(1.5, 2, 3, 5, 7)))
    ax.yaxis.set_major_formatter("{x:.3g}")
    ax.yaxis.set_minor_formatter("{x:.2g}")
    ax.grid(True, which="both", axis="y")
    ax.legend()
    return ax


def _numbers(values: object) -> np.ndarray:
    """Numbers as an array; those of a model may still be attached to its graph."""
    if isinstance(values, (list, tuple)):
        return np.asarray([_numbers(value) for value in values])
    return np.asarray(values.detach() if isinstance(values, torch.Tensor) else values)


def _check_series(series: Mapping, most: int) -> None:
    if not 1 <= len(series) <= most:
        raise ValueError(f"There are {len(series)} series; wanted 1 to {most}, so that each has a look of its own.")
