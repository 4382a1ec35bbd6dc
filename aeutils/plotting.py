"""Every static figure of the book: functions that take arrays and return what they drew.

One style file (`book.mplstyle`) and one palette. The ten digits have colours that stay apart for colour-blind
readers too (the tests measure it), and a second cue besides: the number itself, drawn where its codes are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from torch import Tensor

DIGIT_COLORS = (
    "#2700b1", "#896200", "#4e89b1", "#ff0062", "#003b14", "#27d8b1", "#9d27ff", "#ff9dff", "#62004e", "#c4c400",
)  # fmt: skip
"""Colours of the digits 0 to 9; digits that the maps of the book put side by side got the ones furthest apart."""

SERIES_COLORS = ("#4e89b1", "#62004e", "#c4c400", "#003b14", "#ff0062")
"""Colours of curves and bars that stand beside each other."""

VIEW_ANGLES = (0, 60, 120, 180, 240, 300)
"""Degrees by which the six views of a 3-D map are turned, as in the article."""

_DIGIT_COLORMAP = ListedColormap(DIGIT_COLORS)
_DIGIT_NORM = BoundaryNorm(np.arange(-0.5, 10.5), 10)


def use_style() -> None:
    """Give every figure from here on the look of the book."""
    plt.style.use(Path(__file__).parent / "book.mplstyle")


def plot_history(train_loss: Sequence[float], validation_loss: Sequence[float] = (), *, ylabel: str = "MSE") -> Axes:
    """Loss against epoch, on a logarithmic axis.

    Parameters
    ----------
    train_loss, validation_loss : sequence of float
        As in `aeutils.training.History`.
    ylabel : str
        What the loss is.

    Returns
    -------
    ax : Axes
    """
    _, ax = plt.subplots(figsize=(6.4, 3.4))
    epochs = np.arange(1, len(train_loss) + 1)
    ax.plot(epochs, train_loss, color=SERIES_COLORS[0], linestyle="--", label="training")
    if len(validation_loss):
        ax.plot(epochs, validation_loss, color=SERIES_COLORS[1], label="held out")
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

    Returns
    -------
    figure : Figure
    """
    columns = max(len(images) for images in rows.values())
    figure, axes = plt.subplots(
        len(rows),
        columns,
        figsize=(0.72 * columns + 1.2, 0.76 * len(rows)),
        squeeze=False,
        gridspec_kw={"wspace": 0.05},
    )
    for row_axes, (name, images) in zip(axes, rows.items(), strict=True):
        for ax, image in zip(row_axes, images, strict=True):
            ax.imshow(image[0].numpy(), vmin=0, vmax=1)
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
    ax : Axes, optional
        Where to draw; default a new square figure.
    extent : (left, right, bottom, top), optional
        Coordinates of the picture's edges, for images that belong to places in the space of codes. Without it the
        axes are off.

    Returns
    -------
    ax : Axes
    """
    if ax is None:
        ax = plt.subplots(figsize=(6.4, 6.4))[1]
    rows = len(images) // columns
    picture = images.reshape(rows, columns, 28, 28).permute(0, 2, 1, 3).reshape(rows * 28, columns * 28)
    ax.imshow(picture.numpy(), vmin=0, vmax=1, extent=extent)
    if extent is None:
        ax.axis("off")
    else:
        ax.set(xlabel="$z_1$", ylabel="$z_2$")
    return ax


def plot_code_map(
    z: Tensor,
    labels: Tensor,
    ax: Axes | None = None,
    *,
    colorbar: bool = True,
    size: float = 6,
    limit: float | None = 1.05,
) -> Axes:
    """Codes of two numbers as dots, coloured by digit, with each digit's number at the middle of its dots.

    Parameters
    ----------
    z : Tensor of shape (N, 2)
        Codes.
    labels : Tensor of shape (N,)
        Digits, 0 to 9.
    ax : Axes, optional
        Where to draw; default a new figure.
    colorbar : bool
        Whether to add the bar that names the colours.
    size : float
        Area of a dot, in square points.
    limit : float, optional
        The axes run from -limit to limit; None fits them to the codes.

    Returns
    -------
    ax : Axes
    """
    if ax is None:
        ax = plt.subplots(figsize=(6.8, 5.6))[1]
    dots = ax.scatter(*z.T.numpy(), c=labels.numpy(), s=size, cmap=_DIGIT_COLORMAP, norm=_DIGIT_NORM, linewidths=0)
    for digit in labels.unique().tolist():
        x, y = z[labels == digit].median(dim=0).values.tolist()
        ax.text(x, y, str(digit), **_number_style(digit))
    if limit is not None:
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit))
    ax.set(xlabel="$z_1$", ylabel="$z_2$", aspect="equal" if limit is not None else "auto")
    ax.grid(True)
    if colorbar:
        ax.figure.colorbar(dots, ax=ax, ticks=range(10), label="digit")
    return ax


def plot_code_map_3d(
    z: Tensor,
    labels: Tensor,
    ax: Axes | None = None,
    *,
    turned: float = 0,
    elevation: float = 30,
    colorbar: bool = True,
) -> Axes:
    """Codes of three numbers as dots, seen from one side.

    Parameters
    ----------
    z : Tensor of shape (N, 3)
        Codes in [-1, 1].
    labels : Tensor of shape (N,)
        Digits, 0 to 9.
    ax : 3-D Axes, optional
        Where to draw; default a new figure.
    turned : float
        Degrees by which the viewer has walked around the vertical axis.
    elevation : float
        Degrees above the horizontal plane.
    colorbar : bool
        Whether to add the bar that names the colours.

    Returns
    -------
    ax : 3-D Axes
    """
    if ax is None:
        ax = plt.figure(figsize=(6.8, 5.6)).add_subplot(projection="3d")
    dots = ax.scatter(
        *z.T.numpy(), c=labels.numpy(), s=4, cmap=_DIGIT_COLORMAP, norm=_DIGIT_NORM, linewidths=0, alpha=0.8
    )
    for digit in labels.unique().tolist():
        x, y, height = z[labels == digit].median(dim=0).values.tolist()
        ax.text(x, y, height, str(digit), **_number_style(digit))
    ax.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1), xlabel="$z_1$", ylabel="$z_2$", zlabel="$z_3$")
    ax.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1), zticks=(-1, 0, 1))
    ax.view_init(elev=elevation, azim=turned)
    if colorbar:
        ax.figure.colorbar(dots, ax=ax, ticks=range(10), label="digit", shrink=0.7, pad=0.1)
    return ax


def plot_six_views(z: Tensor, labels: Tensor) -> Figure:
    """Codes of three numbers from six sides, a sixth of a turn apart.

    Parameters as in `plot_code_map_3d`.

    Returns
    -------
    figure : Figure
    """
    figure, axes = plt.subplots(2, 3, figsize=(9.2, 6.4), subplot_kw={"projection": "3d"})
    for ax, angle in zip(axes.flat, VIEW_ANGLES, strict=True):
        plot_code_map_3d(z, labels, ax, turned=angle, colorbar=False)
        ax.text2D(0.5, 0.97, f"turned by {angle}°", transform=ax.transAxes, ha="center")
    return figure


def side_view(z: Tensor, degrees: float) -> Tensor:
    """Where codes of three numbers land on a page that is held upright: what a picture of a cube keeps of it.

    Parameters
    ----------
    z : Tensor of shape (N, 3)
        Codes.
    degrees : float
        Where the viewer stands, around the vertical axis; 0 looks along the first axis. Distances are not foreshortened
        (a parallel projection).

    Returns
    -------
    page : Tensor of shape (N, 2)
        Right and up: (-z_1 sin a + z_2 cos a, z_3).
    """
    angle = math.radians(degrees)
    return torch.stack([-z[:, 0] * math.sin(angle) + z[:, 1] * math.cos(angle), z[:, 2]], dim=1)


def plot_confusion(shares: Tensor, *, xlabel: str = "taken for", ylabel: str = "true digit") -> Axes:
    """A table of percentages, darker where there are more.

    Parameters
    ----------
    shares : Tensor of shape (10, 10)
        Each row sums to 1.
    xlabel, ylabel : str
        What the columns and the rows are.

    Returns
    -------
    ax : Axes
    """
    _, ax = plt.subplots(figsize=(5.6, 5.2))
    percent = 100 * np.asarray(shares)
    ax.imshow(percent, vmin=0, vmax=100, cmap="Blues")
    for row, column in np.argwhere(percent.round() > 0):
        value = percent[row, column]
        ax.text(column, row, f"{value:.0f}", ha="center", va="center", color="white" if value > 55 else "black", size=9)
    ax.set(xticks=range(10), yticks=range(10), xlabel=f"{xlabel} (numbers in %)", ylabel=ylabel)
    return ax


def plot_by_digit(series: Mapping[str, tuple[Sequence[float], Sequence[float] | None]], *, ylabel: str) -> Axes:
    """Bars for the digits 0 to 9, one series beside the other.

    Parameters
    ----------
    series : mapping from str to (values, spread)
        Ten values each in [0, 1]; `spread`, drawn as an error bar, may be None.
    ylabel : str
        What the values are.

    Returns
    -------
    ax : Axes
    """
    _, ax = plt.subplots(figsize=(7.6, 3.6))
    width = 0.84 / len(series)
    for i, (name, (values, spread)) in enumerate(series.items()):
        place = np.arange(10) + (i - (len(series) - 1) / 2) * width
        hatch = ("", "///", "...", "xxx", "\\\\\\")[i]
        ax.bar(place, values, width, yerr=spread, label=name, color=SERIES_COLORS[i], hatch=hatch, edgecolor="white")
    ax.set(xticks=range(10), xlabel="digit", ylabel=ylabel, ylim=(0, 1.02))
    ax.grid(True, axis="y")
    ax.legend(ncols=len(series), loc="lower center", bbox_to_anchor=(0.5, 1))
    return ax


def _number_style(digit: int) -> dict:
    outline = withStroke(linewidth=3.5, foreground="white")
    return {
        "color": DIGIT_COLORS[digit], "fontsize": 17, "fontweight": "bold", "ha": "center", "va": "center",
        "path_effects": [outline], "zorder": 100,
    }  # fmt: skip
