import math
import re

import numpy as np
import pytest
import torch
from refusals import put_nan, refusals
from sklearn.neighbors import KNeighborsClassifier

from aeutils.metrics import (
    confusion,
    continuity,
    intrinsic_dimension,
    knn_accuracy,
    knn_predict,
    most_confused,
    mse,
    share_by_digit,
    trustworthiness,
)
from aeutils.synthetic import make_swiss_roll


def draw(n, dims=2, seed=0):
    return torch.randn(n, dims, generator=torch.Generator().manual_seed(seed))


def draw_labels(n, seed=0):
    return torch.randint(10, (n,), generator=torch.Generator().manual_seed(seed))


# ------------------------------------------------------------------------------------------------ squared error


def test_mse_of_known_cases():
    x = torch.tensor([[0.0, 1.0], [0.5, 0.25]])
    assert mse(x, x) == 0
    assert mse(torch.tensor([[1.0, 1.0], [0.5, 0.75]]), x) == (1 + 0.25) / 4
    black, white = torch.zeros(3, 1, 28, 28), torch.ones(3, 1, 28, 28)
    assert mse(black, white) == 1


def test_on_the_articles_scale_the_error_is_four_times_as_large():
    x, x_hat = torch.rand(50, 1, 28, 28), torch.rand(50, 1, 28, 28)
    assert mse(2 * x_hat - 1, 2 * x - 1) == pytest.approx(4 * mse(x_hat, x), rel=1e-6)


def test_mse_is_computed_in_double_precision():
    # 1 + 2^-20 is a float32, the square of its distance from 1 is far below what float32 sums beside 1 can hold.
    x_hat = torch.full((10_000,), 1 + 2.0**-20)
    x_hat[0] = 2
    expected = (1 + 9999 * 2.0**-40) / 10_000
    assert mse(x_hat, torch.ones(10_000)) == pytest.approx(expected, rel=1e-14)


# --------------------------------------------------------------------------------------------------- neighbours


def vote_by_brute_force(z, z_ref, labels_ref, k, leave_out_self=False):
    distances = (z.double().unsqueeze(1) - z_ref.double().unsqueeze(0)).square().sum(dim=2)
    if leave_out_self:
        distances.fill_diagonal_(math.inf)
    nearest = distances.argsort(dim=1)[:, :k]
    return torch.stack([labels_ref[row].bincount(minlength=10).argmax() for row in nearest])


@pytest.mark.parametrize("k", [1, 2, 5, 10, 80])
@pytest.mark.parametrize("dims", [1, 2, 3, 20])
def test_knn_agrees_with_brute_force_and_with_scikit_learn(k, dims):
    z, z_ref, labels_ref = draw(60, dims, seed=1), draw(80, dims, seed=2), draw_labels(80)
    predicted = knn_predict(z, z_ref, labels_ref, k=k)
    assert torch.equal(predicted, vote_by_brute_force(z, z_ref, labels_ref, k))
    sklearns = KNeighborsClassifier(k).fit(z_ref.numpy(), labels_ref.numpy()).predict(z.numpy())
    assert predicted.tolist() == sklearns.tolist()


@pytest.mark.parametrize("k", [1, 3, 10, 79])
def test_codes_that_vote_on_each_other_agree_with_brute_force(k):
    z, labels = draw(80), draw_labels(80)
    wanted = vote_by_brute_force(z, z, labels, k, leave_out_self=True)
    assert torch.equal(knn_predict(z, labels_ref=labels, k=k), wanted)
    assert knn_accuracy(z, labels, k=k) == pytest.approx((wanted == labels).double().mean().item())


def test_codes_that_vote_on_each_other_are_left_out_of_their_own_vote_even_where_two_coincide():
    z, labels = draw(50).repeat(2, 1), torch.tensor([3] * 50 + [7] * 50)
    assert knn_accuracy(z, labels, k=1) == 0  # each has a twin of the other class in the same place
    assert knn_accuracy(z, torch.arange(50).remainder(10).repeat(2), k=1) == 1


def test_a_reference_set_votes_even_where_it_is_the_same_codes():
    z, labels = draw(50), draw_labels(50)
    assert knn_accuracy(z, labels, z, labels, k=1) == 1


