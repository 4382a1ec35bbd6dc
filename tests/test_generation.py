import csv

import pytest
import torch
from refusals import NAN, put_nan, refusals

from aeutils.data import load_mnist_sample
from aeutils.generation import SOURCES, DigitJudge, sample_codes
from aeutils.models import ConvAutoencoder
from aeutils.pretrained import load_classifier, load_pretrained, save_weights
from experiments import random_codes, sweep


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def z():
    """Codes in a tilted, off-centre cloud: z_2 follows z_1, and nothing else."""
    first = 0.3 + 0.1 * torch.randn(5000, generator=seeded(1)).clamp(-3, 3)
    return torch.stack([first, -first + 0.01 * torch.randn(5000, generator=seeded(2))], dim=1)


@pytest.fixture(scope="module")
def judge():
    return DigitJudge(load_classifier(), load_pretrained(16), load_mnist_sample("train")[0][::4])


# --------------------------------------------------------------------------------------------------- the codes


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("size", [1, 2, 64])
def test_every_source_gives_as_many_codes_as_asked_and_the_same_again_from_the_same_seed(source, size):
    z = torch.rand(100, size, generator=seeded(3)) - 0.5
    codes = sample_codes(source, z, 7, seeded())
    assert codes.shape == (7, size) and codes.dtype == torch.float32
    assert torch.equal(codes, sample_codes(source, z, 7, seeded()))
    assert not torch.equal(codes, sample_codes(source, z, 7, seeded(5)))


def test_the_cube_and_the_box_are_filled_evenly_to_their_walls(z):
    for source, low, high in (
        ("cube", torch.tensor([-1.0, -1.0]), torch.tensor([1.0, 1.0])),
        ("box", z.min(dim=0).values, z.max(dim=0).values),
    ):
        codes = sample_codes(source, z, 20_000, seeded())
        assert (codes >= low).all() and (codes <= high).all()
        placed = (codes - low) / (high - low)
        quartiles = placed.quantile(torch.tensor([0.25, 0.5, 0.75]), dim=0)
        assert quartiles.T.flatten().tolist() == pytest.approx([0.25, 0.5, 0.75] * 2, abs=0.015)
        assert abs(torch.corrcoef(placed.T)[0, 1]) < 0.03


def test_shuffled_codes_keep_each_number_and_lose_what_ties_them(z):
    codes = sample_codes("shuffled", z, 20_000, seeded())
    assert torch.isin(codes[:, 0], z[:, 0]).all() and torch.isin(codes[:, 1], z[:, 1]).all()
    assert codes.mean(dim=0).tolist() == pytest.approx(z.mean(dim=0).tolist(), abs=0.005)
    assert torch.corrcoef(z.T)[0, 1] < -0.98 and abs(torch.corrcoef(codes.T)[0, 1]) < 0.03


@pytest.mark.parametrize("source", ["gaussian", "mixture"])
def test_a_fitted_cloud_has_the_mean_and_the_covariance_of_the_codes(source, z):
    codes = sample_codes(source, z, 20_000, seeded())
    assert codes.mean(dim=0).tolist() == pytest.approx(z.mean(dim=0).tolist(), abs=0.005)
    assert torch.cov(codes.T).flatten().tolist() == pytest.approx(torch.cov(z.T).flatten().tolist(), rel=0.06)


def test_only_the_mixture_leaves_the_gap_between_two_clouds_empty():
    ends = torch.tensor([[-0.8, 0.0], [0.8, 0.0]]).repeat(200, 1)
    z = ends + 0.05 * torch.randn(400, 2, generator=seeded())
    in_the_gap = {
        source: (sample_codes(source, z, 2000, seeded())[:, 0].abs() < 0.4).float().mean() for source in SOURCES
    }
    assert in_the_gap["mixture"] == in_the_gap["real"] == 0
    assert in_the_gap["gaussian"] > 0.3 and in_the_gap["cube"] > 0.3


def test_real_codes_are_real_codes_and_stay_whole(z):
    rows = {tuple(row) for row in z.tolist()}
    assert all(tuple(row) in rows for row in sample_codes("real", z, 500, seeded()).tolist())


# --------------------------------------------------------------------------------------------------- the judge


def test_of_the_digits_that_set_the_levels_99_in_100_meet_each_condition(judge):
    _, sure, redrawn = judge.judge(load_mnist_sample("train")[0][::4])
    assert sure.float().mean().item() == pytest.approx(0.99, abs=0.001)
    assert redrawn.float().mean().item() == pytest.approx(0.99, abs=0.001)


def test_what_is_lost_is_the_squared_error_as_a_share_of_the_variance(judge, digits):
    again = judge.redrawer(digits)[0].detach()
    for image, copy, lost in zip(digits, again, judge.lost(digits), strict=True):
        by_hand = (copy - image).square().sum() / (image - image.mean()).square().sum()
        assert lost.item() == pytest.approx(by_hand.item(), rel=1e-4)


def test_new_digits_pass_and_static_and_even_greys_do_not(judge):
    images, labels = load_mnist_sample("test")
    read, sure, redrawn = judge.judge(images)
    assert (sure & redrawn).float().mean() > 0.96 and (read == labels).float().mean() > 0.97
    static = torch.rand(200, 1, 28, 28, generator=seeded())
    _, sure, redrawn = judge.judge(static)
    assert sure.float().mean() > 0.9  # the classifier alone would take it for digits
    assert not redrawn.any()
    greys = torch.zeros(3, 1, 28, 28) + torch.tensor([0.0, 0.2, 0.5])[:, None, None, None]
    assert judge.lost(greys).isinf().all() and not judge.judge(greys)[2].any()


