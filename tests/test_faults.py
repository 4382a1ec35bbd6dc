"""What a reader can do to the library and the command line, and what must come back: one table for all doors.

A row holds what is done, the error, and words that say what came, what was wanted, or what to do. Whatever the row, no
file may be written or changed, and the networks must be as they were.

The rest of the faults is where its machinery is:

=========================  ==========================================================================================
`test_download.py`         a mirror that answers 403, a web page, half a file, nothing; two processes on one cache
`test_interrupts.py`       Ctrl-C and kill -9 in the middle of training and of the sweep
`test_pretrained.py`       weights cut at any place, with one changed byte, tampered with; a disk full while saving
`conftest.py`              images that no network takes (UNUSABLE_IMAGES), tried at every door that takes images
`test_unrolling.py`        points that nobody can walk between, codes that cannot be scored
`test_metrics.py`          data whose dimension cannot be estimated
`test_synthetic.py`        rolls, pendulums and strokes that are none
`test_live_figures.py`     states that a live figure does not have
=========================  ==========================================================================================
"""

import ast
import copy
import errno
import math
import os
import pickle
import re
import runpy
import shutil
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import torch
from matplotlib import pyplot as plt
from safetensors.torch import save_file
from traitlets import TraitError

import aeutils.cli
import aeutils.files
import aeutils.pretrained
from aeutils.autoencoder import reconstruct
from aeutils.classifier import DigitClassifier, classify_digits
from aeutils.cli import main
from aeutils.data import _FILE_BYTES, _FILE_STARTS, load_mnist, load_mnist_sample
from aeutils.generation import DigitJudge, sample_codes
from aeutils.live import DrawDigit, LatentMap, LatentSpace, SwissRoll, latent_dim_slider
from aeutils.maps import plot_code_map, plot_code_map_3d, plot_roll, plot_roll_codes, plot_six_views, side_view
from aeutils.metrics import (
    confusion,
    continuity,
    intrinsic_dimension,
    knn_accuracy,
    knn_predict,
    most_confused,
    mse,
    share_by_digit,
    trustworthiness,
)
from aeutils.models import ConvAutoencoder, LinearAutoencoder, MLPAutoencoder
from aeutils.plotting import (
    plot_by_digit,
    plot_by_size,
    plot_confusion,
    plot_history,
    plot_image_grid,
    plot_rows,
)
from aeutils.pretrained import load_classifier, load_pretrained, load_weights, save_weights, shipped_sizes, weights_path
from aeutils.recipe import Recipe
from aeutils.residual import ResidualAutoencoder
from aeutils.results import load_results, summarize
from aeutils.synthetic import draw_strokes, make_swiss_roll, section_of
from aeutils.training import History, fit
from aeutils.unrolling import fit_roll, sammon_stress
from experiments.rows import put, read_rows

ROOT = Path(__file__).parents[1]
QUICK = Recipe(num_epochs=1, batch_size=10)
SIZES = ", ".join(map(str, shipped_sizes()))
NAN = math.nan


def train(model, x, target=None, **options):
    return fit(model, x, target, **({"recipe": QUICK, "progress": False, "device": "cpu"} | options))


def put_nan(table):
    return table.index_fill(0, torch.tensor([3]), NAN)


def generator():
    return torch.Generator().manual_seed(0)


