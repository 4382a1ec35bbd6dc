"""Walking distances, the term of the loss that asks for them, and the score, against what is known about them."""

import math
import re
from dataclasses import astuple, replace

import numpy as np
import pytest
import torch
from refusals import refusals
from sklearn.decomposition import PCA
from torch import Tensor

from aeutils.autoencoder import reconstruct
from aeutils.models import MLPAutoencoder
from aeutils.recipe import Recipe
from aeutils.synthetic import ROLL_SCALE, make_swiss_roll
from aeutils.unrolling import (
    ROLL_RECIPE,
    WINDING_GAP,
    UnrollingScore,
    fit_roll,
    geodesic_distances,
    sammon_stress,
    score_unrolling,
)

QUICK = Recipe(num_epochs=2, batch_size=16, lr=3e-3)
UNUSABLE_POINTS = {  # what is wrong with them: the points, and words that the refusal must hold
    "nan": (torch.rand(20, 3).index_fill(0, torch.tensor([4, 7]), math.nan), "hold 6 values that are NaN or infinite"),
    "inf": (torch.rand(20, 3).index_fill(0, torch.tensor([4]), -math.inf), "hold 3 values that are NaN or infinite"),
    "constant": (torch.rand(20, 3).index_fill(1, torch.tensor([1]), 2.5), r"Column 1 of .* constant \(2.5 everywhere"),
    "all-constant": (torch.zeros(20, 3), r"Column 0 of .* constant \(0 everywhere"),
    "single": (torch.rand(1, 3), r"shape \(1, 3\); wanted a tensor of shape \(N, D\) with N at least 2"),
    "empty": (torch.rand(0, 3), r"shape \(0, 3\)"),
    "one-number-each": (torch.rand(20), r"shape \(20,\)"),
    "images": (torch.rand(20, 1, 28, 28), r"shape \(20, 1, 28, 28\)"),
    "a-number": (torch.tensor(0.5), r"shape \(\)"),
    "an-array": (np.random.default_rng(0).random((20, 3)), r"ndarray; wanted a tensor of shape \(N, D\)"),
    "a-list": (np.random.default_rng(0).random((20, 3)).tolist(), r"list; wanted a tensor of shape \(N, D\)"),
    "nothing": (None, "NoneType; wanted a tensor"),
}


@pytest.fixture(params=UNUSABLE_POINTS.values(), ids=UNUSABLE_POINTS)
def unusable_points(request):
    return request.param


@pytest.fixture(scope="module")
def roll():
    return make_swiss_roll(1000)


@pytest.fixture
def few_points():
    return make_swiss_roll(48, seed=2)[0]


def draw(n, dims, seed=0):
    return torch.randn(n, dims, generator=torch.Generator().manual_seed(seed))


two_clusters = torch.cat([draw(50, 3), draw(30, 3, seed=1) + 100])


def turn(angle):
    return torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def weights(model):
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def straight_distances(points):
    x = points.double().numpy()
    return np.sqrt(((x[:, None] - x[None]) ** 2).sum(axis=2))


# ------------------------------------------------------------------------------------------- walking distances


def by_floyd_and_warshall(points, k):
    """Shortest paths on the neighbour graph by the shortest algorithm there is (Floyd 1962)."""
    straight, n = straight_distances(points), len(points)
    walk = np.full((n, n), math.inf)
    for i in range(n):
        walk[i, i] = 0
        for j in sorted(set(range(n)) - {i}, key=lambda j: straight[i, j])[:k]:  # noqa: B023
            walk[i, j] = walk[j, i] = straight[i, j]
    for via in range(n):
        for i in range(n):
            for j in range(n):
                walk[i, j] = min(walk[i, j], walk[i, via] + walk[via, j])
    return torch.from_numpy(walk).float()


@pytest.mark.parametrize("dims", [2, 5])
@pytest.mark.parametrize("k", [2, 3, 5, 11])
def test_walking_distances_are_the_shortest_paths_on_the_neighbour_graph(k, dims):
    points = draw(12, dims, seed=3)
    wanted = by_floyd_and_warshall(points, k)
    assert torch.isfinite(wanted).all()
    torch.testing.assert_close(geodesic_distances(points, k=k), wanted)
    detours = wanted > 1.001 * torch.from_numpy(straight_distances(points))
    assert detours.any() == (k < 11)  # with all the others as neighbours there is nothing to walk around


