"""Maps: static pictures of codes and of points in space.

The ten digits have the colours of `palette.DIGIT_COLORS`, places along the Swiss roll a scale from dark to light, both
a number on a disc besides, at the middle of their dots. `ax` is where to draw; without it, on a new figure.
"""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from torch import Tensor

from aeutils.checks import check_digits, check_one_each, check_table, is_number
from aeutils.palette import DIGIT_COLORS, LINE_COLOR, ink_on
from aeutils.plotting import SINGLE, WIDE
from aeutils.synthetic import section_of

VIEW_ANGLES = (0, 60, 120, 180, 240, 300)
"""Degrees by which the six views of a 3-D map are turned, as in the article."""

_DIGIT_COLORMAP = ListedColormap(DIGIT_COLORS)
_DIGIT_NORM = BoundaryNorm(np.arange(-0.5, 10.5), 10)
_LENGTH_COLORMAP = "viridis"


def plot_code_map(
    z: Tensor,
    labels: Tensor,
    ax: Axes | None = None,
    *,
    colorbar: bool = False,
    size: float = 9,
    limit: float | None = 1.05,
) -> Axes:
    """Codes of two numbers as dots, coloured by digit, with each digit's number at the middle of its dots.

    Parameters
    ----------
    z : Tensor of shape (N, 2)
        Codes.
    labels : Tensor of shape (N,)
        Digits, 0 to 9.
    colorbar : bool
        Whether to add a bar that names the colours; the numbers name them already.
    size : float
        Area of a dot, in square points.
    limit : float, optional
        The axes run from -limit to limit; None fits them to the codes.
    """
    check_table(z, "codes", columns=2)
    check_digits(labels, z, "codes")
    if limit is not None and not (is_number(limit) and limit > 0):
        raise ValueError(f"limit is {limit!r}; give a number above 0, or None to fit the axes to the codes.")
    z = z.detach()
    if ax is None:
        ax = plt.subplots(figsize=(SINGLE, SINGLE))[1]
    dots = ax.scatter(*z.T.numpy(), c=labels.numpy(), s=size, cmap=_DIGIT_COLORMAP, norm=_DIGIT_NORM, linewidths=0)
    for digit in labels.unique().tolist():
        place = z[labels == digit].median(dim=0).values.tolist()
        _draw_number(ax, place, str(digit), DIGIT_COLORS[digit])
    ax.set(xlabel="$z_1$", ylabel="$z_2$")
    if limit is not None:
        _frame_square(ax, limit)
    if colorbar:
        ax.figure.colorbar(dots, ax=ax, ticks=range(10), label="digit")
    return ax


def plot_code_map_3d(
    z: Tensor,
    labels: Tensor,
    ax: Axes | None = None,
    *,
    azim: float = 0,
    elev: float = 30,
    colorbar: bool = False,
) -> Axes:
    """Codes of three numbers as dots, seen from one side.

    Parameters
    ----------
    z : Tensor of shape (N, 3)
        Codes in [-1, 1].
    labels : Tensor of shape (N,)
        Digits, 0 to 9.
    azim : float
        Degrees by which the viewer has walked around the vertical axis.
    elev : float
        Degrees above the horizontal plane.
    colorbar : bool
        Whether to add a bar that names the colours; the numbers name them already.
    """
    check_table(z, "codes", columns=3)
    check_digits(labels, z, "codes")
    z = z.detach()
    if ax is None:
        ax = plt.figure(figsize=(SINGLE, SINGLE)).add_subplot(projection="3d")
    _check_3d(ax)
    dots = ax.scatter(
        *z.T.numpy(), c=labels.numpy(), s=7, cmap=_DIGIT_COLORMAP, norm=_DIGIT_NORM, linewidths=0, depthshade=False
    )
    for digit in labels.unique().tolist():
        place = z[labels == digit].median(dim=0).values.tolist()
        _draw_number(ax, place, str(digit), DIGIT_COLORS[digit])
    ax.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1))
    _draw_cube(ax, "z")
    ax.view_init(elev=elev, azim=azim)
    if colorbar:
        ax.figure.colorbar(dots, ax=ax, ticks=range(10), label="digit", shrink=0.7, pad=0.1)
    return ax


def plot_six_views(z: Tensor, labels: Tensor) -> Figure:
    """Codes of three numbers from six sides, a sixth of a turn apart.

    Parameters and errors as in `plot_code_map_3d`.
    """
    check_table(z, "codes", columns=3)
    check_digits(labels, z, "codes")
    figure, axes = plt.subplots(2, 3, figsize=(WIDE, 4.9), subplot_kw={"projection": "3d"})
    for ax, angle in zip(axes.flat, VIEW_ANGLES, strict=True):
        plot_code_map_3d(z, labels, ax, azim=angle)
        ax.text2D(0.5, 0.97, f"turned by {angle}°", transform=ax.transAxes, ha="center")
    return figure


