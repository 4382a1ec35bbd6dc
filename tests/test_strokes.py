import math
import re

import numpy as np
import pytest
import torch

from aeutils.autoencoder import IMAGE_SHAPE
from aeutils.data import load_mnist_sample
from aeutils.strokes import MEASURES, _links, measure_strokes

FINE = 8  # drawn this much finer, then averaged, so that edges fall anywhere between pixels


def draw(is_ink):
    """An image of the points (x, y) where `is_ink` holds; (0, 0) is the middle, y points up."""
    side = (np.arange(28 * FINE) + 0.5) / FINE - 14
    x, y = np.meshgrid(side, -side)
    ink = is_ink(x, y).reshape(28, FINE, 28, FINE).mean(axis=(1, 3))
    return torch.from_numpy(ink).float()[None]


def bar(length, thickness, degrees=0.0):
    """A straight bar, turned clockwise from upright."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def is_ink(x, y):
        return (abs(x * cos - y * sin) < thickness / 2) & (abs(x * sin + y * cos) < length / 2)

    return draw(is_ink)


def arc(radius, thickness, degrees):
    """Part of a ring, from the left end clockwise."""

    def is_ink(x, y):
        return (abs(np.hypot(x, y) - radius) < thickness / 2) & (np.degrees(np.arctan2(y, -x)) % 360 < degrees)

    return draw(is_ink)


def measure(image):
    return measure_strokes(image[None]).iloc[0]


# ------------------------------------------------------------------------------------------------- drawn strokes


@pytest.mark.parametrize("thickness", [2, 3, 4, 5])
@pytest.mark.parametrize("length", [12, 20])
def test_an_upright_bar_measures_what_it_was_drawn_with(length, thickness):
    found = measure(bar(length, thickness))
    assert found["thickness"] == pytest.approx(thickness, abs=0.02)
    assert found["height"] == length and found["width"] == thickness
    assert found["slant"] == pytest.approx(0, abs=1e-9) and found["bend"] == pytest.approx(0, abs=1e-9)
    assert length - thickness - 1.5 < found["length"] < length - thickness  # both ends lie inside the ink


@pytest.mark.parametrize("thickness", [2, 3, 4, 5])
def test_a_longer_bar_is_longer_by_what_was_added(thickness):
    assert measure(bar(20, thickness))["length"] - measure(bar(12, thickness))["length"] == pytest.approx(8, abs=0.01)


@pytest.mark.parametrize("degrees", [-75, -40, -22.5, -10, 5, 15, 22.5, 30, 45, 60, 80])
def test_a_turned_bar_keeps_its_thickness_and_length_and_stays_straight(degrees):
    found = measure(bar(18, 3, degrees))
    assert found["thickness"] == pytest.approx(3, abs=0.25)
    assert found["length"] == pytest.approx(15, abs=1.2)
    assert found["bend"] < 0.01


@pytest.mark.parametrize("slope", [-0.8, -0.3, 0.2, 0.5, 1.0])
def test_a_sheared_bar_has_the_slant_it_was_sheared_by_and_the_height_and_width_it_had(slope):
    found = measure(draw(lambda x, y: (abs(x - slope * y) < 1.5) & (abs(y) < 9)))
    assert found["slant"] == pytest.approx(math.degrees(math.atan(slope)), abs=0.5)
    assert found["height"] == 18
    assert found["width"] == pytest.approx(3, abs=0.6)


@pytest.mark.parametrize("radius", [4, 6, 9])
@pytest.mark.parametrize("thickness", [2, 3])
def test_a_ring_has_the_length_and_bend_of_a_circle(radius, thickness):
    found = measure(arc(radius, thickness, 360))
    assert found["thickness"] == pytest.approx(thickness, abs=0.15)
    assert found["length"] == pytest.approx(2 * math.pi * radius, rel=0.05)
    assert found["bend"] == pytest.approx(1 - 1 / math.pi, abs=0.015)
    assert found["height"] == found["width"] == pytest.approx(2 * radius + thickness, abs=0.25)
    assert found["slant"] == pytest.approx(0, abs=0.01)


def test_the_further_an_arc_goes_round_the_more_it_is_bent():
    angles = [60, 120, 180, 240, 300]
    bends = [measure(arc(9, 1.5, degrees))["bend"] for degrees in angles]
    assert bends == sorted(bends)
    for degrees, bend in zip(angles, bends, strict=True):
        # An arc of angle a has the chord 2 sin(a/2), or a whole diameter from half a circle on, and the length a.
        shorter = math.radians(degrees) - 1.5 / 9  # the middle line's ends lie inside the ink
        known = 1 - 2 * math.sin(min(shorter, math.pi) / 2) / shorter
        assert bend == pytest.approx(known, abs=0.03)


def test_two_straight_strokes_that_cross_count_as_bent_although_neither_is():
    cross = torch.maximum(bar(20, 2), bar(20, 2, 90))
    assert measure(cross)["bend"] == pytest.approx(0.5, abs=0.02)  # the docstring says so


def test_a_broken_stroke_is_measured_piece_by_piece():
    broken = draw(lambda x, y: (abs(x) < 1) & (abs(y) < 10) & (abs(y) > 5))
    found = measure(broken)
    assert found["bend"] == pytest.approx(0, abs=1e-9)
    assert found["length"] == pytest.approx(2 * (5 - 2), abs=1.6)
    assert found["height"] == 20


def test_a_dot_has_no_length_and_no_bend():
    image = torch.zeros(IMAGE_SHAPE)
    image[0, 10, 12] = 1
    found = measure(image)
    assert found["length"] < 0.5 and found["bend"] == 0
    assert np.isfinite(found).all()


@pytest.mark.parametrize("quarter_turns", range(4))
def test_a_corner_of_the_middle_line_has_no_short_cut_across_and_a_diagonal_has_its_one_link(quarter_turns):
    corner = np.rot90(np.pad([[True, True, True], [False, False, True]], 1), quarter_turns)
    diagonal = np.rot90(np.pad(np.eye(3, dtype=bool), 1), quarter_turns)
    for line, steps in ((corner, [1, 1, 1]), (diagonal, [math.sqrt(2)] * 2)):
        points, links = np.argwhere(line), _links(line)
        lengths = np.linalg.norm(points[links[:, 0]] - points[links[:, 1]], axis=1)
        assert sorted(lengths) == pytest.approx(steps)


# --------------------------------------------------------------------------------------- what must not change them


@pytest.mark.parametrize(("right", "down"), [(2, 0), (0, -3), (-4, 3)])
def test_a_shift_changes_nothing(digits, right, down):
    margin = torch.zeros(len(digits), 1, 36, 36)
    margin[:, :, 4:32, 4:32] = digits
    shifted = torch.roll(margin, (down, right), (2, 3))[:, :, 4:32, 4:32]
    inside = (shifted > 0).sum((1, 2, 3)) == (digits > 0).sum((1, 2, 3))  # nothing was pushed over the edge
    assert inside.sum() > 50
    np.testing.assert_allclose(measure_strokes(shifted[inside]), measure_strokes(digits[inside]), atol=1e-9)


def test_paler_ink_changes_nothing(digits):
    np.testing.assert_allclose(measure_strokes(digits / 4), measure_strokes(digits), atol=1e-9)


def test_each_image_is_measured_alone(digits):
    together = measure_strokes(digits[:20])
    for i in (0, 7, 19):
        np.testing.assert_array_equal(measure(digits[i]), together.iloc[i])


def test_a_mirror_turns_the_slant_round_and_leaves_the_rest(digits):
    before, after = measure_strokes(digits), measure_strokes(digits.flip(3))
    np.testing.assert_allclose(after["slant"], -before["slant"], atol=1e-9)
    for name, tolerance in {"thickness": 0.3, "height": 1e-9, "width": 1e-9}.items():
        np.testing.assert_allclose(after[name], before[name], atol=tolerance)


# ------------------------------------------------------------------------------------- what must change them, how


def test_shearing_a_digit_adds_to_the_tangent_of_its_slant(digits):
    before = np.tan(np.radians(measure_strokes(digits)["slant"]))
    grid = torch.nn.functional.affine_grid(torch.eye(2, 3).expand(len(digits), 2, 3), digits.shape, False)
    for slope in (-0.2, 0.3):
        moved = grid.clone()
        moved[..., 0] += slope * grid[..., 1]  # a point at height y is fetched from x - slope y; grid y runs down
        sheared = torch.nn.functional.grid_sample(digits, moved, align_corners=False)
        after = np.tan(np.radians(measure_strokes(sheared)["slant"]))
        assert abs((after - before).median() - slope) < 0.01
        assert (after - before - slope).abs().max() < 0.1


def test_dilation_makes_every_digit_thicker_by_what_was_added(digits):
    sharp = (digits > 0.5).float()
    thicker = torch.nn.functional.max_pool2d(sharp, 3, stride=1, padding=1)  # one pixel to all eight sides
    added = measure_strokes(thicker)["thickness"] - measure_strokes(sharp)["thickness"]
    assert 2 < added.median() < 2 * math.sqrt(2)  # across an upright stroke, across a diagonal one
    assert added.min() > 1


# -------------------------------------------------------------------------------------------------- known of MNIST


def test_the_digits_of_mnist_fill_a_box_of_20_pixels_as_their_makers_say():
    images, labels = load_mnist_sample("test")
    found = measure_strokes(images[::4])
    assert list(found.columns) == list(MEASURES) and found.notna().all(axis=None)
    assert found["height"].median() == 20 and found["height"].max() <= 20.5
    mean = found.groupby(labels[::4].numpy()).mean()
    assert mean["width"].idxmin() == mean["length"].idxmin() == mean["bend"].idxmin() == 1
    assert mean["bend"].loc[[0, 8]].min() > mean["bend"].loc[[1, 7]].max()
    assert (found["bend"] >= -1e-9).all() and (found["bend"] < 1).all()


# --------------------------------------------------------------------------------------------------------- refusals


def test_images_that_are_none_are_refused(unusable):
    images, words = unusable
    with pytest.raises(ValueError, match=words):
        measure_strokes(images)


def test_an_image_without_ink_is_refused_by_its_number(digits):
    images = digits[:5].clone()
    images[3] = 0
    with pytest.raises(ValueError, match=re.escape("1 of 5 images have no ink, the first is number 3")):
        measure_strokes(images)
