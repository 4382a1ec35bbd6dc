"""Unroll the Swiss roll: geodesic distances, the term of the loss that asks for them, and a strict score.

Lengths here are those of `make_swiss_roll`'s points, which are the sheet's own divided by `ROLL_SCALE`; the score
alone is measured on the sheet, in its own units.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aeutils.checks import check_k, check_seed, check_table, is_number
from aeutils.models import MLPAutoencoder
from aeutils.recipe import Recipe
from aeutils.training import History, fit, reconstruction_loss

ROLL_RECIPE = Recipe(num_epochs=125, batch_size=128, lr=1e-2)
"""2,000 steps for 2,000 points. The learning rate is the best of 3e-3, 5e-3 and 1e-2 on rolls of their own."""

WINDING_GAP = 2 * math.pi
"""Distance between neighbouring windings of the roll, in the sheet's own units: r = t grows by 2 pi a turn."""


def geodesic_distances(points: Tensor, *, k: int = 8) -> Tensor:
    """Geodesic distances: how far it is for somebody who may only step from neighbour to neighbour.

    The shortest paths on the graph that joins every point to its k nearest (Tenenbaum, de Silva and Langford 2000,
    the first two steps of Isomap). Along a rolled sheet that is densely sampled they come close to the lengths on the
    flat sheet, a few per cent longer because paths zigzag. Where points are so sparse, or so noisy, that one of the k
    nearest lies on the next winding, they cut across it; nothing here can notice that.

    Parameters
    ----------
    points : Tensor of shape (N, D)
        Finite, no column constant.
    k : int
        Neighbours a point is joined to. 1 <= k < N.

    Returns
    -------
    distances : float32 Tensor of shape (N, N)
        In the unit of the points; symmetric, 0 on the diagonal.

    Raises
    ------
    ValueError
        If the graph falls into several pieces, between which there is no way to walk.
    """
    from scipy.sparse.csgraph import connected_components, shortest_path
    from sklearn.neighbors import kneighbors_graph

    _check_points(points)
    check_k(k, len(points), "points", most=len(points) - 1)
    graph = kneighbors_graph(points.detach().numpy().astype(np.float64), int(k), mode="distance")
    pieces, piece_of = connected_components(graph, directed=False)
    if pieces > 1:
        sizes = ", ".join(f"{size:,}" for size in sorted(np.bincount(piece_of), reverse=True)[:5])
        raise ValueError(
            f"With k = {k} the neighbour graph falls into {pieces:,} pieces (of {sizes}{', ...' * (pieces > 5)} "
            "points): there is no way to walk between them. Raise k, add points, or unroll each piece by itself."
        )
    return torch.from_numpy(shortest_path(graph, directed=False).astype(np.float32))


def sammon_stress(z: Tensor, distances: Tensor) -> Tensor:
    """How badly the distances between codes agree with the geodesic ones: a tensor of one number, at least 0.

    The mean over all pairs of (|z_i - z_j| - d_ij)^2 / (d_ij + 0.1). Dividing by the distance keeps the long walks
    from drowning the short ones, as in Sammon's mapping (Sammon 1969); 0.1 keeps the shortest from taking over.

    Parameters
    ----------
    z : Tensor of shape (B, K)
        Codes, B >= 2.
    distances : Tensor of shape (B, B)
        Geodesic distances between the points that were encoded.
    """
    if z.ndim != 2 or len(z) < 2 or distances.shape != (len(z), len(z)):
        raise ValueError(
            f"The codes have shape {tuple(z.shape)}, the distances {tuple(distances.shape)}; wanted (B, K) and (B, B) "
            "with B at least 2. Take the rows and the columns of the same points."
        )
    first, second = torch.triu_indices(len(z), len(z), offset=1)  # each pair once
    wanted = distances[first, second]
    return ((z[first] - z[second]).norm(dim=1) - wanted).square().div(wanted + 0.1).mean()


