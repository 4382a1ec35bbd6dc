"""Data that we make ourselves, so that we know how many numbers are behind them: the Swiss roll, a pendulum."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from aeutils.checks import check_count, check_seed, check_table, is_number

SHEET_LENGTH = 89.4
"""Of the Swiss roll's sheet, in its own units, to three digits."""
SECTIONS = 6
"""Equal parts into which figures and scores cut this length."""


def make_swiss_roll(n: int = 2000, *, noise: float = 0.0, seed: int = 0) -> tuple[Tensor, Tensor]:
    """A flat sheet, 89.4 long and 21 high, rolled up in three dimensions, beside the sheet itself.

    The points are those of `sklearn.datasets.make_swiss_roll`: angle t uniform in [1.5 pi, 4.5 pi], height h
    uniform in [0, 21], position (t cos t, h, t sin t) plus noise. They are centred by their expected mean and
    divided by one number, the root of their expected mean squared distance from it over three axes, so that
    every draw has the same frame and lengths along the sheet keep their ratios.

    Parameters
    ----------
    n : int
        Number of points, at least 1.
    noise : float
        Standard deviation of Gaussian noise, in the sheet's own units; at least 0.
    seed : int
        From 0 to 2^32 - 1.

    Returns
    -------
    points : Tensor of shape (n, 3)
        float32, centred and scaled.
    sheet : Tensor of shape (n, 2)
        float32: arc length s in [0, 89.4] and height h in [0, 21], in the sheet's own units. The arc length of the
        spiral r = t is (t sqrt(1 + t^2) + asinh t) / 2, here counted from its inner end.
    """
    check_count("n", n)
    if not is_number(noise) or noise < 0:
        raise ValueError(f"noise is {noise!r}; it is a standard deviation: a finite number, at least 0.")
    check_seed(seed, most=2**32 - 1)
    from sklearn.datasets import make_swiss_roll as sklearn_roll

    points, t = sklearn_roll(n, noise=noise, random_state=seed)
    height = sklearn_roll(n, noise=0.0, random_state=seed)[0][:, 1]  # the same points before the noise

    def arc_length(angle):
        return (angle * np.sqrt(1 + angle**2) + np.arcsinh(angle)) / 2

    sheet = np.stack([arc_length(t) - arc_length(1.5 * math.pi), height], axis=1)
    points = (points - ROLL_MEAN) / ROLL_SCALE
    return torch.from_numpy(points.astype(np.float32)), torch.from_numpy(sheet.astype(np.float32))


def section_of(sheet: Tensor) -> Tensor:
    """Which of the six sections of a sheet's length each of its points lies in: (N, 2) to (N,), 0 the innermost."""
    check_table(sheet, "sheet's points", columns=2)
    return (sheet[:, 0] / SHEET_LENGTH * SECTIONS).long().clamp(0, SECTIONS - 1)


def _roll_frame() -> tuple[np.ndarray, float]:
    """Expected mean and root mean squared coordinate of the noise-free roll, by the integrals over t and h."""
    low, high = 1.5 * math.pi, 4.5 * math.pi
    mean = np.array([2.0, 10.5, 2 / (3 * math.pi)])  # of t cos t, h, t sin t
    mean_square = (high**3 - low**3) / (3 * (high - low)) + 21**2 / 3  # of t^2, and of h^2
    return mean, math.sqrt((mean_square - (mean**2).sum()) / 3)


ROLL_MEAN, ROLL_SCALE = _roll_frame()
"""What `make_swiss_roll` subtracts and divides by: points * ROLL_SCALE + ROLL_MEAN are sklearn's."""


PENDULUM_LENGTH = 17.0  # pixels from the pivot to the end, over all links
_PIVOT = (13.5, 3.0)  # pixels from the left and from the top


