from itertools import combinations

import matplotlib
import numpy as np
import pandas as pd
import pytest
import torch
from colorspacious import cspace_convert, deltaE
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from aeutils.palette import DIGIT_COLORS, SERIES_COLORS, ink_on, on_dark
from aeutils.plotting import (
    plot_by_digit,
    plot_by_size,
    plot_confusion,
    plot_history,
    plot_image_grid,
    plot_rows,
    use_style,
)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


# ------------------------------------------------------------------------------------------------------ palette


def seen(kind):
    """How somebody sees colours, as colorspacious names it."""
    return "sRGB1" if kind == "normal" else {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}


PALETTES = {"light": DIGIT_COLORS, "dark": tuple(map(on_dark, DIGIT_COLORS))}
COLLIDING = [(4, 7), (4, 9), (7, 9), (3, 5), (3, 8), (5, 8)]  # what the maps of the book put side by side


def distances(colors, pairs, kind):
    """How far pairs of colours are apart in CAM02-UCS."""
    colors = [to_rgb(color) for color in colors]
    return {(a, b): deltaE(colors[a], colors[b], input_space=seen(kind)) for a, b in pairs}


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize(
    ("kind", "least"), [("normal", 22), ("deuteranomaly", 15), ("protanomaly", 15), ("tritanomaly", 15)]
)
def test_the_colours_of_the_ten_digits_stay_apart_for_every_kind_of_colour_vision(kind, least, theme):
    assert len(DIGIT_COLORS) == 10
    found = distances(PALETTES[theme], combinations(range(10), 2), kind)
    closest = min(found, key=found.get)
    assert found[closest] >= least, f"{closest} are {found[closest]:.1f} apart in CAM02-UCS"


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("kind", ["normal", "deuteranomaly", "protanomaly", "tritanomaly"])
def test_digits_that_lie_side_by_side_have_the_colours_furthest_apart(kind, theme):
    found = distances(PALETTES[theme], COLLIDING, kind)
    closest = min(found, key=found.get)
    assert found[closest] >= 25, f"{closest} are {found[closest]:.1f} apart in CAM02-UCS"


@pytest.mark.parametrize(("theme", "paper", "least"), [("light", "#ffffff", 2.6), ("dark", "#121212", 3.9)])
def test_every_dot_can_be_seen_on_the_paper(theme, paper, least):
    assert min(contrast(color, paper) for color in PALETTES[theme]) >= least


