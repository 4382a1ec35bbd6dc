"""The live figures as Python objects and as files beside the pages; the browser is not needed for these."""

import base64
import gzip
import html
import json
import re

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from refusals import NAN, refusals
from safetensors.torch import load
from traitlets import TraitError

from aeutils import live
from aeutils.data import load_mnist_sample
from aeutils.live import (
    CodeClouds,
    CodeSizes,
    DigitsTraining,
    DrawDigit,
    GradientDescent,
    LatentMap,
    LatentSpace,
    LineThroughCloud,
    ManyMakers,
    OneNumber,
    RollTraining,
    StrokeKnobs,
    SwissRoll,
    ThroughNetwork,
    ThrownBall,
    ThrownCodes,
    TurnedAxes,
    TwoMaps,
    VaeTraining,
    assets,
    pack,
    scripts,
)  # fmt: skip
from aeutils.live.slider import latent_dim_slider
from aeutils.metrics import knn_accuracy
from aeutils.palette import DIGIT_COLORS, on_dark
from aeutils.pretrained import shipped_sizes, shipped_vaes, weights_path
from aeutils.results import load_results
from aeutils.synthetic import make_swiss_roll
from aeutils.unrolling import score_unrolling

FIGURES = [getattr(live, name) for name in live.__all__ if name != "latent_dim_slider"]


def sent(figure, monkeypatch):
    """What the figure sends to the page, as it is sent."""
    messages = []
    monkeypatch.setattr(type(figure), "send", lambda self, content, buffers=(): messages.append((content, buffers)))
    return messages


# -------------------------------------------------------------------------------------------------- Python objects


@pytest.mark.parametrize("cls", FIGURES)
def test_a_stored_notebook_keeps_a_placeholder_that_says_what_to_do(cls):
    data, _ = cls()._repr_mimebundle_()
    assert len(data["text/html"]) < 2000
    attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', data["text/html"]))
    assert attributes["class"] == "aeutils-live" and attributes["data-figure"] in assets.states()
    assert data["text/plain"] in data["text/html"] and "notebook" in data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in data  # which JupyterLab prefers


def test_pages_and_python_know_the_same_figures():
    table = (scripts.JS_FOLDER / "figures/table.js").read_text("utf-8")
    in_pages = re.findall(r'^  "([\w-]+)": \w+,$', table, re.MULTILINE)
    assert sorted(in_pages) == sorted(assets.states()) == sorted(cls()._figure for cls in FIGURES)


@pytest.mark.parametrize("cls", FIGURES)
def test_a_figure_starts_with_the_state_that_pages_know_too(cls):
    figure = cls()
    state = {name: getattr(figure, name) for name in figure.trait_names(remembered=True)}
    assert state == assets.states()[figure._figure]


def test_pages_carry_the_states_that_figures_start_with():
    assert f"const STATES = {json.dumps(assets.states())};" in assets.page_files()["live.js"]


def test_what_a_figure_starts_with_changes_no_other():
    first = DrawDigit()
    first.strokes[0].append([0.0, 0.0])
    assert DrawDigit().strokes != first.strokes and assets.states()["draw-digit"]["strokes"] == DrawDigit().strokes


def test_the_placeholder_carries_the_state():
    data, _ = LatentMap(z=[0.5, -0.25], chosen=7)._repr_mimebundle_()
    state = json.loads(html.unescape(re.search(r'data-state="([^"]*)"', data["text/html"]).group(1)))
    assert state == {"z": [0.5, -0.25], "digits": list(range(10)), "chosen": 7}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"z": [0.0]}, "wanted 2 numbers"),
        ({"z": [0.0, 1.5]}, "from -1 to 1"),
        ({"z": [0.0, float("nan")]}, "from -1 to 1"),
        ({"z": ["a", "b"]}, "wanted 2 numbers"),
        ({"digits": [3, 10]}, "whole numbers from 0 to 9"),
        ({"digits": [3, 3]}, "different"),
        ({"chosen": 1000}, "999"),
    ],
)
def test_a_map_refuses_a_state_that_is_none(state, words):
    with pytest.raises(TraitError, match=words):
        LatentMap(**state)
    figure = LatentMap()
    before = figure.z, figure.digits, figure.chosen
    with pytest.raises(TraitError):
        figure.set_trait(*next(iter(state.items())))
    assert (figure.z, figure.digits, figure.chosen) == before


