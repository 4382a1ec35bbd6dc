"""Why the wide dense network with 64 numbers failed to train: the first epochs of it, step by step.

    python -m experiments.loss_spike     # `make loss-spike`

The same network from the same seeds with two values of Adam's beta2, everything else as in the sweep. A finished run is
172 rows of `aeutils/results/loss_spike.csv`, one for ten steps, and is not done again.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from torch.optim.optimizer import Optimizer, register_optimizer_step_pre_hook

from aeutils.data import load_mnist
from aeutils.models import MLPAutoencoder
from aeutils.pipes import pipe_may_close
from aeutils.results import RESULTS_FOLDER
from aeutils.training import History, fit, reconstruction_loss
from aeutils.zoo import ZOO
from experiments.rows import is_done, put, stop_if_interrupted

LATENT_DIM = 64
BETAS2 = (0.999, 0.95)
SEEDS = range(3)
EPOCHS = 8  # of 25: the schedule of the learning rate is that of the whole training
STEPS_A_ROW = 10
KEY = ("beta2", "seed", "step")


class Ended(Exception):
    """Enough epochs were watched."""


class Watch:
    """Notes at every step of a training what the loss is, and how far a gradient is beyond what Adam reckons with."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.ratios: list[float] = []

    def loss(self, output: tuple[Tensor, ...], target: Tensor) -> Tensor:
        """For `fit`: the usual loss."""
        loss = reconstruction_loss(output, target)
        self.losses.append(loss.item())
        return loss

    def before_step(self, optimizer: Optimizer, *_: object) -> None:
        """For PyTorch, which calls it before each step of an optimizer."""
        self.ratios.append(gradient_ratio(optimizer))

    def after_epoch(self, epoch: int, history: History) -> None:
        """For `fit`."""
        if epoch == EPOCHS:
            raise Ended


def gradient_ratio(optimizer: Optimizer) -> float:
    """How many times as large the gradient is as Adam's running mean of its size, in the layer where it is most so.

    Parameters
    ----------
    optimizer : torch.optim.Adam
        About to take a step.

    Returns
    -------
    ratio : float
        The largest, over the weights and biases of all layers, of the root mean square of gradient / sqrt(v), where v
        is Adam's mean of past squared gradients: about 1 while nothing changes, and 1 at the first step, which has no
        past. It is the `RMS` of Wortsman et al. (2023), "Stable and low-precision training for large-scale
        vision-language models", but with v as it is before the step.
    """
    worst = 0.0
    for group in optimizer.param_groups:
        for weight in group["params"]:
            state = optimizer.state[weight]
            if not state:
                return 1.0
            mean_square = state["exp_avg_sq"] / (1 - group["betas"][1] ** state["step"].item())
            ratio = weight.grad / (mean_square.sqrt() + group["eps"])
            worst = max(worst, ratio.square().mean().sqrt().item())
    return worst


def watch_training(beta2: float, seed: int, x: Tensor) -> Watch:
    """Train the network for a few epochs: what was noted on the way."""
    torch.manual_seed(seed)
    watch = Watch()
    recipe = replace(ZOO["dense"].recipe, beta2=beta2)
    hook = register_optimizer_step_pre_hook(watch.before_step)
    try:
        history = fit(
            MLPAutoencoder(LATENT_DIM),
            x,
            recipe=recipe,
            loss=watch.loss,
            after_epoch=watch.after_epoch,
            seed=seed,
            progress=False,
        )
        stop_if_interrupted(history)
    except Ended:
        pass
    finally:
        hook.remove()
    return watch


def main() -> None:
    """Do what is not yet done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--results", type=Path, default=RESULTS_FOLDER, help="folder of loss_spike.csv")
    args = parser.parse_args()
    args.results.mkdir(parents=True, exist_ok=True)
    path, x = args.results / "loss_spike.csv", None
    for seed in args.seeds:
        for beta2 in BETAS2:
            run = {"beta2": beta2, "seed": seed}
            if is_done(path, run | {"step": 0}):
                continue
            x = load_mnist("train", with_sample=False)[0] if x is None else x
            watch = watch_training(beta2, seed, x)
            # Step 0 is written last: a run whose first row is there is whole.
            for first in reversed(range(0, len(watch.losses), STEPS_A_ROW)):
                ten = slice(first, first + STEPS_A_ROW)
                most = {"loss": max(watch.losses[ten]), "gradient_ratio": max(watch.ratios[ten])}
                put(path, run | {"step": first} | most, KEY)
            print(run, f"least loss {min(watch.losses):.4g}, last {watch.losses[-1]:.4g}", flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
