import csv

import numpy as np
import pytest
import torch

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist_sample
from aeutils.models import ConvAutoencoder
from aeutils.results import load_results
from aeutils.strokes import MEASURES
from experiments import axes


def draw(rows, columns, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, columns))


def classes(rows, seed=0):
    return np.random.default_rng(seed).integers(0, 10, rows)


def compare(codes, other):
    return axes.compare_codes(codes, other, tuple(classes(len(part)) for part in codes))


def rotation(size, seed=7):
    return np.linalg.qr(draw(size, size, seed)).Q


# ------------------------------------------------------------------------------------------- one code, one measure


def test_a_measure_that_is_an_axis_is_found_on_it_with_its_sign():
    z_fit, z_test = draw(500, 4), draw(300, 4, seed=1)
    row = axes.score_measure(z_fit, -3 * z_fit[:, 2] + 5, z_test, -3 * z_test[:, 2] + 5)
    assert row["best_axis"] == 3
    assert row["axis_r"] == row["r_z3"] == -1 and row["direction_r"] == 1
    assert row["turned_r"] < 0.95
    assert [name for name, value in row.items() if name.startswith("r_z") and value == ""] == [
        f"r_z{axis}" for axis in range(5, 17)
    ]


def test_a_turn_takes_a_measure_off_its_axis_but_not_out_of_its_direction():
    turn = rotation(4)
    z_fit, z_test = draw(500, 4), draw(300, 4, seed=1)
    row = axes.score_measure(z_fit @ turn, z_fit[:, 2], z_test @ turn, z_test[:, 2])
    known = np.abs(turn[2]).max()  # uncorrelated axes of equal spread: the cosine is the correlation
    assert abs(row["axis_r"]) == pytest.approx(known, abs=0.05) and known < 0.9
    assert row["best_axis"] == np.abs(turn[2]).argmax() + 1
    assert row["direction_r"] == 1


def test_a_measure_that_the_code_does_not_hold_is_not_followed_on_other_digits():
    row = axes.score_measure(draw(60, 8), draw(60, 1, seed=2)[:, 0], draw(5000, 8, seed=1), draw(5000, 1, seed=3)[:, 0])
    assert max(abs(row[name]) for name in ("axis_r", "turned_r", "direction_r")) < 0.06


def test_a_blind_direction_of_few_numbers_follows_a_lot_and_one_of_many_hardly_anything():
    line, wide, asked = draw(500, 1), draw(500, 64, seed=3), draw(500, 64, seed=4)
    assert axes.score_measure(line, line[:, 0], line, line[:, 0])["luck_r"] == 1  # there is no other direction
    row = axes.score_measure(wide, wide[:, 0], asked, asked[:, 0])
    assert row["luck_r"] == pytest.approx(0.8 / 64**0.5, abs=0.06)  # the mean |cosine| with a random direction


def test_the_axis_is_chosen_by_the_digits_that_choose():
    z_fit, z_test = draw(500, 2), draw(500, 2, seed=1)
    row = axes.score_measure(z_fit, z_fit[:, 0], z_test, z_test[:, 1])
    assert row["best_axis"] == 1 and abs(row["axis_r"]) < 0.15 and row["r_z2"] == 1


def test_correlations_are_numpys():
    z, y = draw(50, 3), draw(50, 1, seed=1)[:, 0]
    np.testing.assert_allclose(axes.correlations(z, y), [np.corrcoef(axis, y)[0, 1] for axis in z.T])


def test_turns_keep_all_distances():
    for size in (2, 3, 8):
        assert len(axes.turns(size)) == 10
        for turn in axes.turns(size):
            np.testing.assert_allclose(turn @ turn.T, np.eye(size), atol=1e-12)


# ------------------------------------------------------------------------------------------------------- two codes


def test_a_code_that_has_only_swapped_and_mirrored_its_axes_matches_fully():
    z_fit, z_test = draw(400, 3), draw(300, 3, seed=1)
    swapped = [np.stack([-z[:, 2], z[:, 0], z[:, 1]], axis=1) for z in (z_fit, z_test)]
    row = compare([z_fit, z_test], swapped)
    assert row["axis_match"] == pytest.approx(1) and row["linear_r2"] == pytest.approx(1)
    assert row["turned_match"] < 0.95 and 0.7 < row["neighbours_r2"] < 1


def test_a_turned_code_is_foretold_fully_and_its_axes_match_by_luck():
    z_fit, z_test = draw(400, 8), draw(2000, 8, seed=1)
    row = compare([z_fit, z_test], [z_fit @ rotation(8), z_test @ rotation(8)])
    assert row["linear_r2"] == pytest.approx(1)
    assert row["axis_match"] == pytest.approx(row["turned_match"], abs=0.1)


def test_a_bent_code_is_foretold_by_its_neighbours_but_not_by_a_line():
    z_fit, z_test = draw(2000, 2), draw(300, 2, seed=1)
    bent = [np.stack([z[:, 0] ** 2, z[:, 1] ** 2], axis=1) for z in (z_fit, z_test)]
    row = compare([z_fit, z_test], bent)
    assert row["linear_r2"] < 0.1 and row["neighbours_r2"] > 0.85