def contrast(one, other):
    """The contrast ratio of WCAG 2, from colorspacious' linear light."""
    low, high = sorted(cspace_convert(to_rgb(color), "sRGB1", "XYZ1")[1] for color in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", PALETTES)
def test_the_number_on_a_disc_can_be_read(theme):
    assert min(contrast(color, ink_on(color)) for color in PALETTES[theme]) >= 4.5


def test_the_filter_of_dark_pages_turns_white_to_their_paper_and_keeps_hues():
    assert (on_dark("white"), on_dark("black")) == ("#121212", "#ededed")
    for color in DIGIT_COLORS:
        hues = [cspace_convert(to_rgb(c), "sRGB1", "JCh")[2] for c in (color, on_dark(color))]
        assert abs((hues[0] - hues[1] + 180) % 360 - 180) < 30


def test_the_measure_of_colours_knows_what_colour_blindness_is():
    red, green = (0.8, 0, 0), (0.35, 0.35, 0)
    for kind in ("deuteranomaly", "protanomaly"):
        assert deltaE(red, green, input_space=seen(kind)) < 0.5 * deltaE(red, green, input_space="sRGB1")


def test_curves_and_bars_borrow_colours_of_the_one_palette():
    assert set(SERIES_COLORS) <= set(DIGIT_COLORS) and len(set(SERIES_COLORS)) == len(SERIES_COLORS)


def test_the_style_of_the_book_is_put_on():
    assert plt.rcParams["image.cmap"] != "gray_r"
    use_style()
    assert plt.rcParams["image.cmap"] == "gray_r" and plt.rcParams["image.interpolation"] == "nearest"


# ------------------------------------------------------------------------------------------------------- curves


def test_a_history_is_drawn_as_it_was():
    train, held_out = [0.3, 0.2, 0.1], [0.4, 0.25, 0.15]
    ax = plot_history(train, held_out, ylabel="MSE per pixel")
    for line, losses in zip(ax.lines, (train, held_out), strict=True):
        assert line.get_xdata().tolist() == [1, 2, 3] and list(line.get_ydata()) == losses
    assert ax.lines[0].get_color() != ax.lines[1].get_color()
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    assert ax.get_yscale() == "log" and (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "MSE per pixel")
    assert legend(ax) == ["training", "held out"]


def test_a_history_without_held_out_data_has_one_curve():
    ax = plot_history([0.3, 0.2])
    assert len(ax.lines) == 1 and legend(ax) == ["training"]


def test_bars_stand_at_their_digits_with_their_spread():
    one, two = np.linspace(0.1, 1, 10), np.linspace(1, 0.1, 10)
    spread = np.full(10, 0.05)
    ax = plot_by_digit({"one": (one, None), "two": (two, spread)}, ylabel="share")
    bars = [container for container in ax.containers if isinstance(container, matplotlib.container.BarContainer)]
    for bar, values in zip(bars, (one, two), strict=True):
        assert [patch.get_height() for patch in bar] == pytest.approx(values.tolist())
        assert [round(patch.get_x() + patch.get_width() / 2) for patch in bar] == list(range(10))
    for left, right in zip(*bars, strict=True):  # beside each other, not in front
        assert left.get_x() + left.get_width() <= right.get_x() + 1e-9
        assert left.get_hatch() != right.get_hatch() and left.get_facecolor() != right.get_facecolor()
    assert bars[0].errorbar is None
    ends = [[point[1] for point in segment] for segment in bars[1].errorbar[2][0].get_segments()]
    np.testing.assert_allclose(ends, np.stack([two - spread, two + spread], axis=1))
    assert legend(ax) == ["one", "two"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("digit", "share") and ax.get_xticks().tolist() == list(range(10))


# ------------------------------------------------------------------------------------------------------- images


def test_rows_of_images_are_drawn_under_each_other_with_their_names(digits):
    rows = {"original": digits[:4], "reconstruction": 0.5 * digits[50:54]}
    figure = plot_rows(rows)
    axes = np.array(figure.axes).reshape(2, 4)
    for row_axes, (name, images) in zip(axes, rows.items(), strict=True):
        assert row_axes[0].get_ylabel() == name
        for ax, image in zip(row_axes, images, strict=True):
            assert np.array_equal(ax.images[0].get_array(), image[0])
            assert ax.images[0].get_clim() == (0, 1)  # or a pale image would look like a dark one


def test_a_grid_holds_its_images_row_by_row_from_the_top_left(digits):
    images = 0.5 * digits[::15][:6]
    ax = plot_image_grid(images, 3)
    picture = np.asarray(ax.images[0].get_array())
    assert picture.shape == (2 * 28, 3 * 28) and ax.images[0].get_clim() == (0, 1)
    for i, image in enumerate(images):
        row, column = divmod(i, 3)
        assert np.array_equal(picture[28 * row : 28 * row + 28, 28 * column : 28 * column + 28], image[0])
    assert not ax.axison


def test_a_grid_with_places_shows_their_coordinates(digits):
    _, mine = plt.subplots()
    ax = plot_image_grid(digits[:4], 2, mine, extent=(-1, 1, -0.5, 0.5))
    assert ax is mine and ax.axison
    assert list(ax.images[0].get_extent()) == [-1, 1, -0.5, 0.5]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$z_1$", "$z_2$")


def test_a_confusion_table_shows_its_shares_in_percent():
    shares = 0.9 * torch.eye(10, dtype=torch.float64)
    shares[4, 9], shares[9, 4] = 0.1, 0.004
    ax = plot_confusion(shares, xlabel="seen as")
    np.testing.assert_allclose(ax.images[0].get_array(), 100 * shares)
    written = {(round(text.get_position()[1]), round(text.get_position()[0])): text for text in ax.texts}
    assert {place: text.get_text() for place, text in written.items()} == {
        **{(digit, digit): "90" for digit in range(10)},
        (4, 9): "10",  # row is the truth; what rounds to 0 stays empty
    }
    assert written[4, 4].get_color() == "white" and written[4, 9].get_color() == "black"
    assert ax.get_xlabel().startswith("seen as") and ax.get_ylabel() == "true digit"


# -------------------------------------------------------------------------------------------- plot_by_size


def test_scores_by_size_stand_at_their_sizes_with_their_spread():
    values, spread = pd.Series([0.06, 0.03, 0.01], [1, 8, 128]), pd.Series([0.01, 0.002, 0.001], [1, 8, 128])
    ax = plot_by_size({"one": (values, spread), "two": (values / 2, None)}, ylabel="MSE")
    one, two = ax.containers
    assert one.lines[0].get_xdata().tolist() == [1, 8, 128]
    assert one.lines[0].get_ydata().tolist() == values.tolist()
    assert two.lines[0].get_ydata().tolist() == (values / 2).tolist()
    ends = [segment[:, 1].tolist() for segment in one.lines[2][0].get_segments()]
    np.testing.assert_allclose(ends, np.stack([values - spread, values + spread], axis=1))
    assert not two.has_yerr
    assert one.lines[0].get_linestyle() != two.lines[0].get_linestyle()  # colour is not the only cue
    assert (ax.get_xscale(), ax.get_ylabel()) == ("log", "MSE")
    assert [label.get_text() for label in ax.get_legend().get_texts()] == ["one", "two"]


def test_scores_by_size_go_into_given_axes():
    ax = plt.subplots()[1]
    assert plot_by_size({"one": (pd.Series([0.5, 0.9], [1, 2]), None)}, ylabel="share", ax=ax) is ax
