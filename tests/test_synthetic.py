"""The Swiss roll and the pendulum against what is known about them."""

import math
import re

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from sklearn.datasets import make_swiss_roll as sklearn_roll

from aeutils.synthetic import (
    PENDULUM_LENGTH,
    ROLL_MEAN,
    ROLL_SCALE,
    draw_pendulum,
    draw_strokes,
    make_swiss_roll,
    section_of,
)

LOW, HIGH = 1.5 * math.pi, 4.5 * math.pi


# ---------------------------------------------------------------------------------------------------- the roll


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_the_roll_is_scikit_learns_in_another_frame(noise):
    points, _ = make_swiss_roll(300, noise=noise, seed=3)
    assert points.shape == (300, 3) and points.dtype == torch.float32
    np.testing.assert_allclose(
        points.numpy() * ROLL_SCALE + ROLL_MEAN, sklearn_roll(300, noise=noise, random_state=3)[0], atol=2e-5
    )


def test_the_frame_is_the_expected_mean_and_scale():
    def expected(f):
        return quad(f, LOW, HIGH)[0] / (HIGH - LOW)

    mean = [expected(lambda t: t * math.cos(t)), 10.5, expected(lambda t: t * math.sin(t))]
    square = expected(lambda t: t**2) + quad(lambda h: h**2, 0, 21)[0] / 21
    np.testing.assert_allclose(ROLL_MEAN, mean, rtol=1e-9)
    assert pytest.approx(math.sqrt((square - sum(m**2 for m in mean)) / 3), rel=1e-9) == ROLL_SCALE


def test_a_large_roll_is_centred_and_of_unit_size():
    points = make_swiss_roll(200_000)[0].double()
    assert points.mean(dim=0).abs().max() < 0.01  # four standard errors
    assert points.square().mean().item() == pytest.approx(1, abs=0.01)


def test_the_arc_length_is_the_length_of_the_curve():
    points, sheet = make_swiss_roll(200, seed=1)
    x, _, z = (points.double().numpy() * ROLL_SCALE + ROLL_MEAN).T
    for angle, s in zip(np.hypot(x, z), sheet[:, 0].tolist(), strict=True):  # the spiral's radius is its angle
        assert s == pytest.approx(quad(lambda t: math.sqrt(1 + t**2), LOW, angle)[0], abs=1e-3)


def test_sections_are_six_equal_parts_of_the_length():
    sheet = torch.stack([torch.linspace(0.01, 89.39, 6000), torch.zeros(6000)], dim=1)
    sections = section_of(sheet)
    assert (sections.diff() >= 0).all()
    np.testing.assert_allclose(sections.bincount(), 1000, atol=2)
    ends = torch.tensor([[0.0, 3.0], [89.41, 3.0]])  # the length is rounded: a point may lie a little beyond
    assert section_of(ends).tolist() == [0, 5]


def test_the_sheet_is_89_long_and_21_high():
    assert quad(lambda t: math.sqrt(1 + t**2), LOW, HIGH)[0] == pytest.approx(89.4, abs=0.05)
    _, sheet = make_swiss_roll(20_000)
    assert sheet.shape == (20_000, 2) and sheet.dtype == torch.float32
    assert sheet.min() >= 0
    assert sheet.max(dim=0).values.tolist() == pytest.approx([89.4, 21], abs=0.1)


def test_the_same_seed_draws_the_same_roll_and_another_seed_another():
    first, again, other = make_swiss_roll(50, seed=7), make_swiss_roll(50, seed=7), make_swiss_roll(50, seed=8)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0]) and not torch.equal(first[1], other[1])


def test_noise_moves_the_points_by_its_size_and_leaves_the_sheet():
    (clean, sheet), (noisy, noisy_sheet) = make_swiss_roll(5000, seed=2), make_swiss_roll(5000, noise=0.7, seed=2)
    assert torch.equal(sheet, noisy_sheet)
    assert ((noisy - clean) * ROLL_SCALE).std().item() == pytest.approx(0.7, rel=0.03)


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "10", None])
def test_a_number_of_points_that_is_none_is_refused(n):
    with pytest.raises(ValueError, match="n is .*; give a whole number from 1 up"):
        make_swiss_roll(n)