@pytest.mark.parametrize(
    ("cls", "state"),
    [
        (LatentSpace, {"z": [0.0, 0.0]}),
        (LatentSpace, {"digits": [-1]}),
        (LatentSpace, {"elev": 91.0}),
        (SwissRoll, {"method": "magic"}),
        (SwissRoll, {"run": 11}),
        (SwissRoll, {"run": 0}),
        (ThrownBall, {"degree": 12}),
        (ThrownBall, {"degree": 2.5}),
        (ThrownBall, {"noise": 0.25}),
        (ThrownBall, {"seed": -1}),
        (LineThroughCloud, {"angle": 181.0}),
        (LineThroughCloud, {"angle": float("nan")}),
        (CodeSizes, {"guess": [0.03, 0.02, 0.01]}),
        (CodeSizes, {"guess": [0.03, 0.02, 0.01, -0.01]}),
        (CodeSizes, {"guess": [0.07, 0.02, 0.01, 0.01]}),
        (CodeSizes, {"guess": [float("nan"), 0.02, 0.01, 0.01]}),
        (CodeSizes, {"revealed": "yes"}),
        (ThroughNetwork, {"layer": 12}),
        (ThroughNetwork, {"layer": -1}),
        (ThroughNetwork, {"chosen": 1000}),
        (ThroughNetwork, {"strokes": [[[0.5, 1.5]]]}),
        (TwoMaps, {"left": 5}),
        (TwoMaps, {"right": -1}),
        (TwoMaps, {"chosen": 1000}),
        (TwoMaps, {"fitted": "yes"}),
        (TurnedAxes, {"angle": 181.0}),
        (TurnedAxes, {"angle": float("nan")}),
        (TurnedAxes, {"measure": "height"}),
        (StrokeKnobs, {"latent_dim": 5}),
        (StrokeKnobs, {"chosen": -1}),
        (StrokeKnobs, {"slant": 25.0}),
        (StrokeKnobs, {"thickness": float("nan")}),
        (StrokeKnobs, {"bend": -0.21}),
        (ManyMakers, {"maker": "isomap"}),
        (ManyMakers, {"chosen_in": "none"}),
        (ManyMakers, {"digits": [3, 3]}),
        (ManyMakers, {"chosen": 1000}),
        (ThrownCodes, {"latent_dim": 4}),
        (ThrownCodes, {"source": "shuffled"}),
        (ThrownCodes, {"seed": -1}),
        (CodeClouds, {"beta": 2.0}),
        (CodeClouds, {"beta": float("nan")}),
        (CodeClouds, {"z": [0.0, 21.0]}),
        (CodeClouds, {"chosen": 1000}),
        (CodeClouds, {"seed": 2**32}),
    ],
)
def test_the_figures_without_a_network_to_train_refuse_a_state_that_is_none(cls, state):
    with pytest.raises(TraitError):
        cls(**state)


@pytest.mark.parametrize(
    ("cls", "state"),
    [
        (GradientDescent, {"lr": 0.5}),
        (GradientDescent, {"w": float("inf")}),
        (OneNumber, {"links": 3}),
        (OneNumber, {"latent_dim": 0}),
        (OneNumber, {"lr": 0.02}),
        (OneNumber, {"hidden": 100}),
        (OneNumber, {"seed": -1}),
        (OneNumber, {"seed": 2**32}),
        (OneNumber, {"seed": 0.5}),
        (DigitsTraining, {"network": "vae"}),
        (RollTraining, {"latent_dim": 4}),
        (RollTraining, {"linear": "yes"}),
        (RollTraining, {"geodesic": 2}),
        (RollTraining, {"noise": 0.1}),
        (RollTraining, {"elev": 91.0}),
        (RollTraining, {"azim": float("nan")}),
        (VaeTraining, {"beta": 0.1}),
        (VaeTraining, {"seed": -1}),
    ],
)
def test_the_figures_that_train_refuse_a_state_that_is_none(cls, state):
    figure = cls()
    before = {name: getattr(figure, name) for name in figure.trait_names(remembered=True)}
    ((name, value),) = state.items()
    with pytest.raises(TraitError):
        cls(**state)
    with pytest.raises(TraitError):
        figure.set_trait(name, value)
    assert {name: getattr(figure, name) for name in before} == before


def test_every_shipped_size_can_be_chosen_and_no_other():
    figure = CodeSizes()
    for size in shipped_sizes():
        figure.latent_dim = size
    there = ", ".join(map(str, shipped_sizes()))
    with pytest.raises(TraitError, match=f"latent_dim is 5; there are weights for {there}"):
        figure.latent_dim = 5
    assert figure.latent_dim == shipped_sizes()[-1]


