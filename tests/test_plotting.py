from itertools import combinations

import matplotlib
import numpy as np
import pytest
import torch
from colorspacious import deltaE
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb
from mpl_toolkits.mplot3d import proj3d

from aeutils.plotting import (
    DIGIT_COLORS,
    SERIES_COLORS,
    VIEW_ANGLES,
    plot_by_digit,
    plot_code_map,
    plot_code_map_3d,
    plot_confusion,
    plot_history,
    plot_image_grid,
    plot_rows,
    plot_six_views,
    side_view,
    use_style,
)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.fixture
def codes():
    """Codes of three numbers and their digits; each digit occurs an odd number of times, so that medians are codes."""
    labels = torch.arange(10).repeat(7)
    centres = 0.8 * torch.stack([labels.cos(), labels.sin(), (2 * labels).cos()], dim=1)
    return centres + 0.1 * torch.rand(70, 3, generator=torch.Generator().manual_seed(0)), labels


# ------------------------------------------------------------------------------------------------------ palette


def seen(kind):
    """How somebody sees colours, as colorspacious names it."""
    return "sRGB1" if kind == "normal" else {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}


@pytest.mark.parametrize(
    ("kind", "least"), [("normal", 30), ("deuteranomaly", 15), ("protanomaly", 15), ("tritanomaly", 15)]
)
def test_the_colours_of_the_ten_digits_stay_apart_for_every_kind_of_colour_vision(kind, least):
    assert len(DIGIT_COLORS) == 10
    distances = {
        pair: deltaE(to_rgb(DIGIT_COLORS[pair[0]]), to_rgb(DIGIT_COLORS[pair[1]]), input_space=seen(kind))
        for pair in combinations(range(10), 2)
    }
    closest = min(distances, key=distances.get)
    assert distances[closest] >= least, f"{closest} are {distances[closest]:.1f} apart in CAM02-UCS"


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


def test_rows_of_different_lengths_are_refused(digits):
    with pytest.raises(ValueError, match="shorter"):
        plot_rows({"original": digits[:4], "reconstruction": digits[:3]})


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


# --------------------------------------------------------------------------------------------------------- maps


def dots_and_colours(ax):
    dots = ax.collections[0]
    ax.figure.canvas.draw()
    return dots, [to_hex(colour) for colour in dots.get_facecolors()]


def test_a_map_shows_every_code_in_the_colour_of_its_digit(codes):
    z, labels = codes
    ax = plot_code_map(z[:, :2], labels)
    dots, colours = dots_and_colours(ax)
    np.testing.assert_allclose(dots.get_offsets(), z[:, :2])
    assert colours == [DIGIT_COLORS[label] for label in labels.tolist()]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$z_1$", "$z_2$")


def test_colours_belong_to_digits_even_where_some_do_not_occur(codes):
    z, labels = codes
    chosen = (labels == 3) | (labels == 8)
    ax = plot_code_map(z[chosen, :2], labels[chosen])
    assert dots_and_colours(ax)[1] == [DIGIT_COLORS[label] for label in labels[chosen].tolist()]
    assert texts(ax) == ["3", "8"]


def test_each_number_stands_at_the_median_of_its_codes(codes):
    z, labels = codes
    ax = plot_code_map(z[:, :2], labels)
    assert texts(ax) == list("0123456789")
    for digit, text in enumerate(ax.texts):
        middle = np.median(z[labels == digit, :2].numpy(), axis=0)
        assert text.get_position() == pytest.approx(tuple(middle.tolist()))
        assert to_hex(text.get_color()) == DIGIT_COLORS[digit]


def test_a_map_has_a_bar_that_names_the_colours_unless_told_otherwise(codes):
    z, labels = codes
    bar = plot_code_map(z[:, :2], labels).figure.axes[1]
    assert bar.get_ylabel() == "digit"
    assert [tick.get_text() for tick in bar.get_yticklabels()] == list("0123456789")
    assert len(plot_code_map(z[:, :2], labels, colorbar=False).figure.axes) == 1


def test_a_map_is_drawn_where_and_as_wide_as_wanted(codes):
    z, labels = codes
    _, mine = plt.subplots()
    ax = plot_code_map(z[:, :2], labels, mine, limit=2)
    assert ax is mine and ax.get_xlim() == ax.get_ylim() == (-2, 2)
    assert ax.get_aspect() == 1
    far = plot_code_map(100 * z[:, :2], labels, limit=None)
    assert far.get_xlim()[1] > 50 and far.get_aspect() == "auto"


def test_a_map_of_three_numbers_shows_every_code_and_number(codes):
    z, labels = codes
    ax = plot_code_map_3d(z, labels, turned=40, elevation=10)
    dots, colours = dots_and_colours(ax)
    np.testing.assert_allclose(np.stack(dots._offsets3d), z.T, rtol=1e-6)
    assert sorted(set(colours)) == sorted(DIGIT_COLORS)
    assert (ax.azim, ax.elev) == (40, 10)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_zlabel()) == ("$z_1$", "$z_2$", "$z_3$")
    assert texts(ax) == list("0123456789")
    for digit, text in enumerate(ax.texts):
        middle = np.median(z[labels == digit].numpy(), axis=0)
        assert text.get_position_3d() == pytest.approx(tuple(middle.tolist()))
    assert len(ax.figure.axes) == 2
    assert len(plot_code_map_3d(z, labels, colorbar=False).figure.axes) == 1


def test_six_views_look_from_six_sides_a_sixth_of_a_turn_apart(codes):
    figure = plot_six_views(*codes)
    turned = [ax.azim for ax in figure.axes]
    assert turned == [0, 60, 120, 180, 240, 300] == list(VIEW_ANGLES)
    for ax, angle in zip(figure.axes, VIEW_ANGLES, strict=True):
        assert len(ax.collections[0]._offsets3d[0]) == 70
        assert f"turned by {angle}°" in texts(ax)


# ---------------------------------------------------------------------------------------------------- side view


def test_seen_from_the_front_the_first_axis_is_lost_and_from_the_side_the_second():
    z = torch.tensor([[1.0, 2.0, 3.0], [-4.0, 5.0, 6.0]])
    torch.testing.assert_close(side_view(z, 0), torch.tensor([[2.0, 3.0], [5.0, 6.0]]))
    torch.testing.assert_close(side_view(z, 90), torch.tensor([[-1.0, 3.0], [4.0, 6.0]]))
    torch.testing.assert_close(side_view(z, 180), torch.tensor([[-2.0, 3.0], [-5.0, 6.0]]))


@pytest.mark.parametrize("degrees", VIEW_ANGLES)
def test_a_side_view_is_what_the_map_turned_as_much_shows(degrees, codes):
    z, labels = codes
    ax = plot_code_map_3d(z, labels, turned=degrees, elevation=0, colorbar=False)
    ax.set_proj_type("ortho")
    across, up, _ = proj3d.proj_transform(*z.numpy().T, ax.get_proj())
    right, height = side_view(z, degrees).T.numpy()
    assert np.corrcoef(across, right)[0, 1] == pytest.approx(1, abs=1e-6)
    assert np.corrcoef(up, height)[0, 1] == pytest.approx(1, abs=1e-6)


def test_turning_by_a_whole_turn_changes_nothing_and_no_view_stretches(codes):
    z, _ = codes
    torch.testing.assert_close(side_view(z, 370), side_view(z, 10), atol=1e-5, rtol=0)
    for degrees in (0, 25, 130):
        assert (torch.pdist(side_view(z, degrees)) <= torch.pdist(z) + 1e-5).all()