def test_by_default_a_point_is_joined_to_its_eight_nearest():
    points = draw(30, 2)
    torch.testing.assert_close(geodesic_distances(points), by_floyd_and_warshall(points, 8))
    assert not torch.allclose(geodesic_distances(points), by_floyd_and_warshall(points, 7))
    assert not torch.allclose(geodesic_distances(points), by_floyd_and_warshall(points, 9))


def test_a_point_that_is_nobodys_neighbour_can_be_reached_through_its_own():
    # Each of the first three is nearest to one beside it; the last is nearest to nobody.
    points = torch.tensor([[0.0, 0.0], [1.0, 0.1], [1.9, 0.0], [5.0, 0.2]])
    distances = geodesic_distances(points, k=1)
    steps = (points[1:] - points[:-1]).norm(dim=1)
    assert distances[0].tolist() == pytest.approx([0, *steps.cumsum(dim=0).tolist()])
    assert torch.equal(distances[:, 0], distances[0])


def test_on_a_straight_line_walking_is_no_detour():
    t = torch.rand(60, generator=torch.Generator().manual_seed(0)) * 0.3 + torch.arange(60)  # no gap is too wide
    t = t[torch.randperm(60, generator=torch.Generator().manual_seed(1))]
    points = t.unsqueeze(1) * torch.tensor([1.0, -2.0, 2.0]) / 3 + torch.tensor([4.0, 5.0, 6.0])
    wanted = (t.unsqueeze(1) - t).abs()
    torch.testing.assert_close(geodesic_distances(points, k=2), wanted, rtol=1e-4, atol=1e-4)