@pytest.mark.parametrize(("labels", "winner"), [([7, 3], 3), ([3, 7], 3), ([9, 0], 0)])
def test_at_a_tie_the_smallest_label_wins(labels, winner):
    labels = torch.tensor(labels)
    asks, votes = torch.tensor([[0.0]]), torch.tensor([[-1.0], [1.0]])
    assert knn_predict(asks, votes, labels, k=2).tolist() == [winner]
    everyone = torch.cat([votes, asks])
    assert knn_predict(everyone, labels_ref=torch.cat([labels, labels[:1]]), k=2)[2] == winner


@pytest.mark.parametrize("with_reference", [True, False])
def test_codes_without_meaning_are_read_at_chance_and_clusters_perfectly(with_reference):
    labels = torch.arange(2000).remainder(10)
    reference = (draw(2000, seed=5), labels) if with_reference else ()
    assert knn_accuracy(draw(2000), labels, *reference) == pytest.approx(0.1, abs=0.03)
    centres = 100 * torch.stack([labels.cos(), labels.sin()], dim=1)
    reference = (centres + draw(2000, seed=5), labels) if with_reference else ()
    assert knn_accuracy(centres + draw(2000), labels, *reference) == 1


def test_accuracy_is_the_share_of_right_predictions():
    z, z_ref, labels, labels_ref = draw(60, seed=1), draw(80, seed=2), draw_labels(60, 3), draw_labels(80, 4)
    predicted = knn_predict(z, z_ref, labels_ref, k=3)
    right = sum(p == t for p, t in zip(predicted.tolist(), labels.tolist(), strict=True))
    assert 0 < right < 60
    assert knn_accuracy(z, labels, z_ref, labels_ref, k=3) == pytest.approx(right / 60)


# -------------------------------------------------------------------------------------------------------- tables


def test_shares_by_digit_of_a_known_case():
    labels = torch.tensor([0, 0, 0, 0, 1, 1, 9])
    hits = torch.tensor([True, True, True, False, False, False, True])
    shares = share_by_digit(hits, labels)
    assert shares.dtype == torch.float64 and shares.shape == (10,)
    assert shares[[0, 1, 9]].tolist() == [0.75, 0, 1]
    assert shares[2:9].isnan().all()


def test_confusion_of_a_known_case():
    labels = torch.cat([torch.arange(10), torch.tensor([4, 4, 4])])
    predicted = torch.cat([torch.arange(10), torch.tensor([9, 9, 7])])
    wanted = torch.eye(10, dtype=torch.float64)
    wanted[4, [4, 7, 9]] = torch.tensor([0.25, 0.25, 0.5], dtype=torch.float64)
    assert torch.equal(confusion(predicted, labels), wanted)


def test_every_row_of_a_confusion_table_is_a_digit_and_sums_to_one():
    labels, predicted = draw_labels(500, 1), draw_labels(500, 2)
    shares = confusion(predicted, labels)
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(10, dtype=torch.float64))
    torch.testing.assert_close(shares.diagonal(), share_by_digit(predicted == labels, labels))


def test_the_most_confused_come_first_and_the_diagonal_does_not_count():
    shares = 0.9 * torch.eye(10, dtype=torch.float64)
    shares[4, 9], shares[9, 4], shares[3, 5] = 0.2, 0.3, 0.25
    assert most_confused(shares, 3) == [(9, 4, 0.3), (3, 5, 0.25), (4, 9, 0.2)]
    assert len(most_confused(shares, 90)) == 90


# ---------------------------------------------------------------------------------------------- neighbourhoods


def trustworthiness_by_its_formula(x, z, k):
    """Venna and Kaski (2001), equation 2, point by point."""
    n = len(x)

    def by_distance(points):
        distances = np.linalg.norm(points[:, None] - points[None], axis=2)
        np.fill_diagonal(distances, -1)  # each point is its own nearest, rank 0
        return distances.argsort(axis=1)

    in_data, in_map = by_distance(x), by_distance(z)
    penalty = 0
    for i in range(n):
        rank = {j: r for r, j in enumerate(in_data[i].tolist())}
        penalty += sum(max(0, rank[j] - k) for j in in_map[i, 1 : k + 1].tolist())
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * penalty


@pytest.mark.parametrize("k", [1, 5, 12])
def test_trustworthiness_is_its_formula_and_continuity_the_same_with_the_sides_swapped(k):
    x = draw(80, dims=5)
    z = x[:, :2] + 0.3 * draw(80, seed=9)
    forth = trustworthiness_by_its_formula(x.double().numpy(), z.double().numpy(), k)
    back = trustworthiness_by_its_formula(z.double().numpy(), x.double().numpy(), k)
    assert abs(forth - back) > 1e-3  # or the next two lines could not tell one from the other
    assert trustworthiness(x, z, k=k) == pytest.approx(forth, abs=1e-9)
    assert continuity(x, z, k=k) == pytest.approx(back, abs=1e-9)


