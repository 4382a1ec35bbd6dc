"""The autoencoders of the book: linear, dense, and the article's convolutional one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor, nn

from aeutils.autoencoder import IMAGE_SHAPE, Autoencoder
from aeutils.checks import check_sizes


class LinearAutoencoder(Autoencoder):
    """One linear layer each way: the network that can do what PCA does, and no more.

    Parameters
    ----------
    latent_dim, input_shape
        As in `Autoencoder`.
    """

    def __init__(self, latent_dim: int, input_shape: Sequence[int] = IMAGE_SHAPE):
        super().__init__(latent_dim, input_shape)
        self.settings |= {"input_shape": list(self.input_shape)}
        size = math.prod(self.input_shape)
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(size, latent_dim))
        self.decoder = nn.Sequential(nn.Linear(latent_dim, size), nn.Unflatten(1, self.input_shape))


class MLPAutoencoder(Autoencoder):
    """Dense layers that narrow down to the code, and the same widths back.

    Parameters
    ----------
    latent_dim, input_shape
        As in `Autoencoder`.
    hidden : sequence of int
        Widths of the layers between input and code, each followed by an ELU. The ends are linear.
    """

    def __init__(
        self, latent_dim: int, input_shape: Sequence[int] = IMAGE_SHAPE, hidden: Sequence[int] = (1000, 500, 250)
    ):
        super().__init__(latent_dim, input_shape)
        check_sizes("hidden", hidden, example="(64, 64)")
        hidden = [int(width) for width in hidden]
        self.settings |= {"input_shape": list(self.input_shape), "hidden": hidden}
        widths = [math.prod(self.input_shape), *hidden, latent_dim]
        self.encoder = nn.Sequential(nn.Flatten(), *self._layers(widths))
        self.decoder = nn.Sequential(*self._layers(widths[::-1]), nn.Unflatten(1, self.input_shape))

    @staticmethod
    def _layers(widths: Sequence[int]) -> list[nn.Module]:
        layers: list[nn.Module] = []
        for width_in, width_out in zip(widths, widths[1:], strict=False):
            layers += [nn.Linear(width_in, width_out), nn.ELU()]
        return layers[:-1]  # no activation at the end


class ConvAutoencoder(Autoencoder):
    """The article's network, layer for layer: 29,803 parameters at `latent_dim=2`.

    Three convolutions bring 784 pixels down to 64 features, a linear layer brings these down to the code, and Tanh
    keeps the code inside (-1, 1). The way back is one linear layer and four transposed convolutions. Each
    activation stands before its BatchNorm, as in the article. The article writes `LeakyReLU(0)`, which is ReLU.

    Inside, pixels run from -1 to 1 (the article's scale); outside, from 0 to 1.

    Parameters
    ----------
    latent_dim : int
        Numbers in a code, at least 1.
    """

    def __init__(self, latent_dim: int):
        super().__init__(latent_dim)
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=3, stride=3, padding=1),  # (N, 1, 28, 28) -> (N, 16, 10, 10)
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(16),
            nn.MaxPool2d(2, stride=2),  # -> (N, 16, 5, 5)
            nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1),  # -> (N, 32, 3, 3)
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(32),
            nn.MaxPool2d(2, stride=1),  # -> (N, 32, 2, 2)
            nn.Conv2d(32, 64, kernel_size=2),  # -> (N, 64, 1, 1)
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(64),
            nn.Flatten(),  # -> (N, 64)
            nn.Linear(64, latent_dim),
            nn.Tanh(),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 64),
            nn.ReLU(inplace=True),
            nn.Unflatten(1, (64, 1, 1)),
            nn.ConvTranspose2d(64, 32, kernel_size=2),  # (N, 64, 1, 1) -> (N, 32, 2, 2)
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(32),
            nn.ConvTranspose2d(32, 16, kernel_size=3, stride=2),  # -> (N, 16, 5, 5)
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(16),
            nn.ConvTranspose2d(16, 8, kernel_size=5, stride=3, padding=1),  # -> (N, 8, 15, 15)
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(8),
            nn.ConvTranspose2d(8, 1, kernel_size=2, stride=2, padding=1),  # -> (N, 1, 28, 28)
            nn.Tanh(),
        )

    def _encode(self, x: Tensor) -> Tensor:
        return self.encoder(2 * x - 1)  # pixels from 0..1 to -1..1

    def _decode(self, z: Tensor) -> Tensor:
        return (self.decoder(z) + 1) / 2  # and back