def test_around_a_circle_walking_takes_chord_after_chord_the_shorter_way_and_approaches_the_arc():
    n = 240
    angle = 2 * math.pi * torch.arange(n) / n
    distances = geodesic_distances(torch.stack([angle.cos(), angle.sin()], dim=1), k=2)
    steps = torch.arange(n).minimum(n - torch.arange(n))
    torch.testing.assert_close(distances[0], steps * 2 * math.sin(math.pi / n), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(distances[0], steps * 2 * math.pi / n, rtol=1e-3, atol=1e-5)
    assert distances.max() > 3.14  # half around; straight across it is 2


@pytest.mark.long
def test_on_the_roll_walking_distances_approach_those_of_the_flat_sheet_and_straight_ones_do_not():
    points, sheet = make_swiss_roll(2000, seed=4)
    pairs = np.triu_indices(2000, 1)
    flat, straight = straight_distances(sheet)[pairs], straight_distances(points)[pairs] * ROLL_SCALE

    walk8, walk16 = (geodesic_distances(points, k=k).double().numpy()[pairs] * ROLL_SCALE for k in (8, 16))

    def off(distances):
        return np.abs(distances - flat).sum() / flat.sum()

    # Paths zigzag about the shortest way, the less the more neighbours there are to choose from.
    assert off(walk16) < 0.03 < off(walk8) < 0.06 < 0.5 < off(straight)
    assert np.corrcoef(walk8, flat)[0, 1] > 0.999 and np.corrcoef(straight, flat)[0, 1] < 0.5
    # They cut each bend of the roll by next to nothing.
    assert (walk8 > 0.98 * flat).all()


def test_walking_distances_are_distances(roll):
    distances = geodesic_distances(roll[0])
    assert distances.shape == (1000, 1000) and distances.dtype == torch.float32
    torch.testing.assert_close(distances, distances.T, rtol=1e-6, atol=0)
    assert torch.equal(distances.diagonal(), torch.zeros(1000))
    straight = torch.from_numpy(straight_distances(roll[0])).float()
    assert (distances >= straight * (1 - 1e-5)).all()
    for via in (0, 333, 999):  # no detour is a short cut
        assert (distances <= (distances[:, [via]] + distances[via]) * (1 + 1e-5)).all()


def test_walking_distances_are_in_the_unit_of_the_points_and_do_not_mind_where_these_lie():
    points = draw(60, 3)
    moved = 8 * points @ torch.linalg.qr(draw(3, 3, seed=1))[0] + 5
    torch.testing.assert_close(
        geodesic_distances(moved, k=4), 8 * geodesic_distances(points, k=4), rtol=1e-4, atol=1e-4
    )


def test_two_points_in_one_place_are_no_distance_apart():
    points = torch.tensor([[0.0, 0.0], [0.0, 0.0], [3.0, 4.0]])
    assert geodesic_distances(points, k=1)[0].tolist() == [0, 0, 5]
    assert geodesic_distances(points[1:], k=1).tolist() == [[0, 5], [5, 0]]


def test_a_graph_in_pieces_is_refused_and_the_sizes_of_the_pieces_are_named():
    with pytest.raises(ValueError, match=r"k = 8 the .* falls into 2 pieces \(of 50, 30 points\).*Raise k"):
        geodesic_distances(two_clusters)
    with pytest.raises(ValueError, match=r"k = 5 the neighbour graph falls into 2 pieces "):
        geodesic_distances(two_clusters, k=5)
    sizes = (4, 8, 5, 7, 6, 9, 3)
    islands = torch.cat([torch.arange(size).unsqueeze(1).expand(size, 2) + 100.0 * i for i, size in enumerate(sizes)])
    with pytest.raises(ValueError, match=r"7 pieces \(of 9, 8, 7, 6, 5, \.\.\. points\)"):
        geodesic_distances(islands, k=2)
    with pytest.raises(ValueError, match=r"5 pieces \(of 8, 7, 6, 5, 4 points\)"):
        geodesic_distances(islands[: sum(sizes[:5])], k=2)
    assert torch.isfinite(geodesic_distances(two_clusters, k=50)).all()  # more neighbours than a piece has


@pytest.mark.parametrize("k", [0, -1, 48, 49, 2.0, 2.5, True, "8", None])
def test_a_number_of_neighbours_that_is_none_is_refused(k, few_points):
    for refuse in (
        lambda: geodesic_distances(few_points, k=k),
        lambda: fit_roll(few_points, geodesic_weight=1.0, k=k, recipe=QUICK, progress=False),
    ):
        with pytest.raises(ValueError, match=rf"^k is {re.escape(repr(k))}; with 48 points it can be 1 to 47\.$"):
            refuse()


def test_a_number_of_neighbours_may_come_out_of_numpy(few_points):
    distances = geodesic_distances(few_points, k=3)
    assert not torch.equal(distances, geodesic_distances(few_points))
    for kind in (np.int64, np.int32, np.uint8):
        assert torch.equal(geodesic_distances(few_points, k=kind(3)), distances)
    for k in (np.int64(0), np.int64(48)):
        with pytest.raises(ValueError, match=rf"^k is {re.escape(repr(k))}; with 48 points it can be 1 to 47\.$"):
            geodesic_distances(few_points, k=k)
    with pytest.raises(ValueError, match=r"k is .*3\.0.*; with 48 points"):
        geodesic_distances(few_points, k=np.float64(3))


def test_walking_distances_of_points_that_require_a_gradient_are_the_same_without_one(few_points):
    distances = geodesic_distances(few_points.clone().requires_grad_(), k=5)
    assert torch.equal(distances, geodesic_distances(few_points, k=5))
    assert not distances.requires_grad


def test_points_that_nobody_can_walk_between_are_refused(unusable_points):
    points, words = unusable_points
    with pytest.raises(ValueError, match=f"The points .*{words}|{words}"):
        geodesic_distances(points, k=1)


# --------------------------------------------------------------------------------------------------- the stress


def test_codes_as_far_apart_as_wanted_have_no_stress():
    z = draw(20, 3)
    distances = torch.from_numpy(straight_distances(z)).float()
    assert sammon_stress(z, distances).item() == pytest.approx(0, abs=1e-10)
    assert sammon_stress(z + 0.1 * draw(20, 3, seed=1), distances) > 1e-4


def test_the_stress_of_two_and_of_three_points_by_hand():
    two = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    assert sammon_stress(two, torch.tensor([[0.0, 2.0], [2.0, 0.0]])).item() == pytest.approx((5 - 2) ** 2 / 2.1)
    three = torch.tensor([[0.0, 0.0], [3.0, 4.0], [3.0, 0.0]])  # 5, 3 and 4 apart
    distances = torch.tensor([[0.0, 4.9, 9.9], [4.9, 0.0, 0.4], [9.9, 0.4, 0.0]])
    by_hand = (0.1**2 / 5 + 6.9**2 / 10 + 3.6**2 / 0.5) / 3
    assert sammon_stress(three, distances).item() == pytest.approx(by_hand, rel=1e-5)
    line = torch.tensor([[0.0], [1.0], [-1.0]])
    assert sammon_stress(line, distances).item() == pytest.approx(
        (3.9**2 / 5 + 8.9**2 / 10 + 1.6**2 / 0.5) / 3, rel=1e-5
    )


def test_the_stress_can_be_walked_down_even_from_codes_in_one_place():
    distances = geodesic_distances(draw(30, 3), k=5)
    for z in (draw(30, 2), torch.zeros(30, 2)):
        z = z.requires_grad_()
        sammon_stress(z, distances).backward()
        assert z.grad.shape == z.shape and torch.isfinite(z.grad).all()
    z = draw(30, 2).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: sammon_stress(z, distances.double()), (z,))
    before = sammon_stress(z, distances)
    slope = torch.autograd.grad(before, z)[0]
    assert sammon_stress(z - 0.01 * slope / slope.norm(), distances) < before


