import copy
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from refusals import NAN, put_nan, refusals
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA
from torch import nn
from torch.nn import functional as F

from aeutils.autoencoder import reconstruct
from aeutils.classifier import DigitClassifier, classify_digits
from aeutils.metrics import mse
from aeutils.models import ConvAutoencoder, LinearAutoencoder
from aeutils.recipe import ARTICLE_RECIPE, FAST_RECIPE, Recipe
from aeutils.synthetic import make_swiss_roll
from aeutils.training import fit, reconstruction_loss

QUICK = Recipe(num_epochs=3, batch_size=8)
FIRST_EDITION = {
    "train": [0.208660981, 0.135508335, 0.108749931, 0.101214926],
    "validation": [0.159583151, 0.140088558, 0.125955626, 0.120353043],
}


def train(model, x, recipe=QUICK, **options):
    return fit(model, x, recipe=recipe, progress=False, device="cpu", **options)


def weights(model):
    return torch.cat([tensor.flatten().double() for tensor in model.state_dict().values()])


# ----------------------------------------------------------------------------------------- does it learn at all


def stretched_cloud():
    """512 points in 8 dimensions, of which two hold most of the variance, in no special direction."""
    generator = torch.Generator().manual_seed(0)
    directions = torch.linalg.qr(torch.randn(8, 8, generator=generator))[0]
    spread = torch.tensor([3, 2, 1, 0.5, 0.4, 0.3, 0.2, 0.1])
    cloud = torch.randn(512, 8, generator=generator) * spread @ directions
    return cloud - cloud.mean(dim=0)


@pytest.mark.parametrize(
    ("x", "latent_dim"),
    [(make_swiss_roll(500, seed=1)[0], 1), (make_swiss_roll(500, seed=1)[0], 2), (stretched_cloud(), 2)],
    ids=["roll-to-1", "roll-to-2", "cloud-to-2"],
)
def test_a_linear_autoencoder_finds_what_pca_finds(x, latent_dim):
    torch.manual_seed(0)
    model = LinearAutoencoder(latent_dim, input_shape=x.shape[1:])
    train(model, x, Recipe(num_epochs=200, batch_size=64, lr=3e-2))
    pca = PCA(latent_dim, svd_solver="full").fit(x.double().numpy())
    best = pca.inverse_transform(pca.transform(x.double().numpy()))
    error, least = mse(reconstruct(model, x)[0], x), mse(torch.from_numpy(best), x)
    assert least * (1 - 1e-6) <= error < least * (1 + 1e-3)
    spanned = model.decoder[0].weight.detach().double().numpy()
    assert np.degrees(subspace_angles(spanned, pca.components_.T)).max() < 0.1


@pytest.mark.long
def test_one_batch_can_be_learned_by_heart(digits):
    x = digits[::6][:16]
    torch.manual_seed(0)
    model = ConvAutoencoder(2)
    history = train(model, x, Recipe(num_epochs=250, batch_size=16))
    x_hat, _ = reconstruct(model, x)
    of_the_mean_image = x.var(dim=0, correction=0).mean().item()
    assert history.train_loss[-1] < 0.1 * of_the_mean_image
    distances = torch.cdist(x_hat.flatten(1), x.flatten(1))
    assert distances.argmin(dim=1).tolist() == list(range(16))  # each is drawn as itself


def test_every_model_gets_better(model, make_inputs):
    x = make_inputs(model, 64)
    before = mse(reconstruct(model, x)[0], x)
    train(model, x, Recipe(num_epochs=20, batch_size=16))
    assert mse(reconstruct(model, x)[0], x) < before


def test_a_model_can_learn_targets_that_are_not_its_inputs(digits):
    torch.manual_seed(0)
    labels, model = torch.arange(10).repeat_interleave(10), DigitClassifier()
    history = fit(
        model, digits, labels, recipe=Recipe(num_epochs=10, batch_size=20), loss=F.cross_entropy, progress=False,
        validation=(digits, labels),
    )  # fmt: skip
    assert (classify_digits(model, digits)[0] == labels).double().mean() > 0.9
    assert history.validation_loss[-1] == pytest.approx(F.cross_entropy(model(digits), labels).item(), rel=1e-4)


