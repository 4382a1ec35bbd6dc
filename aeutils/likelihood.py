"""How probable data are to a variational autoencoder."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from aeutils.checks import check_count, check_inputs, check_model, is_number
from aeutils.vae import DECODED_AT_ONCE, VariationalAutoencoder, log_normal


@torch.no_grad()
def log_likelihood(
    model: VariationalAutoencoder,
    x: Tensor,
    *,
    num_samples: int,
    generator: torch.Generator,
    variance: float | None = None,
) -> Tensor:
    """A lower bound of log p(x), from importance samples of each input's cloud (Burda et al. 2016).

    With one sample its mean is the evidence lower bound; with more it rises towards log p(x).

    Parameters
    ----------
    model : VariationalAutoencoder
        On the CPU, in evaluation mode.
    x : Tensor of shape (N, *input_shape)
        float32 in [0, 1]; without `variance`, 0 or 1.
    num_samples : int
        At least 1.
    generator : torch.Generator
        Where the randomness comes from.
    variance : float, optional
        Of the Gaussian by which pixels scatter around what is drawn; above 0. Without it pixels are 1 with the
        probability that is drawn (Bernoulli).

    Returns
    -------
    bound : Tensor of shape (N,)
        In nats.
    """
    check_model(model)
    if model.training:
        raise ValueError(
            "The model is in training mode, where its clouds depend on the batch. Call model.eval() first."
        )
    check_inputs(x, model.input_shape)
    check_count("num_samples", num_samples)
    if variance is not None and (not is_number(variance) or variance <= 0):
        raise ValueError(f"variance is {variance!r}; give a number above 0, or leave it out for binary pixels.")
    if variance is None and not ((x == 0) | (x == 1)).all():
        raise ValueError("Some pixels are neither 0 nor 1. Binarise them, as by (x > 0.5).float(), or give a variance.")
    bounds = []
    for batch in x.split(max(1, DECODED_AT_ONCE // num_samples)):
        mean, log_variance = model.posterior(batch)
        noise = torch.randn(num_samples, *mean.shape, generator=generator)  # (k, N, d)
        z = mean + (log_variance / 2).exp() * noise
        log_weights = model.log_prior(z) - log_normal(z, mean, log_variance)
        log_weights += torch.stack([_log_p_of_x(model, batch, codes, variance) for codes in z])
        bounds.append(log_weights.logsumexp(dim=0) - math.log(num_samples))
    return torch.cat(bounds)


def _log_p_of_x(model: VariationalAutoencoder, x: Tensor, z: Tensor, variance: float | None) -> Tensor:
    """Log-probability of each input given its code: (N, *input_shape) and (N, latent_dim) to (N,)."""
    if variance is None:
        return -F.binary_cross_entropy_with_logits(model.logits(z), x, reduction="none").flatten(1).sum(dim=1)
    error = (model.decode(z) - x).square().flatten(1)
    return -(error / variance + math.log(2 * math.pi * variance)).sum(dim=1) / 2
