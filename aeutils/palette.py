"""The colours of the book, and what its dark theme makes of them.

The ten digits have colours that stay apart for colour-blind readers too, on light and on dark paper, and most of all
where the maps of the book put digits side by side: 4, 7 and 9; 3, 5 and 8 (the tests measure it).

A stored picture is drawn once, on white. Dark pages turn it by a filter, `invert(0.9294) hue-rotate(180deg)`: white
becomes the paper of the page, black becomes its ink, and a hue stays itself. So the dark palette is not chosen but
computed, and a digit has the same colour in a picture and in a live figure beside it.
"""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex, to_rgb

DIGIT_COLORS = (
    "#7cac02", "#046f76", "#8c39dd", "#030eab", "#580306", "#9f86ab", "#4d5235", "#f27789", "#b54d00", "#5c98ff",
)  # fmt: skip
"""Colours of the digits 0 to 9."""

SERIES_COLORS = tuple(DIGIT_COLORS[digit] for digit in (1, 8, 9, 2, 4))
"""Colours of curves and bars that stand beside each other."""

LINE_COLOR = "#e3e6ea"
"""Frames, axes and grids: there to be found, not to be seen."""

INVERTED = 0.9294
"""How far dark pages invert a picture: so that white becomes #121212, their paper."""

_HALF_TURN_OF_HUE = np.array([[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]])


def on_dark(color: str) -> str:
    """What the filter of dark pages makes of a colour.

    Parameters
    ----------
    color : str
        As matplotlib names colours.

    Returns
    -------
    color : str
        As "#rrggbb". The two steps are those of the W3C's Filter Effects Module.
    """
    inverted = INVERTED + np.array(to_rgb(color)) * (1 - 2 * INVERTED)
    return to_hex(np.clip(_HALF_TURN_OF_HUE @ inverted, 0, 1))


def ink_on(color: str) -> str:
    """Black or white, whichever stands out more from a colour.

    Parameters
    ----------
    color : str
        As matplotlib names colours.

    Returns
    -------
    ink : str
        "black" where the relative luminance (WCAG 2) is above 0.18, else "white"; at 0.18 both have the same contrast.
    """
    value = np.array(to_rgb(color))
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return "black" if linear @ [0.2126, 0.7152, 0.0722] > 0.18 else "white"
