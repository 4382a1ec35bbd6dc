"""What makes a dense autoencoder of 2006's widths good: 2 and 30 numbers, one change at a time.

    python -m experiments.dense          # `make dense`

The unchanged network is `ResidualAutoencoder` with the recipe below. Learns from the 55,000 training images outside the
sample, as the sweep does; settings were chosen on the sample's 5,000, and the 10,000 test images score what came out.
A finished run is a row of `aeutils/results/dense.csv` and is not done again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aeutils.autoencoder import IMAGE_SHAPE, Autoencoder, reconstruct
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.metrics import continuity, knn_accuracy, mse, trustworthiness
from aeutils.pipes import pipe_may_close
from aeutils.recipe import Recipe
from aeutils.residual import ResidualAutoencoder
from aeutils.results import RESULTS_FOLDER
from aeutils.training import History, fit
from experiments.rows import is_done, put, stop_if_interrupted

SIZES = (2, 30)
SEEDS = range(5)
WIDTHS = (784, 1000, 500, 250)
RECIPE = Recipe(num_epochs=10, lr=4e-3, warmup=0.3, beta2=0.95)
KEY = ("latent_dim", "change", "seed")
Layers = Callable[[int], list[nn.Module]]
"""What follows a hidden layer of a given width."""


# --------------------------------------------------------------------------------------------------- other networks


def dense_layers(widths: Sequence[int], after: Layers) -> nn.Sequential:
    """Dense layers of these widths, each hidden one followed by what `after` makes."""
    layers: list[nn.Module] = []
    for width_in, width_out in zip(widths[:-2], widths[1:-1], strict=True):
        layers += [nn.Linear(width_in, width_out), *after(width_out)]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))


def with_layers(after: Layers) -> Callable[[int], ResidualAutoencoder]:
    """The unchanged network with something else after its hidden layers."""

    def make(latent_dim: int) -> ResidualAutoencoder:
        model = ResidualAutoencoder(latent_dim)
        for name in ("encoder", "decoder"):
            layers = dense_layers((*WIDTHS, latent_dim)[:: 1 if name == "encoder" else -1], after)
            nn.init.zeros_(layers[-1].weight)
            nn.init.zeros_(layers[-1].bias)
            setattr(model, name, layers)
        return model

    return make


class Unclipped(ResidualAutoencoder):
    """The unchanged network, whose reconstructions may leave [0, 1]."""

    def _decode(self, z: Tensor) -> Tensor:
        return (self.linear_decoder(z) + self.decoder(z)).unflatten(1, self.input_shape)


class WithoutPCA(Autoencoder):
    """The dense half of the unchanged network alone."""

    def __init__(self, latent_dim: int):
        super().__init__(latent_dim)
        widths = (*WIDTHS, latent_dim)
        self.encoder = dense_layers(widths, lambda width: [nn.LayerNorm(width), nn.GELU()])
        self.decoder = dense_layers(widths[::-1], lambda width: [nn.LayerNorm(width), nn.GELU()])

    def _encode(self, x: Tensor) -> Tensor:
        return self.encoder(x.flatten(1))

    def _decode(self, z: Tensor) -> Tensor:
        return self.decoder(z).clamp(0, 1).unflatten(1, IMAGE_SHAPE)


class Published(Autoencoder):
    """The plain autoencoder of Moor et al. (2020): ReLU before BatchNorm, pixels from -1 to 1, Tanh at the end."""

    def __init__(self, latent_dim: int):
        super().__init__(latent_dim)
        widths = (*WIDTHS, latent_dim)
        self.encoder = dense_layers(widths, lambda width: [nn.ReLU(), nn.BatchNorm1d(width)])
        self.decoder = dense_layers(widths[::-1], lambda width: [nn.ReLU(), nn.BatchNorm1d(width)])

    def _encode(self, x: Tensor) -> Tensor:
        return self.encoder(2 * x.flatten(1) - 1)

    def _decode(self, z: Tensor) -> Tensor:
        return (self.decoder(z).tanh() + 1).unflatten(1, IMAGE_SHAPE) / 2


# ------------------------------------------------------------------------------------------------- deformed digits


def deform(x: Tensor) -> Tensor:
    """Each image turned, stretched, slanted and bent a little, at random: another way to write the same digit.

    Parameters
    ----------
    x : Tensor of shape (N, 1, 28, 28)

    Returns
    -------
    deformed : Tensor of shape (N, 1, 28, 28)
        Turned by 0.07 radians or so, stretched by 6 % in either direction, slanted by 0.07 and bent by half a pixel
        (standard deviations); from 0 to 1 as before.
    """
    turn, stretch_x, stretch_y, slant = torch.randn(4, len(x)) * torch.tensor([[0.07], [0.056], [0.056], [0.07]])
    cos, sin = turn.cos(), turn.sin()
    matrices = torch.zeros(len(x), 2, 3)
    matrices[:, 0, 0], matrices[:, 0, 1] = cos * stretch_x.exp(), slant - sin * stretch_y.exp()
    matrices[:, 1, 0], matrices[:, 1, 1] = sin * stretch_x.exp(), cos * stretch_y.exp()
    places = F.affine_grid(matrices, list(x.shape), align_corners=False)  # -1 to 1: a pixel is 1/14
    bends = torch.randn(len(x), 2, 5, 5) * 0.5 / 14  # at 25 places, smooth in between
    bends = F.interpolate(bends, x.shape[2:], mode="bicubic", align_corners=True)
    return F.grid_sample(x, places + bends.permute(0, 2, 3, 1), mode="bicubic", align_corners=False).clamp(0, 1)


class OnDeformed(nn.Module):
    """For `fit`: shows an autoencoder every second digit of a batch deformed, each time in another way."""

    def __init__(self, autoencoder: Autoencoder):
        super().__init__()
        self.autoencoder = autoencoder

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs to `(x_hat, z, shown)`."""
        shown = torch.cat([x[::2], deform(x[1::2])])
        return *self.autoencoder(shown), shown


