"""Figures that react to the reader, in three places, from one source.

The same JavaScript runs in the pages of the built book, opened from a disk without a network; in JupyterLab; and in
Colab. A figure is a function of three things: an element of the page, its *state* (what is chosen or pointed at),
and a *host*. The host is all that differs between the places:

=================  ==================================  =====================================
what a host does   in a page (`js/hosts/page.js`)      in a notebook (`js/hosts/widget.js`)
=================  ==================================  =====================================
starts a figure    for each placeholder in the page    when a cell shows the Python object
fetches a file     adds a classic script, which works  asks the kernel, which sends bytes
                   from `file://` where `fetch` fails
keeps the state    in the page                         in the traits of the Python object
=================  ==================================  =====================================

Files are fetched when a figure asks for them: the held-out digits once, the weights a size at a time. The weights are
the files that PyTorch loads, byte by byte, and the codes are computed in the page from the pictures. So nothing is
made beforehand that could grow stale, and a size whose weights are added needs nothing else.

The files of `js/` are ES modules: each says in its first lines what it needs of others, and marks with `export` what it
offers them.

=====================  ===================================================================================
`assets`               what a page and a widget get: script, style, data; needs nothing but the standard library
`scripts`              joins the files of `js/`; needs no more
`figures`              the Python classes of the figures
`drawing_figures`      the Python classes of those with a pad to draw on
`size_figures`         the Python classes of those with a slider over the sizes of the code
`cloud_figures`        the Python class of the one about clouds of codes
`making_figures`       the Python classes of those about codes from dice and about several makers of maps
`training_figures`     the Python classes of those in which a network trains
`axes_figures`         the Python classes of those about what the numbers of a code say
`slider`               a slider for images of your own; needs a running kernel
`stored_maps`          maps by several makers and seeds, from results files
`pack`                 makes the stored data files again: `python -m aeutils.live.pack`
=====================  ===================================================================================
"""

from importlib import import_module

# Loaded when first used: the book is built without what the classes need, and asks for `assets` alone.
_HOME = {
    "axes_figures": ["StrokeKnobs", "TurnedAxes", "TwoMaps"],
    "cloud_figures": ["CodeClouds"],
    "drawing_figures": ["DrawDigit", "ThroughNetwork"],
    "figures": ["LatentMap", "LatentSpace", "LineThroughCloud", "SwissRoll", "ThrownBall"],
    "making_figures": ["ManyMakers", "ThrownCodes"],
    "size_figures": ["CodeSizes"],
    "slider": ["latent_dim_slider"],
    "training_figures": ["DigitsTraining", "GradientDescent", "OneNumber", "RollTraining", "VaeTraining"],
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str):
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'aeutils.live' has no attribute {name!r}")
    return getattr(import_module(f"aeutils.live.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