def test_even_a_single_step_moves_the_weights(digits):
    model = ConvAutoencoder(2)
    before = copy.deepcopy(model)
    train(model, digits[:16], Recipe(num_epochs=1, batch_size=16))
    moves = [(new - old).abs().max() for new, old in zip(model.parameters(), before.parameters(), strict=True)]
    assert max(moves) > 1e-4


@pytest.mark.parametrize(("num_epochs", "warmup"), [(1, 0.15), (2, 0.5), (2, 0.15), (4, 0.25), (10, 0.1), (3, 0.99)])
def test_a_cycle_of_a_few_steps_can_be_run(num_epochs, warmup):
    model, x = LinearAutoencoder(1, (3,)), make_swiss_roll(20)[0]
    history = train(model, x, Recipe(num_epochs=num_epochs, batch_size=20, warmup=warmup))
    assert len(history.train_loss) == num_epochs
    assert mse(reconstruct(model, x)[0], x) < history.train_loss[0]


def test_a_training_that_ends_worse_than_the_mean_says_so(digits):
    torch.manual_seed(0)
    history = train(ConvAutoencoder(2), digits, Recipe(num_epochs=3, batch_size=20, lr=10.0))
    of_the_mean_image = digits.var(dim=0, correction=0).mean().item()
    assert f"the mean of all inputs, the same for each, has {of_the_mean_image:.4g}." in history.warning
    assert "now 3 epochs" in history.warning and "now 10" in history.warning


def test_the_mean_is_that_of_all_inputs_also_where_they_are_sorted_by_class():
    class Grey(nn.Module):  # draws the mean of black and white every time, and hardly learns
        input_shape = (3,)

        def __init__(self):
            super().__init__()
            self.level = nn.Parameter(torch.tensor(0.5))

        def forward(self, x):
            return self.level.expand_as(x), x

    x = torch.cat([torch.zeros(2000, 3), torch.ones(2000, 3)])
    assert train(Grey(), x, Recipe(num_epochs=1, batch_size=4000, lr=1e-9)).warning == ""


def test_a_training_that_learns_says_nothing(digits):
    torch.manual_seed(0)
    assert train(LinearAutoencoder(2), digits, Recipe(num_epochs=60, batch_size=20)).warning == ""
    # Other losses have no mean image to be compared with.
    labels = torch.arange(10).repeat_interleave(10)
    recipe = Recipe(num_epochs=1, batch_size=20, lr=10.0)
    assert fit(DigitClassifier(), digits, labels, recipe=recipe, loss=F.cross_entropy, progress=False).warning == ""


def test_after_training_a_model_is_ready_for_use(make_model, make_inputs):
    model = make_model(2)
    assert model.training
    train(model, make_inputs(model, 20))
    assert not any(part.training for part in model.modules())
    for tensor in model.state_dict().values():
        assert tensor.device.type == "cpu" and tensor.is_contiguous() and torch.isfinite(tensor).all()


# ---------------------------------------------------------------------------------------------------- recipes


def test_the_articles_settings_are_the_articles():
    assert replace(ARTICLE_RECIPE, weight_decay=0.0) == Recipe(
        num_epochs=100, batch_size=100, lr=1e-2, weight_decay=0.0, one_cycle=False
    )
    assert ARTICLE_RECIPE.weight_decay * 4 == pytest.approx(1e-5)


def test_the_articles_recipe_takes_the_steps_of_the_articles_loss_on_pixels_from_minus_1_to_1(digits):
    # In double precision and without Adam's eps, so that nothing but the two losses can make a difference.
    torch.manual_seed(0)
    start, x = ConvAutoencoder(2).double(), digits.double()

    def walk(weight_decay, articles):
        model = copy.deepcopy(start)
        optimizer = torch.optim.Adam(model.parameters(), lr=ARTICLE_RECIPE.lr, weight_decay=weight_decay, eps=1e-30)
        for _ in range(5):
            optimizer.zero_grad()
            signed = 2 * x - 1
            if articles:
                loss = F.mse_loss(model.decoder(model.encoder(signed)), signed)
            else:
                loss = reconstruction_loss(model(x), x)
            loss.backward()
            optimizer.step()
        return weights(model)

    wanted = walk(1e-5, articles=True)
    assert (walk(ARTICLE_RECIPE.weight_decay, articles=False) - wanted).abs().max() < 1e-6
    assert (walk(1e-5, articles=False) - wanted).abs().max() > 1e-4  # without the quarter it would be another walk