def error_of_shown(output: tuple[Tensor, Tensor, Tensor], target: Tensor) -> Tensor:
    """Mean squared error per pixel from what the network was shown."""
    x_hat, _, shown = output
    return F.mse_loss(x_hat, shown)


# ------------------------------------------------------------------------------------------------------- the changes


@dataclass(frozen=True)
class Change:
    """How a network is made and trained.

    Attributes
    ----------
    make : callable
        `make(latent_dim)`: the network with fresh weights.
    recipe : Recipe
    deformed : bool
        Whether half of the digits are deformed.
    patience : int
        If above 0, 15 % of the digits are held out, and training ends when their error has not fallen for so many
        epochs; the weights of the best epoch are taken.
    """

    make: Callable[[int], Autoencoder] = ResidualAutoencoder
    recipe: Recipe = RECIPE
    deformed: bool = False
    patience: int = 0


WITHOUT_LAYERNORM = with_layers(lambda width: [nn.GELU()])
WITH_RELU = with_layers(lambda width: [nn.LayerNorm(width), nn.ReLU()])
LONGER = replace(RECIPE, num_epochs=40)
CHANGES = {
    "none": Change(),
    "no PCA": Change(WithoutPCA),
    "no LayerNorm": Change(WITHOUT_LAYERNORM),
    "BatchNorm for LayerNorm": Change(with_layers(lambda width: [nn.BatchNorm1d(width), nn.GELU()])),
    "ReLU for GELU": Change(WITH_RELU),
    "no clipping": Change(Unclipped),
    "beta2 0.999": Change(recipe=replace(RECIPE, beta2=0.999)),
    "deformed digits": Change(deformed=True),
    "40 epochs": Change(recipe=LONGER),
    "40 epochs, no LayerNorm": Change(WITHOUT_LAYERNORM, LONGER),
    "40 epochs, ReLU for GELU": Change(WITH_RELU, LONGER),
    "80 epochs, ReLU for GELU": Change(WITH_RELU, replace(RECIPE, num_epochs=80)),
    "40 epochs, deformed digits": Change(recipe=LONGER, deformed=True),
    "published": Change(
        Published,
        # Their error is on pixels from -1 to 1, four times ours: a quarter of their weight decay keeps the balance.
        Recipe(num_epochs=100, batch_size=71, lr=1.25e-4, weight_decay=1e-5 / 4, one_cycle=False),
        patience=10,
    ),
}
"""By what is changed, in the order in which the book tells it; `published` changes everything."""