# ---------------------------------------------------------------------------------------------------- the score


def score_by_loops(z, sheet):
    """The four numbers, point by point and pair by pair."""
    z, sheet, n = z.double().numpy(), sheet.double().numpy(), len(z)
    pairs = [(i, j) for i in range(n) for j in range(i)]
    in_code = np.array([math.dist(z[i], z[j]) for i, j in pairs])
    on_sheet = np.array([math.dist(sheet[i], sheet[j]) for i, j in pairs])
    in_code, on_sheet = in_code - in_code.mean(), on_sheet - on_sheet.mean()
    correlation = (in_code * on_sheet).sum() / math.sqrt((in_code**2).sum() * (on_sheet**2).sum())

    def explained(column):
        with_intercept = np.column_stack([z, np.ones(n)])
        left = column - with_intercept @ np.linalg.lstsq(with_intercept, column, rcond=None)[0]
        return 1 - (left**2).sum() / ((column - column.mean()) ** 2).sum()

    far = 0
    for i in range(n):
        nearest = sorted((j for j in range(n) if j != i), key=lambda j: math.dist(z[i], z[j]))[:10]  # noqa: B023
        far += sum(math.dist(sheet[i], sheet[j]) > 2 * math.pi for j in nearest)
    return correlation, explained(sheet[:, 0]), explained(sheet[:, 1]), far / (10 * n)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_the_score_is_what_loops_compute(dims):
    sheet = make_swiss_roll(60, seed=5)[1]
    z = 0.1 * sheet @ draw(2, dims, seed=1) + 0.5 * draw(60, dims, seed=2)
    wanted = score_by_loops(z, sheet)
    assert all(0.01 < number < 0.99 for number in wanted)
    assert astuple(score_unrolling(z, sheet)) == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize(
    "move",
    [
        lambda sheet: sheet,
        lambda sheet: sheet @ turn(2.0),
        lambda sheet: sheet.flip(1),
        lambda sheet: sheet * torch.tensor([-1.0, 1.0]),
        lambda sheet: 0.01 * sheet,
        lambda sheet: 100 * sheet - 7,
        lambda sheet: torch.cat([sheet @ turn(-1.0), torch.zeros(len(sheet), 1)], dim=1),
    ],
    ids=["as it is", "turned", "columns swapped", "mirrored", "shrunk", "grown and moved", "in space"],
)
def test_the_sheet_itself_is_perfectly_unrolled_wherever_it_lies(move, roll):
    score = score_unrolling(move(roll[1]), roll[1])
    assert astuple(score) == pytest.approx((1, 1, 1, 0), abs=1e-6)
    assert score.far_neighbours == 0
    assert score.unrolled is True


