"""What a figure shows, read from the page."""

import base64

import numpy as np

# As text: Playwright sends a list number by number, and takes seconds for the weights of a network.
IN_BASE64 = "((bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')))"


def all_ink(canvases):
    """What pictures show, as intensities, (N, 28, 28): the theme's paper is 0, its pen is 1."""
    seen = canvases.evaluate_all(
        f"""canvases => canvases.map(c => [
          {IN_BASE64}(c.getContext("2d").getImageData(0, 0, 28, 28).data),
          ...["--live-pen", "--live-paper"].map(
            name => parseInt(getComputedStyle(c).getPropertyValue(name).slice(1, 3), 16)),
        ])"""
    )
    pictures = []
    for data, darkest, palest in seen:
        red = np.frombuffer(base64.b64decode(data), np.uint8)[::4].astype(float)
        pictures.append((red.reshape(28, 28) - palest) / (darkest - palest))
    return np.array(pictures)


def ink(canvas):
    """What one picture shows."""
    (picture,) = all_ink(canvas)
    return picture


def words(figure):
    return figure.locator(".live-words").all_inner_texts()