@pytest.mark.parametrize(
    ("times", "beta2"),
    [(1, 0.999), (1e5, 0.999), (1, 0.5)],
    ids=["as it is", "with a weight decay that is felt", "with a shorter memory"],
)
def test_fit_goes_the_way_of_the_articles_own_loop(times, beta2, digits):
    torch.manual_seed(0)
    model = ConvAutoencoder(2)
    articles, signed = copy.deepcopy(model), 2 * digits - 1
    optimizer = torch.optim.Adam(articles.parameters(), lr=1e-2, betas=(0.9, beta2), weight_decay=1e-5 * times)
    wanted = []
    for _ in range(6):  # a batch is all 100 digits, so that their order does not matter
        optimizer.zero_grad()
        loss = F.mse_loss(articles.decoder(articles.encoder(signed)), signed)
        loss.backward()
        optimizer.step()
        wanted.append(loss.item() / 4)
    recipe = replace(ARTICLE_RECIPE, num_epochs=6, weight_decay=ARTICLE_RECIPE.weight_decay * times, beta2=beta2)
    history = train(model, digits, recipe)
    assert history.train_loss == pytest.approx(wanted, rel=0.01)
    assert wanted[-1] < 0.9 * wanted[0]
    wanted_size = sum(parameter.square().sum() for parameter in articles.parameters()).item()
    assert sum(p.square().sum() for p in model.parameters()).item() == pytest.approx(wanted_size, rel=0.01)


@pytest.mark.parametrize("warmup", [0.15, 0.4])
def test_with_one_cycle_the_learning_rate_rises_to_its_peak_and_falls_to_nearly_nothing(warmup, monkeypatch):
    rates = []
    real_step = torch.optim.Adam.step

    def step(optimizer, *args, **kwargs):
        rates.append(optimizer.param_groups[0]["lr"])
        return real_step(optimizer, *args, **kwargs)

    monkeypatch.setattr(torch.optim.Adam, "step", step)
    x = torch.randn(200, 3)
    train(LinearAutoencoder(1, (3,)), x, Recipe(num_epochs=10, batch_size=10, lr=0.02, warmup=warmup))
    assert len(rates) == 200
    peak = max(range(200), key=rates.__getitem__)
    assert peak == pytest.approx(200 * warmup, abs=2)
    assert rates[peak] == pytest.approx(0.02, rel=0.01) and rates[0] < 0.001 and rates[-1] < 1e-5
    assert rates[: peak + 1] == sorted(rates[: peak + 1]) and rates[peak:] == sorted(rates[peak:], reverse=True)

    rates.clear()
    train(LinearAutoencoder(1, (3,)), x, Recipe(num_epochs=2, batch_size=10, lr=0.02, one_cycle=False))
    assert rates == [0.02] * 40


def test_a_recipe_does_not_change():
    with pytest.raises(AttributeError):
        FAST_RECIPE.lr = 1.0


# ------------------------------------------------------------------------------------------- order and averages


def test_the_same_seed_gives_the_same_history_and_another_seed_another(make_model, make_inputs):
    def losses(seed):
        model = make_model(2)
        return train(model, make_inputs(model, 30), seed=seed).train_loss, weights(model)

    (first, first_weights), (again, again_weights), (other, _) = losses(1), losses(1), losses(2)
    assert first == again and torch.equal(first_weights, again_weights)
    assert first != other


class Recorder:
    """A loss that notes which inputs it saw and what it said. Targets are the numbers of the inputs."""

    def __init__(self, x):
        self.x, self.steps = x, []

    def __call__(self, output, rows):
        value = F.mse_loss(output[0], self.x[rows])
        self.steps.append((rows.tolist(), value.item()))
        return value