@pytest.mark.parametrize("noise", [-1, -1e-9, math.nan, math.inf])
def test_noise_that_is_no_standard_deviation_is_refused(noise):
    with pytest.raises(ValueError, match="noise is .*: a finite number, at least 0"):
        make_swiss_roll(10, noise=noise)


# ------------------------------------------------------------------------------------------------- the pendulum

TALLEST = 0.7  # radians up to which the pendulum stays in the picture


def swing(n, links, seed=0):
    return TALLEST * (2 * torch.rand(n, links, generator=torch.Generator().manual_seed(seed)) - 1)


def joints(angles):
    """Pivot and ends of the links, column and row of each, by trigonometry: 17 pixels of links below (13.5, 3)."""
    column, row, found = 13.5, 3.0, [(13.5, 3.0)]
    for angle in angles:
        column += 17 / len(angles) * math.sin(angle)
        row += 17 / len(angles) * math.cos(angle)
        found.append((column, row))
    return found


def draw_by_dots(angles):
    """The picture from the distance of every pixel to the nearest of many dots on the links, and to the bobs."""
    where = joints(angles)
    picture = np.zeros((28, 28))
    share = np.linspace(0, 1, 1001)[:, None]
    dots = np.concatenate([(1 - share) * a + share * b for a, b in zip(np.array(where), where[1:], strict=False)])
    for row in range(28):
        for column in range(28):
            pixel = np.array([column, row])
            from_links = np.linalg.norm(pixel - dots, axis=1).min()
            from_bobs = np.linalg.norm(pixel - where[1:], axis=1).min()
            picture[row, column] = max(np.clip(1.5 - from_links, 0, 1), np.clip(3 - from_bobs, 0, 1))
    return picture


