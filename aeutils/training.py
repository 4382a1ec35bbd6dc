"""One training loop for every model of the book: `fit` follows a recipe, `train_epoch` is the loop itself."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aeutils.autoencoder import IMAGE_SHAPE
from aeutils.checks import check_inputs, check_model, check_seed, check_targets
from aeutils.recipe import FAST_RECIPE, Recipe, make_optimizers, pick_device

Loss = Callable[..., Tensor]
"""`loss(model(x), target)`: the mean over a batch, a tensor with one number."""


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
    warning : str
        Says so if an autoencoder ended no better than drawing the mean of its inputs every time; else empty.
    """

    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    interrupted: bool = False
    warning: str = ""


def reconstruction_loss(output: tuple[Tensor, Tensor], target: Tensor) -> Tensor:
    """Mean squared error per pixel between `x_hat`, the first thing an autoencoder returns, and the target."""
    return F.mse_loss(output[0], target)


def fit(
    model: nn.Module,
    x: Tensor,
    target: Tensor | None = None,
    *,
    recipe: Recipe = FAST_RECIPE,
    loss: Loss = reconstruction_loss,
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

    (x, target), held_out = _checked(model, x, target, recipe, loss, validation, seed)
    device = torch.device(device) if device is not None else pick_device()
    x, target = (x.to(device),) * 2 if target is x else (x.to(device), target.to(device))
    held_out = held_out and tuple(part.to(device) for part in held_out)
    model.to(device, memory_format=torch.channels_last)  # faster convolutions, same results
    # Batches of nearly equal size, so that none is left with the single input that BatchNorm cannot take.
    num_batches = min(math.ceil(len(x) / recipe.batch_size), len(x) // 2)
    optimizers = make_optimizers(model, recipe, num_steps=recipe.num_epochs * num_batches)
    shuffle = torch.Generator().manual_seed(int(seed))
    history = History()
    bar = tqdm(total=recipe.num_epochs * num_batches, unit="batch", disable=not progress, leave=False)
    try:
        for epoch in range(1, recipe.num_epochs + 1):
            start = time.perf_counter()
            batches = torch.randperm(len(x), generator=shuffle).to(device).tensor_split(num_batches)
            try:
                train_loss = train_epoch(model, x, target, batches, loss, optimizers, after_batch=bar.update)
            except FloatingPointError as error:
                raise FloatingPointError(
                    f"{error} in epoch {epoch}: training has diverged. Lower the learning rate (now {recipe.lr:g}), "
                    "to a tenth for a start."
                ) from None
            seconds = time.perf_counter() - start
            if held_out is not None:
                history.validation_loss.append(mean_loss(model, *held_out, loss))
                bar.set_postfix(validation=f"{history.validation_loss[-1]:.4f}")
            history.train_loss.append(train_loss)
            history.seconds.append(seconds)
            if after_epoch is not None:
                after_epoch(epoch, history)
        if loss is reconstruction_loss:
            some = slice(None, None, math.ceil(len(x) / 2000))  # inputs are often sorted by class
            history.warning = _worse_than_the_mean(model, x[some], target[some], recipe)
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        bar.close()
        model.eval().to("cpu", memory_format=torch.contiguous_format)
    return history


def train_epoch(
    model: nn.Module,
    x: Tensor,
    target: Tensor,
    batches: Sequence[Tensor],
    loss: Loss,
    optimizers: Sequence,
    after_batch: Callable[[], object] = lambda: None,
) -> float:
    """Show the model every input once: this is the loop in which it learns.

    Parameters
    ----------
    model : nn.Module
        Afterwards in evaluation mode.
    x, target : Tensor of shape (N, ...)
        Inputs and what the output should be; the same tensor for an autoencoder.
    batches : sequence of int Tensor
        Which rows of `x` each step sees.
    loss : callable
        As in `fit`.
    optimizers : sequence
        What takes a step after each batch: optimizers, then schedules of their learning rates.
    after_batch : callable
        Called after each step.

    Returns
    -------
    train_loss : float
        Mean over all inputs.

    Raises
    ------
    FloatingPointError
        If the loss is not finite.
    """
    model.train()
    total = 0.0
    for rows in batches:
        batch = x[rows]
        batch_loss = loss(model(batch), batch if target is x else target[rows])  # how wrong is the model?
        model.zero_grad()
        batch_loss.backward()  # which way would each weight make it less wrong?
        for optimizer in optimizers:
            optimizer.step()  # a small step that way
        value = batch_loss.item()
        if not math.isfinite(value):
            raise FloatingPointError(f"The loss became {value}")
        total += value * len(rows)
        after_batch()
    model.eval()
    return total / len(x)


@torch.no_grad()
def mean_loss(model: nn.Module, x: Tensor, target: Tensor, loss: Loss) -> float:
    """The loss over all of some inputs, in pieces that fit in memory."""
    pieces = zip(x.split(2000), target.split(2000), strict=True)
    return sum(loss(model(inputs), targets).item() * len(inputs) for inputs, targets in pieces) / len(x)


def _worse_than_the_mean(model: nn.Module, x: Tensor, target: Tensor, recipe: Recipe) -> str:
    """A warning, if one number for each pixel, the same for every input, would have a smaller error; else nothing."""
    error = mean_loss(model, x, target, reconstruction_loss)
    error_of_mean = target.var(dim=0, correction=0).mean().item()
    if error <= error_of_mean:
        return ""
    return (
        f"The network's error is {error:.4g}; the mean of all inputs, the same for each, has {error_of_mean:.4g}. "
        f"Train longer (now {recipe.num_epochs} epochs), or lower the learning rate (now {recipe.lr:g})."
    )


Pair = tuple[Tensor, Tensor]


def _checked(
    model: nn.Module, x: Tensor, target: Tensor | None, recipe: Recipe, loss: Loss, validation: object, seed: int
) -> tuple[Pair, Pair | None]:
    """Inputs and targets to learn from, and those to be scored on, after refusing whatever cannot be used."""
    check_model(model)
    check_seed(seed)
    if not isinstance(recipe, Recipe):
        raise ValueError(f"recipe is {recipe!r}; give a Recipe, such as FAST_RECIPE or Recipe(num_epochs=5).")
    if not callable(loss):
        raise ValueError(f"loss is {loss!r}; give a function of (output, target), such as reconstruction_loss.")
    pair = _checked_pair(model, x, target, loss)
    if len(x) < 2:
        raise ValueError("Training needs at least 2 inputs, because BatchNorm has no variance over one.")
    if validation is None:
        return pair, None
    held_out = validation if isinstance(validation, tuple) else (validation, None)
    if len(held_out) != 2:
        raise ValueError(f"validation is a tuple of {len(held_out)}; give inputs, or a pair (inputs, targets).")
    return pair, _checked_pair(model, *held_out, loss)


def _checked_pair(model: nn.Module, x: Tensor, target: Tensor | None, loss: Loss) -> Pair:
    check_inputs(x, getattr(model, "input_shape", IMAGE_SHAPE))
    if target is None:
        return (x.detach(),) * 2
    check_targets(target, x, same_shape=loss is reconstruction_loss)
    return x.detach(), target.detach()
