"""The variational autoencoder, against Gaussian integrals, dice, and probabilistic PCA's exact likelihood."""

import math

import pytest
import torch
from torch import nn

from aeutils.autoencoder import reconstruct
from aeutils.likelihood import log_likelihood
from aeutils.models import ConvAutoencoder
from aeutils.pretrained import load_weights, save_weights
from aeutils.recipe import Recipe
from aeutils.training import fit
from aeutils.vae import (
    LARGEST_KL,
    DenseVariationalAutoencoder,
    ELBOLoss,
    MixtureVariationalAutoencoder,
    VariationalAutoencoder,
    kl_divergence,
)

MODELS = [VariationalAutoencoder, DenseVariationalAutoencoder, MixtureVariationalAutoencoder]


def dice(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def images():
    return torch.rand(12, 1, 28, 28, generator=dice())


# ------------------------------------------------------------------------------------------------------ the network


def test_it_has_the_articles_layers_and_one_more():
    model = VariationalAutoencoder(2)
    assert sum(weights.numel() for weights in model.parameters()) == 29_933
    assert sum(weights.numel() for weights in ConvAutoencoder(2).parameters()) == 29_933 - 64 * 2 - 2


def test_with_the_articles_weights_it_draws_what_the_article_draws(images):
    plain, model = ConvAutoencoder(3).eval(), VariationalAutoencoder(3).eval()
    model.encoder.load_state_dict(plain.encoder[:-2].state_dict())
    model.mean.load_state_dict(plain.encoder[-2].state_dict())
    model.decoder.load_state_dict(plain.decoder[:-1].state_dict())
    with torch.no_grad():
        z = torch.rand(5, 3, generator=dice())
        torch.testing.assert_close(model.decode(z), plain.decode(z))
        torch.testing.assert_close(model.encode(images).tanh(), plain.encode(images))


@pytest.mark.parametrize("make", MODELS)
def test_in_training_it_draws_from_the_cloud_and_in_evaluation_from_its_mean(make, images):
    torch.manual_seed(0)
    model = make(2)
    x_hat, z, kl = model(images)
    assert x_hat.shape == images.shape and z.shape == (12, 2) and kl.shape == (12,)
    model.eval()
    x_hat, z = model(images)
    mean, log_variance = model.posterior(images)
    assert torch.equal(z, mean) and torch.equal(z, model.encode(images)) and torch.equal(x_hat, model.decode(mean))
    assert torch.equal(reconstruct(model, images)[1], mean)
    torch.testing.assert_close(model.decode(mean), model.logits(mean).sigmoid())


@pytest.mark.parametrize("make", MODELS)
def test_no_cloud_becomes_wider_than_the_prior_whatever_the_layer_says(make, images):
    model = make(48)
    with torch.no_grad():
        model.log_variance.bias.fill_(1e4)
    mean, log_variance = model.posterior(images)
    assert log_variance.max() <= 0 and log_variance.exp().min() > 0.99
    assert kl_divergence(mean, log_variance).max() < 100  # without the limit it would be infinite
    assert ELBOLoss(0.3)(model(images), images).isfinite()


def test_the_codes_of_training_scatter_as_the_cloud_says():
    torch.manual_seed(0)
    model = DenseVariationalAutoencoder(2, hidden=(4,))
    x = torch.rand(1, 1, 28, 28, generator=dice()).expand(20_000, -1, -1, -1)
    with torch.no_grad():
        _, z, kl = model(x)
        mean, log_variance = model.posterior(x[:1])
    torch.testing.assert_close(z.mean(dim=0), mean[0], atol=0.03, rtol=0)
    torch.testing.assert_close(z.var(dim=0), log_variance[0].exp(), atol=0, rtol=0.03)
    torch.testing.assert_close(kl[:1], kl_divergence(mean, log_variance))


def test_the_reparameterized_gradient_is_that_of_the_integral():
    # E[(mean + sigma eps - 1)^2] = (mean - 1)^2 + sigma^2, whose derivatives are known.
    mean = torch.tensor([[0.3]], requires_grad=True)
    log_variance = torch.tensor([[-0.7]], requires_grad=True)
    z = mean + (log_variance / 2).exp() * torch.randn(400_000, 1, generator=dice())
    (z - 1).square().mean().backward()
    assert mean.grad.item() == pytest.approx(2 * (0.3 - 1), abs=0.01)
    assert log_variance.grad.item() == pytest.approx(math.exp(-0.7), abs=0.01)


@pytest.mark.parametrize("make", MODELS)
def test_its_weights_are_saved_and_built_again(make, images, tmp_path):
    model = make(2).eval().to(memory_format=torch.channels_last)  # as loaded weights are; to the last bit, it matters
    save_weights(tmp_path / "vae.safetensors", model, about={})
    again, _ = load_weights(tmp_path / "vae.safetensors")
    assert type(again) is make and torch.equal(again.encode(images), model.encode(images))


def test_samples_are_drawn_from_the_prior():
    model = DenseVariationalAutoencoder(1, hidden=(4,)).eval()
    # Every pixel shows the code itself, through the sigmoid.
    model.decoder = nn.Sequential(nn.Linear(1, 784), nn.Unflatten(1, (1, 28, 28)))
    nn.init.ones_(model.decoder[0].weight)
    nn.init.zeros_(model.decoder[0].bias)
    drawn = model.sample(20_000, dice())
    assert drawn.shape == (20_000, 1, 28, 28)
    z = drawn[:, 0, 0, 0].logit()
    assert z.mean().item() == pytest.approx(0, abs=0.03) and z.std().item() == pytest.approx(1, abs=0.03)
    assert torch.equal(model.sample(3, dice()), model.sample(3, dice()))
    with pytest.raises(ValueError, match="count is 0"):
        model.sample(0, dice())


# ------------------------------------------------------------------------------------------------ the learned prior


@pytest.fixture
def two_clouds():
    """A model whose prior is two clouds, and the same prior by torch."""
    model = MixtureVariationalAutoencoder(2, components=2).eval()
    means, spreads = torch.tensor([[-2.0, 0.0], [3.0, 1.0]]), torch.tensor([[1.0, 0.5], [0.2, 2.0]])
    shares = torch.tensor([0.25, 0.75])
    with torch.no_grad():
        model.prior_means.copy_(means)
        model.prior_log_variances.copy_(2 * spreads.log())
        model.prior_scores.copy_(shares.log() + 5)  # only differences count
    each = torch.distributions.Independent(torch.distributions.Normal(means, spreads), 1)
    return model, torch.distributions.MixtureSameFamily(torch.distributions.Categorical(shares), each)


def test_its_density_is_that_of_the_mixture(two_clouds):
    model, exact = two_clouds
    z = 3 * torch.randn(3, 50, 2, generator=dice())  # also with more axes in front, as importance samples have
    torch.testing.assert_close(model.log_prior(z), exact.log_prob(z))


def test_its_codes_are_those_of_the_mixture(two_clouds):
    model, exact = two_clouds
    z = model.sample_prior(40_000, dice())
    assert (z[:, 0] > 1.5).float().mean().item() == pytest.approx(0.75, abs=0.01)
    torch.testing.assert_close(z.mean(dim=0), exact.mean, atol=0.03, rtol=0)
    torch.testing.assert_close(z.var(dim=0), exact.variance, atol=0, rtol=0.03)
    with pytest.raises(ValueError, match="count is 0"):
        model.sample_prior(0, dice())


def test_its_divergence_is_right_on_average(two_clouds):
    model, exact = two_clouds
    mean, log_variance = torch.tensor([[0.5, 1.0]]), torch.tensor([[-1.0, 0.4]])
    cloud = torch.distributions.Normal(mean, (log_variance / 2).exp())
    torch.manual_seed(0)
    z = cloud.sample((100_000,))[:, 0]
    by_dice = (cloud.log_prob(z).sum(dim=1) - exact.log_prob(z)).mean()
    estimate = model.kl(mean.expand_as(z), log_variance.expand_as(z), z).mean()
    torch.testing.assert_close(estimate, by_dice)


def test_one_cloud_around_0_is_the_plain_prior():
    plain, learned = VariationalAutoencoder(3), MixtureVariationalAutoencoder(3, components=1)
    torch.nn.init.zeros_(learned.prior_means)
    z = torch.randn(10, 3, generator=dice())
    exact = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(dim=1)
    torch.testing.assert_close(plain.log_prior(z), exact)
    torch.testing.assert_close(learned.log_prior(z), exact)


def test_a_prior_needs_clouds():
    with pytest.raises(ValueError, match="components is 0"):
        MixtureVariationalAutoencoder(2, components=0)


# --------------------------------------------------------------------------------------------------------- the loss


def test_the_divergence_is_that_of_the_closed_form_by_torch_and_by_dice():
    mean = torch.tensor([[0.5, -1.0], [0.0, 0.0]])
    log_variance = torch.tensor([[0.3, -2.0], [0.0, 0.0]])
    cloud = torch.distributions.Normal(mean, (log_variance / 2).exp())
    prior = torch.distributions.Normal(0.0, 1.0)
    kl = kl_divergence(mean, log_variance)
    torch.testing.assert_close(kl, torch.distributions.kl_divergence(cloud, prior).sum(dim=1))
    assert kl[1] == 0
    torch.manual_seed(0)
    z = cloud.sample((200_000,))
    by_dice = (cloud.log_prob(z) - prior.log_prob(z)).sum(dim=2).mean(dim=0)
    torch.testing.assert_close(kl, by_dice, atol=0.01, rtol=0)


def test_the_loss_is_the_sum_over_pixels_plus_beta_times_the_sum_over_numbers():
    x, x_hat = torch.zeros(2, 1, 28, 28), torch.full((2, 1, 28, 28), 0.5)
    mean = torch.tensor([[1.0, 0.0], [3.0, 0.0]])
    loss = ELBOLoss(beta=0.3)
    expected = 784 * 0.25 + 0.3 * (0.5 + 4.5) / 2
    assert loss((x_hat, mean, kl_divergence(mean, torch.zeros(2, 2))), x).item() == pytest.approx(expected)
    assert loss((x_hat, mean), x).item() == pytest.approx(784 * 0.25)


def test_beta_warms_up_epoch_by_epoch():
    loss = ELBOLoss(beta=0.5, warmup_epochs=4)
    weights = [loss.weight]
    for epoch in range(1, 6):
        loss.after_epoch(epoch)
        weights.append(loss.weight)
    assert weights == pytest.approx([0.125, 0.25, 0.375, 0.5, 0.5, 0.5])
    assert ELBOLoss(beta=0.5).weight == 0.5


@pytest.mark.parametrize("beta", [-0.1, math.nan, math.inf, "1", True])
def test_a_beta_that_is_none_is_refused(beta):
    with pytest.raises(ValueError, match="beta is"):
        ELBOLoss(beta=beta)


@pytest.mark.parametrize("epochs", [-1, 0.5, True])
def test_a_warm_up_that_is_none_is_refused(epochs):
    with pytest.raises(ValueError, match="warmup_epochs is"):
        ELBOLoss(warmup_epochs=epochs)


@pytest.mark.parametrize(("mean", "log_variance"), [(1e3, 0.0), (0.0, 12.0), (0.0, 200.0)])
def test_a_divergence_from_which_no_training_comes_back_ends_it(mean, log_variance):
    x = torch.zeros(2, 1, 28, 28)
    clouds = torch.full((2, 2), mean), torch.full((2, 2), log_variance)
    with pytest.raises(FloatingPointError, match="KL divergence became"):
        ELBOLoss()((x, clouds[0], kl_divergence(*clouds)), x)
    assert 784 * math.log(256) < LARGEST_KL  # what the bytes of a picture hold, in nats


def test_fit_says_so_and_what_to_do(images):
    model = DenseVariationalAutoencoder(2, hidden=(4,))
    with torch.no_grad():
        model.mean.bias.fill_(1e3)
    with pytest.raises(FloatingPointError, match="KL divergence became .* in epoch 1: training has diverged. Lower"):
        fit(model, images, recipe=Recipe(num_epochs=1), loss=ELBOLoss(), progress=False)


@pytest.mark.long
def test_it_learns_and_without_a_pull_the_clouds_become_points():
    generator = dice()
    x = torch.rand(2, 1, 28, 28, generator=generator)[torch.randint(2, (300,), generator=generator)]
    spread = {}
    for beta in (0.001, 1000.0):
        torch.manual_seed(0)
        model = DenseVariationalAutoencoder(2, hidden=(16,))
        loss = ELBOLoss(beta=beta)
        history = fit(model, x, recipe=Recipe(num_epochs=30, batch_size=50), loss=loss, progress=False)
        assert history.train_loss[-1] < history.train_loss[0]
        spread[beta] = model.posterior(x)[1].exp().min().item()
    assert spread[0.001] < 0.1 and spread[1000.0] == pytest.approx(1, abs=0.05)  # collapsed into the prior


# --------------------------------------------------------------------------------------------------- the likelihood


class LinearVAE(VariationalAutoencoder):
    """Linear both ways, with the exact posterior: probabilistic PCA (Tipping and Bishop 1999)."""

    def __init__(self, weight, bias, variance):
        super().__init__(weight.shape[1])
        self.input_shape = (len(weight),)
        self.weight, self.bias = weight, bias
        inner = torch.linalg.inv(weight.T @ weight + variance * torch.eye(weight.shape[1]))
        self.to_mean, self.exact_variance = inner @ weight.T, variance * inner.diagonal()

    def posterior(self, x):
        mean = (x - self.bias) @ self.to_mean.T
        return mean, self.exact_variance.log().expand_as(mean)

    def _decode(self, z):
        return z @ self.weight.T + self.bias


@pytest.fixture
def linear():
    """A linear model with orthogonal columns, for which the encoder's cloud is the exact posterior."""
    weight = torch.linalg.qr(torch.randn(5, 2, generator=dice(1)))[0] * torch.tensor([1.5, 0.7])
    bias, variance = torch.tensor([0.1, -0.2, 0.3, 0.0, 0.5]), 0.2
    model = LinearVAE(weight, bias, variance).eval()
    exact = torch.distributions.MultivariateNormal(bias, weight @ weight.T + variance * torch.eye(5))
    return model, exact, variance


def test_with_the_exact_posterior_the_bound_is_the_exact_likelihood_of_probabilistic_pca(linear):
    model, exact, variance = linear
    x = exact.sample((50,))
    for num_samples in (1, 7):  # every sample's weight is p(x), so one is enough
        bound = log_likelihood(model, x, num_samples=num_samples, generator=dice(), variance=variance)
        torch.testing.assert_close(bound, exact.log_prob(x), atol=1e-4, rtol=1e-4)


def test_with_a_wrong_posterior_the_bound_is_too_low_and_rises_with_the_samples(linear):
    model, exact, variance = linear
    torch.manual_seed(0)
    x = exact.sample((100,))
    model.exact_variance = torch.full((2,), 0.5)
    means = [
        log_likelihood(model, x, num_samples=count, generator=dice(), variance=variance).mean().item()
        for count in (1, 10, 100, 2000)
    ]
    truth = exact.log_prob(x).mean().item()
    assert means == sorted(means) and means[0] < truth - 0.5 and means[-1] == pytest.approx(truth, abs=0.1)


def test_one_sample_on_average_is_the_evidence_lower_bound(images):
    torch.manual_seed(0)
    model = DenseVariationalAutoencoder(2, hidden=(8,)).eval()
    x = (images[:1] > 0.5).float()
    mean, log_variance = model.posterior(x)
    z = mean + (log_variance / 2).exp() * torch.randn(20_000, 2, generator=dice())
    with torch.no_grad():
        drawn = model.decode(z)
    log_p = torch.distributions.Bernoulli(drawn).log_prob(x).sum(dim=(1, 2, 3)).mean()
    elbo = (log_p - kl_divergence(mean, log_variance)[0]).item()
    bounds = log_likelihood(model, x.expand(20_000, -1, -1, -1), num_samples=1, generator=dice(1))
    assert bounds.mean().item() == pytest.approx(elbo, abs=0.1)


def test_images_scored_in_pieces_score_the_same_shape(images, monkeypatch):
    monkeypatch.setattr("aeutils.likelihood.DECODED_AT_ONCE", 15)
    model = VariationalAutoencoder(2).eval()
    bound = log_likelihood(model, (images > 0.5).float(), num_samples=5, generator=dice())
    assert bound.shape == (12,) and bound.isfinite().all() and not bound.requires_grad


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_samples": 0}, "num_samples is 0"),
        ({"variance": 0.0}, "variance is 0.0"),
        ({"variance": math.nan}, "variance is nan"),
        ({"x": torch.full((2, 1, 28, 28), 0.5)}, "neither 0 nor 1. Binarise"),
        ({"x": torch.ones(2, 784)}, r"wanted a float32 tensor of shape \(N, 1, 28, 28\)"),
        ({"model": None}, "The model is a NoneType"),
        ({"model": VariationalAutoencoder(2)}, "in training mode.*model.eval"),
    ],
)
def test_what_cannot_be_scored_is_refused(change, message):
    arguments = {"model": VariationalAutoencoder(2).eval(), "x": torch.ones(2, 1, 28, 28), "num_samples": 2}
    with pytest.raises(ValueError, match=message):
        log_likelihood(**(arguments | change), generator=dice())