@pytest.mark.parametrize(
    ("stretch", "unrolled"), [(1.3, True), (1.5, True), (3, False)], ids=["mildly", "more", "too much"]
)
def test_a_stretched_sheet_is_unrolled_as_long_as_distances_agree(stretch, unrolled, roll):
    z = roll[1] * torch.tensor([1.0, stretch])
    pairs = np.triu_indices(1000, 1)
    wanted = np.corrcoef(straight_distances(z)[pairs], straight_distances(roll[1])[pairs])[0, 1]
    assert (wanted > 0.98) == unrolled
    score = score_unrolling(z, roll[1])
    assert score.distance_correlation == pytest.approx(wanted, abs=1e-9)
    assert (score.r2_length, score.r2_height) == (pytest.approx(1), pytest.approx(1))
    assert score.far_neighbours < 0.01
    assert score.unrolled is unrolled


def test_shuffled_codes_tell_nothing(roll):
    z = roll[1][torch.randperm(1000, generator=torch.Generator().manual_seed(0))]
    score = score_unrolling(z, roll[1])
    assert astuple(score)[:3] == pytest.approx((0, 0, 0), abs=0.02)
    apart = torch.from_numpy(straight_distances(roll[1]) > WINDING_GAP).double().mean()
    assert score.far_neighbours == pytest.approx(apart.item(), abs=0.01)  # as any two points
    assert score.unrolled is False


def test_a_shadow_of_the_roll_is_not_unrolled(roll):
    points, sheet = roll
    score = score_unrolling(torch.from_numpy(PCA(2).fit_transform(points.numpy())), sheet)
    assert score.distance_correlation < 0.5 and score.far_neighbours > 0.2
    assert score.unrolled is False
    assert score_unrolling(points, sheet).unrolled is False  # nor is the roll itself


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [0.0, 0.1, -1e6])
def test_codes_that_have_all_fallen_onto_one_point_fail_without_ado(value, roll):
    score = score_unrolling(torch.full((1000, 2), value), roll[1])
    assert astuple(score)[:3] == pytest.approx((0, 0, 0), abs=1e-6)
    assert 0 <= score.far_neighbours <= 1
    assert score.unrolled is False


def test_neighbours_are_far_from_where_the_windings_touch():
    # Two clusters of eleven codes: a code's ten nearest are the others of its cluster. On the sheet, one of the first
    # eleven lies `gap` from its ten, and each of these has one of its ten far away: 10 + 10 of 220.
    z = torch.cat([draw(11, 2), draw(11, 2) + 1000])

    def far_neighbours(gap):
        sheet = torch.zeros(22, 2)
        sheet[0, 0], sheet[11, 1] = gap, 1.0
        return score_unrolling(z, sheet).far_neighbours

    assert far_neighbours(2 * math.pi - 0.01) == 0
    assert far_neighbours(2 * math.pi + 0.01) == pytest.approx(20 / 220)


@pytest.mark.parametrize(
    ("name", "just_enough", "not_enough"),
    [
        ("distance_correlation", 0.981, 0.98),
        ("r2_length", 0.951, 0.95),
        ("r2_height", 0.951, 0.95),
        ("far_neighbours", 0.009, 0.01),
    ],
)
def test_each_of_the_four_numbers_alone_can_spoil_it(name, just_enough, not_enough):
    perfect = UnrollingScore(1.0, 1.0, 1.0, 0.0)
    assert perfect.unrolled is True
    assert replace(perfect, **{name: just_enough}).unrolled is True
    assert replace(perfect, **{name: not_enough}).unrolled is False
    assert replace(perfect, **{name: math.nan}).unrolled is False


@pytest.mark.parametrize(
    ("z_shape", "sheet_shape"),
    [((30, 2), (29, 2)), ((29, 2), (30, 2)), ((30, 2), (30, 3)), ((30, 2), (30, 1)), ((30, 3), (30, 3))],
)
def test_codes_and_a_sheet_that_do_not_fit_are_refused(z_shape, sheet_shape):
    with pytest.raises(ValueError, match=r"codes have shape .*, the sheet .*; wanted \(N, K\) and \(N, 2\)") as caught:
        score_unrolling(torch.rand(z_shape), torch.rand(sheet_shape))
    assert f"shape {z_shape}, the sheet {sheet_shape};" in str(caught.value)


