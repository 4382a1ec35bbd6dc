import csv
import statistics
import subprocess
import sys

import pandas as pd
import pytest
from refusals import refusals

import aeutils
from aeutils.generation import SOURCES
from aeutils.pretrained import load_weights, shipped_sizes, weights_path
from aeutils.results import RESULTS_FOLDER, load_results, summarize

KEYS = ["model", "latent_dim", "seed"]
SHARES = ["knn10_accuracy", "knn1_accuracy", "read_as_itself", "trustworthiness", "continuity"]
BY_DIGIT = [f"{score}_digit{digit}" for score in ("knn10", "read") for digit in range(10)]


@pytest.fixture
def sweep():
    return load_results("sweep")


# ------------------------------------------------------------------------------------------------------ the files


def test_the_sweep_has_a_row_a_run_and_the_columns_that_its_readme_describes(sweep):
    assert list(sweep.columns) == [*KEYS, "validation_mse", "test_mse", *SHARES, "seconds", *BY_DIGIT]
    assert not sweep.duplicated(KEYS).any() and not sweep.isna().any(axis=None)
    assert sweep["latent_dim"].dtype.kind == sweep["seed"].dtype.kind == "i"
    assert sweep[[*SHARES, *BY_DIGIT]].min(axis=None) >= 0 and sweep[[*SHARES, *BY_DIGIT]].max(axis=None) <= 1
    described = (RESULTS_FOLDER / "README.md").read_text("utf-8")
    assert all(f"`{model}`" in described for model in sweep["model"])


def test_the_mean_over_the_digits_is_near_the_score_of_all(sweep):
    # The test images hold between 892 and 1,135 of each digit, so the two can differ a little, but not much.
    for score, total in (("knn10", "knn10_accuracy"), ("read", "read_as_itself")):
        mean = sweep[[f"{score}_digit{digit}" for digit in range(10)]].mean(axis=1)
        assert (mean - sweep[total]).abs().max() < 0.03


def test_what_is_drawn_as_what_is_told_of_the_networks_of_the_sweep(sweep):
    drawn_as = load_results("drawn_as")
    shares = drawn_as[[f"read_as_{digit}" for digit in range(10)]].to_numpy()
    assert len(drawn_as) == 200 and shares.sum(axis=1) == pytest.approx(1, abs=1e-5)
    networks = drawn_as.drop_duplicates(KEYS)[KEYS].merge(sweep, on=KEYS, how="left")
    as_itself = shares.reshape(20, 10, 10).diagonal(axis1=1, axis2=2)
    in_the_sweep = networks[[f"read_digit{digit}" for digit in range(10)]].to_numpy()
    assert as_itself == pytest.approx(in_the_sweep, abs=1e-5)


def test_codes_were_drawn_at_random_for_every_network_of_the_sweep(sweep):
    networks = sweep.loc[sweep["model"] == "conv", ["latent_dim", "seed"]].itertuples(index=False, name=None)
    random_codes = load_results("random_codes")
    found = random_codes.groupby(["latent_dim", "seed"])["source"].agg(set)
    assert set(found.index) == set(networks) and (found == set(SOURCES)).all()
    assert len(random_codes) == len(found) * len(SOURCES)


def test_the_articles_network_beats_pca_by_more_than_two_standard_errors_up_to_48_numbers(sweep):
    for size in shipped_sizes():
        runs = sweep[sweep["latent_dim"] == size].set_index("model")["test_mse"]
        assert len(runs["conv"]) == 5
        apart = (runs["pca"] - runs["conv"].mean()) / runs["conv"].sem()
        assert apart > 2 if size <= 48 else apart < 2


def test_the_error_of_the_articles_network_falls_with_every_size_up_to_32_numbers(sweep):
    curve = sweep[sweep["model"] == "conv"].groupby("latent_dim")["test_mse"].mean()
    assert list(curve.index) == shipped_sizes() == [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 128]
    assert (curve.diff().loc[2:32] < 0).all()


def test_thirty_numbers_stand_where_the_paper_of_2006_puts_pca_and_below_its_autoencoder(sweep):
    """Hinton and Salakhutdinov print squared errors per image of 13.87 (PCA) and 3.00 (autoencoder)."""
    thirty = 784 * sweep[sweep["latent_dim"] == 30].set_index("model")["test_mse"]
    assert thirty["pca"] == pytest.approx(13.87, rel=0.01)
    assert len(thirty["residual"]) == 5 and thirty["residual"].max() < 3.00


def test_the_published_table_agrees_with_ours_on_pca():
    """Moor et al. print 1-NN error 0.613, trustworthiness 0.743 and continuity 0.933 for PCA."""
    ours = load_results("published").set_index("model").loc["pca"]
    assert ours["nn1_error"] == pytest.approx(0.613, abs=0.005)
    assert ours["trustworthiness"] == pytest.approx(0.743, abs=0.002)
    assert ours["continuity"] == pytest.approx(0.933, abs=0.002)