def side_view(z: Tensor, azim: float) -> Tensor:
    """Where codes of three numbers land on a page that is held upright: what a picture of a cube keeps of it.

    Parameters
    ----------
    z : Tensor of shape (N, 3)
        Codes.
    azim : float
        Degrees by which the viewer has walked around the vertical axis; 0 looks along the first axis. Distances are not
        foreshortened (an orthographic projection).

    Returns
    -------
    page : Tensor of shape (N, 2)
        Right and up: (-z_1 sin a + z_2 cos a, z_3).
    """
    check_table(z, "codes", columns=3)
    if not is_number(azim):
        raise ValueError(f"azim is {azim!r}; give a finite number of degrees.")
    angle = math.radians(azim)
    return torch.stack([-z[:, 0] * math.sin(angle) + z[:, 1] * math.cos(angle), z[:, 2]], dim=1)


def plot_roll(points: Tensor, sheet: Tensor, ax: Axes | None = None, *, azim: float = -80, elev: float = 8) -> Axes:
    """The Swiss roll in space, coloured by the place of each point along the sheet.

    Parameters
    ----------
    points : Tensor of shape (N, 3)
        As `make_swiss_roll` returns them.
    sheet : Tensor of shape (N, 2)
        Arc length and height of the same points.
    azim, elev : float
        Degrees by which the viewer has walked around the roll, and climbed above it. (-90, 0) looks along the axis.
    """
    check_table(points, "points", columns=3)
    _check_sheet(sheet, points, "points")
    if ax is None:
        ax = plt.figure(figsize=(SINGLE, SINGLE)).add_subplot(projection="3d")
    _check_3d(ax)
    points, sheet = points.detach(), sheet.detach()
    ax.scatter(*points.T.numpy(), c=sheet[:, 0].numpy(), s=9, cmap=_LENGTH_COLORMAP, linewidths=0, depthshade=False)
    _draw_cube(ax, "x")
    ax.view_init(elev=elev, azim=azim)
    return ax


def plot_roll_codes(z: Tensor, sheet: Tensor, ax: Axes | None = None, *, colorbar: bool = True) -> Axes:
    """Codes of points of the Swiss roll, coloured by the place of each point along the sheet.

    The sheet's length is cut into six equal sections; the number of each stands at the middle of its codes.

    Parameters
    ----------
    z : Tensor of shape (N, 2)
        Codes, or the sheet itself.
    sheet : Tensor of shape (N, 2)
        Arc length and height of the same points.
    colorbar : bool
        Whether to add the bar that explains the colours.
    """
    check_table(z, "codes", columns=2)
    _check_sheet(sheet, z, "codes")
    z, sheet = z.detach(), sheet.detach()
    if ax is None:
        ax = plt.subplots(figsize=(SINGLE, 3.4))[1]
    dots = ax.scatter(*z.T.numpy(), c=sheet[:, 0].numpy(), s=9, cmap=_LENGTH_COLORMAP, linewidths=0)
    section = section_of(sheet)
    for number in section.unique().tolist():
        place = z[section == number].median(dim=0).values.tolist()
        _draw_number(ax, place, str(number + 1), "black")
    ax.set(xlabel="$z_1$", ylabel="$z_2$")
    if colorbar:
        ax.figure.colorbar(dots, ax=ax, label="arc length $s$")
    return ax


def _draw_number(ax: Axes, place: list[float], number: str, color: str) -> None:
    """A number on a disc with a rim of paper, so that it stands out from its dots; smaller in small panels."""
    inches = ax.get_position().width * ax.figure.get_figwidth()
    fontsize = 10 * min(1, max(0.72, inches / 3.7))
    disc = {"boxstyle": "circle,pad=0.28", "facecolor": color, "edgecolor": "white", "linewidth": 1.6}
    style = {"fontsize": fontsize, "fontweight": "bold", "ha": "center", "va": "center_baseline", "zorder": 100}
    ax.text(*place, number, color=ink_on(color), bbox=disc, **style)


def _frame_square(ax: Axes, limit: float) -> None:
    """A square with a frame and two axes, its ends numbered and its names between the numbers."""
    end = min(1, limit)
    for line in (ax.axhline, ax.axvline):
        line(0, color=LINE_COLOR, linewidth=0.8, zorder=0)
    ax.spines[:].set(visible=True, color=LINE_COLOR)
    ax.set(xticks=(-end, end), yticks=(-end, end), xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    ax.tick_params(length=0)
    ax.xaxis.labelpad = ax.yaxis.labelpad = -9


def _draw_cube(ax: Axes, letter: str) -> None:
    """Three edges with their names; walls and numbers would crowd the dots."""
    for number, axis in enumerate((ax.xaxis, ax.yaxis, ax.zaxis), start=1):
        axis.set_pane_color("none")
        axis.set_rotate_label(False)
        axis.set_label_text(f"${letter}_{number}$", rotation=0)
        axis.labelpad = -12
        axis.line.set_color(plt.rcParams["axes.edgecolor"])
    limits = (ax.get_xlim(), ax.get_ylim(), ax.get_zlim())
    ax.set_box_aspect([high - low for low, high in limits], zoom=1.1)  # one scale for all three
    ax.set(xticks=(), yticks=(), zticks=())


def _check_sheet(sheet: Tensor, rows: Tensor, what: str) -> None:
    check_table(sheet, "sheet's points", columns=2)
    check_one_each(rows, what, sheet, "places on the sheet")


def _check_3d(ax: Axes) -> None:
    if ax.name != "3d":
        raise ValueError('The axes are flat; wanted 3-D ones, as figure.add_subplot(projection="3d") makes them.')
