"""Every model that the book compares, in one table: what it is called, how it is made, how it is trained.

The sweep (`experiments.sweep`) trains what stands here, `results` calls it by the titles that stand here, and
`pretrained` can build its networks again. To add a model is to add a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from torch import Tensor, nn
from torch.nn import functional as F

from aeutils.autoencoder import Autoencoder
from aeutils.classifier import DigitClassifier
from aeutils.models import ConvAutoencoder, LinearAutoencoder, MLPAutoencoder
from aeutils.recipe import ARTICLE_RECIPE, FAST_RECIPE, Recipe
from aeutils.residual import ResidualAutoencoder
from aeutils.training import Loss, reconstruction_loss
from aeutils.vae import (
    DenseVariationalAutoencoder,
    ELBOLoss,
    MixtureVariationalAutoencoder,
    VariationalAutoencoder,
)


@dataclass(frozen=True)
class Entry:
    """One row of the table.

    Attributes
    ----------
    title : str
        What the book calls the model.
    make : callable
        `make(latent_dim)`: the network with fresh weights.
    recipe : Recipe
    loss : callable
        For `fit`.
    keep_weights : bool
        Whether other experiments, or the book, need the trained network.
    """

    title: str
    make: Callable[[int], Autoencoder]
    recipe: Recipe = FAST_RECIPE
    loss: Loss = reconstruction_loss
    keep_weights: bool = False


class LabelledAutoencoder(Autoencoder):
    """The article's network, told the labels while it trains: a linear layer reads the digit from the code."""

    def __init__(self, latent_dim: int):
        super().__init__(latent_dim)
        self.autoencoder = ConvAutoencoder(latent_dim)
        self.head = nn.Linear(latent_dim, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Inputs to `(x_hat, z)`, and in training also the scores of the ten digits and the inputs themselves."""
        x_hat, z = self.autoencoder(x)
        return (x_hat, z, self.head(z), x) if self.training else (x_hat, z)


def loss_with_labels(output: tuple[Tensor, ...], labels: Tensor) -> Tensor:
    """Squared error plus 0.02 times the cross-entropy of the labels; the weight was fixed beforehand."""
    x_hat, _, scores, x = output
    return F.mse_loss(x_hat, x) + 0.02 * F.cross_entropy(scores, labels)


def cross_entropy_per_pixel(output: tuple[Tensor, ...], target: Tensor) -> Tensor:
    """Binary cross-entropy: each pixel is taken for the probability of ink."""
    return F.binary_cross_entropy(output[0], target)


def absolute_error(output: tuple[Tensor, ...], target: Tensor) -> Tensor:
    """Mean absolute error per pixel."""
    return F.l1_loss(output[0], target)


def _with_layers(change: Callable[[list[nn.Module]], Sequence[nn.Module]]) -> Callable[[int], ConvAutoencoder]:
    """The article's network with other layers in both directions."""

    def make(latent_dim: int) -> ConvAutoencoder:
        model = ConvAutoencoder(latent_dim)
        model.encoder = nn.Sequential(*change(list(model.encoder)))
        model.decoder = nn.Sequential(*change(list(model.decoder)))
        return model

    return make


def _without_batchnorm(layers: list[nn.Module]) -> list[nn.Module]:
    return [layer for layer in layers if not isinstance(layer, nn.BatchNorm2d)]


def _batchnorm_first(layers: list[nn.Module]) -> list[nn.Module]:
    """Each activation and the BatchNorm that follows it, swapped."""
    for i, layer in enumerate(layers):
        if isinstance(layer, nn.BatchNorm2d):
            layers[i - 1], layers[i] = layer, layers[i - 1]
    return layers


def _leaky(slope: float) -> Callable[[list[nn.Module]], list[nn.Module]]:
    return lambda layers: [nn.LeakyReLU(slope) if isinstance(layer, nn.ReLU) else layer for layer in layers]


def _without_tanh(latent_dim: int) -> ConvAutoencoder:
    model = ConvAutoencoder(latent_dim)
    model.encoder = model.encoder[:-1]
    return model


# Without BatchNorm the usual learning rate may be too large, and blaming the network for it would not be fair.
_SLOW = replace(FAST_RECIPE, lr=1e-3)

BETAS = (0.03, 0.3, 1, 3, 10)
"""Prices of a nat, in squared intensities, at which variational autoencoders are trained: from clouds that are nearly
points to clouds that are all the prior."""

ZOO = {
    "linear": Entry("linear autoencoder", LinearAutoencoder, Recipe(lr=1e-2)),
    "conv-article": Entry("article's network, article's recipe", ConvAutoencoder, ARTICLE_RECIPE, keep_weights=True),
    "conv": Entry("article's network, our recipe", ConvAutoencoder, keep_weights=True),
    # With the usual beta2 of 0.999 a code of 64 numbers fails to train: experiments/loss_spike.py shows how.
    "dense": Entry("wide dense network", MLPAutoencoder, Recipe(lr=1e-3, beta2=0.95), keep_weights=True),
    "residual": Entry("PCA with dense layers beside it", ResidualAutoencoder, Recipe(lr=2e-3), keep_weights=True),
    "labels": Entry("article's network, told the labels", LabelledAutoencoder, loss=loss_with_labels),
    "no-batchnorm": Entry("no BatchNorm", _with_layers(_without_batchnorm)),
    "no-batchnorm-slow": Entry("no BatchNorm, lr 0.001", _with_layers(_without_batchnorm), _SLOW),
    "batchnorm-first": Entry("BatchNorm before ReLU", _with_layers(_batchnorm_first)),
    "slope-0.01": Entry("LeakyReLU, slope 0.01", _with_layers(_leaky(0.01))),
    "slope-0.2": Entry("LeakyReLU, slope 0.2", _with_layers(_leaky(0.2))),
    "no-tanh": Entry("no Tanh on the code", _without_tanh),
    "bce": Entry("cross-entropy as the loss", ConvAutoencoder, loss=cross_entropy_per_pixel),
    "l1": Entry("absolute error as the loss", ConvAutoencoder, loss=absolute_error),
    **{
        f"vae-{beta:g}": Entry(
            f"variational autoencoder, beta {beta:g}", VariationalAutoencoder, loss=ELBOLoss(beta), keep_weights=True
        )
        for beta in BETAS
    },
    "vae-warmup": Entry(
        "variational autoencoder, beta 1 after 5 epochs", VariationalAutoencoder, loss=ELBOLoss(1, 5), keep_weights=True
    ),
    "vae-mixture": Entry(
        "variational autoencoder, learned prior", MixtureVariationalAutoencoder, loss=ELBOLoss(0.3), keep_weights=True
    ),
    "vae-dense": Entry(
        "dense variational autoencoder, beta 0.3",
        DenseVariationalAutoencoder,
        Recipe(lr=2e-3),
        loss=ELBOLoss(0.3),
        keep_weights=True,
    ),
}
"""By the name in the column `model` of `sweep.csv`."""

TITLES = {"pca": "PCA"} | {name: entry.title for name, entry in ZOO.items()}
"""What the book calls each model; PCA needs no training."""

CLASSES = {
    model.__name__: model
    for model in (DigitClassifier, *(entry.make for entry in ZOO.values()))
    if isinstance(model, type)  # the others are one of these with other layers
}
"""The networks whose weights can be saved and built again, by the name of their class."""
