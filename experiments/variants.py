"""The article's network with one thing changed: what each of its parts is worth."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn import functional as F

from aeutils.autoencoder import Autoencoder
from aeutils.models import ConvAutoencoder
from aeutils.training import reconstruction_loss

VARIANTS = (
    "no-batchnorm",
    "no-batchnorm-slow",
    "batchnorm-first",
    "slope-0.01",
    "slope-0.2",
    "no-tanh",
    "bce",
    "l1",
)
LABEL_WEIGHT = 0.02  # of the cross-entropy beside the squared error; both terms then matter, fixed beforehand

Loss = Callable[[tuple[Tensor, ...], Tensor], Tensor]


def make_variant(name: str, latent_dim: int) -> tuple[ConvAutoencoder, Loss, dict]:
    """The article's network with one thing changed.

    Parameters
    ----------
    name : str
        One of `VARIANTS`.
    latent_dim : int
        Numbers in a code, at least 1.

    Returns
    -------
    model : ConvAutoencoder
    loss : callable
        For `fit`.
    changes : dict
        What the recipe has to change, if anything: without BatchNorm the usual learning rate may be too large, and
        blaming the network for it would not be fair.
    """
    model = ConvAutoencoder(latent_dim)
    loss, changes = reconstruction_loss, {}
    if name.startswith("no-batchnorm"):
        change_layers(model, lambda layers: [layer for layer in layers if not isinstance(layer, nn.BatchNorm2d)])
        if name.endswith("slow"):
            changes = {"lr": 1e-3}
    elif name == "batchnorm-first":
        change_layers(model, batchnorm_first)
    elif name.startswith("slope-"):
        slope = float(name.removeprefix("slope-"))
        change_layers(
            model, lambda layers: [nn.LeakyReLU(slope) if isinstance(layer, nn.ReLU) else layer for layer in layers]
        )
    elif name == "no-tanh":
        model.encoder = model.encoder[:-1]
    else:
        loss = {"bce": cross_entropy_per_pixel, "l1": absolute_error}[name]
    return model, loss, changes


def change_layers(model: ConvAutoencoder, change: Callable[[list[nn.Module]], list[nn.Module]]) -> None:
    """Put other layers in place of a model's own, in both directions."""
    model.encoder = nn.Sequential(*change(list(model.encoder)))
    model.decoder = nn.Sequential(*change(list(model.decoder)))


def batchnorm_first(layers: list[nn.Module]) -> list[nn.Module]:
    """Swap each activation with the BatchNorm that follows it."""
    layers = list(layers)
    for i, layer in enumerate(layers):
        if isinstance(layer, nn.BatchNorm2d):
            layers[i - 1], layers[i] = layer, layers[i - 1]
    return layers


def cross_entropy_per_pixel(output: tuple[Tensor, ...], target: Tensor) -> Tensor:
    """Binary cross-entropy: each pixel is taken for the probability of ink."""
    return F.binary_cross_entropy(output[0], target)


def absolute_error(output: tuple[Tensor, ...], target: Tensor) -> Tensor:
    """Mean absolute error per pixel."""
    return F.l1_loss(output[0], target)


class LabelledAutoencoder(Autoencoder):
    """The article's network, told the labels while it trains: a linear layer reads the digit from the code."""

    def __init__(self, latent_dim: int):
        super().__init__(latent_dim)
        self.autoencoder = ConvAutoencoder(latent_dim)
        self.head = nn.Linear(latent_dim, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Inputs to `(x_hat, z)`, and in training also the scores of the ten digits."""
        x_hat, z = self.autoencoder(x)
        return (x_hat, z, self.head(z)) if self.training else (x_hat, z)


def loss_with_labels(x: Tensor, labels: Tensor) -> Loss:
    """Squared error plus cross-entropy of the labels; the target of a batch is which rows of `x` it holds."""

    def loss(output: tuple[Tensor, ...], rows: Tensor) -> Tensor:
        labelled = LABEL_WEIGHT * F.cross_entropy(output[2], labels[rows])
        return reconstruction_loss(output, x[rows]) + labelled

    return loss
