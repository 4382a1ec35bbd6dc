"""What a pen stroke looks like, in numbers: thickness, slant, height, width, length and bend of a digit.

The first five follow Castro et al. (2019), "Morpho-MNIST: Quantitative Assessment and Diagnostics for Representation
Learning", which measures the digits of MNIST in order to ask what a code knows about them. `bend` is our own.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from scipy.ndimage import distance_transform_edt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import pdist
from skimage.measure import moments_central
from skimage.morphology import skeletonize
from torch import Tensor
from torch.nn import functional

from aeutils.autoencoder import IMAGE_SHAPE
from aeutils.checks import check_inputs

MEASURES = {"thickness": "px", "slant": "°", "height": "px", "width": "px", "length": "px", "bend": ""}
"""The columns of `measure_strokes`, and their units: pixels of the 28 x 28 image, degrees, none."""

_SCALE = 4  # fine pixels a pixel, so that a stroke two pixels thick has a middle
_SMOOTHING_ROUNDS = 20  # spreads a point of the middle line over about three fine pixels on either side


def measure_strokes(images: Tensor) -> pd.DataFrame:
    """Measure the stroke of each image.

    Every image is enlarged four times; what is darker than half of its darkest ink counts as ink. The *middle line* is
    the ink's skeleton, one fine pixel wide (scikit-image, method of Lee et al. 1994), its staircase smoothed away.

    Parameters
    ----------
    images : Tensor of shape (N, 1, 28, 28)
        float32 in [0, 1], 0 is paper; each has some ink. Multiplying an image by a number does not change its measures.

    Returns
    -------
    measures : DataFrame with N rows and these columns
        thickness : twice the distance from the middle line to the nearest paper, on average along the line; pixels.
        slant : angle from the vertical, positive when the top leans right; degrees in (-90, 90). Its tangent is
            mu_11 / mu_02, two central moments of the ink with y upwards: shearing the image by s (x becomes x + s y)
            adds s to it.
        height : from the lowest ink to the highest; pixels.
        width : from the leftmost ink to the rightmost, after the slant is sheared away; pixels.
        length : of the middle line, all its branches together; pixels. Its free ends lie about half a thickness
            inside the ink.
        bend : 1 - span / length, in [0, 1), where the span is the largest distance between two points of the middle
            line, added up over its pieces where the stroke is broken: 0 for a straight stroke, 1 - 2/pi = 0.36 for
            half a circle, 1 - 1/pi = 0.68 for a whole one. It means bend for a single stroke only: two straight
            strokes that cross have one of about 0.5. A dot has no middle line to speak of, and a bend of 0.
    """
    check_inputs(images, IMAGE_SHAPE)
    blank = torch.nonzero(images.flatten(1).amax(dim=1) == 0).flatten()
    if len(blank):
        raise ValueError(
            f"{len(blank)} of {len(images):,} images have no ink, the first is number {int(blank[0])}; there is no "
            "stroke to measure. Leave them out."
        )
    return pd.DataFrame([_measure(image) for image in images.detach().cpu()], columns=list(MEASURES))


def _measure(image: Tensor) -> dict[str, float]:
    ink = _find_ink(image)
    line = skeletonize(ink, method="lee") > 0
    length, span = _length_and_span(line)
    moments = moments_central(ink, order=2)  # rows first: moments[2, 0] is mu_02
    slant = -moments[1, 1] / moments[2, 0]  # rows run downwards, y upwards
    row, column = np.nonzero(ink)
    return {
        "thickness": 2 * distance_transform_edt(ink)[line].mean() / _SCALE,
        "slant": np.degrees(np.arctan(slant)),
        "height": (np.ptp(row) + 1) / _SCALE,
        "width": (np.ptp(column + slant * row) + 1) / _SCALE,
        "length": length / _SCALE,
        "bend": 1 - span / length if length > 0 else 0.0,
    }


def _find_ink(image: Tensor) -> np.ndarray:
    """Which fine pixels are ink, as a bool array just large enough for the ink and a frame of paper."""
    framed = functional.pad(image, (1, 1, 1, 1))[None]  # (1, 28, 28) -> (1, 1, 30, 30)
    fine = functional.interpolate(framed, scale_factor=_SCALE, mode="bilinear", align_corners=False)
    ink = (fine[0, 0] > image.max() / 2).numpy()
    row, column = np.nonzero(ink)
    return np.pad(ink[row.min() : row.max() + 1, column.min() : column.max() + 1], 1)


def _length_and_span(line: np.ndarray) -> tuple[float, float]:
    """Length of a middle line, and the largest distance between two points of a piece, added up over its pieces.

    Both are in fine pixels. Steps between pixels are straight or diagonal, so that a stroke in any other direction
    looks longer than it is. Moving every point towards the mean of its neighbours takes the staircase away; free ends
    stay where they are.
    """
    links = _links(line)
    if len(links) == 0:
        return 0.0, 0.0
    points = np.argwhere(line).astype(float)  # (points, 2)
    ways = np.concatenate([links, links[:, ::-1]])  # from, to
    neighbours = coo_array((np.ones(len(ways)), ways.T), shape=(len(points), len(points))).tocsr()
    degree = np.bincount(ways[:, 0], minlength=len(points))[:, None]
    stay, move = np.where(degree > 1, 0.5, 1), np.where(degree > 1, 0.5 / np.maximum(degree, 1), 0)
    for _ in range(_SMOOTHING_ROUNDS):
        points = stay * points + move * (neighbours @ points)
    steps = points[links[:, 0]] - points[links[:, 1]]
    count, piece = connected_components(neighbours, directed=False)
    spans = [pdist(points[piece == i]).max(initial=0) for i in range(count)]
    return float(np.hypot(*steps.T).sum()), float(sum(spans))


def _links(line: np.ndarray) -> np.ndarray:
    """Pairs of neighbouring points of a middle line, as places in `np.argwhere(line)`; shape (links, 2).

    Diagonal neighbours count only where no straight steps lead from one to the other.
    """
    number = np.full(line.shape, -1)
    number[line] = np.arange(line.sum())
    northwest, northeast = number[:-1, :-1], number[:-1, 1:]
    southwest, southeast = number[1:, :-1], number[1:, 1:]
    pairs = [
        (number[:, :-1], number[:, 1:]),
        (number[:-1], number[1:]),
        (np.where((northeast < 0) & (southwest < 0), northwest, -1), southeast),
        (np.where((northwest < 0) & (southeast < 0), northeast, -1), southwest),
    ]
    both = [(a >= 0) & (b >= 0) for a, b in pairs]
    return np.concatenate([np.stack([a[on], b[on]], axis=1) for (a, b), on in zip(pairs, both, strict=True)])