# What is done gets `g`: x (20 images), labels, z and z3 (their codes), roll, sheet; model, points, classifier
# (networks);
# folder (files that are good or bad, see `make_folder`).
FAULTS = [
    # ---------------------------------------------------------------------------------------------- loading digits
    *[
        (f"the sample's part {bad!r}", lambda g, bad=bad: load_mnist_sample(bad), ValueError,
         rf'split is {re.escape(repr(bad))}; choose "train" .* "test" .* "all"')
        for bad in ("Train", "validation", "", None, 1, [])
    ],
    *[
        (f"MNIST's part {bad!r}", lambda g, bad=bad: load_mnist(bad, g.folder / "good"), ValueError,
         rf'split is {re.escape(repr(bad))}; choose "train" \(60,000 digits\) or "test"')
        for bad in ("all", "val", None, [])
    ],
    ("MNIST from a file", lambda g: load_mnist("test", g.folder / "precious.txt"), FileNotFoundError,
     "precious.txt.*AEUTILS_DATA"),
    ("MNIST without its images", lambda g: load_mnist("test", g.folder / "no-images"), FileNotFoundError,
     "there is no .*t10k-images-idx3-ubyte"),
    ("MNIST without its labels", lambda g: load_mnist("test", g.folder / "no-labels"), FileNotFoundError,
     "there is no .*t10k-labels-idx1-ubyte"),
    ("MNIST's images cut short", lambda g: load_mnist("test", g.folder / "cut-images"), OSError,
     "images-idx3-ubyte has 7,840,015 bytes, MNIST's has 7,840,016.*Delete it"),
    ("MNIST's labels cut short", lambda g: load_mnist("test", g.folder / "cut-labels"), OSError,
     "labels-idx1-ubyte has 5,008 bytes, MNIST's has 10,008.*Delete it"),
    ("MNIST's labels with something added", lambda g: load_mnist("test", g.folder / "long-labels"), OSError,
     "labels-idx1-ubyte has 10,009 bytes, MNIST's has 10,008.*Delete it"),
    ("a web page of the length of MNIST's images", lambda g: load_mnist("test", g.folder / "html"), OSError,
     r"starts with b'<htm', MNIST's with b'\\x00\\x00\\x08\\x03'.*Delete it"),
    ("a wrong magic number in MNIST's labels", lambda g: load_mnist("test", g.folder / "magic"), OSError,
     r"labels-idx1-ubyte starts with b'\\x00\\x00\\x08\\x02'.*Delete it"),
    ("a label that is no digit", lambda g: load_mnist("test", g.folder / "label-77"), OSError,
     "labels-idx1-ubyte holds the label 77, MNIST's go from 0 to 9.*Delete it"),
    # -------------------------------------------------------------------------------------------- loading weights
    ("weights that are not there", lambda g: load_weights(g.folder / "none.safetensors"), FileNotFoundError,
     "no weights at .*none.safetensors.*python -m aeutils weights"),
    ("a folder in place of weights", lambda g: load_weights(g.folder), FileNotFoundError, "no weights at"),
    ("one flipped bit in the weights", lambda g: load_weights(g.folder / "flipped.safetensors"), ValueError,
     "flipped.safetensors was changed after it was written: its checksum does not match. Get it again"),
    ("weights of a later version", lambda g: load_weights(g.folder / "later.safetensors"), ValueError,
     "later.safetensors is .* something else: its format is 'aeutils 2', wanted 'aeutils 1'.*python -m aeutils train"),
    ("weights of another program", lambda g: load_weights(g.folder / "other.safetensors"), ValueError,
     "other.safetensors is a safetensors file of something else: its format is 'pt'"),
    ("tensors that say nothing", lambda g: load_weights(g.folder / "mute.safetensors"), ValueError,
     "mute.safetensors is a safetensors file of something else: its format is None"),
    ("an empty file", lambda g: load_weights(g.folder / "empty.safetensors"), ValueError,
     "empty.safetensors is cut short, damaged"),
    *[
        (f"whole weights that describe {what}", lambda g, what=what: load_weights(g.folder / f"{what}.safetensors"),
         ValueError, f"{what}.safetensors {words}")
        for what, words in {
            "a stranger": "holds a Stranger; this version knows .*ConvAutoencoder",
            "a builtin": "holds a eval; this version knows",
            "another size": r"does not fit .*: decoder.0.weight is \(64, 2\), wanted \(64, 3\)",
            "no size": "does not fit .*latent_dim is 0",
            "a giant": r"does not fit .*: decoder.0.weight is \(64, 2\), wanted \(64, 1000000000000\)",
            "an unspeakable giant": "does not fit the network it describes",
            "a path": "does not fit .*latent_dim is '../../etc/passwd'",
            "an unknown setting": "does not fit .*unexpected keyword argument 'width'",
            "no settings": "does not fit .*missing 1 required positional argument: 'latent_dim'",
            "a list": "does not say which network it holds",
            "no JSON": "does not say which network it holds",
            "a bottomless list": "does not say which network it holds",
        }.items()
    ],
    *[
        (f"shipped weights for {bad!r} numbers", lambda g, bad=bad: load_pretrained(bad), ValueError,
         f"latent_dim is {bad!r}; weights are shipped for {SIZES}.*python -m aeutils train --latent-dim K")
        for bad in (5, 0, -2, True, "2", 2.0, 2.5, None)
    ],
    # --------------------------------------------------------------------------------------------- saving weights
    ("saving a network of another library", lambda g: save_weights(g.folder / "new", torch.nn.Linear(2, 2), {}),
     ValueError, r"The model is a Linear; load_weights\(\) can only build .*ConvAutoencoder.* Keep the state_dict"),
    ("saving a network of a class of one's own", lambda g: save_weights(g.folder / "new", Stranger(2), {}), ValueError,
     r"The model is a Stranger; load_weights\(\) can only build"),
    ("saving what JSON cannot hold", lambda g: save_weights(g.folder / "precious.safetensors", g.model, {"x": g.x}),
     ValueError, "about is nothing that JSON can hold.*numbers, texts, lists and dicts"),
    ("saving over a folder", lambda g: save_weights(g.folder / "good", g.model, {}), OSError,
     "good could not be written.*Choose another folder"),
    # -------------------------------------------------------------------------------------------- making networks
    *[
        (f"{cls.__name__}({bad!r})", lambda g, cls=cls, bad=bad: cls(bad), ValueError,
         f"latent_dim is {bad!r};.*whole number from 1 up")
        for cls in (LinearAutoencoder, MLPAutoencoder, ResidualAutoencoder, ConvAutoencoder)
        for bad in (0, -1, 2.5, 2.0, NAN, "3", True, None)
    ],
    *[
        (f"an input of shape {bad!r}", lambda g, bad=bad: LinearAutoencoder(2, bad), ValueError,
         rf"input_shape is {re.escape(repr(bad))}; give .* such as \(1, 28, 28\) or \(3,\)")
        for bad in (3, None, "28", (0, 28), (-1,), (2.5,), (True,), {3})
    ],
    ("an input without a shape", lambda g: LinearAutoencoder(2, ()), ValueError, r"input_shape is \(\); give"),
    *[
        (f"{cls.__name__} with hidden={bad!r}", lambda g, cls=cls, bad=bad: cls(2, (3,), hidden=bad), ValueError,
         rf"hidden is {re.escape(repr(bad))}; give a sequence of whole numbers from 1 up, such as \(64, 64\)")
        for cls in (MLPAutoencoder, ResidualAutoencoder)
        for bad in (64, None, "64", (0,), (-3,), (2.5,), (NAN,), (8, True))
    ],
    # -------------------------------------------------------------------------------------- encoding and decoding
    ("encoding images laid flat", lambda g: g.model.encode(g.x.flatten(1)), ValueError,
     r"inputs have shape \(20, 784\); wanted a float tensor of shape \(N, 1, 28, 28\). Reshape"),
    ("encoding images of another size", lambda g: g.model.encode(torch.rand(3, 1, 32, 32)), ValueError,
     r"inputs have shape \(3, 1, 32, 32\); wanted"),
    ("encoding a single image", lambda g: g.model(g.x[0]), ValueError, r"inputs have shape \(1, 28, 28\); wanted"),
    ("encoding bytes", lambda g: g.model.encode((255 * g.x).byte()), ValueError, "inputs are torch.uint8.*/ 255"),
    ("encoding an array", lambda g: g.model.encode(g.x.numpy()), ValueError, r"ndarray; wanted .*torch.as_tensor"),
    ("encoding points of another space", lambda g: g.points.encode(g.z), ValueError,
     r"inputs have shape \(20, 2\); wanted a float tensor of shape \(N, 3\)"),
    ("encoding images without a channel", lambda g: LinearAutoencoder(2).encode(g.x[:, 0]), ValueError,
     r"inputs have shape \(20, 28, 28\); wanted"),
    ("encoding with PCA beside", lambda g: ResidualAutoencoder(2, (3,), (4,)).encode(g.z), ValueError,
     r"inputs have shape \(20, 2\)"),
    ("decoding codes of another size", lambda g: g.model.decode(g.z3), ValueError,
     r"codes have shape \(20, 3\); wanted a float tensor of shape \(N, 2\)"),
    ("decoding a single code", lambda g: g.model.decode(g.z[0]), ValueError, r"codes have shape \(2,\); wanted"),
    ("decoding a list", lambda g: g.model.decode([[0.0, 0.0]]), ValueError, r"codes are a list.*torch.as_tensor"),
    ("decoding whole numbers", lambda g: g.points.decode(torch.tensor([[0, 0]])), ValueError, "torch.int64.*x.float()"),
    ("decoding with PCA beside", lambda g: ResidualAutoencoder(2, (3,), (4,)).decode(g.z3), ValueError,
     r"codes have shape \(20, 3\)"),
    ("reconstructing with a class", lambda g: reconstruct(ConvAutoencoder, g.x), ValueError,
     r"model is the class ConvAutoencoder; wanted a network, such as ConvAutoencoder\(2\)"),
    ("reading with an autoencoder", lambda g: classify_digits(g.model, g.x), ValueError,
     r"classifier is a ConvAutoencoder; wanted a DigitClassifier, as load_classifier\(\) returns it"),
    ("reading while it is being trained", lambda g: classify_digits(DigitClassifier(), g.x), ValueError,
     r"in training mode.*call classifier.eval\(\) first"),
    # ----------------------------------------------------------------------------------------------------- recipes
    *[
        (f"a recipe with {name}={bad!r}", lambda g, name=name, bad=bad: Recipe(**{name: bad}), ValueError,
         f"{name} is {bad!r}; .*(give|such as)")
        for name, values in {
            "num_epochs": (0, -1, 2.5, True, "5", None),
            "batch_size": (0, -1, 2.5, True, "5", None),
            "lr": (0, -0.01, NAN, math.inf, "0.1", None, True),
            "weight_decay": (-1e-5, NAN, math.inf, "0", None),
            "one_cycle": ("yes", None, 1),
            "warmup": (0, 1, -0.1, NAN, "x"),
            "beta2": (-0.1, 1, NAN, None),
        }.items()
        for bad in values
    ],
    # ---------------------------------------------------------------------------------------------------- training
    ("training a class", lambda g: train(ConvAutoencoder, g.x), ValueError, "model is the class ConvAutoencoder"),
    ("training nothing", lambda g: train(None, g.x), ValueError, "model is a NoneType; wanted a network"),
    ("training on a single image", lambda g: train(g.model, g.x[:1]), ValueError, "at least 2 inputs"),
    ("training by the name of a recipe", lambda g: train(g.model, g.x, recipe="fast"), ValueError,
     "recipe is 'fast'; give a Recipe, such as FAST_RECIPE"),
    ("training with the name of a loss", lambda g: train(g.model, g.x, loss="mse"), ValueError,
     "loss is 'mse'; give a function"),
    *[
        (f"training with seed={bad!r}", lambda g, bad=bad: train(g.model, g.x, seed=bad), ValueError,
         f"seed is {bad!r}; give a whole number from 0 to {2**63 - 1}")
        for bad in (-1, 2.5, "a", None, True, 2**64)
    ],
    ("targets that are fewer", lambda g: train(g.model, g.x, g.x[1:]), ValueError,
     "20 inputs came with 19 targets; each input needs one"),
    ("targets in a list", lambda g: train(g.model, g.x, [0] * 20), ValueError, "targets are a list; wanted a tensor"),
    ("a single number as target", lambda g: train(g.model, g.x, torch.tensor(1.0)), ValueError, "a single number"),
    ("targets that are NaN", lambda g: train(g.model, g.x, put_nan(g.x)), ValueError,
     "targets hold 784 values that are NaN or infinite; remove them"),
    ("targets that would be broadcast", lambda g: train(g.model, g.x, g.x[:, :, :1, :1]), ValueError,
     r"inputs have shape \(20, 1, 28, 28\), the targets \(20, 1, 1, 1\); .* needs equal shapes"),
    ("labels as targets of an autoencoder", lambda g: train(g.model, g.x, g.labels), ValueError,
     r"the targets \(20,\); .* needs equal shapes"),
    ("held-out targets that are fewer", lambda g: train(g.model, g.x, validation=(g.x, g.x[:1])), ValueError,
     "20 inputs came with 1 targets"),
    ("held-out images without a channel", lambda g: train(g.model, g.x, validation=g.x[:, 0]), ValueError,
     r"shape \(20, 28, 28\)"),
    ("no held-out images", lambda g: train(g.model, g.x, validation=g.x[:0]), ValueError, r"\(0, 1, 28, .*least 1"),
    ("three kinds of held-out data", lambda g: train(g.model, g.x, validation=(g.x, g.x, g.x)), ValueError,
     r"validation is a tuple of 3; give inputs, or a pair \(inputs, targets\)"),
    ("points for a network of images", lambda g: train(g.model, g.roll), ValueError, r"\(50, 3\); wanted .*28, 28"),
    ("images for a network of points", lambda g: train(g.points, g.x), ValueError, r"28\); wanted .*, 3\)"),
    # ----------------------------------------------------------------------------------------------------- metrics
    ("the error between lists", lambda g: mse([1], [1]), ValueError, "reconstructions are a list; wanted a tensor"),
    ("the error of nothing", lambda g: mse(g.x[:0], g.x[:0]), ValueError,
     r"reconstructions have shape \(0, 1, 28, 28\); wanted .*N at least 1"),
    ("the error between different shapes", lambda g: mse(g.z[:, :1], g.z), ValueError,
     r"inputs have shape \(20, 2\); wanted a tensor of shape \(20, 1\)"),
    *[
        (f"{bad!r} neighbours of {most}", lambda g, alone=alone, bad=bad: knn_accuracy(g.z, g.labels, *alone(g), k=bad),
         ValueError, f"k is {bad!r}; with 20 voting codes it can be 1 to {most}")
        for most, alone in {20: lambda g: (g.z, g.labels), 19: lambda g: ()}.items()
        for bad in (0, -1, most + 1, 1000, 2.5, NAN, "3", True, None)
    ],
    ("fewer labels than codes", lambda g: knn_accuracy(g.z, g.labels[1:], g.z, g.labels), ValueError,
     "20 codes came with 19 labels; each needs one"),
    ("fewer labels than voting codes", lambda g: knn_accuracy(g.z, g.labels, g.z, g.labels[1:]), ValueError,
     "20 voting codes came with 19 voting labels; each needs one"),
    ("voting codes without labels", lambda g: knn_accuracy(g.z, g.labels, g.z), ValueError,
     "voting labels are a NoneType; wanted an integer tensor"),
    ("codes that vote on each other without labels", lambda g: knn_predict(g.z), ValueError,
     "voting labels are a NoneType; wanted an integer tensor"),
    ("no codes", lambda g: knn_predict(g.z[:0], g.z, g.labels), ValueError, r"shape \(0, 2\); wanted .*least 1"),
    ("codes that are NaN", lambda g: knn_predict(put_nan(g.z), g.z, g.labels), ValueError, "codes hold 2 values"),
    ("voting codes that are NaN", lambda g: knn_predict(g.z, put_nan(g.z), g.labels), ValueError, "voting codes hold"),
    ("codes and voters of different sizes", lambda g: knn_predict(g.z, g.z3, g.labels), ValueError,
     r"voting codes have shape \(20, 3\); wanted a tensor of shape \(N, 2\)"),
    ("codes in a row", lambda g: knn_predict(g.z[:, 0], g.z, g.labels), ValueError, r"codes have shape \(20,\)"),
    ("codes in an array", lambda g: knn_predict(g.z.numpy(), g.z, g.labels), ValueError, r"ndarray.*torch.as_tensor"),
    ("labels that are no whole numbers", lambda g: knn_predict(g.z, g.z, g.labels.float()), ValueError,
     r"labels are torch.float32; wanted an integer tensor of shape \(N,\). labels.long\(\) converts"),
    ("labels in a column", lambda g: knn_accuracy(g.z, g.labels[:, None], g.z, g.labels), ValueError,
     r"labels have shape \(20, 1\); wanted an integer tensor"),
    ("labels below 0", lambda g: knn_predict(g.z, labels_ref=g.labels - 5), ValueError, "from -5 to 4; wanted .*0 up"),
    ("fewer labels than hits", lambda g: share_by_digit(g.labels[1:] == 0, g.labels), ValueError,
     "19 hits came with 20 labels; each needs one"),
    ("hits at what is no digit", lambda g: share_by_digit(g.labels == 0, g.labels + 5), ValueError,
     "run from 5 to 14; wanted whole numbers from 0 to 9"),
    ("one prediction for all", lambda g: confusion(g.labels[:1], g.labels), ValueError, "1 predicted labels came with"),
    ("a prediction that is no digit", lambda g: confusion(g.labels + 1, g.labels), ValueError,
     "predicted labels run from 1 to 10; wanted whole numbers from 0 to 9"),
    ("predictions that are no whole numbers", lambda g: confusion(g.labels.float(), g.labels), ValueError,
     "predicted labels are torch.float32"),
    *[
        (f"the {bad!r} largest confusions", lambda g, bad=bad: most_confused(torch.eye(10), bad), ValueError,
         f"count is {bad!r}; .* 1 to 90")
        for bad in (0, -1, 91, 2.5, None)
    ],
    ("confusions of three digits", lambda g: most_confused(torch.eye(3), 2), ValueError,
     r"shares of confusion\(\) have shape \(3, 3\); wanted a tensor of shape \(10, 10\)"),
    *[
        (f"{score.__name__} {what}", lambda g, score=score, do=do: do(g, score), ValueError, words)
        for score in (trustworthiness, continuity)
        for what, do, words in [
            ("of different lengths", lambda g, score: score(g.roll, g.z), "50 inputs came with 20 codes; each needs"),
            ("of NaN", lambda g, score: score(g.x, put_nan(g.z)), "codes hold 2 values that are NaN or infinite"),
            ("of nothing", lambda g, score: score(g.x[:0], g.z[:0]), "k is 12; with 0 points"),
            ("of a row", lambda g, score: score(g.x, g.z[:, 0]), r"codes have shape \(20,\); wanted .*\(N, D, ...\)"),
            ("of a list", lambda g, score: score([1], g.z), "inputs are a list; wanted a tensor"),
            ("with as many neighbours as half the points", lambda g, score: score(g.x, g.z, k=10),
             "k is 10; with 20 points it can be 1 to 9"),
            ("with half a neighbour", lambda g, score: score(g.x, g.z, k=0.5), "k is 0.5; with 20 points"),
            ("without neighbours", lambda g, score: score(g.x, g.z, k=0), "k is 0; with 20 points"),
        ]
    ],
    ("the dimension of a list", lambda g: intrinsic_dimension([[1, 2]]), ValueError, "are a list; wanted a tensor"),
    ("the dimension of a row", lambda g: intrinsic_dimension(g.z[:, 0]), ValueError, r"shape \(20,\); wanted"),
    # ---------------------------------------------------------------------------------------------- data of our own
    *[
        (f"a roll with noise={bad!r}", lambda g, bad=bad: make_swiss_roll(10, noise=bad), ValueError,
         f"noise is {bad!r}; .*a finite number, at least 0")
        for bad in ("1", None, True)
    ],
    *[
        (f"a roll with seed={bad!r}", lambda g, bad=bad: make_swiss_roll(10, seed=bad), ValueError,
         f"seed is {bad!r}; give a whole number from 0 to {2**32 - 1}")
        for bad in (-1, 2**32, 2.5, "a", None)
    ],
    ("sections of a row", lambda g: section_of(g.sheet[:, 0]), ValueError, r"points have shape \(50,\); wanted"),
    *[
        (f"strokes that are {bad!r}", lambda g, bad=bad: draw_strokes(bad), ValueError, "two or more points .*such as")
        for bad in (None, "abc", [[("a", "b"), ("c", "d")]], [[(0, 0), (1,)]])
    ],
    ("a pen whose thickness is a text", lambda g: draw_strokes([[(0, 0), (0, 5)]], thickness="3"), ValueError,
     "Wanted .*thickness above 0; .*the thickness is '3'"),
    # ------------------------------------------------------------------------------------------------- unrolling it
    ("unrolling with seed='a'", lambda g: fit_roll(g.roll, seed="a", recipe=QUICK), ValueError, "seed is 'a'; give"),
    ("unrolling by the name of a network", lambda g: fit_roll(g.roll, model="mlp", recipe=QUICK), ValueError,
     "model is a str; wanted a network"),
    ("unrolling with a network of images", lambda g: fit_roll(g.roll, model=g.model, recipe=QUICK), ValueError,
     r"shape \(50, 3\); wanted .*28, 28"),
    ("unrolling in double precision", lambda g: fit_roll(g.roll.double(), recipe=QUICK), ValueError, r"x.float\(\)"),
    ("stress with distances of other points", lambda g: sammon_stress(g.z, torch.rand(30, 30)), ValueError,
     r"codes have shape \(20, 2\), the distances \(30, 30\); wanted .*same points"),
    ("stress of a single code", lambda g: sammon_stress(g.z[:1], torch.zeros(1, 1)), ValueError, "B at least 2"),
    # ----------------------------------------------------------------------------------------------------- figures
    ("a curve of no epochs", lambda g: plot_history([]), ValueError, r"train_loss is \[\]; give history.train_loss"),
    ("a curve of a whole history", lambda g: plot_history(History([0.1])), ValueError, "give history.train_loss"),
    ("curves of different lengths", lambda g: plot_history([0.2, 0.1], [0.2]), ValueError, "2 epochs .* and 1 of val"),
    ("rows without names", lambda g: plot_rows([g.x]), ValueError, 'Wanted rows .* by their names.*"original"'),
    ("no rows", lambda g: plot_rows({}), ValueError, "at least one"),
    ("rows of different lengths", lambda g: plot_rows({"a": g.x[:4], "b": g.x[:3]}), ValueError,
     "different lengths, {'a': 4, 'b': 3}; wanted as many"),
    ("a row of images laid flat", lambda g: plot_rows({"a": g.x.flatten(1)}), ValueError,
     r"images of row 'a' have shape \(20, 784\); wanted .*\(N, 1, 28, 28\)"),
    ("a grid that is not full", lambda g: plot_image_grid(g.x, 3), ValueError, "20 images do not fill whole rows of 3"),
    ("a grid without columns", lambda g: plot_image_grid(g.x, 0), ValueError, "columns is 0; give a whole number"),
    ("a grid of nothing", lambda g: plot_image_grid(g.x[:0], 2), ValueError, r"images have shape \(0, 1, 28, 28\)"),
    ("a table of three digits", lambda g: plot_confusion(torch.eye(3)), ValueError, r"\(3, 3\); wanted \(10, 10\)"),
    ("bars for nine digits", lambda g: plot_by_digit({"a": ([0.1] * 9, None)}, ylabel=""), ValueError,
     "Series 'a' has 9 values; wanted ten"),
    ("more bars than colours", lambda g: plot_by_digit({i: ([0.1] * 10, None) for i in range(6)}, ylabel=""),
     ValueError, "There are 6 series; wanted 1 to 5"),
    ("more lines than looks", lambda g: plot_by_size({i: (pd.Series([1]), None) for i in range(5)}, ylabel=""),
     ValueError, "There are 5 series; wanted 1 to 4"),
    ("a map of three numbers", lambda g: plot_code_map(g.z3, g.labels), ValueError,
     r"codes have shape \(20, 3\); wanted a tensor of shape \(N, 2\)"),
    ("a map with fewer labels", lambda g: plot_code_map(g.z, g.labels[:3]), ValueError, "20 codes came with 3 labels"),
    ("a map with a label that is no digit", lambda g: plot_code_map(g.z, g.labels - 1), ValueError,
     "labels run from -1 to 8; wanted whole numbers from 0 to 9"),
    ("a map of NaN", lambda g: plot_code_map(put_nan(g.z), g.labels), ValueError, "codes hold 2 values that are NaN"),
    ("a map of nothing", lambda g: plot_code_map(g.z[:0], g.labels[:0]), ValueError, r"shape \(0, 2\); wanted"),
    ("a map without extent", lambda g: plot_code_map(g.z, g.labels, limit=0), ValueError, "limit is 0; give a number"),
    ("a map in space of two numbers", lambda g: plot_code_map_3d(g.z, g.labels), ValueError, r"\(N, 3\)"),
    ("a map in space on flat axes", lambda g: plot_code_map_3d(g.z3, g.labels, plt.axes()), ValueError,
     'axes are flat; wanted 3-D ones, .*projection="3d"'),
    ("six views of two numbers", lambda g: plot_six_views(g.z, g.labels), ValueError, r"\(20, 2\); wanted .*\(N, 3\)"),
    ("a side view of two numbers", lambda g: side_view(g.z, 30), ValueError, r"\(20, 2\); wanted .*\(N, 3\)"),
    ("a side view from nowhere", lambda g: side_view(g.z3, NAN), ValueError, "degrees is nan; give a finite number"),
    ("a roll of flat points", lambda g: plot_roll(g.sheet, g.sheet), ValueError, r"\(50, 2\); wanted .*\(N, 3\)"),
    ("a roll with fewer places", lambda g: plot_roll(g.roll, g.sheet[:3]), ValueError, "50 points came with 3 places"),
    ("codes of another roll", lambda g: plot_roll_codes(g.z, g.sheet), ValueError, "20 codes came with 50 places"),
    ("codes of the roll in space", lambda g: plot_roll_codes(g.roll, g.sheet), ValueError, r"3\); wanted .*\(N, 2\)"),
    # ------------------------------------------------------------------------------------------------ live figures
    ("a state that a live figure does not have", lambda g: LatentMap(digit=[3]), TraitError,
     "A LatentMap has no digit; it has chosen, digits, z"),
    ("a view from an angle that is NaN", lambda g: LatentSpace(azim=NAN), TraitError, "angle is nan; wanted a"),
    ("a view from infinitely far around", lambda g: SwissRoll(azim=math.inf), TraitError, "An angle is inf; wanted"),
    *[
        (f"a drawing of {bad!r}", lambda g, bad=bad: DrawDigit(strokes=bad), TraitError,
         r"A stroke goes through .*; wanted \[x, y\], numbers from 0 to 1")
        for bad in ([1], [[[1]]], [[["a", "b"]]], [[[NAN, 0]]], [[[0.5, 1.5]]])
    ],
    ("a slider for a number", lambda g: latent_dim_slider(3, g.x), ValueError, "inputs are a int; wanted a float32"),
    # -------------------------------------------------------------------------------------------- the numbers' files
    *[
        (f"the results {bad!r}", lambda g, bad=bad: load_results(bad), FileNotFoundError,
         f"no results called {bad!r}; there are: .*sweep")
        for bad in ("../results/sweep", None)
    ],
    *[
        (f"a summary of {what}", lambda g, runs=runs: summarize(runs()), ValueError,
         "Wanted rows of load_results.*latent_dim, model.*; some are missing")
        for what, runs in {
            "a list": lambda: [1],
            "another table": lambda: pd.DataFrame({"loss": [1]}),
            "no runs": lambda: load_results("sweep").head(0),
        }.items()
    ],
    # ------------------------------------------------------------------------------------------------ random codes
    ("codes from an unknown source", lambda g: sample_codes("sphere", g.z, 3, generator()), ValueError,
     "source is 'sphere'; choose one of cube, box"),
    *[
        (f"{bad!r} codes", lambda g, bad=bad: sample_codes("cube", g.z, bad, generator()), ValueError,
         f"count is {bad!r}; give a whole number from 1 up")
        for bad in (0, -1, 2.5, "3", True, None)
    ],
    ("codes like one code", lambda g: sample_codes("cube", g.z[:1], 3, generator()),
     ValueError, r"\(1, 2\); .*least 2"),
    ("codes like a row", lambda g: sample_codes("cube", g.z[:, 0], 3, generator()),
     ValueError, r"shape \(20,\); wanted"),
    ("codes like NaN", lambda g: sample_codes("gaussian", put_nan(g.z), 3, generator()),
     ValueError, "real codes hold 2"),
    ("a mixture of more parts than codes", lambda g: sample_codes("mixture", g.z[:19], 3, generator()), ValueError,
     r"\(19, 2\); wanted .*N at least 20"),
    ("codes from a seed", lambda g: sample_codes("cube", g.z, 3, 0), ValueError,
     r"generator is 0; give one, such as torch.Generator\(\).manual_seed\(0\)"),
    *[
        (f"a judge who lets {bad!r} pass", lambda g, bad=bad: DigitJudge(g.classifier, g.model, g.x, share=bad),
         ValueError,
         rf"share is {bad!r}; .*give one in \(0, 1\)")
        for bad in (NAN, "most")
    ],
    ("a judge with its networks swapped", lambda g: DigitJudge(g.model, g.classifier, g.x), ValueError,
     "classifier is a ConvAutoencoder; wanted a DigitClassifier"),
    ("a judge who saw no digits", lambda g: DigitJudge(g.classifier, g.model, g.x[:0]), ValueError,
     r"inputs have shape \(0, 1, 28, 28\); wanted .*N at least 1"),
    ("a judge with a network of points", lambda g: DigitJudge(g.classifier, g.points, g.x),
     ValueError, r"wanted .*, 3\)"),
]  # fmt: skip