@pytest.mark.parametrize("size", shipped_sizes())
def test_the_shipped_weights_are_those_of_the_run_with_the_median_validation_error(size, sweep):
    runs = sweep[(sweep["model"] == "conv") & (sweep["latent_dim"] == size)]
    about = load_weights(weights_path(size))[1]
    row = runs[runs["seed"] == about["seed"]].iloc[0]
    assert len(runs) >= 5
    assert row["validation_mse"] == statistics.median_high(runs["validation_mse"])
    for score, value in about["scores"].items():
        assert row[score] == pytest.approx(value, abs=1e-6)


def test_a_file_is_read_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(aeutils.results, "RESULTS_FOLDER", tmp_path)
    rows = [["size", "name"], ["2", "a"], ["3", "b"]]
    with (tmp_path / "mine.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    table = load_results("mine")
    assert table["size"].tolist() == [2, 3] and table["name"].tolist() == ["a", "b"]


def test_every_file_can_be_loaded_and_is_described():
    names = [path.stem for path in RESULTS_FOLDER.glob("*.csv")]
    assert "sweep" in names
    described = (RESULTS_FOLDER / "README.md").read_text("utf-8")
    for name in names:
        assert len(load_results(name)) > 0
        assert f"`{name}.csv`" in described


@pytest.mark.parametrize("name", ["sweeps", "", "sweep.csv", "README"])
def test_an_unknown_name_is_refused_with_those_that_exist(name):
    with pytest.raises(FileNotFoundError, match=f"no results called {name!r}; there are: .*sweep"):
        load_results(name)


# ---------------------------------------------------------------------------------------------------- the summary


def make_runs(model, latent_dim, **scores):
    columns = {"test_mse": 0.04, "knn10_accuracy": 0.7, "read_as_itself": 0.6, "trustworthiness": 0.9, "continuity": 1}
    columns |= scores
    seeds = max(len(values) if isinstance(values, list) else 1 for values in columns.values())
    return pd.DataFrame({"model": model, "latent_dim": latent_dim, "seed": range(seeds)} | columns)


def test_a_summary_gives_mean_and_standard_deviation_over_the_seeds():
    errors = [0.0301, 0.0322, 0.0377]
    table = summarize(make_runs("conv", 2, test_mse=errors))
    row = table.loc[("article's network, our recipe", 2)]
    assert row["seeds"] == 3
    assert row["test MSE"] == f"{statistics.mean(errors):.4f} ± {statistics.stdev(errors):.4f}" == "0.0333 ± 0.0039"
    assert row["10-NN accuracy"] == "0.700 ± 0.000"


def test_a_summary_of_one_seed_shows_no_spread():
    row = summarize(make_runs("pca", 3)).loc[("PCA", 3)]
    assert row["seeds"] == 1 and row["test MSE"] == "0.0400" and row["continuity"] == "1.000"


def test_a_summary_keeps_models_and_sizes_apart_and_the_linear_one_first():
    runs = pd.concat([make_runs("conv", 3), make_runs("conv", 2), make_runs("dense", 2), make_runs("pca", 2)])
    assert list(summarize(runs).index) == [
        ("PCA", 2),
        ("article's network, our recipe", 2),
        ("article's network, our recipe", 3),
        ("wide dense network", 2),
    ]


def test_the_summary_of_the_sweep_has_a_row_for_every_model_and_size(sweep):
    table = summarize(sweep)
    assert len(table) == len(sweep.groupby(["model", "latent_dim"]))
    assert table["seeds"].sum() == len(sweep)


# ---------------------------------------------------------------------------------------------------- the package


def test_every_public_name_is_there():
    assert len(aeutils.__all__) == len(set(aeutils.__all__)) > 30
    for name in aeutils.__all__:
        found = getattr(aeutils, name)
        assert isinstance(found, aeutils.Recipe) or found.__name__ == name
        assert name in dir(aeutils)


def test_a_name_that_is_not_there_is_refused():
    with pytest.raises(AttributeError, match="'aeutils' has no attribute 'load_minst'"):
        _ = aeutils.load_minst
    with pytest.raises(ImportError, match="load_minst"):
        from aeutils import load_minst  # noqa: F401


def test_importing_the_package_and_reading_results_needs_no_torch():
    code = (
        "import sys; sys.modules['torch'] = None; import aeutils; aeutils.__version__; "
        "print(len(aeutils.load_results('sweep')), sorted(aeutils.__all__) == aeutils.__all__)\n"
        "try: aeutils.fit\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == f"{len(load_results('sweep'))} True"
    assert "torch" in second  # so that the line above proves something


# ------------------------------------------------------------------------------------------------------------- refusals

test_results_that_are_not_there_are_refused = refusals([
    *[
        (f"the results {bad!r}", lambda g, bad=bad: load_results(bad), FileNotFoundError,
         f"no results called {bad!r}; there are: .*sweep")
        for bad in ("../results/sweep", None)
    ],
    *[
        (f"a summary of {what}", lambda g, runs=runs: summarize(runs()), ValueError,
         "Wanted rows of load_results.*latent_dim, model.*; some are missing")
        for what, runs in {
            "a list": lambda: [1],
            "another table": lambda: pd.DataFrame({"loss": [1]}),
            "no runs": lambda: load_results("sweep").head(0),
        }.items()
    ],
])  # fmt: skip
