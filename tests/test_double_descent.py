"""The experiment with ever more coefficients: that it can be stopped, what a fit is, and what its results say."""

import csv

import numpy as np
import pytest

from aeutils.results import load_results
from experiments import double_descent


@pytest.fixture
def small(monkeypatch):
    """Two kinds, few numbers of functions."""
    monkeypatch.setattr(double_descent, "KINDS", {"tanh": 1000, "legendre": 3})
    monkeypatch.setattr(double_descent, "COUNTS", (2, 3, 20))


def run(monkeypatch, folder, seeds=5):
    monkeypatch.setattr("sys.argv", ["double_descent", "--results", str(folder), "--seeds", str(seeds)])
    double_descent.main()
    with (folder / "double_descent.csv").open(newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: (row["kind"], int(row["features"])))


def test_a_stopped_experiment_goes_on_where_it_was_and_ends_the_same(small, monkeypatch, tmp_path):
    whole = run(monkeypatch, tmp_path / "whole")
    calls = []
    real = double_descent.score

    def stop_at_the_third(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(double_descent, "score", stop_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            run(patch, tmp_path / "parts")
        assert run(patch, tmp_path / "parts") == whole and len(whole) == 5
        assert len(calls) == 6  # two rows were kept, the one that was stopped was begun again
    run(monkeypatch, tmp_path / "parts", seeds=6)
    assert {row["seeds"] for row in run(monkeypatch, tmp_path / "parts", seeds=6)} == {"6"}


def test_three_legendre_polynomials_are_the_parabola():
    rng = np.random.default_rng(4)
    seen = double_descent.height(double_descent.BETWEEN) + rng.normal(0, 0.3, size=23)
    parabola = np.polynomial.Polynomial.fit(double_descent.BETWEEN[::2], seen[::2], 2)
    miss = (parabola(double_descent.BETWEEN) - seen)[1::2]
    assert double_descent.fit_once("legendre", 3, seed=4)[1] == pytest.approx(np.sqrt((miss**2).mean()))


def test_of_all_weights_that_fit_the_smallest_are_taken():
    rng = np.random.default_rng(0)
    rng.normal(size=27)  # the noise is drawn first
    values = double_descent.make_features("tanh", 50, rng)(double_descent.BETWEEN[::2])
    seen = double_descent.height(double_descent.BETWEEN) + np.random.default_rng(0).normal(0, 0.3, size=23)
    fitted, _, _, length = double_descent.fit_once("tanh", 50, seed=0)
    assert values.shape == (12, 50) and fitted < 1e-9
    assert length == pytest.approx(np.linalg.norm(np.linalg.pinv(values) @ seen[::2]), rel=1e-6)


# ------------------------------------------------------------------------------------------------------ the results


@pytest.fixture(scope="module")
def medians():
    rows = load_results("double_descent").set_index(["kind", "features"])
    assert not rows.index.duplicated().any() and set(rows["seeds"]) == {200}
    for name in double_descent.SCORES:
        assert (rows[f"{name}_low"] <= rows[f"{name}_median"]).all()
        assert (rows[f"{name}_median"] <= rows[f"{name}_high"]).all()
    return rows


def test_the_stored_rows_are_complete_and_a_fresh_one_agrees(medians):
    wanted = {(kind, n) for kind, most in double_descent.KINDS.items() for n in double_descent.COUNTS if n <= most}
    assert set(medians.index) == wanted
    fresh = double_descent.score("tanh", 7, 200)
    assert medians.loc["tanh", 7]["between_median"] == pytest.approx(fresh["between_median"], rel=1e-4)


@pytest.mark.parametrize("kind", ["tanh", "cosine", "legendre"])
def test_the_held_out_error_falls_peaks_where_every_dot_can_just_be_met_and_falls_again(kind, medians):
    between = medians.loc[kind]["between_median"]
    first, peak, second = between.loc[:9].min(), between.loc[12], between.loc[16:].min()
    assert between.idxmax() in (1, 12) and between.loc[10:].idxmax() == 12
    assert peak > 2 * first and peak > 2 * second


def test_the_peak_has_the_largest_weights_and_no_further_function_beats_the_parabola(medians):
    assert medians.loc["tanh"]["weights_median"].idxmax() == 12
    assert medians["between_median"].idxmin() == ("legendre", 3)
