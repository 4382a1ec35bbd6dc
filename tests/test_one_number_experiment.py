"""The pendulum's experiment: that it can be stopped, and what its results say."""

import csv

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from aeutils.line import score_line
from aeutils.results import load_results
from experiments import one_number

KEY = ["hidden", "num_epochs", "seed"]


def run(monkeypatch, folder, *seeds):
    monkeypatch.setattr("sys.argv", ["one_number", "--results", str(folder), "--seeds", *map(str, seeds)])
    one_number.main()
    with (folder / "one_number.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(float(row.pop("seconds")) >= 0 for row in rows)
    return sorted(rows, key=lambda row: [row[name] for name in KEY])


@pytest.mark.long
def test_a_stopped_experiment_goes_on_where_it_was_and_ends_the_same(monkeypatch, tmp_path):
    runs = [((8,), 1), ((8, 4), 2)]
    monkeypatch.setattr(one_number, "RUNS", runs)
    monkeypatch.setattr(one_number, "WITH_CODES", runs[1])
    monkeypatch.setattr(one_number, "LEARNED", 60)
    monkeypatch.setattr(one_number, "HELD_OUT", 20)
    whole = run(monkeypatch, tmp_path / "whole", 0, 1)
    run(monkeypatch, tmp_path / "parts", 0)
    # Killed between writing the codes and the row: the run is done again, and nothing stands twice.
    path = tmp_path / "parts" / "one_number.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    assert run(monkeypatch, tmp_path / "parts", 0, 1) == whole and len(whole) == 4
    codes = [(tmp_path / folder / "one_number_codes.csv").read_text() for folder in ("whole", "parts")]
    assert codes[0] == codes[1] and codes[0].startswith("degrees,z_0,z_1\n") and len(codes[0].splitlines()) == 21


def test_the_errors_of_pca_are_those_of_its_reconstructions():
    (learned, _), (held_out, _) = one_number.swings(60, 0), one_number.swings(20, 1)
    left = one_number.errors_of_pca(learned, held_out)
    flat, other = (part.flatten(1).double().numpy() for part in (learned, held_out))
    pca = PCA(3).fit(flat)
    error = ((pca.inverse_transform(pca.transform(other)) - other) ** 2).mean()
    # What no component of 60 pictures can say is left out on both sides.
    outside = PCA().fit(flat)
    rest = ((outside.inverse_transform(outside.transform(other)) - other) ** 2).mean()
    mean = ((flat.mean(axis=0) - other) ** 2).mean()
    assert left[0] == 1 and (np.diff(left) <= 0).all()
    assert left[3] == pytest.approx((error - rest) / (mean - rest))


# -------------------------------------------------------------------------------------------------- the results


@pytest.fixture
def runs():
    return load_results("one_number")


def test_every_run_of_the_experiment_has_its_row(runs):
    wanted = {
        ("-".join(map(str, hidden)), num_epochs, seed)
        for hidden, num_epochs in one_number.RUNS
        for seed in one_number.SEEDS
    }
    assert set(runs[KEY].itertuples(index=False, name=None)) == wanted and len(runs) == len(wanted)


def test_the_error_of_each_run_lies_between_those_of_the_components_that_it_is_held_against(runs):
    learned, held_out = (one_number.swings(*given)[0] for given in ((1000, 0), (300, 1)))
    left = one_number.errors_of_pca(learned, held_out)
    needed = runs["pca_components"].to_numpy()
    assert (left[needed] <= runs["mse_share"]).all() and (left[needed - 1] > runs["mse_share"]).all()


def test_wider_and_longer_is_better_but_no_setting_keeps_all_ten_lines_whole(runs):
    settings = runs.groupby(["hidden", "num_epochs"])
    error, torn = settings["mse_share"].median(), settings[["folded", "torn"]].max()
    assert error["64", 60] > error["128-32", 60] > error["256-64", 60] > error["128-32", 200]
    assert (torn.max(axis=1) == 1).all() and (settings.size() == 10).all()


def test_the_kept_codes_are_those_that_were_scored(runs):
    codes = load_results("one_number_codes")
    _, angle = one_number.swings(one_number.HELD_OUT, one_number.HELD_OUT_SEED)
    np.testing.assert_allclose(codes["degrees"], np.degrees(angle.numpy()), atol=0.001)
    rows = runs.query("hidden == '128-32' and num_epochs == 60").set_index("seed")
    for seed in one_number.SEEDS:
        score = score_line(torch.tensor(codes[f"z_{seed}"]), torch.tensor(codes["degrees"]))
        assert (score.folded, score.torn) == (rows.loc[seed, "folded"], rows.loc[seed, "torn"])
        assert score.rank_correlation == pytest.approx(rows.loc[seed, "rank_correlation"], abs=1e-3)


def test_the_folded_line_of_the_chapter_is_that_of_its_run_and_not_torn(runs):
    codes = load_results("one_number_codes")
    score = score_line(torch.tensor(codes["z_folded"]), torch.tensor(codes["degrees"]))
    (row,) = runs[runs[KEY].apply(tuple, axis=1) == ("64", 60, one_number.FOLDED[-1])].to_dict("records")
    assert score.folded and not score.torn and (row["folded"], row["torn"]) == (1, 0)
    assert score.far_neighbours == pytest.approx(row["far_neighbours"], abs=0.005)