def test_every_epoch_shows_every_input_once_in_a_new_order():
    x = torch.randn(50, 3)
    recorder = Recorder(x)
    fit(LinearAutoencoder(1, (3,)), x, torch.arange(50), recipe=QUICK, loss=recorder, progress=False)
    steps = [rows for rows, _ in recorder.steps]
    epochs = [sum(steps[start : start + 7], []) for start in (0, 7, 14)]
    assert len(steps) == 21 and all(len(rows) <= 8 for rows in steps)
    assert all(sorted(epoch) == list(range(50)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2] and epochs[0] != list(range(50))


def test_the_loss_of_an_epoch_weighs_each_batch_by_its_size():
    x = torch.randn(11, 3, generator=torch.Generator().manual_seed(0)) * torch.arange(11).unsqueeze(1)
    recorder = Recorder(x)
    recipe = Recipe(num_epochs=1, batch_size=4)
    history = fit(LinearAutoencoder(1, (3,)), x, torch.arange(11), recipe=recipe, loss=recorder, progress=False)
    assert len({len(rows) for rows, _ in recorder.steps}) > 1
    by_hand = sum(len(rows) * value for rows, value in recorder.steps) / 11
    plain = sum(value for _, value in recorder.steps) / len(recorder.steps)
    assert history.train_loss == [pytest.approx(by_hand)]
    assert by_hand != pytest.approx(plain, rel=1e-3)


@pytest.mark.parametrize(("n", "batch_size"), [(9, 4), (9, 8), (101, 100), (2, 1), (3, 1), (3, 2), (5, 2), (8, 1)])
def test_no_batch_holds_a_single_input(n, batch_size):
    sizes = []

    def loss(output, target):
        sizes.append(len(target))
        return reconstruction_loss(output, target)

    train(ConvAutoencoder(2), torch.rand(n, 1, 28, 28), Recipe(num_epochs=1, batch_size=batch_size), loss=loss)
    assert sum(sizes) == n and min(sizes) >= 2


# ------------------------------------------------------------------------------------------------- validation


def test_the_validation_loss_is_the_error_of_the_finished_model_over_all_held_out_inputs():
    # More inputs than are scored at a time, and not a multiple of that number.
    held_out = make_swiss_roll(2500, seed=1)[0] * torch.linspace(0, 3, 2500).unsqueeze(1)
    torch.manual_seed(0)
    model = LinearAutoencoder(1, (3,))
    history = train(model, make_swiss_roll(100)[0], validation=held_out)
    assert len(history.validation_loss) == len(history.train_loss) == 3
    assert history.validation_loss[-1] == pytest.approx(mse(reconstruct(model, held_out)[0], held_out), rel=1e-5)


def test_looking_at_held_out_inputs_never_changes_the_weights(make_model, make_inputs):
    alone, watched = make_model(2), make_model(2)
    x = make_inputs(alone, 30)
    plain = train(alone, x)
    assert plain.validation_loss == []
    assert train(watched, x, validation=make_inputs(alone, 7)).train_loss == plain.train_loss
    assert torch.equal(weights(alone), weights(watched))


def test_held_out_inputs_are_scored_without_keeping_what_a_gradient_would_need(digits):
    tracked = []

    def loss(output, target):
        tracked.append(output[0].requires_grad)
        return reconstruction_loss(output, target)

    train(ConvAutoencoder(2), digits[:16], replace(QUICK, num_epochs=1), loss=loss, validation=digits[:4])
    assert tracked == [True, True, False]


def test_a_single_held_out_input_can_be_scored(digits):
    history = train(ConvAutoencoder(2), digits[:16], validation=digits[:1])
    assert all(math.isfinite(loss) for loss in history.validation_loss)


def test_after_each_epoch_the_caller_hears_of_it_with_the_model_ready_for_use(digits):
    model, heard = ConvAutoencoder(2), []

    def after_epoch(epoch, history):
        heard.append((epoch, len(history.train_loss), len(history.validation_loss), len(history.seconds)))
        assert not model.training
        reconstruct(model, digits[:2])

    history = train(model, digits[:16], validation=digits[:4], after_epoch=after_epoch)
    assert heard == [(1, 1, 1, 1), (2, 2, 2, 2), (3, 3, 3, 3)]
    assert not history.interrupted and all(0 < seconds < 60 for seconds in history.seconds)


# ----------------------------------------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    ("stop_at", "finished"), [("after epoch 2", 2), (8, 2), (7, 2), (6, 1), (5, 1)], ids="at {}".format
)
def test_ctrl_c_keeps_the_finished_epochs_and_a_model_that_works(stop_at, finished, digits):
    calls = 0

    def loss(output, target):
        nonlocal calls
        calls += 1  # three an epoch: two batches, then the held-out inputs
        if calls == stop_at:
            raise KeyboardInterrupt
        return reconstruction_loss(output, target)

    def after_epoch(epoch, history):
        if f"after epoch {epoch}" == stop_at:
            raise KeyboardInterrupt

    torch.manual_seed(0)
    model = ConvAutoencoder(2)
    before = weights(model)
    recipe = Recipe(num_epochs=50, batch_size=8)
    history = train(model, digits[:16], recipe, loss=loss, after_epoch=after_epoch, validation=digits[:4])
    assert history.interrupted
    assert len(history.train_loss) == len(history.validation_loss) == len(history.seconds) == finished
    assert not model.training and not torch.equal(weights(model), before)
    assert all(tensor.is_contiguous() for tensor in model.state_dict().values())
    x_hat, z = reconstruct(model, digits)
    assert torch.isfinite(x_hat).all() and torch.isfinite(z).all()


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_the_training_and_names_the_learning_rate(value, digits):
    def loss(output, target):
        return reconstruction_loss(output, target) * value

    model = ConvAutoencoder(2)
    with pytest.raises(FloatingPointError, match=rf"became {value} in epoch 1.*learning rate \(now 0.02\)"):
        train(model, digits, replace(QUICK, lr=0.02), loss=loss)
    assert not model.training


