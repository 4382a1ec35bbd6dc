"""One training loop for every model of the book, and the two recipes it is used with."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aeutils.autoencoder import IMAGE_SHAPE
from aeutils.checks import check_count, check_finite, check_inputs, check_model, check_seed, is_number


@dataclass(frozen=True)
class Recipe:
    """How to train: everything but the model, the data and the seed.

    Parameters
    ----------
    num_epochs : int
        Passes over the training data, at least 1.
    batch_size : int
        Inputs a step, at least 1.
    lr : float
        Learning rate of Adam; with `one_cycle` its peak. Above 0.
    weight_decay : float
        Adam's L2 penalty on the weights. At least 0.
    one_cycle : bool
        Whether the learning rate rises to `lr` and then falls to nearly 0 (Smith and Topin 2019), or stays at `lr`.
    rise : float
        Share of the steps over which it rises, between 0 and 1; only with `one_cycle`.
    beta2 : float
        How slowly Adam's average of squared gradients forgets, from 0 to just under 1. A short training gains from
        less than the usual 0.999.

    Raises
    ------
    ValueError
        If a number is out of range.
    """

    num_epochs: int = 25
    batch_size: int = 256
    lr: float = 1e-2
    weight_decay: float = 0.0
    one_cycle: bool = True
    rise: float = 0.15
    beta2: float = 0.999

    def __post_init__(self):
        for name in ("num_epochs", "batch_size"):
            check_count(name, getattr(self, name))
        if not is_number(self.lr) or self.lr <= 0:
            raise ValueError(f"lr is {self.lr!r}; a learning rate is a number above 0, such as 0.01.")
        if not is_number(self.weight_decay) or self.weight_decay < 0:
            raise ValueError(f"weight_decay is {self.weight_decay!r}; give 0 (none) or a small number such as 1e-5.")
        if not isinstance(self.one_cycle, bool):
            raise ValueError(f"one_cycle is {self.one_cycle!r}; give True or False.")
        if not is_number(self.rise) or not 0 < self.rise < 1:
            raise ValueError(f"rise is {self.rise!r}; it is a share of the steps: give a number between 0 and 1.")
        if not is_number(self.beta2) or not 0 <= self.beta2 < 1:
            raise ValueError(f"beta2 is {self.beta2!r}; give a number from 0 to just under 1, such as 0.999.")


FAST_RECIPE = Recipe()
"""What the shipped weights were trained with."""

# The article measures its squared error on pixels in [-1, 1], which makes it 4 times ours on [0, 1]. A quarter of its
# weight decay of 1e-5 keeps the balance between the two terms, and Adam does not mind the common factor.
ARTICLE_RECIPE = Recipe(num_epochs=100, batch_size=100, lr=1e-2, weight_decay=1e-5 / 4, one_cycle=False)
"""The article's settings: Adam 1e-2, weight decay 1e-5 (on its own scale), batches of 100, 100 epochs."""


@dataclass
class History:
    """What happened during training, an entry an epoch.

    Attributes
    ----------
    train_loss : list of float
        Mean loss over the epoch's batches, each weighted by its size, while the model was still changing.
    validation_loss : list of float
        Mean loss on the validation data after the epoch, in evaluation mode. Empty without such data.
    seconds : list of float
        Wall-clock time of each epoch.
    interrupted : bool
        Whether Ctrl-C ended the training early.
    """

    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    interrupted: bool = False


def reconstruction_loss(output: tuple[Tensor, Tensor], target: Tensor) -> Tensor:
    """Mean squared error per pixel between `x_hat`, the first thing an autoencoder returns, and the target."""
    return F.mse_loss(output[0], target)