@pytest.mark.parametrize("links", [1, 2, 3])
def test_every_pixel_of_a_pendulum_is_its_distance_from_links_and_bobs(links):
    angles = swing(3, links)
    pictures = draw_pendulum(angles)
    for picture, own_angles in zip(pictures[:, 0].numpy(), angles.tolist(), strict=True):
        np.testing.assert_allclose(picture, draw_by_dots(own_angles), atol=1e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("links", [1, 2, 5])
def test_pictures_of_a_pendulum_are_images_like_digits(links, dtype):
    pictures = draw_pendulum(swing(40, links).to(dtype))
    assert pictures.shape == (40, 1, 28, 28) and pictures.dtype == torch.float32
    assert pictures.min() == 0 and pictures.max() == 1
    assert pictures.sum(dim=(1, 2, 3)).min() > 30 and pictures.sum(dim=(1, 2, 3)).max() < 150  # ink on white paper


def test_every_picture_depends_on_its_own_row_of_angles_only():
    angles = swing(10, 2)
    together = draw_pendulum(angles)
    for i in range(10):
        torch.testing.assert_close(draw_pendulum(angles[i : i + 1])[0], together[i])
    assert not torch.allclose(draw_pendulum(angles.flip(1)), together)  # which link comes first matters


@pytest.mark.parametrize("links", [1, 2, 3])
def test_a_pendulum_at_rest_is_symmetric_and_a_mirrored_one_is_mirrored(links):
    rest = draw_pendulum(torch.zeros(1, links))
    torch.testing.assert_close(rest, rest.flip(3))
    angles = swing(20, links)
    pictures = draw_pendulum(angles)
    torch.testing.assert_close(draw_pendulum(-angles), pictures.flip(3), rtol=0, atol=1e-5)
    assert (pictures - pictures.flip(3)).abs().amax(dim=(1, 2, 3)).min() > 0.1


@pytest.mark.parametrize("angle", [-0.7, -0.4, -0.1, 0.0, 0.25, 0.55, 0.7])
def test_the_bob_hangs_where_trigonometry_says(angle):
    picture = draw_pendulum(torch.tensor([[angle]]))[0, 0]
    column, row = 13.5 + 17 * math.sin(angle), 3 + 17 * math.cos(angle)  # to the right for positive angles
    assert picture[round(row), round(column)] == 1
    # The bob is the one thing in the picture that is as wide as it is high: no other window holds as much ink.
    window = torch.nn.functional.avg_pool2d(picture[None], 5, stride=1)[0]
    found_row, found_column = divmod(window.argmax().item(), window.shape[1])
    assert (found_column + 2, found_row + 2) == (pytest.approx(column, abs=0.8), pytest.approx(row, abs=0.8))
    assert picture[3, 13] == picture[3, 14] == 1 and picture[:2].max() < 0.3  # the pivot, and what is above it


def test_the_size_of_a_pendulum_is_what_its_description_says():
    assert PENDULUM_LENGTH == 17
    picture = draw_pendulum(torch.zeros(1, 1))[0, 0]
    assert picture[10].sum() == 2  # the width of the rod
    assert picture[20].sum() == pytest.approx(5, abs=0.3)  # that of the bob, at its middle
    assert picture[:, 13].sum() == pytest.approx(17 + 1 + 2.5, abs=0.4)  # from above the pivot to below the bob


@pytest.mark.parametrize("angle", [-0.6, 0.0, 0.35])
def test_two_links_in_line_are_one_rod_with_a_bob_in_the_middle(angle):
    one, two = draw_pendulum(torch.tensor([[angle]]))[0, 0], draw_pendulum(torch.tensor([[angle, angle]]))[0, 0]
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    (_, (column, row), _) = joints([angle, angle])
    from_middle = torch.hypot(columns - column, rows - row)
    torch.testing.assert_close(two[from_middle > 3], one[from_middle > 3], rtol=0, atol=1e-4)
    assert (two[from_middle < 2] == 1).all() and (one[from_middle < 2] < 0.9).any()
    assert (two >= one - 1e-4).all()


@pytest.mark.parametrize("links", [1, 2])
def test_a_small_turn_changes_a_picture_a_little_and_a_large_one_more(links):
    angles = swing(50, links)
    pictures = draw_pendulum(angles).flatten(1)

    def change(turned):
        return (draw_pendulum(angles + turned).flatten(1) - pictures).norm(dim=1)

    # No pixel changes by more than the end moves, which is 17 pixels a radian.
    assert (draw_pendulum(angles + 0.001).flatten(1) - pictures).abs().max() < 17 * 0.001 * 1.01
    assert change(0.001).min() > 0 and change(0.001).max() < 0.1
    torch.testing.assert_close(change(0.002), 2 * change(0.001), rtol=0.1, atol=0.01)
    assert (change(0.1) > 10 * change(0.001)).all()


@pytest.mark.parametrize("links", [1, 2, 3])
def test_up_to_0_7_radians_the_whole_pendulum_is_in_the_picture(links):
    extremes = torch.cartesian_prod(*[torch.tensor([-TALLEST, 0.0, TALLEST])] * links).reshape(-1, links)
    for angles in extremes.tolist():  # a bob has a radius of 2.5, and the picture ends half a pixel beyond its last
        assert all(2 <= column <= 25 and 2 <= row <= 25 for column, row in joints(angles)[1:])
    ink = draw_pendulum(extremes)
    border = torch.cat([ink[:, 0, [0, 27]], ink[:, 0, :, [0, 27]].transpose(1, 2)], dim=1)
    assert border.max() < 0.5  # no more than soft edges


def test_turned_as_a_whole_a_pendulum_loses_no_ink_up_to_0_7_radians_and_loses_some_further_out():
    amount = draw_pendulum(torch.linspace(-TALLEST, TALLEST, 57).unsqueeze(1)).sum(dim=(1, 2, 3))
    assert amount.min() > 0.98 * amount.max()  # where the pixels lie makes a per cent
    assert draw_pendulum(torch.tensor([[-0.9], [0.9]])).sum(dim=(1, 2, 3)).max() < 0.9 * amount.min()


@pytest.mark.parametrize(
    "angles",
    [
        torch.zeros(5),
        torch.tensor(0.0),
        torch.zeros(5, 1, 1),
        torch.zeros(0, 1),
        torch.zeros(3, 0),
    ],
    ids=["one row", "a number", "three axes", "no pictures", "no links"],
)
def test_angles_of_no_pendulum_are_refused(angles):
    shape = re.escape(str(tuple(angles.shape)))
    with pytest.raises(ValueError, match=rf"^The angles have shape {shape}; wanted .*\(N, L\) with N at least 1"):
        draw_pendulum(angles)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_angles_that_are_no_numbers_are_refused(value):
    with pytest.raises(ValueError, match="^The angles hold 1 values that are NaN or infinite"):
        draw_pendulum(torch.tensor([[0.1, value]]))


@pytest.mark.parametrize(
    ("angles", "kind"),
    [([[0.1], [0.2]], "list"), (np.zeros((2, 1)), "ndarray"), (0.1, "float"), (None, "NoneType")],
)
def test_angles_that_are_no_tensor_are_refused(angles, kind):
    with pytest.raises(ValueError, match=rf"^The angles are a {kind}; wanted a tensor of shape \(N, L\)"):
        draw_pendulum(angles)


# -------------------------------------------------------------------------------------------------- pen strokes

BAR = [[(0, 0), (0, 5)]]


def centre(image):
    rows, columns = np.indices((28, 28))
    ink = image[0].numpy()
    return (ink * rows).sum() / ink.sum(), (ink * columns).sum() / ink.sum()


@pytest.mark.parametrize("strokes", [BAR, [[(0, 0), (3, 1), (1, 4)]], [[(0, 0), (1, 0)], [(5, 5), (5, 9), (7, 9)]]])
def test_a_drawing_fits_the_box_and_its_ink_has_its_centre_in_the_middle(strokes):
    image = draw_strokes(strokes)
    assert image.shape == (1, 28, 28) and image.dtype == torch.float32
    assert image.min() == 0 and image.max() == 1
    np.testing.assert_allclose(centre(image), 13.5, atol=0.1)
    rows, columns = np.nonzero(image[0].numpy() > 0.5)
    assert 20 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 22


@pytest.mark.parametrize("thickness", [1.5, 3, 5])
def test_a_bar_has_the_ink_of_a_rectangle_with_two_half_discs(thickness):
    ink = draw_strokes(BAR, thickness=thickness).sum().item()
    assert ink == pytest.approx(18 * thickness + math.pi * thickness**2 / 4, rel=0.03)


def test_neither_unit_nor_place_nor_order_of_the_points_matters():
    strokes = [[(0, 0), (3, 1), (1, 4)], [(2, 2), (0, 3)]]
    wanted = draw_strokes(strokes)
    moved = [[(7 + 40 * x, -3 + 40 * y) for x, y in stroke] for stroke in strokes]
    turned = [stroke[::-1] for stroke in strokes[::-1]]
    for other in (moved, turned):
        torch.testing.assert_close(draw_strokes(other), wanted, atol=1e-5, rtol=0)


def test_a_drawing_on_its_side_is_the_picture_on_its_side():
    strokes = [[(0, 0), (3, 1), (1, 4)]]
    on_its_side = [[(y, x) for x, y in stroke] for stroke in strokes]
    torch.testing.assert_close(draw_strokes(on_its_side), draw_strokes(strokes).mT, atol=1e-6, rtol=0)


@pytest.mark.parametrize("strokes", [[], [[]], [[(0, 0)]], [[0, 1]], [[(0, 0, 0), (1, 1, 1)]]])
def test_strokes_that_are_no_lines_are_refused(strokes):
    with pytest.raises(ValueError, match="two or more points"):
        draw_strokes(strokes)


@pytest.mark.parametrize(
    ("strokes", "thickness"),
    [([[(1, 1), (1, 1)]], 3), ([[(0, 0), (math.nan, 1)]], 3), (BAR, 0), (BAR, -1), (BAR, math.nan), (BAR, math.inf)],
)
def test_strokes_without_extent_or_a_pen_without_width_are_refused(strokes, thickness):
    with pytest.raises(ValueError, match="finite points that are not all the same and a thickness above 0"):
        draw_strokes(strokes, thickness=thickness)