def test_every_shipped_beta_can_be_chosen_or_none_and_no_other():
    figure = CodeClouds()
    betas = [beta for size, beta in shipped_vaes() if size == 2]
    for beta in [*betas, None]:
        figure.beta = beta
    with pytest.raises(TraitError, match=f"beta is 2.0; there are weights for {betas[0]}.*or give None"):
        figure.beta = 2
    assert figure.beta is None


def test_a_figure_sends_the_files_that_the_page_asks_for(monkeypatch):
    figure = LatentMap()
    messages = sent(figure, monkeypatch)
    figure._handle_custom_msg({"file": "weights-2"}, [])
    assert messages == [({"file": "weights-2"}, [weights_path(2).read_bytes()])]


def test_a_figure_says_so_when_a_file_is_not_there(monkeypatch):
    figure = LatentMap()
    messages = sent(figure, monkeypatch)
    figure._handle_custom_msg({"file": "weights-5"}, [])
    ((content, buffers),) = messages
    assert content["file"] == "weights-5" and not buffers
    assert f"there are: weights-{shipped_sizes()[0]}," in content["problem"]
    figure._handle_custom_msg({"file": "../../pyproject.toml"}, [])
    assert "problem" in messages[-1][0]


# ------------------------------------------------------------------------------------------------------------ files


def test_every_shipped_size_is_offered_and_nothing_else():
    weights = [f"weights-{size}" for size in shipped_sizes()]
    vaes = [f"vae-{beta:g}" for size, beta in shipped_vaes() if size == 2]
    dice = [f"dice-{size}" for size in (2, 3, 8, 16, 48)]
    others = ["digits", "training-digits", "sweep", "roll", "classifier", "judge", "maps", "two-maps", "strokes"]
    names = assets.data_names()
    assert names[: len(weights)] == weights and sorted(names) == sorted([*weights, *vaes, *others, *dice])


def test_a_file_of_the_page_unpacks_to_the_data():
    files = assets.page_files()
    for name in assets.data_names():
        receiver, text = re.fullmatch(
            r'aeutilsLive\.receive\("([\w.-]+)", "([\w+/=]+)"\);\n', files[f"{name}.js"]
        ).groups()
        assert receiver == name and gzip.decompress(base64.b64decode(text)) == assets.data(name)
    assert files == assets.page_files()  # the same bytes each time


def test_what_the_first_figure_needs_is_small():
    files = assets.page_files()
    needed = ["live.js", "live.css", "digits.js", "weights-2.js"]
    assert sum(len(gzip.compress(files[name].encode())) for name in needed) <= 400_000
    assert len(assets.data("digits")) <= 1500 * 785


def test_the_stored_dice_know_the_codes_of_the_shipped_weights():
    stored, fresh = load(assets.data("dice-2")), load(pack.dice_bytes(2))
    for name in ("box", "real", "gaussian.mean", "gaussian.root"):
        torch.testing.assert_close(stored[name], fresh[name], atol=1e-3, rtol=1e-3)
    assert stored["mixture.weight"].shape == (20,) and stored["mixture.root"].shape == (20, 2, 2)


def test_what_the_dice_need_is_small():
    files = assets.page_files()
    needed = ["classifier.js", "judge.js", "weights-16.js", "weights-2.js", "dice-2.js"]
    assert sum(len(gzip.compress(files[name].encode())) for name in needed) <= 320_000


def test_the_maps_are_those_of_the_results():
    maps, codes = json.loads(assets.data("maps")), load_results("maps_codes")
    scores = load_results("maps").query("seed == 0").set_index("maker")
    _, labels = load_mnist_sample("test")
    for maker, found in maps.items():
        np.testing.assert_array_equal(found["codes"], codes[[f"{maker}_0_z1", f"{maker}_0_z2"]])
        z = torch.tensor(found["codes"])
        assert found["trustworthiness"] == scores.loc[maker, "trustworthiness"]
        assert knn_accuracy(z, labels) == pytest.approx(found["knn10_accuracy"], abs=0.01)  # codes are rounded
    assert len(gzip.compress(assets.data("maps"))) < 60_000