class StopEarly:
    """Ends a training when the validation error has not fallen for some epochs, and keeps the best weights."""

    class Ended(Exception):
        """The training is over."""

    def __init__(self, model: nn.Module, patience: int):
        self.model, self.patience = model, patience
        self.best_epoch, self.best_error = 0, float("inf")
        self.best_weights: dict[str, Tensor] = {}

    def after_epoch(self, epoch: int, history: History) -> None:
        """For `fit`."""
        if history.validation_loss[-1] < self.best_error:
            self.best_epoch, self.best_error = epoch, history.validation_loss[-1]
            self.best_weights = {name: weight.clone() for name, weight in self.model.state_dict().items()}
        elif epoch - self.best_epoch >= self.patience:
            raise self.Ended


def train(change: Change, latent_dim: int, seed: int, x: Tensor) -> tuple[Autoencoder, int]:
    """A trained network, and of how many epochs its weights are."""
    torch.manual_seed(seed)
    model = change.make(latent_dim)
    if isinstance(model, ResidualAutoencoder):
        model.start_as_pca(x)
    settings = {"recipe": change.recipe, "seed": seed, "progress": False}
    if change.patience:
        rows = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
        held_out, rest = rows.tensor_split([round(0.15 * len(x))])
        stop = StopEarly(model, change.patience)
        try:
            history = fit(model, x[rest], validation=x[held_out], after_epoch=stop.after_epoch, **settings)
            stop_if_interrupted(history)
        except StopEarly.Ended:
            pass
        model.load_state_dict(stop.best_weights)
        return model, stop.best_epoch
    if change.deformed:
        history = fit(OnDeformed(model), x, loss=error_of_shown, **settings)
    else:
        history = fit(model, x, **settings)
    stop_if_interrupted(history)
    return model, change.recipe.num_epochs


def score_run(name: str, latent_dim: int, seed: int, data: dict[str, Tensor], labels: Tensor) -> dict:
    """Train one network: its scores for dense.csv."""
    start = time.perf_counter()
    model, epochs = train(CHANGES[name], latent_dim, seed, data["train"])
    scores = {"epochs": epochs, "seconds": time.perf_counter() - start}
    scores |= {f"{part}_mse": mse(reconstruct(model, x)[0], x) for part, x in data.items()}
    if latent_dim != 2:
        return scores | dict.fromkeys(("nn1_error", "trustworthiness", "continuity"), "")
    z = reconstruct(model, data["test"])[1]
    return scores | {
        "nn1_error": 1 - knn_accuracy(z, labels, k=1),
        "trustworthiness": trustworthiness(data["test"], z),
        "continuity": continuity(data["test"], z),
    }


def main() -> None:
    """Do what is not yet done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latent-dims", nargs="+", type=int, choices=SIZES, default=list(SIZES))
    parser.add_argument("--changes", nargs="+", choices=CHANGES, default=list(CHANGES))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--results", type=Path, default=RESULTS_FOLDER, help="folder of dense.csv")
    args = parser.parse_args()
    args.results.mkdir(parents=True, exist_ok=True)
    path, data = args.results / "dense.csv", {}
    for latent_dim in args.latent_dims:
        for name in args.changes:
            for seed in args.seeds:
                run = dict(zip(KEY, (latent_dim, name, seed), strict=True))
                if is_done(path, run):
                    continue
                if not data:
                    data = {"train": load_mnist("train", with_sample=False)[0], "validation": load_mnist_sample()[0]}
                    data["test"], labels = load_mnist("test")
                scores = score_run(name, latent_dim, seed, data, labels)
                put(path, run | scores, KEY)
                print(run, {key: scores[key] for key in ("test_mse", "nn1_error", "seconds")}, flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