@pytest.mark.parametrize(
    "not_a_table",
    [torch.rand(30), torch.rand(15, 1, 2), torch.rand(30, 1, 1, 2), torch.tensor(0.5)],
    ids=["one number each", "three axes", "images", "a number"],
)
def test_codes_and_a_sheet_that_are_no_tables_are_refused(not_a_table):
    found = rf"have shape {re.escape(str(tuple(not_a_table.shape)))}; "
    wanted = r"wanted a tensor of shape \(N, D\) with N at least 11\."
    with pytest.raises(ValueError, match=f"^The codes {found}{wanted}"):
        score_unrolling(not_a_table, make_swiss_roll(30)[1])
    with pytest.raises(ValueError, match=f"^The sheet's points {found}{wanted}"):
        score_unrolling(torch.rand(30, 2), not_a_table)


@pytest.mark.parametrize(
    ("convert", "kind"),
    [(Tensor.numpy, "ndarray"), (Tensor.tolist, "list"), (lambda table: None, "NoneType")],
    ids=["an array", "a list", "nothing"],
)
def test_codes_and_a_sheet_that_are_no_tensors_are_refused(convert, kind):
    sheet = make_swiss_roll(30)[1]
    found = rf"are a {kind}; wanted a tensor of shape \(N, D\) with N at least 11\. torch\.as_tensor"
    with pytest.raises(ValueError, match=f"^The codes {found}"):
        score_unrolling(convert(sheet), sheet)
    with pytest.raises(ValueError, match=f"^The sheet's points {found}"):
        score_unrolling(sheet, convert(sheet))


@pytest.mark.parametrize("n", [0, 1, 2, 10])
def test_fewer_codes_than_have_ten_neighbours_are_refused(n):
    found = rf"have shape \({n}, 2\); wanted a tensor of shape \(N, D\) with N at least 11"
    with pytest.raises(ValueError, match=f"^The codes {found}"):
        score_unrolling(torch.rand(n, 2), torch.rand(n, 2))
    with pytest.raises(ValueError, match=f"^The sheet's points {found}"):
        score_unrolling(torch.rand(11, 2), torch.rand(n, 2))


def test_eleven_codes_are_enough():
    sheet = make_swiss_roll(11)[1]
    assert astuple(score_unrolling(sheet, sheet))[:3] == pytest.approx((1, 1, 1))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_values_that_are_no_numbers_are_refused_in_codes_and_sheet(value):
    good = make_swiss_roll(30)[1]
    bad = good.clone()
    bad[3] = value
    with pytest.raises(ValueError, match="^The codes hold 2 values that are NaN or infinite; remove them"):
        score_unrolling(bad, good)
    with pytest.raises(ValueError, match="^The sheet's points hold 2 values that are NaN or infinite; remove them"):
        score_unrolling(good, bad)


@pytest.mark.parametrize("column", [0, 1])
def test_a_sheet_without_length_or_height_is_refused(column):
    sheet = make_swiss_roll(30)[1]
    sheet[:, column] = 3.0
    with pytest.raises(ValueError, match=rf"^Column {column} of the sheet's points is constant \(3 everywhere\)"):
        score_unrolling(torch.rand(30, 2), sheet)


@pytest.mark.parametrize("which", [[0], [1], [0, 1]], ids=["codes", "sheet", "both"])
def test_codes_and_a_sheet_that_require_a_gradient_score_the_same_without_one(which):
    tables = [draw(40, 3), make_swiss_roll(40)[1]]
    wanted = score_unrolling(*tables)
    for i in which:
        tables[i] = tables[i].clone().requires_grad_()
    assert score_unrolling(*tables) == wanted


# -------------------------------------------------------------------------------------------------- the training


def loss_by_hand(model, points, geodesic_weight, k):
    """Squared error plus weighted stress of all points at once, pair by pair."""
    with torch.no_grad():
        x_hat, z = model(points)
    error = float(((x_hat - points).double() ** 2).mean())
    walk, apart, n = by_floyd_and_warshall(points, k).numpy(), straight_distances(z), len(points)
    terms = [(apart[i, j] - walk[i, j]) ** 2 / (walk[i, j] + 0.1) for i in range(n) for j in range(i)]
    return error + geodesic_weight * float(np.mean(terms))


def make_network(latent_dim=2, seed=0, hidden=(64, 64)):
    torch.manual_seed(seed)
    return MLPAutoencoder(latent_dim, input_shape=(3,), hidden=hidden)