def test_a_map_that_changes_nothing_is_perfect():
    x = draw(100, dims=3)
    turned_and_scaled = 7 * x @ torch.linalg.qr(draw(3, dims=3))[0] + 2
    for z in (x, turned_and_scaled):
        assert trustworthiness(x, z) == continuity(x, z) == 1


def test_a_map_by_chance_is_worth_about_a_half():
    x, z = draw(500, dims=10), draw(500, seed=1)
    assert trustworthiness(x, z) == pytest.approx(0.5, abs=0.03)
    assert continuity(x, z) == pytest.approx(0.5, abs=0.03)


def test_folding_costs_trust_and_tearing_costs_continuity():
    line = torch.linspace(-1, 1, 200).unsqueeze(1)
    folded = line.abs() + 1e-4 * line  # far points meet
    assert trustworthiness(line, folded) < continuity(line, folded)
    angle = math.pi * line
    circle = torch.cat([angle.cos(), angle.sin()], dim=1)  # neighbours at the cut are far apart on the line
    assert continuity(circle, line) < trustworthiness(circle, line)


def test_images_are_compared_by_their_pixels():
    images, z = torch.rand(60, 1, 4, 4), draw(60)
    assert trustworthiness(images, z) == trustworthiness(images.flatten(1), z)


# ------------------------------------------------------------------------------------------ intrinsic dimension


def embedded_cube(d, n=2000, into=20):
    """Points uniform in a cube of d dimensions, turned into a space of more."""
    generator = torch.Generator().manual_seed(d)
    axes = torch.linalg.qr(torch.randn(into, into, generator=generator, dtype=torch.float64))[0]
    return (torch.rand(n, d, generator=generator, dtype=torch.float64) @ axes[:d]).float()


def neighbour_distances(x, k):
    """Of every point, to its first k neighbours, by brute force."""
    x = x.flatten(1).double()
    return (x[:, None] - x[None]).norm(dim=2).sort(dim=1).values[:, 1 : k + 1].numpy()


def by_mackay_and_ghahramani(x, k):
    """Levina and Bickel's estimate at each point, averaged as its inverse."""
    t = neighbour_distances(x, k)
    inverse = np.log(t[:, -1:] / t[:, :-1]).sum(axis=1) / (k - 1)
    return 1 / inverse.mean()


def by_facco(x):
    """The slope, through the origin, of -log(1 - i/N) on log(r2/r1), without the largest tenth of these ratios."""
    r1, r2 = neighbour_distances(x, 2).T
    n = len(x)
    ratio, share = np.log(np.sort(r2 / r1)), np.arange(1, n + 1) / n
    kept = slice(int(0.9 * n))
    across, up = ratio[kept], -np.log(1 - share[kept])
    return (across * up).sum() / (across**2).sum()


@pytest.mark.parametrize("method", ["mle", "two_nn"])
@pytest.mark.parametrize("into", [20, 40])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_a_turned_cube_has_its_own_dimension_and_not_that_of_the_space_around_it(d, into, method):
    # At the faces of a cube half a neighbourhood is missing, which makes estimates a little too small.
    assert intrinsic_dimension(embedded_cube(d, into=into), method=method) == pytest.approx(d, rel=0.12)


@pytest.mark.parametrize("method", ["mle", "two_nn"])
def test_a_circle_has_one_dimension_and_a_rolled_sheet_two(method):
    angle = 2 * math.pi * torch.rand(2000, generator=torch.Generator().manual_seed(0))
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    assert intrinsic_dimension(circle, method=method) == pytest.approx(1, rel=0.06)
    assert intrinsic_dimension(make_swiss_roll(2000)[0], method=method) == pytest.approx(2, rel=0.06)
    # Noise fills the space around the sheet.
    assert intrinsic_dimension(make_swiss_roll(2000, noise=2.0)[0], method=method) == pytest.approx(3, rel=0.12)


@pytest.mark.parametrize("k", [3, 10, 30, 199])
@pytest.mark.parametrize("shape", [(3,), (30,), (1, 4, 4)])
def test_maximum_likelihood_is_the_formula_of_mackay_and_ghahramani(shape, k):
    x = draw(200, math.prod(shape)).reshape(200, *shape)
    assert intrinsic_dimension(x, method="mle", k=k) == pytest.approx(by_mackay_and_ghahramani(x, k), rel=1e-5)


