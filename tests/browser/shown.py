"""What a figure shows, read from the page."""

import numpy as np


def ink(canvas):
    """What a picture shows, as intensities: the theme's paper is 0, its pen is 1."""
    bytes_ = canvas.evaluate("c => Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data)")
    colors = canvas.evaluate(
        "c => ['--live-pen', '--live-paper'].map("
        "name => parseInt(getComputedStyle(c).getPropertyValue(name).slice(1, 3), 16))"
    )
    red = np.array(bytes_, dtype=float).reshape(28, 28, 4)[:, :, 0]
    return (red - colors[1]) / (colors[0] - colors[1])


def words(figure):
    return figure.locator(".live-words").all_inner_texts()