@pytest.mark.parametrize(
    "settings",
    [{}, {"geodesic_weight": 1}, {"geodesic_weight": 1, "k": 4}, {"geodesic_weight": 2.5, "k": 8}],
    ids=["plain", "geodesic", "among four neighbours", "more walking"],
)
def test_the_first_loss_is_the_squared_error_plus_the_weighted_stress(settings, few_points):
    recipe = Recipe(num_epochs=1, batch_size=48)  # one step with all points, in an order drawn by chance
    _, history = fit_roll(few_points, recipe=recipe, seed=3, progress=False, **settings)
    wanted = loss_by_hand(make_network(seed=3), few_points, settings.get("geodesic_weight", 0), settings.get("k", 8))
    assert history.train_loss == [pytest.approx(wanted, rel=1e-4)]


@pytest.mark.parametrize("geodesic_weight", [0.0, 1.0])
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(geodesic_weight, few_points):
    def run(seed, **settings):
        torch.manual_seed(12345)  # must not matter
        model, history = fit_roll(
            few_points, geodesic_weight=geodesic_weight, recipe=QUICK, seed=seed, progress=False, **settings
        )
        return weights(model), history.train_loss

    (first, losses), (again, losses_again), (other, _) = run(1), run(1), run(2)
    assert torch.equal(first, again) and losses == losses_again and len(losses) == 2
    assert not torch.equal(first, other)
    # The network that it makes is the one that a caller could hand in, and then the seed still draws the order.
    assert torch.equal(first, run(1, model=make_network(seed=1))[0])
    assert not torch.equal(first, run(2, model=make_network(seed=1))[0])


@pytest.mark.parametrize("geodesic_weight", [0.0, 1.0])
def test_a_model_that_is_given_is_the_one_that_is_trained(geodesic_weight, few_points):
    given = make_network(hidden=(16,))
    before = weights(given)
    model, history = fit_roll(few_points, geodesic_weight=geodesic_weight, model=given, recipe=QUICK, progress=False)
    assert model is given and not model.training
    assert (weights(given) - before).abs().max() > 1e-4
    assert history.train_loss[1] < history.train_loss[0]


def test_the_usual_network_has_two_layers_of_64_and_a_code_of_two_numbers():
    model, _ = fit_roll(draw(20, 4), recipe=QUICK, progress=False)
    assert model.settings == {"latent_dim": 2, "input_shape": [4], "hidden": [64, 64]}


def test_the_usual_recipe_takes_two_thousand_steps_for_two_thousand_points():
    assert ROLL_RECIPE.num_epochs * math.ceil(2000 / ROLL_RECIPE.batch_size) == 2000


@pytest.mark.parametrize("latent_dim", [1, 2, 3])
def test_codes_of_any_size_learn_to_lie_at_walking_distances(latent_dim):
    points = make_swiss_roll(300, noise=0.1, seed=1)[0]
    distances = geodesic_distances(points, k=6)
    model = make_network(latent_dim)
    before = sammon_stress(reconstruct(model, points)[1], distances)
    recipe = Recipe(num_epochs=15, batch_size=30, lr=1e-2)
    fit_roll(points, geodesic_weight=1.0, k=6, model=model, recipe=recipe, progress=False)
    z = reconstruct(model, points)[1]
    assert z.shape == (300, latent_dim)
    assert sammon_stress(z, distances) < before / 3


@pytest.mark.long
def test_with_walking_distances_the_roll_is_unrolled_and_without_it_is_not(roll):
    points, sheet = roll
    recipe = replace(ROLL_RECIPE, num_epochs=50, batch_size=64)  # 800 steps, each as long as usual

    def score(points, sheet, model):
        return score_unrolling(reconstruct(model, points)[1], sheet)

    unrolled, _ = fit_roll(points, geodesic_weight=1.0, recipe=recipe, progress=False)
    assert score(points, sheet, unrolled).unrolled
    assert score(*make_swiss_roll(500, seed=1), unrolled).unrolled  # points that it has not seen, too
    plain, history = fit_roll(points, recipe=recipe, progress=False)
    assert history.train_loss[-1] < 0.1  # a tenth of the variance: trained well enough, and yet
    assert not score(points, sheet, plain).unrolled
    assert score(points, sheet, plain).distance_correlation < 0.5


