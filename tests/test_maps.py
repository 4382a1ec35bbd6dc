import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from mpl_toolkits.mplot3d import proj3d

from aeutils.maps import (
    VIEW_ANGLES,
    plot_code_map,
    plot_code_map_3d,
    plot_roll,
    plot_roll_codes,
    plot_six_views,
    side_view,
)
from aeutils.palette import DIGIT_COLORS
from aeutils.synthetic import make_swiss_roll


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.fixture
def codes():
    """Codes of three numbers and their digits; each digit occurs an odd number of times, so that medians are codes."""
    labels = torch.arange(10).repeat(7)
    centres = 0.8 * torch.stack([labels.cos(), labels.sin(), (2 * labels).cos()], dim=1)
    return centres + 0.1 * torch.rand(70, 3, generator=torch.Generator().manual_seed(0)), labels


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
        assert to_hex(text.get_bbox_patch().get_facecolor()) == DIGIT_COLORS[digit]


def test_a_map_has_a_bar_that_names_the_colours_only_where_it_is_wanted(codes):
    z, labels = codes
    bar = plot_code_map(z[:, :2], labels, colorbar=True).figure.axes[1]
    assert bar.get_ylabel() == "digit"
    assert [tick.get_text() for tick in bar.get_yticklabels()] == list("0123456789")
    assert len(plot_code_map(z[:, :2], labels).figure.axes) == 1


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
    ax = plot_code_map_3d(z, labels, azim=40, elev=10)
    dots, colours = dots_and_colours(ax)
    np.testing.assert_allclose(np.stack(dots._offsets3d), z.T, rtol=1e-6)
    assert sorted(set(colours)) == sorted(DIGIT_COLORS)
    assert (ax.azim, ax.elev) == (40, 10)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_zlabel()) == ("$z_1$", "$z_2$", "$z_3$")
    assert texts(ax) == list("0123456789")
    for digit, text in enumerate(ax.texts):
        middle = np.median(z[labels == digit].numpy(), axis=0)
        assert text.get_position_3d() == pytest.approx(tuple(middle.tolist()))
    assert len(ax.figure.axes) == 1
    assert len(plot_code_map_3d(z, labels, colorbar=True).figure.axes) == 2


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
    ax = plot_code_map_3d(z, labels, azim=degrees, elev=0, colorbar=False)
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


# ---------------------------------------------------------------------------------------------------- Swiss roll


def assert_lighter_with(length, ax):
    """Each dot has its point's arc length as its value, and the colours of larger values are lighter."""
    dots = ax.collections[0]
    np.testing.assert_allclose(dots.get_array(), length)
    lightness = dots.get_cmap()(np.linspace(0, 1, 50))[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert np.all(np.diff(lightness) > 0)


def test_the_roll_is_drawn_point_by_point_lighter_towards_its_outer_end():
    points, sheet = make_swiss_roll(200)
    ax = plot_roll(points, sheet, azim=-60, elev=20)
    np.testing.assert_allclose(np.stack(ax.collections[0]._offsets3d), points.T, rtol=1e-6)
    assert (ax.azim, ax.elev) == (-60, 20)
    assert_lighter_with(sheet[:, 0], ax)


def test_codes_of_the_roll_carry_the_numbers_of_six_sections():
    _, sheet = make_swiss_roll(600)
    ax = plot_roll_codes(sheet, sheet)
    np.testing.assert_allclose(ax.collections[0].get_offsets(), sheet)
    assert texts(ax) == list("123456")
    places = [text.get_position()[0] for text in ax.texts]
    for number, place in enumerate(places):
        assert 89.4 / 6 * number < place < 89.4 / 6 * (number + 1)
    assert_lighter_with(sheet[:, 0], ax)
    assert len(ax.figure.axes) == 2
    assert len(plot_roll_codes(sheet, sheet, colorbar=False).figure.axes) == 1
