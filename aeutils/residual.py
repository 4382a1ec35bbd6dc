"""PCA with dense layers beside it that correct what a plane gets wrong: the best autoencoder of 30 numbers here."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from aeutils.autoencoder import IMAGE_SHAPE, Autoencoder
from aeutils.checks import check_inputs, check_sizes


class ResidualAutoencoder(Autoencoder):
    """A linear autoencoder plus a dense one: code and reconstruction are the sums of what the two say.

    The dense half has the widths of Hinton and Salakhutdinov (2006), 784-1000-500-250 and back, with LayerNorm and GELU
    after each hidden layer. Its last layers start at zero, so that the model starts as its linear half alone.
    Reconstructions are cut off at 0 and 1, in training too: below 0, paper is as white as it can be, and no effort goes
    into hitting 0 exactly.

    Parameters
    ----------
    latent_dim, input_shape, hidden
        As in `MLPAutoencoder`; the inputs' values lie in [0, 1].
    """

    def __init__(
        self, latent_dim: int, input_shape: Sequence[int] = IMAGE_SHAPE, hidden: Sequence[int] = (1000, 500, 250)
    ):
        super().__init__(latent_dim, input_shape)
        check_sizes("hidden", hidden, example="(64, 64)")
        hidden = [int(width) for width in hidden]
        self.settings |= {"input_shape": list(self.input_shape), "hidden": hidden}
        widths = [math.prod(self.input_shape), *hidden, latent_dim]
        self.linear_encoder = nn.Linear(widths[0], latent_dim)
        self.linear_decoder = nn.Linear(latent_dim, widths[0])
        self.encoder = self._dense(widths)
        self.decoder = self._dense(widths[::-1])

    @staticmethod
    def _dense(widths: Sequence[int]) -> nn.Sequential:
        layers: list[nn.Module] = []
        for width_in, width_out in zip(widths[:-2], widths[1:-1], strict=True):
            layers += [nn.Linear(width_in, width_out), nn.LayerNorm(width_out), nn.GELU()]
        last = nn.Linear(widths[-2], widths[-1])
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        return nn.Sequential(*layers, last)

    @torch.no_grad()
    def start_as_pca(self, x: Tensor) -> None:
        """Set the linear half to the PCA of training inputs of shape (N, *input_shape).

        Raises
        ------
        ValueError
            If an input has fewer values than a code.
        """
        check_inputs(x, self.input_shape)
        flat = x.flatten(1).double()
        if self.latent_dim > flat.shape[1]:
            raise ValueError(
                f"PCA of inputs with {flat.shape[1]} values cannot give codes of {self.latent_dim} numbers; "
                "make latent_dim smaller."
            )
        mean = flat.mean(dim=0)
        _, directions = torch.linalg.eigh((flat - mean).T @ (flat - mean))  # in rising order of variance
        components = directions.flip(1)[:, : self.latent_dim].T
        self.linear_encoder.weight.copy_(components)
        self.linear_encoder.bias.copy_(-components @ mean)
        self.linear_decoder.weight.copy_(components.T)
        self.linear_decoder.bias.copy_(mean)

    def _encode(self, x: Tensor) -> Tensor:
        flat = x.flatten(1)
        return self.linear_encoder(flat) + self.encoder(flat)

    def _decode(self, z: Tensor) -> Tensor:
        return (self.linear_decoder(z) + self.decoder(z)).clamp(0, 1).unflatten(1, self.input_shape)