def test_a_judge_is_told_of_a_photographs_way_round_and_refuses_other_scales(judge, digits):
    with pytest.warns(UserWarning, match="Most of an image is ink"):
        judge.judge(1 - digits)
    for images, words in ((2 * digits - 1, "run from -1 to 1"), (255 * digits, "run from 0 to 255")):
        with pytest.raises(ValueError, match=rf"images {words}; wanted intensities in \[0, 1\]"):
            judge.judge(images)
        with pytest.raises(ValueError, match=words):
            DigitJudge(judge.classifier, judge.redrawer, images)


def test_a_stricter_judge_passes_less(judge):
    images, _ = load_mnist_sample("test")
    strict = DigitJudge(judge.classifier, judge.redrawer, images, share=0.8)
    assert strict.min_confidence > judge.min_confidence and strict.max_lost < judge.max_lost
    for share in (0, 1, 1.5):
        with pytest.raises(ValueError, match="give one in \\(0, 1\\)"):
            DigitJudge(judge.classifier, judge.redrawer, images, share=share)


# ----------------------------------------------------------------------------------------------- the experiment


@pytest.mark.long
def test_a_stopped_experiment_goes_on_where_it_was_and_takes_every_run_it_finds(monkeypatch, tmp_path):
    images, labels = load_mnist_sample("test")
    monkeypatch.setattr(random_codes, "load_mnist", lambda split, with_sample=True: (images[::5], labels[::5]))
    monkeypatch.setattr(random_codes, "load_mnist_sample", lambda split: (images[::5], labels[::5]))
    monkeypatch.setattr(random_codes, "RESULTS_FOLDER", tmp_path)
    monkeypatch.setattr(random_codes, "DRAWINGS", 100)
    monkeypatch.setattr(sweep, "RUNS", tmp_path / "runs")
    for latent_dim, seed in ((2, 0), (2, 1), (16, 0)):
        torch.manual_seed(seed)
        save_weights(sweep.weights_of(("conv", latent_dim, seed)), ConvAutoencoder(latent_dim), {})
    save_weights(sweep.weights_of(("conv-article", 2, 0)), ConvAutoencoder(2), {})
    assert random_codes.runs() == [(2, 0), (2, 1), (16, 0)]

    def rows():
        with (tmp_path / "random_codes.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    random_codes.main()
    whole = rows()
    assert len(whole) == 3 * len(SOURCES)
    for row in whole:
        by_digit = sum(float(row[f"passes_as_digit{digit}"]) for digit in range(10))
        assert by_digit == pytest.approx(float(row["passes"]), abs=1e-4)
        assert float(row["passes"]) <= min(float(row["sure"]), float(row["redrawn"]))
    lines = (tmp_path / "random_codes.csv").read_text().splitlines(keepends=True)
    (tmp_path / "random_codes.csv").write_text("".join(lines[:6]))
    random_codes.main()
    assert rows() == whole


# ------------------------------------------------------------------------------------------------------------- refusals

test_codes_and_judges_that_are_none_are_refused = refusals([
    ("codes from an unknown source", lambda g: sample_codes("sphere", g.z, 3, seeded()), ValueError,
     "source is 'sphere'; choose one of cube, box"),
    *[
        (f"{bad!r} codes", lambda g, bad=bad: sample_codes("cube", g.z, bad, seeded()), ValueError,
         f"count is {bad!r}; give a whole number from 1 up")
        for bad in (0, -1, 2.5, "3", None)
    ],
    ("codes like one code", lambda g: sample_codes("cube", g.z[:1], 3, seeded()),
     ValueError, r"\(1, 2\); .*least 2"),
    ("codes like a row", lambda g: sample_codes("cube", g.z[:, 0], 3, seeded()),
     ValueError, r"shape \(20,\); wanted"),
    ("codes like NaN", lambda g: sample_codes("gaussian", put_nan(g.z), 3, seeded()),
     ValueError, "real codes hold 2"),
    ("a mixture of more parts than codes", lambda g: sample_codes("mixture", g.z[:19], 3, seeded()), ValueError,
     r"\(19, 2\); wanted .*N at least 20"),
    ("codes from a seed", lambda g: sample_codes("cube", g.z, 3, 0), ValueError,
     r"generator is 0; give one, such as torch.Generator\(\).manual_seed\(0\)"),
    *[
        (f"a judge who lets {bad!r} pass", lambda g, bad=bad: DigitJudge(g.classifier, g.model, g.x, share=bad),
         ValueError,
         rf"share is {bad!r}; .*give one in \(0, 1\)")
        for bad in (NAN, "most")
    ],
    ("a judge with its networks swapped", lambda g: DigitJudge(g.model, g.classifier, g.x), ValueError,
     "classifier is a ConvAutoencoder; wanted a DigitClassifier"),
    ("a judge who saw no digits", lambda g: DigitJudge(g.classifier, g.model, g.x[:0]), ValueError,
     r"inputs have shape \(0, 1, 28, 28\); wanted .*N at least 1"),
    ("a judge with a network of points", lambda g: DigitJudge(g.classifier, g.points, g.x),
     ValueError, r"wanted .*, 3\)"),
])  # fmt: skip
