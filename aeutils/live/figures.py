"""The live figures as Python objects: the same pictures in JupyterLab and Colab, with their state in traits."""

from __future__ import annotations

import math

import anywidget
import traitlets

from aeutils.live import assets

REMEMBERED = {"sync": True, "remembered": True}
"""Tags of a trait that is part of a figure's state: shared with the page, and kept in the placeholder."""


class LiveFigure(anywidget.AnyWidget):
    """What all live figures share: the scripts, the data they ask for, and what a stored notebook shows.

    A subclass names its figure and declares what the figure remembers: traits tagged `**REMEMBERED`. What they start
    with stands in `states.json`.
    """

    _esm = assets.widget_module()
    _css = assets.style()
    _figure = traitlets.Unicode().tag(sync=True)
    _files = traitlets.List(traitlets.Unicode()).tag(sync=True)

    sentence = "This figure moves in the built book where scripts may run, and in a notebook once its cell has run."
    """What stands in its place where nothing moves."""

    def __init__(self, **state):
        unknown = sorted(set(state) - set(self.trait_names()))
        if unknown:
            there = ", ".join(sorted(self.trait_names(remembered=True)))
            raise traitlets.TraitError(f"A {type(self).__name__} has no {', '.join(unknown)}; it has {there}.")
        super().__init__(**{**assets.states()[self._figure], **state})
        self._files = assets.data_names()
        self.on_msg(self._answer)

    def __setattr__(self, name: str, value: object) -> None:
        """Set a trait; what the figure remembers becomes plain numbers and texts, which a page can store."""
        remembered = name in type(self).class_trait_names(remembered=True)
        super().__setattr__(name, plain(value) if remembered else value)

    def _answer(self, _widget, message: dict, _buffers: list) -> None:
        """Send the file that the figure asks for."""
        name = message.get("file")
        try:
            self.send({"file": name}, buffers=[assets.data(name)])
        except (ValueError, OSError) as error:
            self.send({"file": name, "problem": str(error)})

    def _repr_mimebundle_(self, **kwargs) -> tuple[dict, dict]:
        """The live view, and for places without a kernel a placeholder that the built book brings to life."""
        data, metadata = super()._repr_mimebundle_(**kwargs)
        state = {name: getattr(self, name) for name in self.trait_names(remembered=True)}
        data["text/plain"] = self.sentence
        data["text/html"] = assets.placeholder(self._figure, state, f"<p>{self.sentence}</p>")
        return data, metadata


def plain(value: object) -> object:
    """NumPy's, pandas' and PyTorch's numbers and arrays as Python's own, through all lists; the rest is refused."""
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise traitlets.TraitError(f"The state holds {value!r}; wanted numbers, texts, True, False, and lists of them.")


class ShowsDigits(LiveFigure):
    """What the figures share that show the held-out digits, all or some, and one of them closely."""

    digits = traitlets.List().tag(**REMEMBERED)
    chosen = traitlets.Int(None, allow_none=True, min=0, max=999).tag(**REMEMBERED)

    @traitlets.validate("digits")
    def _check_digits(self, proposal: dict) -> list[int]:
        """Different digits in rising order."""
        digits = proposal["value"]
        if any(digit not in range(10) for digit in digits) or len(set(digits)) != len(digits):
            raise traitlets.TraitError(f"digits is {digits}; wanted different whole numbers from 0 to 9.")
        return sorted(digits)


class OnDigits(ShowsDigits):
    """What the figures share that show them among their codes, and draw from a place."""

    z = traitlets.List().tag(**REMEMBERED)
    _latent_dim: int
    _reach = 1

    @traitlets.validate("z")
    def _check_z(self, proposal: dict) -> list[float]:
        """A code inside the square or cube, which reaches so far from 0."""
        z = proposal["value"]
        numbers = all(
            isinstance(value, (int, float)) and math.isfinite(value) and abs(value) <= self._reach for value in z
        )
        if not numbers or len(z) != self._latent_dim:
            raise traitlets.TraitError(
                f"z is {z}; wanted {self._latent_dim} numbers from -{self._reach} to {self._reach}."
            )
        return [float(value) for value in z]