@pytest.mark.parametrize("shape", [(3,), (30,), (1, 4, 4), (1, 6, 6)])
def test_two_neighbours_are_the_formula_of_facco(shape):
    x = draw(207, math.prod(shape), seed=2).reshape(207, *shape)
    assert intrinsic_dimension(x, method="two_nn") == pytest.approx(by_facco(x), rel=1e-5)
    assert by_facco(x) != pytest.approx(by_mackay_and_ghahramani(x, 10), rel=0.01)  # or one could stand for the other


def test_maximum_likelihood_over_ten_neighbours_is_what_is_computed_when_nothing_is_said():
    x = draw(100, 5)
    assert intrinsic_dimension(x) == pytest.approx(by_mackay_and_ghahramani(x, 10), rel=1e-5)
    assert isinstance(intrinsic_dimension(x), float) and isinstance(intrinsic_dimension(x, method="two_nn"), float)


@pytest.mark.parametrize("method", ["mle", "two_nn"])
@pytest.mark.parametrize("scale", [1e-3, 0.3, 255])
def test_the_unit_does_not_change_the_dimension(scale, method):
    x = draw(300, 4)
    turned = x @ torch.linalg.qr(draw(4, 4, seed=1))[0] + 1
    assert intrinsic_dimension(scale * x, method=method) == pytest.approx(
        intrinsic_dimension(x, method=method), rel=1e-4
    )
    assert intrinsic_dimension(turned, method=method) == pytest.approx(intrinsic_dimension(x, method=method), rel=1e-3)


@pytest.mark.parametrize("method", ["MLE", "twonn", "pca", "", None])
def test_an_unknown_way_to_count_dimensions_is_refused(method):
    with pytest.raises(ValueError, match=f'method is {method!r}; choose "mle" or "two_nn"'):
        intrinsic_dimension(draw(20), method=method)


NO_NEIGHBOURS = [-1, 0, 1, 2, 20, 21, np.int64(20), True, 3.5, 10.0, np.float64(10), "10", None]


@pytest.mark.parametrize("k", NO_NEIGHBOURS)
def test_neighbours_that_are_too_few_or_more_than_there_are_cannot_count_dimensions(k):
    with pytest.raises(ValueError, match=rf"^k is {re.escape(repr(k))}; with 20 inputs it can be 3 to 19\.$"):
        intrinsic_dimension(draw(20), method="mle", k=k)
    with pytest.raises(ValueError, match=rf"^k is {re.escape(repr(k))}; with 20 inputs it can be 3 to 19\.$"):
        intrinsic_dimension(draw(20), k=k)


def test_ten_neighbours_are_too_many_among_ten_inputs_and_not_among_eleven():
    with pytest.raises(ValueError, match="^k is 10; with 10 inputs it can be 3 to 9"):
        intrinsic_dimension(draw(10))
    x = draw(11)
    assert intrinsic_dimension(x) == pytest.approx(by_mackay_and_ghahramani(x, 10), rel=1e-5)


@pytest.mark.parametrize("k", NO_NEIGHBOURS)
def test_two_neighbours_do_not_ask_how_many(k):
    x = draw(20)
    assert intrinsic_dimension(x, method="two_nn", k=k) == intrinsic_dimension(x, method="two_nn")


def test_a_number_of_neighbours_may_come_out_of_numpy():
    x = draw(50, 3)
    assert intrinsic_dimension(x, k=np.int64(5)) == intrinsic_dimension(x, k=5) != intrinsic_dimension(x)


@pytest.mark.filterwarnings("ignore:self.K >= len")  # scikit-dimension, of a setting that plays no part here
@pytest.mark.parametrize("n", [4, 5])
def test_four_inputs_are_enough(n):
    x = draw(n, 3)
    assert intrinsic_dimension(x, method="two_nn") == pytest.approx(by_facco(x), rel=1e-5)
    assert intrinsic_dimension(x, k=3) == pytest.approx(by_mackay_and_ghahramani(x, 3), rel=1e-5)


@pytest.mark.parametrize("method", ["mle", "two_nn"])
@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (3, 3), (3, 1, 4, 4), (20, 1), (20, 1, 1, 1), (20, 0), (2, 1)])
def test_fewer_than_four_inputs_or_inputs_of_one_number_are_refused(shape, method):
    numbers = math.prod(shape[1:])
    with pytest.raises(ValueError, match=rf"^There are {shape[0]} inputs of {numbers} numbers; wanted at least 4 of"):
        intrinsic_dimension(draw(shape[0], numbers).reshape(shape), method=method, k=3)


