"""What "good" means, in numbers. Every score says which data it was fitted on."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from torch import Tensor

from aeutils.checks import check_digits, check_k, check_labels, check_one_each, check_table, check_tensor, is_whole

# How near the first neighbour is, as a share of the tenth's distance, and of how many points, for them to be copies.
# Even along a line only 9 of 100 points have one within a hundredth, and 9 of 10,000 within a ten-thousandth.
_COPIES = ((1e-2, 0.2), (1e-4, 0.01))


def mse(x_hat: Tensor, x: Tensor) -> float:
    """Mean squared error per pixel, on intensities in [0, 1].

    784 times it is the squared error of an average image; 4 times it is the article's loss, whose pixels run from -1
    to 1.

    Parameters
    ----------
    x_hat, x : Tensor of the same shape, not empty
        Reconstructions and inputs.
    """
    check_tensor(x_hat, "reconstructions", ("N", "..."), least=1)
    check_tensor(x, "inputs", x_hat.shape)
    return (x_hat.double() - x.double()).square().mean().item()


def knn_predict(z: Tensor, z_ref: Tensor | None = None, labels_ref: Tensor | None = None, *, k: int = 10) -> Tensor:
    """The label for which most of the k nearest reference codes vote; at a tie, the smallest label.

    Parameters
    ----------
    z : Tensor of shape (N, K)
        Codes that ask.
    z_ref : Tensor of shape (M, K), optional
        Codes that vote. Without them the codes vote on each other, each left out of its own vote.
    labels_ref : Tensor of shape (M,)
        Class of each voting code; integers.
    k : int
        Neighbours that vote: 1 to M, or to M - 1 when codes vote on each other.

    Returns
    -------
    labels : Tensor of shape (N,)
    """
    from sklearn.neighbors import KNeighborsClassifier

    check_table(z, "codes")
    voters = z if z_ref is None else z_ref
    check_table(voters, "voting codes", columns=z.shape[1])
    check_labels(labels_ref, what="voting labels")
    check_one_each(voters, "voting codes", labels_ref, "voting labels")
    check_k(k, len(voters), "voting codes", most=len(voters) - (z_ref is None))
    classifier = KNeighborsClassifier(k).fit(voters.detach().numpy(), labels_ref.numpy())
    if z_ref is not None:
        return torch.from_numpy(classifier.predict(z.detach().numpy()))
    neighbours = classifier.kneighbors(return_distance=False)  # without arguments it leaves each point out
    votes = torch.nn.functional.one_hot(labels_ref[torch.from_numpy(neighbours)]).sum(dim=1)
    return votes.argmax(dim=1)


def knn_accuracy(
    z: Tensor, labels: Tensor, z_ref: Tensor | None = None, labels_ref: Tensor | None = None, *, k: int = 10
) -> float:
    """Share, in [0, 1], of codes whose k nearest reference codes vote for their own label.

    Parameters
    ----------
    z : Tensor of shape (N, K)
    labels : Tensor of shape (N,)
        Class of each code; integers.
    z_ref, labels_ref, k
        Who votes, as in `knn_predict`.
    """
    check_table(z, "codes")
    check_labels(labels)
    check_one_each(z, "codes", labels, "labels")
    predicted = knn_predict(z, z_ref, labels if z_ref is None else labels_ref, k=k)
    return (predicted == labels).double().mean().item()


def share_by_digit(hits: Tensor, labels: Tensor) -> Tensor:
    """How often something holds, digit by digit.

    Parameters
    ----------
    hits : bool Tensor of shape (N,)
    labels : Tensor of shape (N,)
        Class of each, 0 to 9.

    Returns
    -------
    shares : float64 Tensor of shape (10,)
        Each in [0, 1]; NaN for a digit that does not occur.
    """
    check_digits(labels, hits, "hits")
    counts = torch.bincount(labels, minlength=10)
    return torch.bincount(labels, weights=hits.double(), minlength=10) / counts


def confusion(predicted: Tensor, labels: Tensor) -> Tensor:
    """How often each digit was taken for each other: row is the truth, column what it was taken for.

    Parameters
    ----------
    predicted, labels : Tensor of shape (N,)
        Classes, 0 to 9.

    Returns
    -------
    shares : float64 Tensor of shape (10, 10)
        Every row sums to 1; NaN for a digit that does not occur.
    """
    check_labels(predicted, what="predicted labels", most=9)
    check_digits(labels, predicted, "predicted labels")
    counts = torch.bincount(labels * 10 + predicted, minlength=100).reshape(10, 10).double()
    return counts / counts.sum(dim=1, keepdim=True)


def most_confused(shares: Tensor, count: int) -> list[tuple[int, int, float]]:
    """The largest confusions, largest first: truth, what it was taken for, and the share.

    Parameters
    ----------
    shares : Tensor of shape (10, 10)
        As `confusion` returns it.
    count : int
        How many, 1 to 90.
    """
    check_tensor(shares, "shares of confusion()", (10, 10))
    if not is_whole(count, most=90):
        raise ValueError(f"count is {count!r}; a table of ten digits has 1 to 90 confusions.")
    pairs = [(i, j, shares[i, j].item()) for i in range(10) for j in range(10) if i != j]
    return sorted(pairs, key=lambda pair: -pair[2])[:count]


def trustworthiness(x: Tensor, z: Tensor, *, k: int = 12) -> float:
    """Whether neighbours in the map were neighbours in the data (Venna and Kaski 2001), from 0 to 1, which is perfect.

    Parameters
    ----------
    x : Tensor of shape (N, ...)
        Inputs; flattened.
    z : Tensor of shape (N, K)
        Codes.
    k : int
        Neighbours looked at. 1 <= k < N / 2.
    """
    from sklearn import manifold

    return float(manifold.trustworthiness(*_flat_pair(x, z, k), n_neighbors=k))


def continuity(x: Tensor, z: Tensor, *, k: int = 12) -> float:
    """Whether neighbours in the data stayed neighbours in the map: trustworthiness with the two sides swapped.

    Parameters as in `trustworthiness`.
    """
    from sklearn import manifold

    flat_x, flat_z = _flat_pair(x, z, k)
    return float(manifold.trustworthiness(flat_z, flat_x, n_neighbors=k))


def intrinsic_dimension(x: Tensor, *, method: str = "mle", k: int = 10) -> float:
    """How many numbers the data vary in, estimated from how fast neighbours move away.

    In d dimensions a ball of twice the radius holds 2^d times as many points. Both estimators read d off the
    distances to the nearest neighbours, and both are scikit-dimension's.

    Parameters
    ----------
    x : Tensor of shape (N, ...)
        Inputs of at least two numbers each; flattened. No two the same.
    method : {"mle", "two_nn"}
        "mle" is maximum likelihood over k neighbours (Levina and Bickel 2004, averaged as MacKay and Ghahramani 2005
        propose); "two_nn" uses the ratio of the first two distances (Facco et al. 2017).
    k : int
        Neighbours that "mle" looks at; 3 <= k < N.
    """
    import skdim
    from sklearn.neighbors import NearestNeighbors

    if method not in ("mle", "two_nn"):
        raise ValueError(f'method is {method!r}; choose "mle" or "two_nn".')
    flat = _flat(x, "inputs")
    if len(flat) < 4 or flat.shape[1] < 2:
        raise ValueError(f"There are {len(flat)} inputs of {flat.shape[1]} numbers; wanted at least 4 of at least 2.")
    if method == "mle":
        check_k(k, len(flat), "inputs", least=3, most=len(flat) - 1)
    repeated = len(flat) - len(np.unique(flat, axis=0))
    if repeated:
        raise ValueError(
            f"{repeated:,} of {len(flat):,} inputs repeat another: their distance 0 has no logarithm. Remove them."
        )
    ten = min(10, len(flat) - 1)
    neighbours = NearestNeighbors(n_neighbors=ten if method == "two_nn" else max(k, ten)).fit(flat)
    distances, indices = neighbours.kneighbors()  # looked for once: it is what takes long
    _warn_of_near_copies(distances[:, :ten])
    if method == "two_nn":
        return float(skdim.id.TwoNN(dist=True).fit(distances[:, :2]).dimension_)
    nearest = distances[:, :k], indices[:, :k]
    return float(skdim.id.MLE().fit(flat, precomputed_knn_arrays=nearest, n_neighbors=k, comb="mle").dimension_)


def _warn_of_near_copies(distances: np.ndarray) -> None:
    """Say so where more points have another right beside them than data of one dimension can: estimators follow it."""
    nearness = distances[:, 0] / distances[:, -1]
    for near, share in _COPIES:
        copies = int((nearness < near).sum())
        if copies > share * len(distances):
            warnings.warn(
                f"{copies:,} of {len(distances):,} inputs are nearly copies of another. The estimate is too small: it "
                "says how the copies are scattered. Remove them.",
                stacklevel=3,
            )
            return


def _flat_pair(x: Tensor, z: Tensor, k: int) -> tuple[np.ndarray, np.ndarray]:
    flat_x, flat_z = _flat(x, "inputs"), _flat(z, "codes")
    check_one_each(x, "inputs", z, "codes")
    check_k(k, len(x), "points", most=(len(x) - 1) // 2)
    return flat_x, flat_z


def _flat(x: Tensor, what: str) -> np.ndarray:
    check_tensor(x, what, ("N", "D", "..."), finite=True)
    return x.detach().flatten(start_dim=1).numpy()
