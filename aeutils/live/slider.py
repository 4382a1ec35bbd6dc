"""A slider over the size of the code: the same digits, reconstructed from more or fewer numbers."""

from __future__ import annotations

import io
import math
import time

import ipywidgets
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from aeutils.autoencoder import IMAGE_SHAPE, reconstruct
from aeutils.checks import check_inputs
from aeutils.metrics import mse
from aeutils.models import ConvAutoencoder
from aeutils.pretrained import load_pretrained, shipped_sizes
from aeutils.recipe import Recipe
from aeutils.results import load_results
from aeutils.training import fit

_MAGNIFY = 2  # screen pixels a pixel
_SHORT_RECIPE = Recipe(num_epochs=10)  # seconds, not minutes, on the 4,000 digits of a chapter
_QUEUED = 0.3  # seconds after a training in which clicks arrive that were made while it ran


def latent_dim_slider(images: Tensor, training_images: Tensor | None = None) -> ipywidgets.VBox:
    """Originals above their reconstructions, with a slider over the sizes whose weights are shipped.

    Parameters
    ----------
    images : Tensor of shape (N, 1, 28, 28)
        Held-out digits, intensities in [0, 1]; about ten fit the width of a page.
    training_images : Tensor of shape (M, 1, 28, 28), optional
        With them there is a button that trains the article's network of the chosen size on them, for ten epochs, and
        adds its reconstructions as a third row.

    Returns
    -------
    figure : ipywidgets.VBox
        Its children: the slider, the pictures, and a line of text with the scores; with training images also the
        button and its progress bar.

    Raises
    ------
    ValueError
        If the images are not what the network takes.
    """
    check_inputs(images, IMAGE_SHAPE)
    if training_images is not None:
        check_inputs(training_images, IMAGE_SHAPE)
    # Everything is computed before the first move, so that each move only swaps two finished things.
    frames = {}
    sweep = load_results("sweep").query("model == 'conv'").groupby("latent_dim")[["test_mse", "knn10_accuracy"]].mean()
    for latent_dim in shipped_sizes():
        x_hat, _ = reconstruct(load_pretrained(latent_dim), images)
        score = sweep.loc[latent_dim]
        text = (
            f"{latent_dim} numbers per digit: MSE {mse(x_hat, images):.4f} on these {len(images)} digits; on the test "
            f"images {score['test_mse']:.4f}, 10-NN accuracy {score['knn10_accuracy']:.3f}"
        )
        frames[latent_dim] = (_png(images, x_hat), text)

    slider = ipywidgets.SelectionSlider(options=list(frames), description="latent_dim")
    pictures = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))
    line = ipywidgets.HTML()

    def show(latent_dim: int) -> None:
        pictures.value, line.value = frames[latent_dim]

    slider.observe(lambda change: show(change["new"]), names="value")
    show(slider.value)
    if training_images is None:
        return ipywidgets.VBox([slider, pictures, line])

    button = ipywidgets.Button(description="train this size now")
    bar = ipywidgets.IntProgress(max=_SHORT_RECIPE.num_epochs, layout=ipywidgets.Layout(visibility="hidden"))

    ended = -math.inf

    def train(_: ipywidgets.Button) -> None:
        nonlocal ended
        if time.monotonic() - ended < _QUEUED:
            return
        latent_dim = slider.value  # the reader may move on while this one trains
        button.disabled, bar.value, bar.layout.visibility = True, 0, "visible"
        try:
            torch.manual_seed(0)
            model = ConvAutoencoder(latent_dim)
            history = fit(
                model,
                training_images,
                recipe=_SHORT_RECIPE,
                progress=False,
                after_epoch=lambda epoch, history: setattr(bar, "value", epoch),
            )
            epochs = len(history.train_loss)
            if not epochs:
                line.value = "Interrupted in the first epoch: nothing is added."
                return
            x_hat, _ = reconstruct(load_pretrained(latent_dim), images)
            mine, _ = reconstruct(model, images)
            text = (
                f"{latent_dim} numbers per digit: MSE {mse(x_hat, images):.4f} shipped (second row), "
                f"{mse(mine, images):.4f} after {epochs} epochs on {len(training_images):,} digits here "
                f"(third row{', interrupted' if history.interrupted else ''})"
            )
            frames[latent_dim] = (_png(images, x_hat, mine), text)
            show(slider.value)
        finally:
            button.disabled, bar.layout.visibility = False, "hidden"
            ended = time.monotonic()

    button.on_click(train)
    return ipywidgets.VBox([slider, pictures, line, ipywidgets.HBox([button, bar])])


def _png(*rows: Tensor) -> bytes:
    """Rows of images, dark ink on white, as the bytes of a PNG file."""
    ink = np.concatenate([np.concatenate(list(part[:, 0].detach().numpy()), axis=1) for part in rows])
    ink = ink.repeat(_MAGNIFY, axis=0).repeat(_MAGNIFY, axis=1)
    file = io.BytesIO()
    Image.fromarray((255 * (1 - ink)).round().astype(np.uint8)).save(file, format="png")
    return file.getvalue()