class InSpace(LiveFigure):
    """What the figures share that can be turned."""

    azim = traitlets.Float().tag(**REMEMBERED)
    elev = traitlets.Float(min=-90, max=90).tag(**REMEMBERED)

    @traitlets.validate("azim", "elev")
    def _check_angle(self, proposal: dict) -> float:
        """A finite number of degrees."""
        if not math.isfinite(proposal["value"]):
            raise traitlets.TraitError(f"An angle is {proposal['value']}; wanted a finite number of degrees.")
        return proposal["value"]


class ThrownBall(LiveFigure):
    """A thrown ball, measured with noise: a polynomial of any degree, and what it misses on dots that it has not seen.

    Twelve heights are fitted, eleven between them and four before the landing are held out. Their noise is that of
    `numpy.random.RandomState(seed)`.

    Attributes
    ----------
    degree : int
        Of the polynomial, 0 to 11.
    noise : {0, 0.1, 0.2, 0.3, 0.5, 1, 2, 5}
        Standard deviation of the noise, in metres.
    seed : int
        From 0 to 2^32 - 1: of the noise.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("thrown-ball").tag(sync=True)
    degree = traitlets.Int(min=0, max=11).tag(**REMEMBERED)
    noise = traitlets.Enum([0, 0.1, 0.2, 0.3, 0.5, 1, 2, 5]).tag(**REMEMBERED)
    seed = traitlets.Int(min=0, max=2**32 - 1).tag(**REMEMBERED)


class LineThroughCloud(LiveFigure):
    """A cloud of 40 dots and a line to turn: the shadows on it, the distances from it, and the line of PCA.

    Attributes
    ----------
    angle : float
        Degrees between the line and the x axis, 0 to 180.

    Raises
    ------
    traitlets.TraitError
        If it is set to anything else.
    """

    _figure = traitlets.Unicode("line-through-cloud").tag(sync=True)
    angle = traitlets.Float().tag(**REMEMBERED)

    @traitlets.validate("angle")
    def _check_angle(self, proposal: dict) -> float:
        """Degrees of half a turn; after that a line is itself again."""
        if not 0 <= proposal["value"] <= 180:
            raise traitlets.TraitError(f"angle is {proposal['value']}; wanted a number of degrees from 0 to 180.")
        return proposal["value"]


class LatentMap(OnDigits):
    """The held-out digits as dots in the square of codes: where you point, the decoder draws.

    Attributes
    ----------
    z : list of 2 floats in [-1, 1]
        The place that is drawn.
    digits : list of int
        Which of the ten digits are on the map.
    chosen : int or None
        Which of the 1,000 held-out digits, in the order of `load_mnist_sample("test")`, is looked at closely.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("latent-map").tag(sync=True)
    _latent_dim = 2


class LatentSpace(OnDigits, InSpace):
    """The held-out digits as dots in the cube of codes, to turn; three sliders say where the decoder draws.

    The dots that are shown vote on each other, in the picture and in the cube: what this angle of view hides.

    Attributes
    ----------
    z : list of 3 floats in [-1, 1]
        The place that is drawn.
    digits : list of int
        Which of the ten digits are in the cube.
    chosen : int or None
        Which held-out digit is looked at closely, as in `LatentMap`.
    azim, elev : float
        Degrees by which the viewer has walked around the cube, and climbed above it; at most 90 up or down.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("latent-space").tag(sync=True)
    _latent_dim = 3


class SwissRoll(InSpace):
    """The Swiss roll to turn, beside its codes by several methods, each of which unrolls it or does not.

    Attributes
    ----------
    method : {"sheet", "pca", "plain", "geodesic"}
        Whose code is shown: the true sheet, PCA, an autoencoder without or with geodesic distances.
    run : int
        Which of the ten trainings, 1 to 10.
    azim, elev : float
        As in `LatentSpace`.

    Raises
    ------
    traitlets.TraitError
        If one of these is set to anything else.
    """

    _figure = traitlets.Unicode("swiss-roll").tag(sync=True)
    method = traitlets.Enum(["sheet", "pca", "plain", "geodesic"]).tag(**REMEMBERED)
    run = traitlets.Int(min=1, max=10).tag(**REMEMBERED)
