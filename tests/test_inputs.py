"""What people really bring, wherever it can come in: outputs still attached to their graph, and NumPy's numbers."""

import inspect
import json
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from traitlets import TraitError

import aeutils
from aeutils import live
from aeutils.data import load_mnist_sample
from aeutils.models import ConvAutoencoder, LinearAutoencoder, MLPAutoencoder
from aeutils.pretrained import load_classifier, load_pretrained
from aeutils.residual import ResidualAutoencoder

# ------------------------------------------------------------------------------------------- attached to their graph

SHORT = aeutils.Recipe(num_epochs=1, batch_size=16)


def fitted(*arguments, make=lambda: LinearAutoencoder(2, (3,)), **options):
    torch.manual_seed(0)
    return aeutils.fit(make(), *arguments, recipe=SHORT, progress=False, **options).train_loss


def judged(g):
    return aeutils.DigitJudge(load_classifier(), load_pretrained(2), g.images).judge(g.images)


def likely(g):
    torch.manual_seed(0)
    model, dice = aeutils.VariationalAutoencoder(2).eval(), torch.Generator().manual_seed(0)
    return aeutils.log_likelihood(model, g.images, num_samples=2, generator=dice, variance=0.5)


# What each public function is asked for; `g` holds the inputs, once as they are and once attached.
CALLS = {
    "DigitJudge": judged,
    "classify_digits": lambda g: aeutils.classify_digits(load_classifier(), g.images),
    "continuity": lambda g: aeutils.continuity(g.points, g.z),
    "draw_pendulum": lambda g: aeutils.draw_pendulum(g.z),
    "draw_strokes": lambda g: [aeutils.draw_strokes(g.z[None]), aeutils.draw_strokes(list(g.z[None]))],
    "fit": lambda g: fitted(g.points) + fitted(g.points, g.other, validation=(g.points, g.other)),
    "fit_roll": lambda g: [
        aeutils.fit_roll(g.points, recipe=SHORT, progress=False, geodesic_weight=weight)[1].train_loss
        for weight in (0, 1)
    ],
    "geodesic_distances": lambda g: aeutils.geodesic_distances(g.points),
    "ELBOLoss": lambda g: aeutils.ELBOLoss()((g.points, g.z, g.z, g.z), g.other).item(),
    "kl_divergence": lambda g: aeutils.kl_divergence(g.z, g.z),
    "log_likelihood": likely,
    "intrinsic_dimension": lambda g: aeutils.intrinsic_dimension(g.points),
    "knn_accuracy": lambda g: aeutils.knn_accuracy(g.z, g.labels, g.z, g.labels),
    "knn_predict": lambda g: [aeutils.knn_predict(g.z, labels_ref=g.labels), aeutils.knn_predict(g.z, g.z, g.labels)],
    "most_confused": lambda g: aeutils.most_confused(g.shares, 5),
    "mse": lambda g: aeutils.mse(g.points, g.other),
    "plot_by_digit": lambda g: aeutils.plot_by_digit({"a": (g.ten, g.ten), "b": (list(g.ten), None)}, ylabel="share"),
    "plot_by_size": lambda g: aeutils.plot_by_size({"a": (pd.Series([0.1, 0.2], [1, 2]), None)}, ylabel="error"),
    "plot_code_map": lambda g: aeutils.plot_code_map(g.z, g.labels),
    "plot_code_map_3d": lambda g: aeutils.plot_code_map_3d(g.points, g.labels),
    "plot_confusion": lambda g: aeutils.plot_confusion(g.shares),
    "plot_history": lambda g: [aeutils.plot_history(g.ten, g.ten), aeutils.plot_history(list(g.ten))],
    "plot_image_grid": lambda g: aeutils.plot_image_grid(g.images, 10),
    "plot_roll": lambda g: aeutils.plot_roll(g.points, g.z.abs()),
    "plot_roll_codes": lambda g: aeutils.plot_roll_codes(g.z, g.z.abs()),
    "plot_rows": lambda g: aeutils.plot_rows({"drawn": g.images[:4]}),
    "plot_six_views": lambda g: aeutils.plot_six_views(g.points, g.labels),
    "reconstruct": lambda g: aeutils.reconstruct(load_pretrained(2), g.images),
    "sample_codes": lambda g: [
        aeutils.sample_codes(source, g.z, 5, torch.Generator().manual_seed(0))
        for source in ("cube", "box", "shuffled", "gaussian", "mixture", "real")
    ],
    "sammon_stress": lambda g: aeutils.sammon_stress(g.z, torch.cdist(g.points, g.points)),
    "score_line": lambda g: aeutils.score_line(g.z[:, 0], g.points[:, 0]),
    "score_unrolling": lambda g: aeutils.score_unrolling(g.z, g.points[:, :2]),
    "side_view": lambda g: aeutils.side_view(g.points, 30),
    "trustworthiness": lambda g: aeutils.trustworthiness(g.points, g.z),
    "measure_strokes": lambda g: aeutils.measure_strokes(g.images[:5]),
    "latent_dim_slider": lambda g: aeutils.latent_dim_slider(g.images[:5]),
    "LatentMap": lambda g: aeutils.LatentMap(z=g.z[0]).z,
    "LatentSpace": lambda g: aeutils.LatentSpace(z=g.points[0], azim=g.ten[1]).azim,
    "DrawDigit": lambda g: aeutils.DrawDigit(strokes=[g.ten.reshape(5, 2)]).strokes,
    "ThroughNetwork": lambda g: aeutils.ThroughNetwork(strokes=g.ten.reshape(1, 5, 2)).strokes,
}
# And those that take no outputs of a network: settings, texts, tables, and labels, which have no gradient.
NONE_OF_A_NETWORK = {
    "ARTICLE_RECIPE", "FAST_RECIPE", "SHORT_RECIPE", "Recipe", "History", "first_of_each", "load_mnist",
    "load_mnist_sample", "make_swiss_roll", "LinearAutoencoder", "MLPAutoencoder", "ConvAutoencoder", "load_pretrained",
    "load_classifier", "load_weights", "save_weights", "shipped_sizes", "DigitClassifier", "confusion",
    "share_by_digit", "use_style", "CodeSizes", "DigitsTraining", "GradientDescent", "LineThroughCloud", "OneNumber",
    "RollTraining", "SwissRoll", "ThrownBall", "load_results", "summarize", "VariationalAutoencoder",
    "DenseVariationalAutoencoder", "MixtureVariationalAutoencoder", "load_vae", "shipped_vaes", "TwoMaps", "TurnedAxes",
    "StrokeKnobs", "ThrownCodes", "ManyMakers", "CodeClouds", "VaeTraining",
}  # fmt: skip