def test_codes_that_have_nothing_to_do_with_each_other_foretell_nothing():
    row = compare([draw(400, 3), draw(3000, 3, 1)], [draw(400, 3, 2), draw(3000, 3, 3)])
    assert row["axis_match"] < 0.05 and row["linear_r2"] < 0.02 and row["neighbours_r2"] < 0.02


def test_luck_predicts_nothing_and_the_class_what_the_classes_differ_in():
    labels = classes(2000), classes(2000, seed=1)
    middles = 3 * draw(10, 2, seed=5)
    one, other = ([middles[own] + draw(len(own), 2, seed) for own in labels] for seed in (2, 3))
    row = axes.compare_codes(one, other, labels)
    between = middles[labels[1]].var(axis=0)
    assert abs(row["luck_r2"]) < 0.02
    assert row["class_r2"] == pytest.approx((between / (between + 1)).mean(), abs=0.03)


def test_shared_neighbours_of_known_codes():
    z = draw(300, 2)
    nearest = axes.ten_nearest(z)
    distances = np.linalg.norm(z[:, None] - z, axis=2)
    assert (np.sort(nearest) == np.sort(distances.argsort(axis=1)[:, 1:11])).all()
    assert axes.shared(nearest, axes.ten_nearest(5 * z @ rotation(2))) == 1
    assert axes.shared(nearest, axes.ten_nearest(draw(300, 2, seed=1))) == pytest.approx(10 / 299, abs=0.01)


# ------------------------------------------------------------------------------------------------------- the files


def test_a_stopped_run_goes_on_where_it_was_and_scores_nothing_twice(monkeypatch, tmp_path):
    images, labels = load_mnist_sample("test")
    images, labels = images[::25], labels[::25]
    monkeypatch.setattr(axes, "MEASURES", ("slant", "width"))
    monkeypatch.setattr(axes, "load_mnist", lambda split, with_sample=True: (images, labels))
    monkeypatch.setattr(axes, "load_mnist_sample", lambda split=None: (images, labels))
    monkeypatch.setattr(axes, "SIZES", (2,))
    monkeypatch.setattr(axes, "SEEDS", range(2))

    def untrained(run):
        torch.manual_seed(run[2])
        return ConvAutoencoder(run[1]).eval(), {}

    monkeypatch.setattr(axes, "weights_of", lambda run: run)
    monkeypatch.setattr(axes, "load_weights", untrained)
    monkeypatch.setattr("sys.argv", ["axes", "--results", str(tmp_path)])
    axes.main()
    first = {name: (tmp_path / name).read_text() for name in ("axes.csv", "axes_seeds.csv")}
    rows = list(csv.DictReader(first["axes.csv"].splitlines()))
    assert len(rows) == 3 * 11 * 2  # PCA and two seeds; ten classes and all; two measures
    assert len(first["axes_seeds.csv"].splitlines()) == 1 + 2
    kept = list(csv.DictReader((tmp_path / "two_number_codes.csv").open()))
    z = reconstruct(untrained((0, 2, 1))[0], images)[1]
    np.testing.assert_allclose([float(row["seed_1_z2"]) for row in kept], z[:, 1], atol=0.0006)

    lines = first["axes.csv"].splitlines(keepends=True)
    (tmp_path / "axes.csv").write_text("".join(lines[:-40]))
    scored = []
    original = axes.score_measure
    monkeypatch.setattr(axes, "score_measure", lambda *codes: scored.append(1) or original(*codes))
    axes.main()
    assert len(scored) == 40
    assert (tmp_path / "axes.csv").read_text() == first["axes.csv"]
    assert (tmp_path / "axes_seeds.csv").read_text() == first["axes_seeds.csv"]


def test_the_results_hold_a_row_for_every_network_class_and_measure():
    table = load_results("axes")
    key = ["model", "latent_dim", "seed", "digits", "measure"]
    assert not table.duplicated(key).any()
    assert set(table["measure"]) == set(MEASURES) and len(set(table["digits"])) == 11
    networks = table[["model", "latent_dim", "seed"]].drop_duplicates()
    assert len(table) == len(networks) * 11 * len(MEASURES)
    assert networks.groupby(["model", "latent_dim"]).size().to_dict() == {
        (model, size): {"conv": 5, "pca": 1}[model] for model in ("conv", "pca") for size in axes.SIZES
    }
    every_axis = table[[f"r_z{axis}" for axis in range(1, 17)]].to_numpy()
    assert (np.isfinite(every_axis).sum(axis=1) == table["latent_dim"]).all()
    np.testing.assert_array_equal(every_axis[range(len(table)), table["best_axis"] - 1], table["axis_r"])


def test_the_results_compare_every_network_with_every_other_of_its_size():
    table = load_results("axes_seeds")
    assert len(table) == len(axes.SIZES) * 5 * 4 and not table.duplicated(["latent_dim", "seed", "other_seed"]).any()
    assert (table["seed"] != table["other_seed"]).all()
    # A turn of the same code and one of another network are compared with the same turns, so a seed has one value.
    assert (table.groupby(["latent_dim", "seed"])["turned_match"].nunique() == 1).all()
