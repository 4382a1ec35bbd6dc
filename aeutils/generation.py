"""Drawing digits from codes that no digit had: where the codes come from, and who judges the drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from aeutils.autoencoder import Autoencoder, reconstruct
from aeutils.checks import check_count, check_table, is_number
from aeutils.classifier import DigitClassifier, classify_digits

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture

SOURCES = ("cube", "box", "shuffled", "gaussian", "mixture", "real")
"""Where `sample_codes` can take codes from, the one that knows least about real codes first."""
_COMPONENTS = 20  # Gaussians in the mixture
_FITTED = 10_000  # codes that the mixture is fitted to; more change little and cost time


def sample_codes(source: str, z: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Codes of shape (count, d), drawn at random, knowing more or less of what real codes look like.

    Parameters
    ----------
    source : {"cube", "box", "shuffled", "gaussian", "mixture", "real"}
        "cube": uniform in [-1, 1]^d, knowing nothing. "box": uniform between the smallest and the largest value of
        each number. "shuffled": each number from a real code, but each from another one, so that the numbers no longer
        belong together. "gaussian": the normal distribution with the mean and the covariance of the real codes; it may
        leave the cube. "mixture": 20 such distributions, fitted to the first 10,000 real codes (Ghosh et al. 2020 fit a
        mixture to a trained autoencoder's codes). "real": real codes, the positive control.
    z : Tensor of shape (N, d)
        Real codes, finite; N at least 2, for "mixture" at least 20.
    count : int
        How many to draw, at least 1; with replacement.
    generator : torch.Generator
        Where the randomness comes from.
    """
    if source not in SOURCES:
        raise ValueError(f"source is {source!r}; choose one of {', '.join(SOURCES)}.")
    check_table(z, "real codes", least=_COMPONENTS if source == "mixture" else 2)
    check_count("count", count)
    z = z.detach()
    if not isinstance(generator, torch.Generator):
        raise ValueError(f"generator is {generator!r}; give one, such as torch.Generator().manual_seed(0).")
    size = z.shape[1]
    if source == "cube":
        return 2 * torch.rand(count, size, generator=generator) - 1
    if source == "box":
        low, high = z.min(dim=0).values, z.max(dim=0).values
        return low + (high - low) * torch.rand(count, size, generator=generator)
    if source == "shuffled":
        return z.gather(0, torch.randint(len(z), (count, size), generator=generator))
    if source == "gaussian":
        # In double precision: two numbers of a code can be so nearly the same that rounding spoils the covariance.
        values, axes = torch.linalg.eigh(torch.cov(z.double().T).reshape(size, size))
        steps = torch.randn(count, size, generator=generator).double() * values.clamp(min=0).sqrt()
        return (z.double().mean(dim=0) + steps @ axes.T).float()
    if source == "mixture":
        seed = int(torch.randint(2**31, (), generator=generator))
        return torch.from_numpy(fit_mixture(z, seed).sample(count)[0]).float()
    return z[torch.randint(len(z), (count,), generator=generator)]


def fit_mixture(z: Tensor, seed: int) -> GaussianMixture:
    """The mixture of `sample_codes`: twenty normal distributions, fitted to the first 10,000 codes of shape (N, d)."""
    from sklearn.mixture import GaussianMixture

    return GaussianMixture(_COMPONENTS, random_state=seed).fit(z[:_FITTED].double().numpy())


class DigitJudge:
    """Says of drawings whether they pass as a digit, by two conditions that nearly all real digits meet.

    1. The classifier is at least as sure as it is of 99 of 100 real digits.
    2. An autoencoder that knows digits redraws the picture with no more loss than 99 of 100 real digits suffer.

    The first alone is not enough: a classifier that has seen nothing but digits can be sure of static. Whether a
    drawing that passes is a digit, the judge cannot know; it passes some letters too.

    Parameters
    ----------
    classifier : DigitClassifier
        As `load_classifier` returns it.
    redrawer : Autoencoder
        The network that has to draw the pictures again; the book uses the one with 16 numbers.
    images : Tensor of shape (N, 1, 28, 28)
        Real digits that set the two levels; no network should have learned from them.
    share : float
        Share of the real digits that each condition lets through. In (0, 1).

    Attributes
    ----------
    min_confidence, max_lost : float
        The two levels.
    """

    def __init__(self, classifier: DigitClassifier, redrawer: Autoencoder, images: Tensor, *, share: float = 0.99):
        if not is_number(share) or not 0 < share < 1:
            raise ValueError(f"share is {share!r}; it is the share of real digits to let through: give one in (0, 1).")
        self.classifier, self.redrawer = classifier, redrawer
        self.min_confidence = classify_digits(classifier, images)[1].quantile(1 - share).item()
        self.max_lost = self.lost(images).quantile(share).item()

    def lost(self, images: Tensor) -> Tensor:
        """Squared error of the second drawing of each image, as a share of its own variance; (N, 1, 28, 28) to (N,).

        0 is a perfect second drawing, 1 is no better than one even grey; infinite for a picture of one grey.
        """
        again, _ = reconstruct(self.redrawer, images)
        error = (again - images).square().flatten(1).mean(dim=1)
        variance = images.flatten(1).var(dim=1, correction=0)
        return torch.where(variance > 0, error / variance, torch.inf)

    def judge(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What the classifier sees, and which of the two conditions each drawing meets.

        Parameters
        ----------
        images : Tensor of shape (N, 1, 28, 28)
            float32 in [0, 1].

        Returns
        -------
        labels : Tensor of shape (N,)
            int64, 0 to 9; the classifier always says something.
        sure, redrawn : bool Tensors of shape (N,)
            A drawing passes as a digit if both hold.
        """
        labels, confidence = classify_digits(self.classifier, images)
        return labels, confidence >= self.min_confidence, self.lost(images) <= self.max_lost
