"""Codes of one number: known answers for what is in order, folded and torn."""

import pytest
import torch
from refusals import NAN, refusals
from scipy.stats import spearmanr

from aeutils.line import score_line

TRUTH = torch.linspace(-1, 1, 300)
SHUFFLED = torch.randperm(300, generator=torch.Generator().manual_seed(0))


def joined(*parts):
    """Codes that run through pieces of the line in another order than the truth does."""
    z = torch.empty(300)
    z[torch.cat([torch.arange(*part) for part in parts])] = torch.arange(300.0)
    return z


@pytest.mark.parametrize(
    ("z", "folded", "torn"),
    {
        "the truth": (TRUTH, False, False),
        "turned around and stretched": (-TRUTH.exp() * 100, False, False),
        "squeezed, with a gap": (TRUTH + 5 * (TRUTH > 0.2), False, False),
        "in order but for the rounding": (TRUTH + 0.01 * torch.sin(900 * TRUTH), False, False),
        "folded in the middle": (TRUTH.abs(), True, False),
        "folded at one end": ((TRUTH - 0.7).abs(), True, False),
        "cut in two, the ends joined": (joined((150, 300), (0, 150)), False, True),
        "cut in three, the middle outside": (joined((100, 200), (0, 100), (200, 300)), False, True),
        "cut, and the halves on top of each other": ((TRUTH + 1) % 1, True, True),
        "dice": (torch.rand(300, generator=torch.Generator().manual_seed(1)), True, True),
    }.values(),
)
def test_what_is_folded_and_torn_is_seen_whatever_the_order_of_the_rows(z, folded, torn):
    for order in (torch.arange(300), SHUFFLED):
        score = score_line(z[order], TRUTH[order])
        assert (score.folded, score.torn) == (folded, torn), score


def test_scores_with_known_answers():
    inside = score_line(TRUTH**3, TRUTH)
    assert (inside.rank_correlation, inside.far_neighbours, inside.largest_jump) == (pytest.approx(1), 0, 0)
    # 0 to 3 with 1 and 2 exchanged: between the codes 0 and 2 of neighbours lies one of the two others.
    swapped = score_line(torch.tensor([0.0, 2, 1, 3]), torch.tensor([0.0, 1, 2, 3]))
    assert swapped.largest_jump == 0.5 and swapped.far_neighbours == 1  # every step is more than a tenth
    halves = score_line(joined((150, 300), (0, 150)), TRUTH)
    assert halves.far_neighbours == pytest.approx(1 / 299) and halves.largest_jump == 1
    assert score_line(TRUTH.abs(), TRUTH).far_neighbours == pytest.approx(0.9, abs=0.02)


def test_the_rank_correlation_is_scipys_also_with_equal_codes():
    z = torch.randint(0, 20, (300,), generator=torch.Generator().manual_seed(2)).float()
    assert score_line(z, TRUTH).rank_correlation == pytest.approx(abs(spearmanr(z, TRUTH).statistic))
    assert score_line(torch.zeros(300), TRUTH).rank_correlation == 0


test_what_is_no_line_of_codes_is_refused = refusals([
    ("codes of two numbers", lambda g: score_line(g.z, g.z[:, 0]), ValueError, r"codes have shape \(20, 2\)"),
    ("too few", lambda g: score_line(g.z[:2, 0], g.z[:2, 0]), ValueError, "N at least 3"),
    ("other lengths", lambda g: score_line(g.z[:, 0], g.z[:9, 0]), ValueError, "20 codes came with 9 true numbers"),
    ("a hole", lambda g: score_line(g.z[:, 0], g.z[:, 0] * NAN), ValueError, "true numbers hold 20 values"),
])  # fmt: skip