@pytest.mark.parametrize("method", ["mle", "two_nn"])
def test_inputs_that_require_a_gradient_have_the_same_dimension_without_one(method):
    x = draw(60, 16).reshape(60, 1, 4, 4)
    wanted = intrinsic_dimension(x, method=method)
    assert intrinsic_dimension(x.clone().requires_grad_(), method=method) == wanted


@pytest.mark.parametrize("measure", [trustworthiness, continuity])
def test_maps_that_require_a_gradient_are_worth_the_same_without_one(measure):
    x, z = draw(60, 5), draw(60)
    assert measure(x.clone().requires_grad_(), z.clone().requires_grad_()) == measure(x, z)


@pytest.mark.parametrize("method", ["mle", "two_nn"])
def test_inputs_without_a_distance_to_take_the_logarithm_of_are_refused(method):
    x = draw(50, 3)
    for value in (math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match="hold 6 values that are NaN or infinite"):
            intrinsic_dimension(x.index_fill(0, torch.tensor([3, 9]), value), method=method)
    with pytest.raises(ValueError, match="^1 of 51 inputs repeat another"):
        intrinsic_dimension(torch.cat([x, x[7:8]]), method=method)
    with pytest.raises(ValueError, match="^4 of 54 inputs repeat another"):
        intrinsic_dimension(torch.cat([x, x[7:8].expand(4, 3)]), method=method)
    images = torch.cat([draw(20, 16), torch.zeros(2, 16)]).reshape(22, 1, 4, 4)
    with pytest.raises(ValueError, match="^1 of 22 inputs repeat another"):
        intrinsic_dimension(images, method=method)
    assert intrinsic_dimension(torch.cat([x, x[7:8] + 0.1]), method=method) > 1


@pytest.mark.parametrize("method", ["mle", "two_nn"])
@pytest.mark.parametrize(("share", "shift"), [(1, 3e-4), (1, 1e-9), (0.5, 1e-4), (0.1, 1e-6), (0.02, 1e-7)])
def test_copies_with_tiny_shifts_are_named_with_what_they_do(share, shift, method):
    x = embedded_cube(5, n=500).double()
    copied = torch.cat([x, x[: int(share * 500)] + shift * draw(int(share * 500), 20)])
    with pytest.warns(UserWarning, match="inputs are nearly copies of another. The estimate is too small"):
        assert intrinsic_dimension(copied, method=method) < intrinsic_dimension(x, method=method)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n", [50, 1000])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_points_as_they_fall_are_no_copies(d, n):
    intrinsic_dimension(embedded_cube(d, n=n))


@pytest.mark.filterwarnings("error")
def test_digits_are_no_copies(held_out):
    intrinsic_dimension(held_out[0], method="two_nn")


# ------------------------------------------------------------------------------------------------------------- refusals

