"""The autoencoders of the book: linear, dense, and the article's convolutional one.

All share one interface: `encode` turns inputs into codes, `decode` turns codes into reconstructions, and calling
the model does both and returns `(x_hat, z)`. Images are intensities in [0, 1] outside, whatever a network uses
inside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from aeutils.checks import check_count, check_inputs, check_model, check_sizes, check_tensor

IMAGE_SHAPE = (1, 28, 28)


class Autoencoder(nn.Module):
    """An encoder and a decoder with `latent_dim` numbers between them.

    Parameters
    ----------
    latent_dim : int
        Numbers in a code, at least 1.
    input_shape : sequence of int
        Shape of one input: (1, 28, 28) for a digit, (3,) for a point of the Swiss roll.

    Attributes
    ----------
    encoder, decoder : nn.Module
        Set by each subclass.
    settings : dict
        The arguments that build this model again; saved beside its weights.

    Raises
    ------
    ValueError
        If `latent_dim` is not a whole number from 1 up, or a shape or a width is no sequence of them.
    """

    encoder: nn.Module
    decoder: nn.Module

    def __init__(self, latent_dim: int, input_shape: Sequence[int] = IMAGE_SHAPE):
        super().__init__()
        check_count("latent_dim", latent_dim)
        check_sizes("input_shape", input_shape, example="(1, 28, 28) or (3,)", least=1)
        self.latent_dim = int(latent_dim)
        self.input_shape = tuple(input_shape)
        self.settings: dict = {"latent_dim": self.latent_dim}

    def encode(self, x: Tensor) -> Tensor:
        """Inputs of shape (N, *input_shape) to codes of shape (N, latent_dim)."""
        check_tensor(x, "inputs", ("N", *self.input_shape), dtype="float")
        return self._encode(x)

    def decode(self, z: Tensor) -> Tensor:
        """Codes of shape (N, latent_dim) to reconstructions of shape (N, *input_shape)."""
        check_tensor(z, "codes", ("N", self.latent_dim), dtype="float")
        return self._decode(z)

    def _encode(self, x: Tensor) -> Tensor:
        return self.encoder(x)

    def _decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs to `(x_hat, z)`: their reconstructions and their codes."""
        z = self.encode(x)
        return self.decode(z), z


class LinearAutoencoder(Autoencoder):
    """One linear layer each way: the network that can do what PCA does, and no more.

    Parameters
    ----------
    latent_dim : int
        Numbers in a code, at least 1.
    input_shape : sequence of int
        Shape of one input.
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
    latent_dim : int
        Numbers in a code, at least 1.
    input_shape : sequence of int
        Shape of one input.
    hidden : sequence of int
        Widths of the layers between input and code, each followed by an ELU. The ends are linear.
    """

    def __init__(
        self, latent_dim: int, input_shape: Sequence[int] = IMAGE_SHAPE, hidden: Sequence[int] = (1000, 500, 250)
    ):
        super().__init__(latent_dim, input_shape)
        check_sizes("hidden", hidden, example="(64, 64)")
        self.settings |= {"input_shape": list(self.input_shape), "hidden": list(hidden)}
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


@torch.no_grad()
def reconstruct(model: Autoencoder, x: Tensor, *, batch_size: int = 2000) -> tuple[Tensor, Tensor]:
    """Send inputs through a trained model, in evaluation mode: BatchNorm uses what it learned, not this batch.

    Parameters
    ----------
    model : Autoencoder
        Its mode (training or evaluation) is put back afterwards.
    x : Tensor of shape (N, *input_shape)
        Inputs, on any device.
    batch_size : int
        How many go through at a time; changes memory, not the result.

    Returns
    -------
    x_hat : Tensor of shape (N, *input_shape)
        Reconstructions, on the CPU.
    z : Tensor of shape (N, latent_dim)
        Codes, on the CPU.

    Raises
    ------
    ValueError
        If the inputs are not what the model takes, or `batch_size` counts nothing.
    """
    check_model(model)
    check_inputs(x, model.input_shape)
    check_count("batch_size", batch_size)
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    try:
        parts = [model(batch.to(device)) for batch in x.split(batch_size)]
    finally:
        model.train(was_training)
    return torch.cat([x_hat.cpu() for x_hat, _ in parts]), torch.cat([z.cpu() for _, z in parts])