def test_the_curves_are_means_of_the_sweep():
    curves, runs = assets.sweep_curves(), load_results("sweep")
    assert [row["latent_dim"] for row in curves["network"]] == sorted(
        runs.query("model == 'conv'")["latent_dim"].unique()
    )
    for name, model in [("network", "conv"), ("pca", "pca")]:
        for row in curves[name]:
            own = runs[(runs["model"] == model) & (runs["latent_dim"] == row["latent_dim"])]["test_mse"]
            assert row["seeds"] == len(own) and row["mse"] == pytest.approx(own.mean(), abs=1e-6)


def test_the_points_of_the_roll_are_those_whose_codes_were_kept():
    roll, fresh = assets.roll_codes(), json.loads(pack.roll_bytes())
    points, sheet = make_swiss_roll(1000, seed=1000)
    np.testing.assert_allclose(roll["points"], points[:500], atol=0.0006)
    np.testing.assert_allclose(roll["sheet"], sheet[:500], atol=0.0006)
    assert roll["points"] == fresh["points"] and roll["sheet"] == fresh["sheet"]
    np.testing.assert_allclose(np.abs(roll["codes"]["pca"]), np.abs(fresh["pca"]), atol=0.0011)


@pytest.mark.parametrize("method", ["plain", "geodesic"])
def test_the_codes_of_the_roll_score_as_the_results_say(method):
    roll = assets.roll_codes()
    assert list(roll["codes"][method]) == [str(seed) for seed in range(10, 20)]
    sheet = torch.tensor(roll["sheet"])
    for seed, codes in roll["codes"][method].items():
        score = score_unrolling(torch.tensor(codes), sheet)
        stored = roll["scores"][method][seed]
        assert score.unrolled == stored["unrolled"]
        assert score.distance_correlation == pytest.approx(stored["distance_correlation"], abs=0.06)  # 500 of 1,000


def test_the_maps_are_those_of_the_results_and_the_strokes_those_of_the_held_out_digits():
    maps, kept = json.loads(assets.data("two-maps")), load_results("two_number_codes")
    assert list(maps) == ["0", "1", "2", "3", "4"]
    for seed, codes in maps.items():
        np.testing.assert_array_equal(codes, kept[[f"seed_{seed}_z1", f"seed_{seed}_z2"]])
    assert assets.data("strokes") == pack.strokes_bytes()


# ---------------------------------------------------------------------------------------------------------- colours


def colors(name):
    """A colour of the style sheet, light and dark, where its name may be a pattern; the light ones come first."""
    found = re.findall(rf"--live-{name}: (#[0-9a-f]{{6}});", assets.style())
    return tuple(found[: len(found) // 2]), tuple(found[len(found) // 2 :])


def test_light_pages_have_the_colours_of_the_static_figures():
    assert colors(r"digit-\d")[0] == DIGIT_COLORS


@pytest.mark.parametrize("name", [r"digit-\d", r"length-\d", "paper", "pen"])
def test_dark_pages_have_the_colours_that_their_filter_makes_of_stored_figures(name):
    light, dark = colors(name)
    assert light and dark == tuple(map(on_dark, light))


def luminance(color):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_stand_out_from_the_paper(theme):
    paper = luminance(colors("paper")[theme][0])
    for name, least in [("ink", 7), ("muted", 4.5), ("warning", 4.5), ("focus", 3), ("edge", 3)]:
        low, high = sorted([luminance(colors(name)[theme][0]), paper])
        assert (high + 0.05) / (low + 0.05) >= least, name


# ------------------------------------------------------------------------------------------------------------- refusals

test_states_that_a_live_figure_does_not_have_are_refused = refusals([
    ("a state that a live figure does not have", lambda g: LatentMap(digit=[3]), TraitError,
     "A LatentMap has no digit; it has chosen, digits, z"),
    ("a view from an angle that is NaN", lambda g: LatentSpace(azim=NAN), TraitError, "angle is nan; wanted a"),
    ("a view from far around", lambda g: SwissRoll(azim=float("inf")), TraitError, "An angle is inf; wanted"),
    *[
        (f"a drawing of {bad!r}", lambda g, bad=bad: DrawDigit(strokes=bad), TraitError,
         r"A stroke goes through .*; wanted \[x, y\], numbers from 0 to 1")
        for bad in ([1], [[[1]]], [[["a", "b"]]], [[[NAN, 0]]], [[[0.5, 1.5]]])
    ],
    ("a slider for a number", lambda g: latent_dim_slider(3, g.x), ValueError, "inputs are a int; wanted a float32"),
])  # fmt: skip


def test_every_live_figure_is_offered_by_the_library_itself():
    import aeutils
    from aeutils import live

    assert set(live.__all__) <= set(aeutils.__all__)