def test_a_learning_rate_that_is_far_too_high_stops_the_training():
    with pytest.raises(FloatingPointError, match=r"diverged. Lower the learning rate \(now 1e\+20\)"):
        train(LinearAutoencoder(1, (3,)), torch.randn(50, 3), Recipe(num_epochs=5, batch_size=10, lr=1e20))


def test_inputs_that_a_model_cannot_learn_from_are_refused_before_it_changes(unusable, digits):
    images, words = unusable
    model = ConvAutoencoder(2)
    before = weights(model)
    with pytest.raises(ValueError, match=words):
        train(model, images)
    with pytest.raises(ValueError, match=words):
        train(model, digits[:16], validation=(images, images))
    assert torch.equal(weights(model), before)


# ------------------------------------------------------------------------------------- the loop, beside a plain one


@pytest.mark.parametrize("recipe", [Recipe(num_epochs=2, batch_size=30), replace(ARTICLE_RECIPE, num_epochs=2)])
def test_fit_gives_the_numbers_of_a_plain_pytorch_loop_to_the_last_bit(recipe, digits):
    torch.manual_seed(0)
    model = ConvAutoencoder(2)
    plain = copy.deepcopy(model).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(plain.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay, fused=True)
    num_batches = math.ceil(100 / recipe.batch_size)
    scheduler = None
    if recipe.one_cycle:
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=recipe.lr, total_steps=2 * num_batches, pct_start=recipe.warmup + 1e-9
        )
    shuffle, wanted = torch.Generator().manual_seed(5), []
    for _ in range(2):
        total = 0.0
        for rows in torch.randperm(100, generator=shuffle).tensor_split(num_batches):
            optimizer.zero_grad()
            loss = F.mse_loss(plain(digits[rows])[0], digits[rows])
            loss.backward()
            optimizer.step()
            if scheduler:
                scheduler.step()
            total += loss.item() * len(rows)
        wanted.append(total / 100)
    assert train(model, digits, recipe, seed=5).train_loss == wanted
    assert torch.equal(weights(model), weights(plain))


def test_the_losses_are_those_of_the_first_edition(digits):
    # Recorded with the first edition's fit, on one machine; another processor differed by 2.3e-4 of the last loss.
    torch.manual_seed(0)
    history = train(ConvAutoencoder(2), digits, Recipe(num_epochs=4, batch_size=20), validation=digits[::7], seed=3)
    assert history.train_loss == pytest.approx(FIRST_EDITION["train"], rel=1e-3)
    assert history.validation_loss == pytest.approx(FIRST_EDITION["validation"], rel=1e-3)


