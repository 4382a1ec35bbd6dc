"""aeutils: the small library behind the book on what dimension reduction means.

=============  ===========================================================================================
`data`         the handwritten digits of MNIST, as plain tensors
`synthetic`    data that we make: the Swiss roll, a pendulum, pen strokes
`autoencoder`  what every autoencoder can do: encode, decode, reconstruct
`models`       the autoencoders: linear, dense, and the article's convolutional one
`vae`          the variational autoencoder, with its prior and its loss
`likelihood`   how probable images are to it
`recipe`       how to train: settings, and the optimizers they stand for
`muon`         an optimizer that moves every direction of a kernel equally far
`training`     `fit`, one loop for every model
`unrolling`    the Swiss roll's training, geodesic distances, and a strict score
`line`         codes of one number beside the number behind the data: in order, folded, torn?
`zoo`          every model that the book compares, in one table
`pretrained`   trained weights: save, load, list
`classifier`   a small classifier that reads digits, so that "can it be drawn?" is a number
`strokes`      thickness, slant, size and bend of a pen stroke
`metrics`      what "good" means, in numbers
`plotting`     curves, bars, tables and rows of images
`maps`         pictures of codes and of points in space
`generation`   codes drawn at random, and a judge that says whether their drawings pass as digits
`live`         figures that react
`results`      the numbers of long runs
`cli`          `python -m aeutils`: the article's whole program as a command
`pipes`        output that nobody reads on, as in `| head`
`checks`       what public functions refuse, and how they say so
=============  ===========================================================================================

Whatever a public function cannot use it refuses before anything is changed, with a ValueError that says what came, what
was wanted and what to do. "Raises" in its docstring names what else can go wrong.

The names below are loaded when first used, so that `import aeutils` needs neither torch nor time.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "data": ["first_of_each", "load_mnist", "load_mnist_sample"],
    "synthetic": ["draw_pendulum", "draw_strokes", "make_swiss_roll"],
    "autoencoder": ["reconstruct"],
    "models": ["LinearAutoencoder", "MLPAutoencoder", "ConvAutoencoder"],
    "vae": [
        "DenseVariationalAutoencoder", "ELBOLoss", "MixtureVariationalAutoencoder", "VariationalAutoencoder",
        "kl_divergence",
    ],
    "likelihood": ["log_likelihood"],
    "recipe": ["ARTICLE_RECIPE", "FAST_RECIPE", "SHORT_RECIPE", "Recipe"],
    "training": ["History", "fit"],
    "unrolling": ["fit_roll", "score_unrolling", "geodesic_distances", "sammon_stress"],
    "line": ["score_line"],
    "pretrained": [
        "load_classifier", "load_pretrained", "load_vae", "load_weights", "save_weights", "shipped_sizes",
        "shipped_vaes",
    ],
    "classifier": ["DigitClassifier", "classify_digits"],
    "strokes": ["measure_strokes"],
    "metrics": [
        "confusion", "continuity", "intrinsic_dimension", "knn_accuracy", "knn_predict", "most_confused", "mse",
        "share_by_digit", "trustworthiness",
    ],
    "plotting": [
        "plot_by_digit", "plot_by_size", "plot_confusion", "plot_history", "plot_image_grid", "plot_rows", "use_style",
    ],
    "maps": [
        "plot_code_map", "plot_code_map_3d", "plot_roll", "plot_roll_codes", "plot_six_views", "side_view",
    ],
    "generation": ["DigitJudge", "sample_codes"],
    "live": [
        "CodeClouds", "CodeSizes", "DigitsTraining", "DrawDigit", "GradientDescent", "LatentMap", "LatentSpace",
        "LineThroughCloud", "ManyMakers", "OneNumber", "RollTraining", "StrokeKnobs", "SwissRoll", "ThroughNetwork",
        "ThrownBall", "ThrownCodes", "TurnedAxes", "TwoMaps", "VaeTraining", "latent_dim_slider",
    ],
    "results": ["load_results", "summarize"],
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str):
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'aeutils' has no attribute {name!r}")
    return getattr(import_module(f"aeutils.{_MODULE_OF[name]}"), name)


def __dir__():  # not "-> list[str]": an old Python must get as far as __main__.py, which sends it away
    return [*globals(), *__all__]
