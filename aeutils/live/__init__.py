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
offers them. No folder needs one that stands below it here:

============  ===============================================================================
=====================  ===================================================================================
`assets`               the scripts, the style and the data; needs nothing but the standard library
`figures`              the Python classes of the figures
`drawing_figures`      the Python classes of those with a pad to draw on
`making_figures`       the Python classes of those about codes from dice and about several makers of maps
`training_figures`     the Python classes of those in which a network trains
`latent_dim_slider`    a slider for images of your own; needs a running kernel
`pack`                 makes the stored data files again: `python -m aeutils.live.pack`
=====================  ===================================================================================
"""

from aeutils.live.drawing_figures import DrawDigit, ThroughNetwork
from aeutils.live.figures import CodeSizes, LatentMap, LatentSpace, LineThroughCloud, SwissRoll, ThrownBall
from aeutils.live.latent_dim_slider import latent_dim_slider
from aeutils.live.making_figures import ManyMakers, ThrownCodes
from aeutils.live.training_figures import DigitsTraining, GradientDescent, OneNumber, RollTraining

__all__ = [
    "CodeSizes", "DigitsTraining", "DrawDigit", "GradientDescent", "LatentMap", "LatentSpace", "LineThroughCloud",
    "ManyMakers", "OneNumber", "RollTraining", "SwissRoll", "ThroughNetwork", "ThrownBall", "ThrownCodes",
    "latent_dim_slider",
]  # fmt: skip
