"""What a figure shows, read from the page."""

import numpy as np


def ink(canvas):
    """What a picture shows, as intensities: the theme's paper is 0, its pen is 1."""
    red, darkest, palest = canvas.evaluate(
        """c => [
          Array.from(c.getContext("2d").getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 0),
          ...["--live-pen", "--live-paper"].map(
            name => parseInt(getComputedStyle(c).getPropertyValue(name).slice(1, 3), 16)),
        ]"""
    )
    return (np.array(red, dtype=float).reshape(28, 28) - palest) / (darkest - palest)


def words(figure):
    return figure.locator(".live-words").all_inner_texts()
