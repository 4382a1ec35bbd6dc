"""The live figures about what the numbers of a code say, as Python objects."""

from __future__ import annotations

import math

import traitlets

from aeutils.live.figures import REMEMBERED, LiveFigure
from aeutils.live.size_figures import OfSizes

KNOBS = {"slant": 24, "thickness": 1.2, "bend": 0.2}
"""How far each knob of `StrokeKnobs` turns, up and down: degrees, pixels, a share."""


class TwoMaps(LiveFigure):
    """Two networks' maps of the same held-out digits, side by side; the networks differ only in their seed.

    Attributes
    ----------
    left, right : int
        The seeds of both networks, 0 to 4.
    fitted : bool
        Whether the left map is turned, stretched and sheared until it fits the right one best.
    chosen : int
        From which of the 1,000 held-out digits, and its ten nearest neighbours on the left, lines lead to the right.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("two-maps").tag(sync=True)
    left = traitlets.Int(min=0, max=4).tag(**REMEMBERED)
    right = traitlets.Int(min=0, max=4).tag(**REMEMBERED)
    fitted = traitlets.Bool().tag(**REMEMBERED)
    chosen = traitlets.Int(min=0, max=999).tag(**REMEMBERED)


class TurnedAxes(LiveFigure):
    """The code of two numbers, turned: what its axes follow changes, and what the decoder draws does not.

    Attributes
    ----------
    angle : float
        Degrees by which the code is turned, 0 to 180.
    measure : {"slant", "thickness", "bend"}
        What the dots are coloured by and the axes are asked about.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("turned-axes").tag(sync=True)
    angle = traitlets.Float().tag(**REMEMBERED)
    measure = traitlets.Enum(["slant", "thickness", "bend"]).tag(**REMEMBERED)

    @traitlets.validate("angle")
    def _check_angle(self, proposal: dict) -> float:
        """Degrees of half a turn; after that each axis is itself again, mirrored."""
        if not 0 <= proposal["value"] <= 180:
            raise traitlets.TraitError(f"angle is {proposal['value']}; wanted a number of degrees from 0 to 180.")
        return proposal["value"]


class StrokeKnobs(OfSizes):
    """Knobs for slant, thickness and bend: steps along directions of the code, and the measures of what is drawn.

    Attributes
    ----------
    latent_dim : int
        The size of the code, one of those whose weights are shipped.
    chosen : int
        Which of the 1,000 held-out digits, in the order of `load_mnist_sample("test")`.
    slant, thickness, bend : float
        What each knob asks for: degrees from -24 to 24, pixels from -1.2 to 1.2, a share from -0.2 to 0.2.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("stroke-knobs").tag(sync=True)
    chosen = traitlets.Int(min=0, max=999).tag(**REMEMBERED)
    slant = traitlets.Float().tag(**REMEMBERED)
    thickness = traitlets.Float().tag(**REMEMBERED)
    bend = traitlets.Float().tag(**REMEMBERED)

    @traitlets.validate("slant", "thickness", "bend")
    def _check_knob(self, proposal: dict) -> float:
        """As far as the knob turns."""
        name, value = proposal["trait"].name, proposal["value"]
        if not (math.isfinite(value) and abs(value) <= KNOBS[name]):
            raise traitlets.TraitError(f"{name} is {value}; wanted a number from {-KNOBS[name]} to {KNOBS[name]}.")
        return value