def fit_roll(
    points: Tensor,
    *,
    geodesic_weight: float = 0.0,
    k: int = 8,
    model: MLPAutoencoder | None = None,
    recipe: Recipe = ROLL_RECIPE,
    seed: int = 0,
    progress: bool = True,
) -> tuple[MLPAutoencoder, History]:
    """Train a dense autoencoder on points in space, with or without the term that asks for geodesic distances.

    The loss is the squared error, plus `geodesic_weight` times `sammon_stress` on every batch. Networks were trained on
    geodesic distances before (Pai et al. 2019); geometry-regularized autoencoders (Duque et al. 2020) pull the codes
    towards a map made beforehand instead.

    Parameters
    ----------
    points : Tensor of shape (N, D)
        float32, finite, no column constant, N >= 2.
    geodesic_weight : float
        At least 0; with 0 this is a plain autoencoder, and no graph is made.
    k : int
        Neighbours in the graph, as in `geodesic_distances`.
    model : MLPAutoencoder, optional
        What to train. Default: hidden layers of 64 and 64 with ELU, a code of two numbers.
    recipe : Recipe
    seed : int
        Of the default model's first weights and of the order of the batches.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    model : MLPAutoencoder
        The trained model.
    history : History

    Raises
    ------
    ValueError
        If the graph is needed and falls into several pieces.
    """
    _check_points(points)
    check_seed(seed)
    if not is_number(geodesic_weight) or geodesic_weight < 0:
        raise ValueError(f"geodesic_weight is {geodesic_weight!r}; give 0 (plain) or a positive number such as 1.")
    if model is None:
        torch.manual_seed(int(seed))
        model = MLPAutoencoder(latent_dim=2, input_shape=(points.shape[1],), hidden=(64, 64))
    points = points.detach()
    if geodesic_weight == 0:
        return model, fit(model, points, recipe=recipe, seed=seed, progress=progress)
    distances = geodesic_distances(points, k=k)

    def loss(output: tuple[Tensor, Tensor], rows: Tensor) -> Tensor:
        stress = sammon_stress(output[1], distances[rows][:, rows])
        return reconstruction_loss(output, points[rows]) + geodesic_weight * stress

    # The target of a batch is which rows it holds: the loss then looks up points and distances.
    rows = torch.arange(len(points))
    history = fit(model, points, rows, recipe=recipe, loss=loss, seed=seed, device="cpu", progress=progress)
    return model, history


@dataclass(frozen=True)
class UnrollingScore:
    """How well codes lie as the points did on the flat sheet.

    Attributes
    ----------
    distance_correlation : float in [-1, 1]
        Pearson correlation between the distances of all pairs of codes and the flat distances on the sheet. (Not
        Székely's statistic of the same name.)
    r2_length, r2_height : float, at most 1
        Share of the variance of arc length and of height that a linear function of the code explains.
    far_neighbours : float in [0, 1]
        Share of the ten nearest codes, over all codes, whose points are further apart on the flat sheet than
        neighbouring windings are in space.
    """

    distance_correlation: float
    r2_length: float
    r2_height: float
    far_neighbours: float

    @property
    def unrolled(self) -> bool:
        """The strict definition: all four at once."""
        return (
            self.distance_correlation > 0.98
            and self.r2_length > 0.95
            and self.r2_height > 0.95
            and self.far_neighbours < 0.01
        )


def score_unrolling(z: Tensor, sheet: Tensor) -> UnrollingScore:
    """Compare codes with the true flat sheet, up to what a linear map may do: turn, mirror, stretch, shear.

    Parameters
    ----------
    z : Tensor of shape (N, K)
        Codes, N > 10.
    sheet : Tensor of shape (N, 2)
        Arc length and height of the same points, as `make_swiss_roll` returns them; neither is constant.
    """
    from sklearn.linear_model import LinearRegression
    from sklearn.neighbors import NearestNeighbors

    check_table(z, "codes", least=11)
    _check_points(sheet, what="sheet's points", least=11)
    if sheet.shape != (len(z), 2):
        raise ValueError(
            f"The codes have shape {tuple(z.shape)}, the sheet {tuple(sheet.shape)}; wanted (N, K) and (N, 2)."
        )
    z, sheet = z.detach().double(), sheet.detach().double()
    both = torch.stack([torch.pdist(z), torch.pdist(sheet)])
    # Codes that have all fallen onto one point have no correlation with anything.
    correlation = torch.corrcoef(both)[0, 1].nan_to_num(0).item()
    codes, truth = z.numpy(), sheet.numpy()
    r2_length, r2_height = (LinearRegression().fit(codes, column).score(codes, column) for column in truth.T)
    neighbours = NearestNeighbors(n_neighbors=10).fit(codes).kneighbors(return_distance=False)
    flat = (sheet[:, None] - sheet[torch.from_numpy(neighbours)]).norm(dim=2)  # (N, 10)
    return UnrollingScore(correlation, r2_length, r2_height, (flat > WINDING_GAP).double().mean().item())


def _check_points(points: Tensor, what: str = "points", least: int = 2) -> None:
    check_table(points, what, least=least)
    constant = torch.nonzero((points == points[:1]).all(dim=0)).flatten().tolist()
    if constant:
        raise ValueError(
            f"Column {constant[0]} of the {what} is constant ({points[0, constant[0]]:g} everywhere): it says nothing, "
            "and usually means that something went wrong before. Remove it, or look where it came from."
        )
