"""What every autoencoder of the book can do: encode, decode, and reconstruct. `models` has the layers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from aeutils.checks import check_count, check_images, check_inputs, check_model, check_sizes, check_tensor, warn_of_ink

IMAGE_SHAPE = (1, 28, 28)
EVAL_BATCH_SIZE = 100  # of 500 at a time the classifier takes longer, to claim memory anew each time


class Autoencoder(nn.Module):
    """An encoder and a decoder with `latent_dim` numbers between them.

    A subclass sets `encoder` and `decoder`; where a model does more than send tensors through these two, it has its own
    `_encode` and `_decode`. Images are intensities in [0, 1] outside, whatever a network uses inside.

    Parameters
    ----------
    latent_dim : int
        Numbers in a code, at least 1.
    input_shape : sequence of int
        Shape of one input: (1, 28, 28) for a digit, (3,) for a point of the Swiss roll.

    Attributes
    ----------
    settings : dict
        The arguments that build this model again; saved beside its weights.
    """

    encoder: nn.Module
    decoder: nn.Module

    def __init__(self, latent_dim: int, input_shape: Sequence[int] = IMAGE_SHAPE):
        super().__init__()
        check_count("latent_dim", latent_dim)
        check_sizes("input_shape", input_shape, example="(1, 28, 28) or (3,)", least=1)
        self.latent_dim = int(latent_dim)
        self.input_shape = tuple(map(int, input_shape))
        self.settings: dict = {"latent_dim": self.latent_dim}

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs to `(x_hat, z)`: their reconstructions and their codes."""
        z = self.encode(x)
        return self.decode(z), z

    def encode(self, x: Tensor) -> Tensor:
        """Inputs of shape (N, *input_shape) to codes of shape (N, latent_dim); any float dtype, images in [0, 1]."""
        return self._encode(self._checked(x))

    def decode(self, z: Tensor) -> Tensor:
        """Codes of shape (N, latent_dim) to reconstructions of shape (N, *input_shape)."""
        check_tensor(z, "codes", ("N", self.latent_dim), dtype="float")
        return self._decode(z.to(self._dtype))

    def _checked(self, x: Tensor) -> Tensor:
        """The inputs in the dtype of the weights, after refusing whatever is none."""
        check_tensor(x, "inputs", ("N", *self.input_shape), dtype="float")
        check_images(x, self.input_shape)
        if not self.training:  # a network may learn either way round
            warn_of_ink(x, self.input_shape)
        return x.to(self._dtype)

    @property
    def _dtype(self) -> torch.dtype:
        return next(self.parameters()).dtype

    def _encode(self, x: Tensor) -> Tensor:
        return self.encoder(x)

    def _decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)


@torch.no_grad()
def reconstruct(model: Autoencoder, x: Tensor) -> tuple[Tensor, Tensor]:
    """Send inputs through a trained model, in evaluation mode: BatchNorm uses what it learned, not this batch.

    Parameters
    ----------
    model : Autoencoder
        Its mode (training or evaluation) is put back afterwards.
    x : Tensor of shape (N, *input_shape)
        float32, finite, N >= 1, on any device; images in [0, 1].

    Returns
    -------
    x_hat : Tensor of shape (N, *input_shape)
        Reconstructions, on the CPU.
    z : Tensor of shape (N, latent_dim)
        Codes, on the CPU.
    """
    check_model(model)
    check_inputs(x, model.input_shape)
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    try:
        parts = [model(batch.to(device)) for batch in x.split(EVAL_BATCH_SIZE)]
    finally:
        model.train(was_training)
    return torch.cat([x_hat.cpu() for x_hat, _ in parts]), torch.cat([z.cpu() for _, z in parts])