test_what_cannot_be_scored_is_refused = refusals([
    ("the error between lists", lambda g: mse([1], [1]), ValueError, "reconstructions are a list; wanted a tensor"),
    ("the error of nothing", lambda g: mse(g.x[:0], g.x[:0]), ValueError,
     r"reconstructions have shape \(0, 1, 28, 28\); wanted .*N at least 1"),
    ("the error between different shapes", lambda g: mse(g.z[:, :1], g.z), ValueError,
     r"inputs have shape \(20, 2\); wanted a tensor of shape \(20, 1\)"),
    *[
        (f"{bad!r} neighbours of {most}", lambda g, alone=alone, bad=bad: knn_accuracy(g.z, g.labels, *alone(g), k=bad),
         ValueError, f"k is {bad!r}; with 20 voting codes it can be 1 to {most}")
        for most, alone in {20: lambda g: (g.z, g.labels), 19: lambda g: ()}.items()
        for bad in (0, -1, most + 1, 2.5, "3", None)
    ],
    ("fewer labels than codes", lambda g: knn_accuracy(g.z, g.labels[1:], g.z, g.labels), ValueError,
     "20 codes came with 19 labels; each needs one"),
    ("fewer labels than voting codes", lambda g: knn_accuracy(g.z, g.labels, g.z, g.labels[1:]), ValueError,
     "20 voting codes came with 19 voting labels; each needs one"),
    ("voting codes without labels", lambda g: knn_accuracy(g.z, g.labels, g.z), ValueError,
     "voting labels are a NoneType; wanted an integer tensor"),
    ("codes that vote on each other without labels", lambda g: knn_predict(g.z), ValueError,
     "voting labels are a NoneType; wanted an integer tensor"),
    ("no codes", lambda g: knn_predict(g.z[:0], g.z, g.labels), ValueError, r"shape \(0, 2\); wanted .*least 1"),
    ("codes that are NaN", lambda g: knn_predict(put_nan(g.z), g.z, g.labels), ValueError, "codes hold 2 values"),
    ("voting codes that are NaN", lambda g: knn_predict(g.z, put_nan(g.z), g.labels), ValueError, "voting codes hold"),
    ("codes and voters of different sizes", lambda g: knn_predict(g.z, g.z3, g.labels), ValueError,
     r"voting codes have shape \(20, 3\); wanted a tensor of shape \(N, 2\)"),
    ("codes in a row", lambda g: knn_predict(g.z[:, 0], g.z, g.labels), ValueError, r"codes have shape \(20,\)"),
    ("codes in an array", lambda g: knn_predict(g.z.numpy(), g.z, g.labels), ValueError, r"ndarray.*torch.as_tensor"),
    ("labels that are no whole numbers", lambda g: knn_predict(g.z, g.z, g.labels.float()), ValueError,
     r"labels are torch.float32; wanted an integer tensor of shape \(N,\). labels.long\(\) converts"),
    ("labels in a column", lambda g: knn_accuracy(g.z, g.labels[:, None], g.z, g.labels), ValueError,
     r"labels have shape \(20, 1\); wanted an integer tensor"),
    ("labels below 0", lambda g: knn_predict(g.z, labels_ref=g.labels - 5), ValueError, "from -5 to 4; wanted .*0 up"),
    ("fewer labels than hits", lambda g: share_by_digit(g.labels[1:] == 0, g.labels), ValueError,
     "19 hits came with 20 labels; each needs one"),
    ("hits at what is no digit", lambda g: share_by_digit(g.labels == 0, g.labels + 5), ValueError,
     "run from 5 to 14; wanted whole numbers from 0 to 9"),
    ("one prediction for all", lambda g: confusion(g.labels[:1], g.labels), ValueError, "1 predicted labels came with"),
    ("a prediction that is no digit", lambda g: confusion(g.labels + 1, g.labels), ValueError,
     "predicted labels run from 1 to 10; wanted whole numbers from 0 to 9"),
    ("predictions that are no whole numbers", lambda g: confusion(g.labels.float(), g.labels), ValueError,
     "predicted labels are torch.float32"),
    *[
        (f"the {bad!r} largest confusions", lambda g, bad=bad: most_confused(torch.eye(10), bad), ValueError,
         f"count is {bad!r}; .* 1 to 90")
        for bad in (0, -1, 91, 2.5)
    ],
    ("confusions of three digits", lambda g: most_confused(torch.eye(3), 2), ValueError,
     r"shares of confusion\(\) have shape \(3, 3\); wanted a tensor of shape \(10, 10\)"),
    *[
        (f"{score.__name__} {what}", lambda g, score=score, do=do: do(g, score), ValueError, words)
        for score in (trustworthiness, continuity)
        for what, do, words in [
            ("of different lengths", lambda g, score: score(g.roll, g.z), "50 inputs came with 20 codes; each needs"),
            ("of NaN", lambda g, score: score(g.x, put_nan(g.z)), "codes hold 2 values that are NaN or infinite"),
            ("of nothing", lambda g, score: score(g.x[:0], g.z[:0]), "k is 12; with 0 points"),
            ("of a row", lambda g, score: score(g.x, g.z[:, 0]), r"codes have shape \(20,\); wanted .*\(N, D, ...\)"),
            ("of a list", lambda g, score: score([1], g.z), "inputs are a list; wanted a tensor"),
            ("with as many neighbours as half the points", lambda g, score: score(g.x, g.z, k=10),
             "k is 10; with 20 points it can be 1 to 9"),
            ("with half a neighbour", lambda g, score: score(g.x, g.z, k=0.5), "k is 0.5; with 20 points"),
            ("without neighbours", lambda g, score: score(g.x, g.z, k=0), "k is 0; with 20 points"),
        ]
    ],
    ("the dimension of a list", lambda g: intrinsic_dimension([[1, 2]]), ValueError, "are a list; wanted a tensor"),
    ("the dimension of a row", lambda g: intrinsic_dimension(g.z[:, 0]), ValueError, r"shape \(20,\); wanted"),
])  # fmt: skip