def test_only_with_the_walking_term_is_a_graph_made():
    model, history = fit_roll(two_clusters, geodesic_weight=0, k=-1, recipe=QUICK, progress=False)
    assert len(history.train_loss) == 2
    before = weights(model)
    with pytest.raises(ValueError, match=r"2 pieces \(of 50, 30 points\)"):
        fit_roll(two_clusters, geodesic_weight=0.1, model=model, recipe=QUICK, progress=False)
    assert torch.equal(weights(model), before)


def test_the_walking_term_is_computed_where_the_points_are(monkeypatch, few_points):
    def refuse():
        raise AssertionError("another device was asked for")

    monkeypatch.setattr("aeutils.training.pick_device", refuse)
    _, history = fit_roll(few_points, geodesic_weight=1.0, recipe=QUICK, progress=False)
    assert len(history.train_loss) == 2


@pytest.mark.parametrize("geodesic_weight", [0.0, 1.0])
def test_the_progress_bar_can_be_left_out(geodesic_weight, few_points, capsys):
    fit_roll(few_points, geodesic_weight=geodesic_weight, recipe=QUICK, progress=False)
    assert "".join(capsys.readouterr()) == ""
    fit_roll(few_points, geodesic_weight=geodesic_weight, recipe=QUICK)
    assert "".join(capsys.readouterr()) != ""


@pytest.mark.parametrize(
    "geodesic_weight", [-1, -1e-9, math.nan, math.inf, -math.inf, None, "1", 1j, torch.tensor(1.0)]
)
def test_a_weight_that_is_none_is_refused_before_the_model_changes(geodesic_weight, few_points):
    model = make_network()
    before = weights(model)
    with pytest.raises(
        ValueError, match=rf"^geodesic_weight is {re.escape(repr(geodesic_weight))}; give 0 \(plain\) or"
    ):
        fit_roll(few_points, geodesic_weight=geodesic_weight, model=model, recipe=QUICK, progress=False)
    assert torch.equal(weights(model), before)


@pytest.mark.parametrize("geodesic_weight", [np.float64(1), np.float32(1), np.int64(1)])
def test_a_weight_may_come_out_of_numpy(geodesic_weight, few_points):
    trained, _ = fit_roll(few_points, geodesic_weight=geodesic_weight, recipe=QUICK, progress=False)
    wanted, _ = fit_roll(few_points, geodesic_weight=1.0, recipe=QUICK, progress=False)
    torch.testing.assert_close(weights(trained), weights(wanted))


@pytest.mark.parametrize("geodesic_weight", [0.0, 1.0])
def test_points_that_nothing_can_be_learned_from_are_refused_before_the_model_changes(geodesic_weight, unusable_points):
    points, words = unusable_points
    model = make_network()
    before = weights(model)
    with pytest.raises(ValueError, match=words):
        fit_roll(points, geodesic_weight=geodesic_weight, model=model, recipe=QUICK, progress=False)
    assert torch.equal(weights(model), before)


# ------------------------------------------------------------------------------------------------------------- refusals

test_what_cannot_be_unrolled_is_refused = refusals([
    ("unrolling with seed='a'", lambda g: fit_roll(g.roll, seed="a", recipe=QUICK), ValueError, "seed is 'a'; give"),
    ("unrolling by the name of a network", lambda g: fit_roll(g.roll, model="mlp", recipe=QUICK), ValueError,
     "model is a str; wanted a network"),
    ("unrolling with a network of images", lambda g: fit_roll(g.roll, model=g.model, recipe=QUICK), ValueError,
     r"shape \(50, 3\); wanted .*28, 28"),
    ("unrolling in double precision", lambda g: fit_roll(g.roll.double(), recipe=QUICK), ValueError, r"x.float\(\)"),
    ("stress with distances of other points", lambda g: sammon_stress(g.z, torch.rand(30, 30)), ValueError,
     r"codes have shape \(20, 2\), the distances \(30, 30\); wanted .*same points"),
    ("stress of a single code", lambda g: sammon_stress(g.z[:1], torch.zeros(1, 1)), ValueError, "B at least 2"),
])  # fmt: skip