def pick_device() -> torch.device:
    """The fastest device at hand: CUDA, else MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def fit(
    model: nn.Module,
    x: Tensor,
    target: Tensor | None = None,
    *,
    recipe: Recipe = FAST_RECIPE,
    loss: Callable[..., Tensor] = reconstruction_loss,
    validation: Tensor | tuple[Tensor, Tensor] | None = None,
    seed: int = 0,
    device: torch.device | str | None = None,
    progress: bool = True,
    after_epoch: Callable[[int, History], None] | None = None,
) -> History:
    """Train a model. An autoencoder is a model whose target is its own input.

    All data go to the device once and stay there: MNIST fits in memory, and reading it image by image is what makes
    the usual loop slow. Same model, data, recipe and seed give the same history on the same machine.

    Parameters
    ----------
    model : nn.Module
        Trained in place; afterwards in evaluation mode, on the CPU.
    x : Tensor of shape (N, ...)
        Inputs, N >= 2.
    target : Tensor of shape (N, ...), optional
        What the output should be. Without it, `x` itself.
    recipe : Recipe
    loss : callable
        `loss(model(x), target)`, the mean over the batch, a tensor with one number.
    validation : Tensor or (Tensor, Tensor), optional
        Inputs, or inputs and targets, that are scored after every epoch and never learned from.
    seed : int
        Order of the batches. (Initial weights and dropout draw from torch's own generator: call `torch.manual_seed`
        before making the model.)
    device : optional
        Default: `pick_device()`.
    progress : bool
        Whether to show a progress bar.
    after_epoch : callable, optional
        `after_epoch(epoch, history)` after each epoch, counted from 1, with the model in evaluation mode.

    Returns
    -------
    history : History
        After Ctrl-C: the epochs that were finished, `interrupted` set, and the model as it was at that moment.

    Raises
    ------
    ValueError
        If the data do not fit the model or each other, or a setting is none.
    FloatingPointError
        If the loss is not finite.
    """
    from tqdm.auto import tqdm

    check_model(model)
    check_seed(seed)
    if not isinstance(recipe, Recipe):
        raise ValueError(f"recipe is {recipe!r}; give a Recipe, such as FAST_RECIPE or Recipe(num_epochs=5).")
    if not callable(loss):
        raise ValueError(f"loss is {loss!r}; give a function of (output, target), such as reconstruction_loss.")
    device = torch.device(device) if device is not None else pick_device()
    x, target = _checked_pair(model, x, target, loss)
    if len(x) < 2:
        raise ValueError("Training needs at least 2 inputs, because BatchNorm has no variance over one.")
    x, target = x.to(device), target.to(device)
    if validation is not None:
        pair = validation if isinstance(validation, tuple) else (validation, None)
        if len(pair) != 2:
            raise ValueError(f"validation is a tuple of {len(pair)}; give inputs, or a pair (inputs, targets).")
        x_val, target_val = (part.to(device) for part in _checked_pair(model, *pair, loss))

    model.to(device, memory_format=torch.channels_last)  # faster convolutions, same results
    fused = device.type in ("cpu", "cuda")  # all weights updated in one go: the same steps, faster
    optimizer = torch.optim.Adam(
        model.parameters(), lr=recipe.lr, betas=(0.9, recipe.beta2), weight_decay=recipe.weight_decay, fused=fused
    )
    # Batches of nearly equal size, so that none is left with the single input that BatchNorm cannot take.
    num_batches = min(math.ceil(len(x) / recipe.batch_size), len(x) // 2)
    num_steps = recipe.num_epochs * num_batches
    scheduler = None
    if recipe.one_cycle and num_steps > 1:  # one step has no room to rise and fall
        rise = recipe.rise + 1e-9  # OneCycleLR divides by rise * num_steps - 1
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=recipe.lr, total_steps=num_steps, pct_start=rise
        )
    shuffle = torch.Generator().manual_seed(int(seed))
    history = History()

    bar = tqdm(total=num_steps, unit="batch", disable=not progress, leave=False)
    try:
        for epoch in range(1, recipe.num_epochs + 1):
            start, total = time.perf_counter(), 0.0
            model.train()
            for rows in torch.randperm(len(x), generator=shuffle).to(device).tensor_split(num_batches):
                optimizer.zero_grad()
                batch_loss = loss(model(x[rows]), target[rows])
                batch_loss.backward()
                optimizer.step()
                if scheduler is not None:
                    scheduler.step()
                value = batch_loss.item()
                if not math.isfinite(value):
                    raise FloatingPointError(
                        f"The loss became {value} in epoch {epoch}: training has diverged. "
                        f"Lower the learning rate (now {recipe.lr:g}), to a tenth for a start."
                    )
                total += value * len(rows)
                bar.update()
            model.eval()
            seconds = time.perf_counter() - start
            if validation is not None:
                validation_loss = _mean_loss(model, x_val, target_val, loss)
                bar.set_postfix(validation=f"{validation_loss:.4f}")
                history.validation_loss.append(validation_loss)
            history.train_loss.append(total / len(x))
            history.seconds.append(seconds)
            if after_epoch is not None:
                after_epoch(epoch, history)
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        bar.close()
        model.eval().to("cpu", memory_format=torch.contiguous_format)
    return history


def _checked_pair(model: nn.Module, x: Tensor, target: Tensor | None, loss: Callable) -> tuple[Tensor, Tensor]:
    check_inputs(x, getattr(model, "input_shape", IMAGE_SHAPE))
    if target is None:
        return x, x
    if not isinstance(target, Tensor) or target.ndim == 0:
        came = "a single number" if isinstance(target, Tensor) else f"a {type(target).__name__}"
        raise ValueError(f"The targets are {came}; wanted a tensor with one target for each input.")
    if len(target) != len(x):
        raise ValueError(f"{len(x):,} inputs came with {len(target):,} targets; each input needs one.")
    check_finite(target, "targets")
    if loss is reconstruction_loss and target.shape != x.shape:  # broadcasting would give a number, and a wrong one
        raise ValueError(
            f"The inputs have shape {tuple(x.shape)}, the targets {tuple(target.shape)}; the squared error needs equal "
            "shapes. Give targets like the inputs, or another loss."
        )
    return x, target


@torch.no_grad()
def _mean_loss(model: nn.Module, x: Tensor, target: Tensor, loss: Callable[..., Tensor]) -> float:
    total = 0.0
    for x_part, target_part in zip(x.split(2000), target.split(2000), strict=True):
        total += loss(model(x_part), target_part).item() * len(x_part)
    return total / len(x)
