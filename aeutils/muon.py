"""Muon: an optimizer that moves every direction of a convolution kernel equally far (Jordan et al. 2024)."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

# One Newton-Schulz step sends each singular value s to s (a + b s^2 + c s^4). With these numbers, which are Jordan's,
# five steps bring all but the very smallest near 1.
_A, _B, _C = 3.4445, -4.7750, 2.0315
_NEWTON_SCHULZ_STEPS = 5
_ADAM_SIZED = 0.2  # makes a step about as long as one of Adam's, so that both can share a learning rate


def orthogonalize(matrix: Tensor) -> Tensor:
    """The nearest matrix whose singular values are all about 1: the same directions, each with equal strength.

    Parameters
    ----------
    matrix : Tensor of shape (R, C)

    Returns
    -------
    orthogonal : Tensor of shape (R, C)
        Singular values between about 0.7 and 1.2, but for those that were almost 0.
    """
    x = matrix / (matrix.norm() + 1e-7)  # all singular values at most 1
    for _ in range(_NEWTON_SCHULZ_STEPS):
        square = x @ x.T
        x = _A * x + (_B * square + _C * square @ square) @ x
    return x


class Muon(torch.optim.Optimizer):
    """Gradient descent with momentum on convolution kernels, each step orthogonalized.

    A gradient is often large in a few directions and tiny in the others, and plain descent hardly moves along these.
    Muon reads a kernel as a matrix, one row for each channel, and steps equally far along every singular direction.

    Parameters
    ----------
    kernels : iterable of Tensor of shape (channels, ...)
        What is trained, such as the weights of `nn.Conv2d`.
    lr : float
        Learning rate, above 0.
    momentum : float
        How slowly the running mean of the gradients forgets, in [0, 1).
    """

    def __init__(self, kernels: Iterable[Tensor], lr: float, momentum: float = 0.9):
        super().__init__(kernels, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:
        """Move every kernel once."""
        for group in self.param_groups:
            for kernel in group["params"]:
                mean = self.state[kernel].setdefault("mean", torch.zeros_like(kernel))
                mean.lerp_(kernel.grad, 1 - group["momentum"])
                ahead = kernel.grad.lerp(mean, group["momentum"])  # Nesterov: the mean, one step further
                update = orthogonalize(ahead.flatten(1))
                kernel -= group["lr"] * _ADAM_SIZED * max(update.shape) ** 0.5 * update.view_as(kernel)