# What is typed after `python -m aeutils`, in the folder above; the exit code; and the last line on stderr.
COMMANDS = [
    ("", 2, "required: command"),
    ("weigths", 2, "choose from"),
    *[(f"train --latent-dim={bad}", 2, f"--latent-dim: '{bad}' is not a whole number from 1 up")
      for bad in ("0", "-1", "2.5", "abc", "nan", "")],
    ("train --latent-dim 1000000000000", 2, "'1000000000000' is more than the 784 pixels of a digit"),
    ("evaluate --latent-dim 0", 2, "--latent-dim: '0' is not a whole number from 1 up"),
    ("train --num-epochs 0", 2, "--num-epochs: '0' is not a whole number from 1 up"),
    ("train --batch-size 1e2", 2, "--batch-size: '1e2' is not a whole number from 1 up"),
    ("train --lr fast", 2, "--lr: invalid float value: 'fast'"),
    ("train --seed 0.5", 2, "seed '0.5' is not a whole number from 0 to"),
    ("train --seed 100000000000000000000", 2, "seed '100000000000000000000' is not a whole number from 0 to"),
    ("train --recipe slow", 2, "invalid choice: 'slow'.*choose from"),
    ("train --data cifar", 2, "invalid choice: 'cifar'.*choose from"),
    ("evaluate --split all", 2, "invalid choice: 'all'.*choose from"),
    ("evaluate --lr 0.1", 2, "unrecognized arguments: --lr"),
    ("train --data sample --out out --lr 0", 1, "lr is 0.0; a learning rate is a number above 0, such as"),
    ("train --data sample --out out --lr nan", 1, "lr is nan; a learning rate is a number above 0"),
    ("train --data sample --out out --lr inf", 1, "lr is inf; a learning rate is a number above 0"),
    ("train --data sample --out out --lr=-0.1", 1, "lr is -0.1; a learning rate is a number above 0"),
    ("train --data sample --out out --weight-decay=-1", 1, "weight_decay is -1.0; give 0"),
    ("evaluate --data sample --out out --latent-dim 77", 1, f"latent_dim is 77; weights are shipped for {SIZES}"),
    *[
        (f"{command} --data sample --out {options}", 1, words)
        for command in ("train", "evaluate")
        for options, words in [
            ("out --weights none.safetensors", "There are no weights at none.safetensors"),
            ("out --weights cut.safetensors", "cut.safetensors is cut short.*Get it again"),
            ("out --weights flipped.safetensors", "flipped.safetensors was changed after it was written"),
            ("out --weights later.safetensors", "its format is 'aeutils 2', wanted 'aeutils 1'"),
            ("out --weights pickle.safetensors", "pickle.safetensors is cut short, damaged, or no safetensors file"),
            ("out --weights dense.safetensors", "holds a MLPAutoencoder; this command runs a ConvAutoencoder"),
            ("out --weights classifier.safetensors", "holds a DigitClassifier; this command runs a ConvAutoencoder"),
            ("out --weights precious.safetensors --latent-dim 3", "codes of 2 numbers, --latent-dim asks for 3.*Leave"),
            ("precious.txt", "precious.txt.* could not be written.*Choose another folder"),
            ("precious.txt/deeper", "precious.txt/deeper.* could not be written.*Choose another folder"),
        ]
    ],
    ("train --data mnist --out .", 1, "MNIST is not at hand: .*AEUTILS_DATA"),
    ("evaluate --data mnist --out .", 1, "MNIST is not at hand: .*AEUTILS_DATA"),
    ("AEUTILS_DATA=html train --data mnist --out .", 1, "starts with b'<htm', MNIST's with .*Delete it"),
    ("AEUTILS_DATA=cut-images evaluate --data mnist --out .", 1, "47,040,015 bytes, MNIST's has .*Delete it"),
]  # fmt: skip


