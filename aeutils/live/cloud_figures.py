"""The live figure of a variational autoencoder's clouds of codes, as a Python object."""

from __future__ import annotations

import traitlets

from aeutils.live import assets
from aeutils.live.figures import REMEMBERED, OnDigits


class CodeClouds(OnDigits):
    """The held-out digits as clouds of codes, which beta pulls to the prior, and what codes from the prior are worth.

    Attributes
    ----------
    beta : float or None
        Whose clouds: one of those for which weights of 2 numbers are shipped; None for the plain autoencoder, which has
        no clouds.
    z : list of 2 floats in [-20, 20]
        The place that is drawn.
    digits : list of int
        Which of the ten digits are on the map.
    chosen : int or None
        Which held-out digit is looked at closely, as in `LatentMap`, with drawings from its cloud.
    seed : int
        From 0 to 2^32 - 1: of the codes that are thrown, and drawn from a cloud.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("code-clouds").tag(sync=True)
    _latent_dim = 2
    _reach = 20
    beta = traitlets.Float(allow_none=True).tag(**REMEMBERED)
    seed = traitlets.Int(min=0, max=2**32 - 1).tag(**REMEMBERED)

    @traitlets.validate("beta")
    def _check_beta(self, proposal: dict) -> float | None:
        """A beta whose weights are shipped, or none."""
        betas = [name.removeprefix("vae-") for name in assets.data_names() if name.startswith("vae-")]
        beta = proposal["value"]
        if beta is not None and beta not in map(float, betas):
            raise traitlets.TraitError(f"beta is {beta}; there are weights for {', '.join(betas)}; or give None.")
        return beta
