"""The live figures in which a network trains, as Python objects."""

from __future__ import annotations

import math

import traitlets

from aeutils.live.figures import REMEMBERED, InSpace, LiveFigure


class Trains(LiveFigure):
    """What the figures share in which a network trains."""

    seed = traitlets.Int(min=0, max=2**32 - 1).tag(**REMEMBERED)


class GradientDescent(LiveFigure):
    """A model of one weight and the valley of its loss: a ball takes a step downhill when the reader presses a button.

    The model predicts the angle of a pendulum, in degrees, as `w` times where the middle of its ink is, in pixels to
    the right of the picture's middle. It learns from ten pictures of `draw_pendulum`, from -36 to 36 degrees.

    Attributes
    ----------
    w : float
        The weight; finite.
    lr : {0.001, 0.01, 0.03, 0.05, 0.06, 0.1}
        The learning rate.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("gradient-descent").tag(sync=True)
    w = traitlets.Float().tag(**REMEMBERED)
    lr = traitlets.Enum([0.001, 0.01, 0.03, 0.05, 0.06, 0.1]).tag(**REMEMBERED)

    @traitlets.validate("w")
    def _check_w(self, proposal: dict) -> float:
        """A finite number."""
        if not math.isfinite(proposal["value"]):
            raise traitlets.TraitError(f"w is {proposal['value']}; wanted a finite number.")
        return proposal["value"]


class OneNumber(Trains):
    """Pictures of a pendulum through one number: a network learns it when the reader presses a button.

    It learns from 1,000 pictures of `draw_pendulum` with angles up to 40 degrees and is judged by 300 others.

    Attributes
    ----------
    links : {1, 2}
        How many sticks the pendulum has, each with an angle of its own.
    latent_dim : {1, 2, 3}
        How many numbers the code has.
    lr : {0.0001, 0.001, 0.01, 0.1, 1}
        The largest learning rate of the one-cycle schedule.
    hidden : {32, 64, 128, 256}
        Width of the first hidden layer; the second has a quarter of it.
    seed : int
        From 0 to 2^32 - 1: of the first weights and of the batches.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("one-number").tag(sync=True)
    links = traitlets.Enum([1, 2]).tag(**REMEMBERED)
    latent_dim = traitlets.Enum([1, 2, 3]).tag(**REMEMBERED)
    lr = traitlets.Enum([0.0001, 0.001, 0.01, 0.1, 1]).tag(**REMEMBERED)
    hidden = traitlets.Enum([32, 64, 128, 256]).tag(**REMEMBERED)


class DigitsTraining(Trains):
    """The article's network on the digits, from a random map to one where digits keep to their own kind.

    It learns two numbers per digit from the 4,000 digits of `load_mnist_sample("train")`, in 18 epochs, and the map is
    that of the 1,000 held-out ones. On a page with a `LatentMap` or a `DrawDigit`, these can use what was trained.

    Attributes
    ----------
    network : {"conv", "dense"}
        `ConvAutoencoder(2)`, the article's, or `MLPAutoencoder(2, hidden=(128, 32))`, which is quicker.
    seed : int
        From 0 to 2^32 - 1: of the first weights and of the batches.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("digits-training").tag(sync=True)
    network = traitlets.Enum(["conv", "dense"]).tag(**REMEMBERED)


class RollTraining(Trains, InSpace):
    """The Swiss roll with the surface that a network decodes inside it, bending while the network trains.

    It learns from the 2,000 points of `make_swiss_roll(2000, noise=noise, seed=seed)` by the recipe of `fit_roll`, and
    is judged by 700 others, without noise.

    Attributes
    ----------
    linear : bool
        Whether the network has no activations and no hidden layers.
    geodesic : bool
        Whether the loss has the term that asks for geodesic distances.
    latent_dim : {1, 2, 3}
        How many numbers the code has.
    noise : {0, 0.5, 1}
        Standard deviation of the points' noise, in the sheet's own units.
    seed : int
        From 0 to 2^32 - 1: of the roll, the first weights and the batches.
    azim, elev : float
        As in `LatentSpace`.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("roll-training").tag(sync=True)
    linear = traitlets.Bool().tag(**REMEMBERED)
    geodesic = traitlets.Bool().tag(**REMEMBERED)
    latent_dim = traitlets.Enum([1, 2, 3]).tag(**REMEMBERED)
    noise = traitlets.Enum([0, 0.5, 1]).tag(**REMEMBERED)


class VaeTraining(Trains):
    """A variational autoencoder on the digits: their clouds part while it trains, and digits come out of dice.

    It is `DenseVariationalAutoencoder(2, hidden=(128, 32))` and learns from the 4,000 digits of
    `load_mnist_sample("train")` with `ELBOLoss(beta)`, in 18 epochs. The map is that of the 1,000 held-out digits; ten
    codes from the prior, always the same, are drawn again and again.

    Attributes
    ----------
    beta : {0.03, 0.3, 1, 3, 10}
        What a nat costs, in squared intensities.
    seed : int
        From 0 to 2^32 - 1: of the first weights, the batches and the noise on the codes.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("vae-training").tag(sync=True)
    beta = traitlets.Enum([0.03, 0.3, 1, 3, 10]).tag(**REMEMBERED)
