"""A slider over the size of the code: the same digits, reconstructed from more or fewer numbers."""

from __future__ import annotations

import io

import ipywidgets
import numpy as np
from PIL import Image
from torch import Tensor

from aeutils.metrics import mse
from aeutils.models import reconstruct
from aeutils.pretrained import load_pretrained, shipped_sizes

_MAGNIFY = 2  # screen pixels a pixel


def latent_dim_slider(images: Tensor) -> ipywidgets.VBox:
    """Originals above their reconstructions, with a slider over the sizes whose weights are shipped.

    Parameters
    ----------
    images : Tensor of shape (N, 1, 28, 28)
        Held-out digits, intensities in [0, 1]; about ten fit the width of a page.

    Returns
    -------
    figure : ipywidgets.VBox
        Its children: the slider, the pictures, and a line of text with the error.

    Raises
    ------
    ValueError
        If the images are not what the network takes.
    """
    # Everything is computed before the first move, so that each move only swaps two finished things.
    frames = {}
    for latent_dim in shipped_sizes():
        x_hat, _ = reconstruct(load_pretrained(latent_dim), images)
        text = f"{latent_dim} numbers a digit: MSE {mse(x_hat, images):.4f} on these {len(images)} digits"
        frames[latent_dim] = (_png(images, x_hat), text)

    slider = ipywidgets.SelectionSlider(options=list(frames), description="latent_dim")
    pictures = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))
    line = ipywidgets.Label()

    def show(latent_dim: int) -> None:
        pictures.value, line.value = frames[latent_dim]

    slider.observe(lambda change: show(change["new"]), names="value")
    show(slider.value)
    return ipywidgets.VBox([slider, pictures, line])


def _png(images: Tensor, x_hat: Tensor) -> bytes:
    """Two rows of images, dark ink on white, as the bytes of a PNG file."""
    rows = [np.concatenate(list(part[:, 0].numpy()), axis=1) for part in (images, x_hat)]
    ink = np.concatenate(rows).repeat(_MAGNIFY, axis=0).repeat(_MAGNIFY, axis=1)
    file = io.BytesIO()
    Image.fromarray((255 * (1 - ink)).round().astype(np.uint8)).save(file, format="png")
    return file.getvalue()
