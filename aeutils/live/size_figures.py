"""The live figures that show networks of several sizes of the code, as Python objects."""

from __future__ import annotations

import traitlets

from aeutils.live import assets
from aeutils.live.figures import REMEMBERED, LiveFigure


class OfSizes(LiveFigure):
    """What the figures share that show one of the shipped networks."""

    latent_dim = traitlets.Int().tag(**REMEMBERED)

    @traitlets.validate("latent_dim")
    def _check_latent_dim(self, proposal: dict) -> int:
        """A size of the code whose weights are shipped."""
        sizes = [name.removeprefix("weights-") for name in assets.data_names() if name.startswith("weights-")]
        if str(proposal["value"]) not in sizes:
            raise traitlets.TraitError(f"latent_dim is {proposal['value']}; there are weights for {', '.join(sizes)}.")
        return proposal["value"]


class CodeSizes(OfSizes):
    """The same ten held-out digits through more or fewer numbers, and the error's curve: guessed first, then measured.

    Attributes
    ----------
    latent_dim : int
        The size of the code, one of those whose weights are shipped.
    guess : list of 4 floats
        The mean squared error with 2, 8, 32 and 128 numbers that the reader expects, each from 0 to 0.06.
    revealed : bool
        Whether the measured curve is shown.
    """

    _figure = traitlets.Unicode("code-sizes").tag(sync=True)
    guess = traitlets.List().tag(**REMEMBERED)
    revealed = traitlets.Bool().tag(**REMEMBERED)

    @traitlets.validate("guess")
    def _check_guess(self, proposal: dict) -> list[float]:
        """Four errors that the drawing has room for."""
        guess = proposal["value"]
        if len(guess) != 4 or not all(isinstance(mse, (int, float)) and 0 <= mse <= 0.06 for mse in guess):
            raise traitlets.TraitError(f"guess is {guess}; wanted 4 numbers from 0 to 0.06.")
        return [float(mse) for mse in guess]
