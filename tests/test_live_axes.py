"""The numbers of the figures about axes, in a JavaScript engine: the library and NumPy are the oracles."""

import json

import numpy as np
import pytest
from py_mini_racer import MiniRacer
from sklearn.linear_model import LinearRegression

from aeutils.live import scripts
from aeutils.strokes import measure_strokes
from aeutils.synthetic import draw_strokes
from experiments.axes import shared, ten_nearest


@pytest.fixture(scope="module")
def engine():
    engine = MiniRacer()
    files = ("stroke_measures", "least_squares", "neighbours", "correlation")
    engine.eval(scripts.joined(*(f"network/{name}.js" for name in files)))
    yield engine
    engine.close()


def run(engine, function, *arguments):
    given = ", ".join(json.dumps(np.asarray(argument).tolist()) for argument in arguments)
    return json.loads(engine.eval(f"JSON.stringify({function}({given}))"))


def draw(rows, columns, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, columns))


def test_a_stroke_is_measured_as_the_library_measures_it(engine, held_out):
    images = held_out[0][::10]
    wanted = measure_strokes(images)
    found = [run(engine, "measureStroke", image) for image in images.flatten(1)]
    # The ink is the same; its middle line comes from another method of thinning.
    for name, most in (("slant", 0.05), ("thickness", 0.2), ("bend", 0.07)):
        seen = np.array([measures[name] for measures in found])
        assert np.abs(seen - wanted[name]).max() < most
        assert np.corrcoef(seen, wanted[name])[0, 1] > 0.995


def test_known_strokes_get_their_known_measures_and_an_empty_image_none(engine):
    upright, leaning = draw_strokes([[(0, 0), (0, 1)]], thickness=4), draw_strokes([[(0.364, 0), (0, 1)]])
    found = run(engine, "measureStroke", upright.flatten())
    assert found == pytest.approx({"slant": 0, "thickness": 4, "bend": 0}, abs=0.1)
    assert run(engine, "measureStroke", leaning.flatten())["slant"] == pytest.approx(20, abs=0.5)
    assert run(engine, "measureStroke", np.zeros(784)) is None


def test_weights_are_those_of_least_squares_and_an_axis_that_says_nothing_new_gets_none(engine):
    x, y = draw(60, 5), draw(60, 2, seed=1)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    np.testing.assert_allclose(run(engine, "fitWeights", x, y), np.linalg.lstsq(x, y, rcond=None)[0], atol=1e-9)
    again = run(engine, "fitWeights", np.hstack([x, x[:, :1]]), y)
    np.testing.assert_allclose(np.hstack([x, x[:, :1]]) @ again, x @ np.linalg.lstsq(x, y, rcond=None)[0], atol=1e-6)
    assert 0 in np.array(again)


def test_every_row_loses_the_mean_of_its_group(engine):
    rows, labels = draw(30, 3), np.arange(30) % 4
    centred = np.array(run(engine, "centred", rows, labels))
    for label in range(4):
        own = rows[labels == label]
        np.testing.assert_allclose(centred[labels == label], own - own.mean(axis=0), atol=1e-12)


def test_the_best_linear_map_is_that_of_a_regression(engine):
    one, other = draw(50, 2), draw(50, 2, seed=1)
    other += one @ np.array([[1.0, 2.0], [0.0, 1.0]])
    fitted = LinearRegression().fit(one, other)
    found = run(engine, "bestLinearMap", one, other)
    np.testing.assert_allclose(found["mapped"], fitted.predict(one), atol=1e-9)
    assert found["r2"] == pytest.approx(fitted.score(one, other))


def test_neighbours_are_those_of_the_library_and_shared_as_often(engine):
    one, other = draw(80, 2), draw(80, 2, seed=1) + draw(80, 2)
    np.testing.assert_array_equal(run(engine, "neighbourLists", one, 10), ten_nearest(one))
    lists = ten_nearest(one), ten_nearest(other)
    assert run(engine, "sharedNeighbours", *lists) == pytest.approx(10 * shared(*lists))


def test_a_correlation_is_numpys(engine):
    a, b = draw(2, 40)
    assert run(engine, "correlation", a, b) == pytest.approx(np.corrcoef(a, b)[0, 1])
