"""Codes of one number for data with one number behind them: are they in order, folded, torn?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from aeutils.checks import check_one_each, check_tensor

FAR = 0.1
"""What counts as far apart: a tenth of all, of the range of the truth or of the pictures."""


@dataclass(frozen=True)
class LineScore:
    """How a code of one number follows the number behind the data.

    Attributes
    ----------
    rank_correlation : float in [0, 1]
        Spearman's, without sign: 1 if the codes are in the order of the truth, or in the reverse order.
    far_neighbours : float in [0, 1]
        Share of neighbouring codes whose truths lie more than a tenth of their range apart. In order: 0. A line
        folded in the middle, so that every code is used twice: about 0.9.
    largest_jump : float in [0, 1]
        Share of all codes that lie between those of two neighbouring truths, at the worst place. In order: 0.
    """

    rank_correlation: float
    far_neighbours: float
    largest_jump: float

    @property
    def folded(self) -> bool:
        """Whether far-apart truths share codes, over a stretch: more than one neighbour in fifty is far.

        Where a torn line is joined in another order only the few codes at the joints have far neighbours.
        """
        return self.far_neighbours > 0.02

    @property
    def torn(self) -> bool:
        """Whether neighbouring truths have codes far apart: more than a tenth of all codes between them."""
        return self.largest_jump > FAR


def score_line(z: Tensor, truth: Tensor) -> LineScore:
    """Hold a code of one number against the one number that made the data.

    All scores stay the same when the code is stretched, squeezed or turned around: it is free to be measured in
    other units.

    Parameters
    ----------
    z : Tensor of shape (N,)
        Codes, N >= 3.
    truth : Tensor of shape (N,)
        Such as the angle of each picture.
    """
    from scipy.stats import rankdata

    for what, values in (("codes", z), ("true numbers", truth)):
        check_tensor(values, what, ("N",), dtype="float", least=3, finite=True)
    check_one_each(z, "codes", truth, "true numbers")
    rank_z, rank_truth = (torch.from_numpy(rankdata(values.detach())) for values in (z, truth))
    correlation = torch.corrcoef(torch.stack([rank_z, rank_truth]))[0, 1].nan_to_num(0).abs().item()
    along_z = truth.double()[z.argsort(stable=True)]  # the truths, in the order of the codes
    far = along_z.diff().abs() > FAR * (truth.max() - truth.min())
    jumps = rank_z[truth.argsort(stable=True)].diff().abs()  # 1 where nothing lies between
    between = (jumps.max().item() - 1) / (len(z) - 2)
    return LineScore(correlation, far.double().mean().item(), max(between, 0.0))