class Stranger(ConvAutoencoder):
    """A network that the library does not know."""


def describe(model="ConvAutoencoder", **settings):
    """What a file of weights says of the network in it."""
    return f'{{"class": "{model}", "settings": {str(settings).replace(chr(39), chr(34))}, "about": {{}}}}'


def write_weights(path, text, version="aeutils 1"):
    """Whole weights of the article's network that describe it in another way: by hand, with the right checksum."""
    tensors = ConvAutoencoder(2).state_dict()
    checksum = aeutils.pretrained._checksum(tensors, text)
    save_file(tensors, path, metadata={"format": version, "model": text, "sha256": checksum})


def write_mnist(root, change=None, splits=("t10k",)):
    """Files of MNIST's own lengths in torchvision's layout, black but for what `change` does to the folder."""
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in _FILE_BYTES:
        if name.startswith(splits):
            (raw / name).write_bytes(_FILE_STARTS[name])
            os.truncate(raw / name, _FILE_BYTES[name])
    if change is not None:
        change(raw / "t10k-images-idx3-ubyte", raw / "t10k-labels-idx1-ubyte")


def overwrite(path, place, content):
    with path.open("r+b") as file:
        file.seek(place)
        file.write(content)


def make_folder(folder):
    """Files that are good or bad, by their names."""
    torch.manual_seed(0)
    precious = folder / "precious.safetensors"
    (folder / "precious.txt").write_text("precious")
    save_weights(precious, ConvAutoencoder(2), {})
    save_weights(folder / "dense.safetensors", MLPAutoencoder(2, hidden=(4,)), {})
    save_weights(folder / "classifier.safetensors", DigitClassifier(), {})
    whole = precious.read_bytes()
    (folder / "cut.safetensors").write_bytes(whole[: len(whole) // 2])
    (folder / "flipped.safetensors").write_bytes(whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:])
    (folder / "empty.safetensors").touch()
    (folder / "pickle.safetensors").write_bytes(pickle.dumps({"weights": [0.0]}))
    write_weights(folder / "later.safetensors", describe(latent_dim=2), version="aeutils 2")
    write_weights(folder / "other.safetensors", describe(latent_dim=2), version="pt")
    save_file({"weight": torch.zeros(3)}, folder / "mute.safetensors")
    for name, text in {
        "a stranger": describe("Stranger", latent_dim=2),
        "a builtin": describe("eval", latent_dim=2),
        "another size": describe(latent_dim=3),
        "no size": describe(latent_dim=0),
        "a giant": describe(latent_dim=10**12),
        "an unspeakable giant": describe(latent_dim=10**30),
        "a path": describe(latent_dim="../../etc/passwd"),
        "an unknown setting": describe(latent_dim=2, width=16),
        "no settings": describe(),
        "a list": "[]",
        "no JSON": "ConvAutoencoder(2)",
        "a bottomless list": "[" * 100_000,
    }.items():
        write_weights(folder / f"{name}.safetensors", text)
    for name, change in {
        "good": None,
        "no-images": lambda images, labels: images.unlink(),
        "no-labels": lambda images, labels: labels.unlink(),
        "cut-images": lambda images, labels: os.truncate(images, images.stat().st_size - 1),
        "cut-labels": lambda images, labels: os.truncate(labels, 5008),
        "long-labels": lambda images, labels: os.truncate(labels, 10_009),
        "html": lambda images, labels: overwrite(images, 0, b"<html><body>Please log in to this network"),
        "magic": lambda images, labels: overwrite(labels, 3, b"\2"),
        "label-77": lambda images, labels: overwrite(labels, 500, bytes([77])),
    }.items():
        write_mnist(folder / name, change)
    for name in ("html", "cut-images"):  # the command line asks for the training images first
        test, training = (folder / name / "MNIST/raw" / f"{kind}-images-idx3-ubyte" for kind in ("t10k", "train"))
        shutil.copy(test, training)
        os.truncate(training, _FILE_BYTES[training.name] - (name == "cut-images"))


def state(folder):
    """Every file and folder with its content."""
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def written(folder):
    """Every file and folder with what changes when it is written."""
    stats = {path: path.stat() for path in folder.rglob("*")}
    return {path: (stat.st_ino, stat.st_size, stat.st_mtime_ns) for path, stat in stats.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    make_folder(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def in_folder(folder, monkeypatch):
    """Stands in the folder, and says afterwards whether anything in it was changed."""
    monkeypatch.chdir(folder)
    before = written(folder)
    yield folder
    assert written(folder) == before


@pytest.fixture(scope="module")
def networks():
    return {"model": ConvAutoencoder(2), "points": LinearAutoencoder(2, (3,)), "classifier": load_classifier()}


@pytest.fixture
def g(in_folder, networks, held_out):
    x, labels = held_out[0][::50].clone(), held_out[1][::50].clone()
    z, z3 = torch.rand(20, 2), torch.rand(20, 3)
    roll, sheet = make_swiss_roll(50)
    before = copy.deepcopy(networks)
    yield SimpleNamespace(x=x, labels=labels, z=z, z3=z3, roll=roll, sheet=sheet, folder=in_folder, **networks)
    for name, network in networks.items():
        was = before[name].state_dict()
        assert all(torch.equal(part, was[key]) for key, part in network.state_dict().items())
        assert network.training is before[name].training


def test_every_row_has_a_name_of_its_own_and_no_two_commands_are_the_same():
    for names in ([name for name, *_ in FAULTS], [command for command, *_ in COMMANDS]):
        assert len(set(names)) == len(names) >= 40


@pytest.mark.parametrize(("act", "error", "words"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_fault_is_refused_by_what_came_and_what_was_wanted_and_nothing_changes(act, error, words, g):
    with pytest.raises(error, match=words) as caught:
        act(g)
    assert type(caught.value) is error and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("command", "code", "reason"), COMMANDS, ids=[command or "nothing" for command, *_ in COMMANDS]
)
def test_a_command_that_cannot_be_done_says_why_in_one_line_and_changes_nothing(
    command, code, reason, in_folder, monkeypatch, capsys
):
    monkeypatch.setattr(aeutils.cli, "fit", lambda *args, **kwargs: pytest.fail("the training was started"))
    words = command.split()
    if words and words[0].startswith("AEUTILS_DATA="):
        monkeypatch.setenv(*words.pop(0).split("="))
    try:
        ended = main(words)
    except SystemExit as left:
        ended = left.code
    said = capsys.readouterr()
    usage, line = said.err.rstrip("\n").rsplit("\n", 1) if code == 2 else ("", said.err.rstrip("\n"))
    assert ended == code
    assert re.fullmatch(rf"(python -m aeutils.*: )?error: .*{reason}.*", line)
    assert usage.startswith("usage: " if code == 2 else "") and "Traceback" not in usage and "MSE" not in said.out


# ------------------------------------------------------------------------------------------ a full disk, read-only


@pytest.fixture
def few_digits(monkeypatch, held_out):
    """A training of a moment."""
    few = held_out[0][::10], held_out[1][::10]
    monkeypatch.setattr(aeutils.cli, "load_mnist_sample", lambda split: few)


def disk_full(*arguments, **options):
    """Writes a little to the file it is given, and then there is no space left."""
    target = next(argument for argument in arguments if isinstance(argument, Path) or hasattr(argument, "write"))
    target.write_bytes(b"half") if isinstance(target, Path) else target.write("half")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


WRITERS = {  # what the command line writes, and with what
    "conv_autoencoder_2dim.safetensors": "aeutils.pretrained.save_file",
    "losses.csv": "csv.writer",
    "fig.png": "matplotlib.figure.Figure.savefig",
    "dc_img/real_image_1.png": "torchvision.utils.save_image",
}


@pytest.mark.long
@pytest.mark.parametrize("fault", ["disk full", "read-only"])
@pytest.mark.parametrize("name", WRITERS)
def test_an_output_that_cannot_be_written_is_named_and_the_old_one_and_the_others_are_whole(
    name, fault, tmp_path, few_digits, monkeypatch, capsys
):
    real_replace, out = os.replace, tmp_path / "out"

    def replace(source, target):
        if Path(target) == out / name:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        real_replace(source, target)

    (out / "dc_img").mkdir(parents=True)
    for other in WRITERS:
        (out / other).write_text("precious")
    if fault == "disk full":
        monkeypatch.setattr(WRITERS[name], disk_full)
    else:
        monkeypatch.setattr(aeutils.files.os, "replace", replace)
    assert main(["train", "--data", "sample", "--num-epochs", "1", "--save-images", "--out", str(out)]) == 1
    reason = "No space left" if fault == "disk full" else "Read-only file system"
    said = capsys.readouterr().err
    assert re.fullmatch(rf"error: .*{name} could not be written: .*{reason}.*Choose another folder.*\n", said)
    assert (out / name).read_text() == "precious" and not list(out.rglob(".*"))
    if name != "conv_autoencoder_2dim.safetensors":  # what was learned is kept
        assert load_weights(weights_path(2, out))[1]["epochs_finished"] == 1


@pytest.mark.parametrize("fault", ["disk full", "read-only"])
def test_a_row_of_results_that_cannot_be_written_leaves_the_rows_that_were_there(fault, tmp_path, monkeypatch):
    path = tmp_path / "sweep.csv"
    put(path, {"model": "conv", "seed": 0, "mse": 0.25}, ("model", "seed"))
    before = path.read_bytes()

    def refuse(source, target):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(*(("csv.writer", disk_full) if fault == "disk full" else ("aeutils.files.os.replace", refuse)))
        with pytest.raises(OSError, match="sweep.csv could not be written: .*(No space left|Read-only file system)"):
            put(path, {"model": "conv", "seed": 1, "mse": 0.5}, ("model", "seed"))
    assert state(tmp_path) == {path: before}
    put(path, {"model": "conv", "seed": 1, "mse": 0.5}, ("model", "seed"))
    assert [row["mse"] for row in read_rows(path)] == ["0.25", "0.5"]


def test_a_cache_that_cannot_be_written_is_named_with_what_to_do_instead(tmp_path, monkeypatch):
    monkeypatch.delenv("AEUTILS_DATA")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "a-file"))
    (tmp_path / "a-file").write_text("precious")
    with pytest.raises(FileNotFoundError, match="(?s)could not be downloaded.*a-file.*AEUTILS_DATA=FOLDER.*sample"):
        load_mnist("test")
    assert state(tmp_path) == {tmp_path / "a-file": b"precious"}


# --------------------------------------------------------------------------------- nothing that is loaded is run

PICKLES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
RUNNERS = {"eval", "exec", "compile", "builtins.eval", "builtins.exec", "runpy.run_path", "runpy.run_module"}


def dangers(source):
    """What in a Python source could run what it loads."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in PICKLES]
        elif isinstance(node, ast.ImportFrom) and node.module:
            hidden = node.module == "torch" and any(alias.name == "load" for alias in node.names)
            found += [node.module] * (hidden or node.module.split(".")[0] in PICKLES)
        elif isinstance(node, ast.Call):
            name, options = ast.unparse(node.func), {word.arg: ast.unparse(word.value) for word in node.keywords}
            unsafe_torch = name == "torch.load" and options.get("weights_only") != "True"
            unsafe_numpy = options.get("allow_pickle", "False") != "False"
            pickles = name.split(".")[-1] in ("read_pickle", "to_pickle", "Unpickler")
            found += [name] * (name in RUNNERS or pickles or unsafe_torch or unsafe_numpy)
    return found


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "from torch import load",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "pandas.read_pickle(path)",
        "eval(text)",
        "exec(text)",
    ],
)
def test_a_line_that_could_run_what_it_loads_is_found(line):
    assert dangers(f"def f():\n    {line}\n")


@pytest.mark.parametrize(
    "line", ["model.eval()", "np.load(path)", "torch.load(path, weights_only=True)", "import json"]
)
def test_a_line_that_cannot_is_not(line):
    assert not dangers(line)


@pytest.mark.parametrize("package", ["aeutils", "experiments", "tools", "benchmarks", "book/_ext"])
def test_no_source_unpickles_or_runs_what_it_loads(package):
    sources = sorted((ROOT / package).rglob("*.py"))
    assert sources
    assert {path.name: found for path in sources if (found := dangers(path.read_text("utf-8")))} == {}


@pytest.mark.long
def test_nothing_in_a_data_folder_is_run(tmp_path, monkeypatch, capsys):
    class Trap:
        def __reduce__(self):
            return Path.touch, (tmp_path / "sprung",)

    root = tmp_path / "data"
    write_mnist(root)
    places = [root, root / "MNIST", root / "MNIST/raw", root / "MNIST/processed"]  # the last: torchvision's of old
    for place in places:
        place.mkdir(exist_ok=True)
        for name in ("__init__", "sitecustomize", "conftest", "aeutils", "torch"):
            (place / f"{name}.py").write_text(f"import pathlib; pathlib.Path({str(tmp_path / 'sprung')!r}).touch()")
        for name in ("training.pt", "test.pt", "weights.pkl", "conv_autoencoder_2dim.safetensors"):
            torch.save({"weights": Trap()}, place / name)

    def spring(name, set_off):
        set_off(name)
        (tmp_path / "sprung").unlink()  # or an error: the trap would catch nothing

    for place in places:
        spring(place / "training.pt", lambda path: torch.load(path, weights_only=False))
        spring(place / "__init__.py", lambda path: runpy.run_path(str(path)))

    monkeypatch.setenv("AEUTILS_DATA", str(root))
    assert len(load_mnist("test")[0]) == 10_000
    assert main(["train", "--data", "mnist", "--out", str(tmp_path / "out")]) == 1  # no training images there
    weights = ["--weights", str(root / "conv_autoencoder_2dim.safetensors")]
    assert main(["evaluate", "--out", str(tmp_path / "out"), *weights]) == 1
    assert "is cut short, damaged, or no safetensors file" in capsys.readouterr().err
    assert main(["evaluate", "--out", str(tmp_path / "out")]) == 0  # of the sample
    assert not (tmp_path / "sprung").exists()
