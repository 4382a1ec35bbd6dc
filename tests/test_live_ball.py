"""The thrown ball and the line through a cloud, without a page: NumPy and scikit-learn are the oracles."""

import json

import numpy as np
import pytest
from py_mini_racer import MiniRacer
from sklearn.decomposition import PCA

from aeutils.live import scripts

TIMES = np.linspace(0, 1.8, 23)
LANDING = np.array([1.85, 1.91, 1.97, 2.03])


@pytest.fixture(scope="module")
def engine():
    engine = MiniRacer()
    engine.eval(scripts.joined("learning/polynomials.js", "learning/plane_cloud.js"))
    yield engine
    engine.close()  # left to the end of the process, it may never end


def run(engine, expression):
    """A value of JavaScript, as Python has it."""
    return json.loads(engine.eval(f"JSON.stringify({expression})"))


def throw(noise, seed):
    """The same throw with NumPy."""
    times = np.concatenate([TIMES, LANDING])
    heights = 2 + 9 * times - 9.81 / 2 * times**2
    return heights + noise * np.random.RandomState(seed).standard_normal(27)


@pytest.mark.parametrize(("noise", "seed"), [(0.3, 0), (5, 2**32 - 1), (0, 7)])
def test_a_throw_is_the_one_that_numpy_makes_of_the_same_seed(noise, seed, engine):
    dots, seen = run(engine, f"throwBall({noise}, {seed})"), throw(noise, seed)
    np.testing.assert_allclose(dots["fitted"], seen[:23:2], atol=1e-12)
    np.testing.assert_allclose(dots["between"], seen[1:23:2], atol=1e-12)
    np.testing.assert_allclose(dots["landing"], seen[23:], atol=1e-12)
    np.testing.assert_allclose(run(engine, "FLIGHT_FITTED"), TIMES[::2], atol=1e-15)
    np.testing.assert_allclose(run(engine, "FLIGHT_BETWEEN"), TIMES[1::2], atol=1e-15)
    assert run(engine, "FLIGHT_LANDING") == LANDING.tolist()


def test_the_ball_starts_in_the_hand_and_ends_on_the_ground(engine):
    assert run(engine, "[ballHeight(0), ballHeight(FLIGHT_END)]") == pytest.approx([2, 0], abs=1e-12)
    assert 2.03 < run(engine, "FLIGHT_END") < 2.04


@pytest.mark.parametrize("degree", range(12))
@pytest.mark.parametrize("seed", [0, 1])
def test_a_polynomial_is_the_one_that_numpy_fits_also_beyond_the_last_dot(degree, seed, engine):
    seen = throw(0.3, seed)
    wanted = np.polynomial.Polynomial.fit(TIMES[::2], seen[:23:2], degree)
    wanted_too = np.poly1d(np.polyfit(TIMES[::2] - 0.9, seen[:23:2], degree))
    where = np.concatenate([np.linspace(0, 1.8, 50), LANDING])
    engine.eval(f"var curve = fitPolynomial(FLIGHT_FITTED, throwBall(0.3, {seed}).fitted, {degree}); 0")
    drawn = run(engine, f"{where.tolist()}.map(curve)")
    np.testing.assert_allclose(drawn, wanted(where), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(drawn, wanted_too(where - 0.9), rtol=1e-6, atol=1e-6)
    engine.eval(f"var dots = throwBall(0.3, {seed}); 0")
    for times, heights, name in [(TIMES[1::2], seen[1:23:2], "between"), (LANDING, seen[23:], "landing")]:
        miss = run(engine, f"rootMeanSquare(curve, {times.tolist()}, dots.{name})")
        assert miss == pytest.approx(np.sqrt(((wanted(times) - heights) ** 2).mean()), rel=1e-7)


def test_as_many_coefficients_as_dots_go_through_every_dot_and_a_parabola_without_noise_is_the_ball(engine):
    engine.eval("var dots = throwBall(5, 3), curve = fitPolynomial(FLIGHT_FITTED, dots.fitted, 11); 0")
    assert run(engine, "rootMeanSquare(curve, FLIGHT_FITTED, dots.fitted)") < 1e-9
    engine.eval("curve = fitPolynomial(FLIGHT_FITTED, throwBall(0, 0).fitted, 2); 0")
    assert run(engine, "rootMeanSquare(curve, FLIGHT_LANDING, throwBall(0, 0).landing)") < 1e-12


def test_the_best_line_through_the_cloud_is_that_of_pca(engine):
    engine.eval("var cloud = makeCloud(3); 0")
    dots = np.array(run(engine, "cloud"))
    pca = PCA().fit(dots)
    wanted = np.degrees(np.arctan2(*pca.components_[0][::-1])) % 180
    best = run(engine, "principalAngle(cloud)")
    assert dots.shape == (40, 2) and best == pytest.approx(wanted) and 20 < best < 45
    found = run(engine, "castShadows(cloud, principalAngle(cloud))")
    np.testing.assert_allclose([found["kept"], found["lost"]], pca.explained_variance_ * 39 / 40)
    np.testing.assert_allclose(np.abs(found["shadows"]), np.abs(pca.transform(dots)[:, 0]), atol=1e-12)


@pytest.mark.parametrize("angle", [0, 17, 90, 180])
def test_no_other_line_loses_less_and_what_is_kept_and_lost_is_always_the_same_together(angle, engine):
    engine.eval("var cloud = makeCloud(3); 0")
    found, best = run(engine, f"castShadows(cloud, {angle})"), run(engine, "castShadows(cloud, principalAngle(cloud))")
    assert found["lost"] > best["lost"]
    assert found["kept"] + found["lost"] == pytest.approx((np.array(run(engine, "cloud")) ** 2).sum() / 40)
    assert run(engine, "castShadows([[3, 0], [-3, 0]], 60).kept") == pytest.approx(9 / 4)