def draw_pendulum(angles: Tensor) -> Tensor:
    """Pictures of a hanging pendulum of one or more stiff links, each turned by its own angle.

    Parameters
    ----------
    angles : Tensor of shape (N, L)
        Finite, N and L at least 1. Radians from the vertical, one for each of the L links, counted from the top. The
        whole pendulum stays in the picture for angles up to 0.7 (40 degrees).

    Returns
    -------
    images : Tensor of shape (N, 1, 28, 28)
        float32 in [0, 1]: links 2 pixels wide with soft edges, a bob 5 pixels wide at the end of each.
    """
    check_table(angles, "angles", columns="L")
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    pixels = torch.stack([columns, rows], dim=-1)  # (28, 28, 2)
    length = PENDULUM_LENGTH / angles.shape[1]
    start = torch.tensor(_PIVOT).expand(len(angles), 2)
    ink = torch.zeros(len(angles), 28, 28)
    for angle in angles.float().T:
        direction = torch.stack([angle.sin(), angle.cos()], dim=1)  # (N, 2), of length 1
        to_pixel = pixels - start[:, None, None]  # (N, 28, 28, 2)
        along = (to_pixel * direction[:, None, None]).sum(dim=-1).clamp(0, length)
        from_link = (to_pixel - along[..., None] * direction[:, None, None]).norm(dim=-1)
        end = start + length * direction
        from_bob = (pixels - end[:, None, None]).norm(dim=-1)
        ink = ink.maximum(_soft_edge(from_link, 1.0)).maximum(_soft_edge(from_bob, 2.5))
        start = end
    return ink.unsqueeze(1)


def _soft_edge(distance: Tensor, radius: float) -> Tensor:
    """1 inside, 0 outside, and in between on the pixel that the edge runs through."""
    return (radius + 0.5 - distance).clamp(0, 1)


def draw_strokes(strokes: Sequence[Sequence[tuple[float, float]]], *, thickness: float = 3.0) -> Tensor:
    """A picture of pen strokes, placed as MNIST places its digits.

    The drawing is scaled, proportions kept, so that the pen's middle stays in a box of 18 pixels and its ink in one of
    about 20; then it is shifted so that the ink's centre of mass is the centre of the picture.

    Parameters
    ----------
    strokes : sequence of strokes
        Each stroke is a sequence of two or more points (right, down), in any unit, joined by straight lines. Not all
        points are the same.
    thickness : float
        Width of the pen in pixels, above 0.

    Returns
    -------
    image : Tensor of shape (1, 28, 28)
        Intensities in [0, 1]. A pixel's ink falls from 1 to 0 over one pixel at the stroke's edge.
    """
    try:
        plain = (stroke.detach() if isinstance(stroke, Tensor) else stroke for stroke in strokes)
        lines = [np.asarray(stroke, dtype=float) for stroke in plain]
    except (TypeError, ValueError):  # no numbers, or points of different lengths
        lines = []
    if not lines or any(line.ndim != 2 or line.shape[1] != 2 or len(line) < 2 for line in lines):
        raise ValueError("Wanted strokes of two or more points (right, down) each, such as [[(0, 0), (0, 1)]].")
    points = np.concatenate(lines)
    size = np.ptp(points, axis=0).max()
    if not np.isfinite(points).all() or size == 0 or not (is_number(thickness) and thickness > 0):
        raise ValueError(
            f"Wanted finite points that are not all the same and a thickness above 0; "
            f"they span {size:g} and the thickness is {thickness!r}."
        )
    scale = 18 / size
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    shift = np.zeros(2)
    for _ in range(2):  # first draw it, then draw it again where its centre of mass belongs
        ink = _ink([(line - middle) * scale + shift for line in lines], thickness)
        rows, columns = np.indices(ink.shape) - 13.5
        shift = shift - np.array([(ink * columns).sum(), (ink * rows).sum()]) / ink.sum()
    return torch.from_numpy(ink.astype(np.float32)).unsqueeze(0)


def _ink(lines: list[np.ndarray], thickness: float) -> np.ndarray:
    """Ink of each pixel, by its distance from the nearest line; coordinates in pixels from the centre."""
    rows, columns = np.indices((28, 28)) - 13.5
    pixels = np.stack([columns, rows], axis=-1)  # (28, 28, 2): right, down
    nearest = np.full((28, 28), np.inf)
    for line in lines:
        for start, end in zip(line[:-1], line[1:], strict=True):
            along = end - start
            length = max((along**2).sum(), 1e-12)  # a segment may be a single point
            t = ((pixels - start) @ along / length).clip(0, 1)
            distance = np.linalg.norm(pixels - (start + t[..., None] * along), axis=-1)
            nearest = np.minimum(nearest, distance)
    return (thickness / 2 - nearest + 0.5).clip(0, 1)
