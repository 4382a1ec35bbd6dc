"""The Swiss roll and the pendulum against what is known about them."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from sklearn.datasets import make_swiss_roll as sklearn_roll

from aeutils.synthetic import ROLL_MEAN, ROLL_SCALE, make_swiss_roll

LOW, HIGH = 1.5 * math.pi, 4.5 * math.pi


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
    with pytest.raises(ValueError, match="whole number of points, at least 1"):
        make_swiss_roll(n)


@pytest.mark.parametrize("noise", [-1, -1e-9, math.nan, math.inf])
def test_noise_that_is_no_standard_deviation_is_refused(noise):
    with pytest.raises(ValueError, match="noise is .*: a finite number, at least 0"):
        make_swiss_roll(10, noise=noise)