class Inputs:
    """Forty inputs of each kind."""

    def __init__(self, *, attached):
        def pass_on(x):
            return (x * torch.ones((), requires_grad=True)) if attached else x

        generator = torch.Generator().manual_seed(0)
        images, self.labels = load_mnist_sample("test")
        self.images, self.labels = pass_on(images[::25]), self.labels[::25]
        self.points, self.other = (pass_on(torch.rand(40, 3, generator=generator)) for _ in range(2))
        self.z = pass_on(torch.rand(40, 2, generator=generator))
        self.ten = pass_on(torch.linspace(0.1, 1, 10))
        self.shares = pass_on(torch.eye(10).double())


def plain(result):
    """A result in a form that can be compared; of a picture nothing."""
    if isinstance(result, torch.Tensor):
        return result.detach().tolist()
    if isinstance(result, (list, tuple)):
        return [plain(part) for part in result]
    if isinstance(result, pd.DataFrame):
        return result.to_dict()
    return result if isinstance(result, (int, float)) else None


def test_every_public_name_is_looked_at():
    assert set(CALLS) | NONE_OF_A_NETWORK == set(aeutils.__all__) and not set(CALLS) & NONE_OF_A_NETWORK


@pytest.mark.parametrize("name", CALLS)
def test_outputs_still_attached_to_their_graph_are_taken_as_they_are(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert plain(CALLS[name](Inputs(attached=True))) == plain(CALLS[name](Inputs(attached=False)))


# ---------------------------------------------------------------------------------------------------- whole numbers

WHOLE = {"numpy": np.int64, "numpy, of a byte": np.uint8, "pandas": lambda value: pd.Series([value]).max()}


def generator():
    return torch.Generator().manual_seed(0)


# Where a whole number is wanted: what is made of it.
WANTED = {
    "latent_dim": lambda n, g: (ConvAutoencoder(n(2)), LinearAutoencoder(n(2)), MLPAutoencoder(n(2))),
    "input_shape": lambda n, g: LinearAutoencoder(2, (n(1), n(28), n(28))).encode(g.images),
    "hidden": lambda n, g: (
        MLPAutoencoder(2, (3,), (n(4), n(5))).encode(g.points), ResidualAutoencoder(2, (3,), (n(4),)).encode(g.points)
    ),
    "load_pretrained": lambda n, g: load_pretrained(n(2)),
    "recipe": lambda n, g: aeutils.fit(
        LinearAutoencoder(2, (3,)), g.points, recipe=aeutils.Recipe(n(2), n(16)), seed=n(3), progress=False
    ),
    "fit_roll": lambda n, g: aeutils.fit_roll(
        g.points, k=n(8), seed=n(0), recipe=SHORT, geodesic_weight=n(1), progress=False
    ),
    "make_swiss_roll": lambda n, g: aeutils.make_swiss_roll(n(50), seed=n(7)),
    "k": lambda n, g: (
        aeutils.trustworthiness(g.points, g.z, k=n(5)), aeutils.continuity(g.points, g.z, k=n(5)),
        aeutils.knn_accuracy(g.z, g.labels, k=n(5)), aeutils.knn_predict(g.z, g.z, g.labels, k=n(5)),
        aeutils.intrinsic_dimension(g.points, k=n(5)), aeutils.geodesic_distances(g.points, k=n(8)),
    ),
    "count": lambda n, g: (
        aeutils.sample_codes("cube", g.z, n(5), generator()), aeutils.sample_codes("mixture", g.z, n(5), generator()),
        aeutils.sample_codes("real", g.z, n(5), generator()), aeutils.most_confused(g.shares, n(5)),
    ),
    "columns": lambda n, g: aeutils.plot_image_grid(g.images, n(10)),
    "degrees": lambda n, g: (aeutils.side_view(g.points, n(30)), aeutils.plot_roll(g.points, g.z.abs(), azim=n(30))),
}  # fmt: skip


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("name", WANTED)
def test_whole_numbers_of_numpy_and_pandas_are_whole_numbers(name, kind):
    torch.manual_seed(0)
    result = WANTED[name](WHOLE[kind], Inputs(attached=False))
    torch.manual_seed(0)
    assert plain(result) == plain(WANTED[name](int, Inputs(attached=False)))


@pytest.mark.parametrize("kind", WHOLE)
def test_a_network_and_a_recipe_of_numpys_numbers_can_be_saved(kind, tmp_path):
    n = WHOLE[kind]
    recipe = aeutils.Recipe(n(2), n(16), np.float32(0.5), np.float32(0), True, np.float32(0.25), np.float64(0.5))
    assert recipe == aeutils.Recipe(2, 16, 0.5, 0.0, True, 0.25, 0.5)
    for model in (MLPAutoencoder(n(2), (n(3),), (n(4),)), ResidualAutoencoder(n(2), (n(3),), (n(4),))):
        aeutils.save_weights(tmp_path / "w.safetensors", model, {"recipe": vars(recipe)})
        loaded, about = aeutils.load_weights(tmp_path / "w.safetensors")
        assert loaded.settings == model.settings and about == {"recipe": vars(recipe)}


# ----------------------------------------------------------------------------------------------- the state of a figure

FIGURES = [figure for figure in vars(live).values() if inspect.isclass(figure)]


def in_numpys_numbers(value, kind):
    """The same value, its numbers of another kind wherever that kind can hold them."""
    if isinstance(value, list):
        return [in_numpys_numbers(part, kind) for part in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and float(kind(value)) == value:
        return kind(value)
    return value


@pytest.mark.parametrize("kind", [np.int64, np.float32, np.float64, np.asarray, torch.tensor])
@pytest.mark.parametrize("cls", FIGURES)
def test_a_figure_takes_numpys_numbers_and_can_be_shown(cls, kind):
    wanted = {name: getattr(cls(), name) for name in cls().trait_names(remembered=True)}
    for name, value in wanted.items():
        if kind is np.int64 or not isinstance(value, int) or isinstance(value, bool):
            figure = cls(**{name: in_numpys_numbers(value, kind)})
            setattr(figure, name, in_numpys_numbers(value, kind))
            assert getattr(figure, name) == value
            json.dumps(figure.get_state(name))
            figure._repr_mimebundle_()


def test_rows_of_arrays_are_a_state_too():
    assert aeutils.LatentMap(z=np.float32([0.5, -0.25]), digits=np.arange(3), chosen=np.int64(7)).digits == [0, 1, 2]
    assert aeutils.LatentMap(digits=pd.Series([4, 2])).digits == [2, 4]
    assert aeutils.DrawDigit(strokes=[np.float32([[0, 0.5], [1, 0.25]])]).strokes == [[[0, 0.5], [1, 0.25]]]


@pytest.mark.parametrize("value", [[{1}], {"x": 1}, [1j], object(), [b"\0"]])
@pytest.mark.parametrize(("figure", "name"), [("LatentMap", "z"), ("LatentMap", "digits"), ("DrawDigit", "strokes")])
def test_a_state_that_cannot_be_shown_is_refused_when_it_is_set(figure, name, value):
    cls = getattr(live, figure)
    figure = cls()
    before = getattr(figure, name)
    with pytest.raises(TraitError):
        setattr(figure, name, value)
    with pytest.raises(TraitError):
        cls(**{name: value})
    assert getattr(figure, name) == before