def test_fit_is_the_plain_loop_bit_for_bit(digits):
    torch.manual_seed(0)
    model = ConvAutoencoder(2).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=20, pct_start=0.15 + 1e-9)
    order = torch.Generator().manual_seed(3)
    losses = []
    for _ in range(4):
        total = 0.0
        for rows in torch.randperm(100, generator=order).tensor_split(5):
            loss = torch.nn.functional.mse_loss(model(digits[rows])[0], digits[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        losses.append(total / 100)
    torch.manual_seed(0)
    history = train(ConvAutoencoder(2), digits, Recipe(num_epochs=4, batch_size=20), seed=3)
    assert history.train_loss == losses


# ------------------------------------------------------------------------------------------------------------- refusals

test_recipes_that_are_none_are_refused = refusals([
    *[
        (f"a recipe with {name}={bad!r}", lambda g, name=name, bad=bad: Recipe(**{name: bad}), ValueError,
         f"{name} is {bad!r}; .*(give|such as)")
        for name, values in {
            "num_epochs": (0, -1, 2.5, "5", None),
            "batch_size": (0, -1, 2.5, "5", None),
            "lr": (0, -0.01, NAN, math.inf, "0.1", None),
            "weight_decay": (-1e-5, NAN, math.inf, "0", None),
            "one_cycle": ("yes", 1),
            "muon": ("yes", None),
            "warmup": (0, 1, -0.1, NAN),
            "beta2": (-0.1, 1, NAN),
        }.items()
        for bad in values
    ],
])  # fmt: skip

test_what_cannot_be_trained_is_refused = refusals([
    ("training a class", lambda g: train(ConvAutoencoder, g.x), ValueError, "model is the class ConvAutoencoder"),
    ("training nothing", lambda g: train(None, g.x), ValueError, "model is a NoneType; wanted a network"),
    ("training on a single image", lambda g: train(g.model, g.x[:1]), ValueError, "at least 2 inputs"),
    ("training by the name of a recipe", lambda g: train(g.model, g.x, recipe="fast"), ValueError,
     "recipe is 'fast'; give a Recipe, such as FAST_RECIPE"),
    ("training with the name of a loss", lambda g: train(g.model, g.x, loss="mse"), ValueError,
     "loss is 'mse'; give a function"),
    *[
        (f"training with seed={bad!r}", lambda g, bad=bad: train(g.model, g.x, seed=bad), ValueError,
         f"seed is {bad!r}; give a whole number from 0 to {2**63 - 1}")
        for bad in (-1, 2.5, "a", None, 2**64)
    ],
    ("targets that are fewer", lambda g: train(g.model, g.x, target=g.x[1:]), ValueError,
     "20 inputs came with 19 targets; each input needs one"),
    ("targets in a list", lambda g: train(g.model, g.x, target=[0] * 20), ValueError,
     "targets are a list; wanted a tensor"),
    ("a single number as target", lambda g: train(g.model, g.x, target=torch.tensor(1.0)), ValueError,
     "a single number"),
    ("targets that are NaN", lambda g: train(g.model, g.x, target=put_nan(g.x)), ValueError,
     "targets hold 784 values that are NaN or infinite; remove them"),
    ("targets that would be broadcast", lambda g: train(g.model, g.x, target=g.x[:, :, :1, :1]), ValueError,
     r"inputs have shape \(20, 1, 28, 28\), the targets \(20, 1, 1, 1\); .* needs equal shapes"),
    ("labels as targets of an autoencoder", lambda g: train(g.model, g.x, target=g.labels), ValueError,
     r"the targets \(20,\); .* needs equal shapes"),
    ("held-out targets that are fewer", lambda g: train(g.model, g.x, validation=(g.x, g.x[:1])), ValueError,
     "20 inputs came with 1 targets"),
    ("held-out images without a channel", lambda g: train(g.model, g.x, validation=g.x[:, 0]), ValueError,
     r"shape \(20, 28, 28\)"),
    ("no held-out images", lambda g: train(g.model, g.x, validation=g.x[:0]), ValueError, r"\(0, 1, 28, .*least 1"),
    ("three kinds of held-out data", lambda g: train(g.model, g.x, validation=(g.x, g.x, g.x)), ValueError,
     r"validation is a tuple of 3; give inputs, or a pair \(inputs, targets\)"),
    ("points for a network of images", lambda g: train(g.model, g.roll), ValueError, r"\(50, 3\); wanted .*28, 28"),
    ("images for a network of points", lambda g: train(g.points, g.x), ValueError, r"28\); wanted .*, 3\)"),
])  # fmt: skip


def test_an_error_of_the_callers_own_is_not_taken_for_a_divergence(digits):
    def after_epoch(epoch, history):
        raise FloatingPointError("my own sum overflowed")

    with pytest.raises(FloatingPointError, match="^my own sum overflowed$"):
        train(ConvAutoencoder(2), digits[:16], after_epoch=after_epoch)
