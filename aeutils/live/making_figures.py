"""The live figures of codes that dice throw, and of maps that several methods make, as Python objects."""

from __future__ import annotations

import traitlets

from aeutils.live import assets
from aeutils.live.figures import REMEMBERED, LiveFigure, ShowsDigits
from aeutils.live.stored_maps import MAKERS


class ThrownCodes(LiveFigure):
    """Codes thrown by dice that know less or more of real codes: the drawings, which of them pass, and how many so far.

    Attributes
    ----------
    latent_dim : {2, 3, 8, 16, 48}
        How many numbers a code has.
    source : {"cube", "box", "gaussian", "mixture", "real"}
        What the dice know, as in `sample_codes`.
    seed : int
        From 0 to 2^32 - 1: of the dice.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("thrown-codes").tag(sync=True)
    latent_dim = traitlets.Enum(list(assets.DICE_FILES)).tag(**REMEMBERED)
    source = traitlets.Enum(["cube", "box", "gaussian", "mixture", "real"]).tag(**REMEMBERED)
    seed = traitlets.Int(min=0, max=2**32 - 1).tag(**REMEMBERED)


class ManyMakers(ShowsDigits):
    """The held-out digits in the maps of seven methods; what is chosen in one map is ringed in all.

    Attributes
    ----------
    maker : {"pca", "conv", "vae", "denoising", "labels", "tsne", "umap"}
        Whose map is the large one.
    digits : list of int
        Which of the ten digits are on the maps.
    chosen : int or None
        Which held-out digit is looked at closely, as in `LatentMap`, with its ten nearest.
    chosen_in : {"pca", "conv", "vae", "denoising", "labels", "tsne", "umap"}
        In whose map these are nearest.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("many-makers").tag(sync=True)
    maker = traitlets.Enum(list(MAKERS)).tag(**REMEMBERED)
    chosen_in = traitlets.Enum(list(MAKERS)).tag(**REMEMBERED)
