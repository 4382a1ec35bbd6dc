"""The live figures with a pad to draw on, as Python objects."""

from __future__ import annotations

import traitlets

from aeutils.live.figures import REMEMBERED, LiveFigure
from aeutils.live.size_figures import OfSizes


class WithPad(LiveFigure):
    """What the figures share that have a pad."""

    strokes = traitlets.List().tag(**REMEMBERED)

    @traitlets.validate("strokes")
    def _check_strokes(self, proposal: dict) -> list:
        """Strokes on the pad."""
        for stroke in proposal["value"]:
            for point in stroke if isinstance(stroke, (list, tuple)) else [stroke]:
                if not is_point(point):
                    raise traitlets.TraitError(f"A stroke goes through {point}; wanted [x, y], numbers from 0 to 1.")
        return proposal["value"]


class DrawDigit(OfSizes, WithPad):
    """A pad to draw on: your digit, centred and scaled as MNIST does it, through the shipped networks.

    Attributes
    ----------
    latent_dim : int
        The size of the code, one of those whose weights are shipped.
    strokes : list of list of [x, y]
        What is drawn: each stroke a list of points in [0, 1], y downwards.
    z : list of float
        The code of what is drawn; set by the figure.

    Raises
    ------
    traitlets.TraitError
        If there are no weights of that size, or a point lies outside the pad.
    """

    _figure = traitlets.Unicode("draw-digit").tag(sync=True)
    z = traitlets.List().tag(sync=True)


class ThroughNetwork(WithPad):
    """One digit on its way through the article's network with two numbers: what each layer passes on.

    Attributes
    ----------
    chosen : int or None
        Which of the 1,000 held-out digits, in the order of `load_mnist_sample("test")`; None for what is drawn.
    strokes : list of list of [x, y]
        What is drawn, as in `DrawDigit`.
    layer : int
        What is looked at: 0 the picture, 1 to 5 what the encoder's layers pass on, 6 the code, 7 to 10 the decoder's
        layers, 11 the drawing.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("through-network").tag(sync=True)
    chosen = traitlets.Int(allow_none=True, min=0, max=999).tag(**REMEMBERED)
    layer = traitlets.Int(min=0, max=11).tag(**REMEMBERED)


def is_point(point: object) -> bool:
    """Whether something is a place on the pad: two numbers from 0 to 1."""
    is_pair = isinstance(point, (list, tuple)) and len(point) == 2
    return is_pair and all(isinstance(value, (int, float)) and 0 <= value <= 1 for value in point)
