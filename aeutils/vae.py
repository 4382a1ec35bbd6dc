"""The variational autoencoder: its encoder gives every image a cloud of codes instead of one code."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aeutils.autoencoder import IMAGE_SHAPE, Autoencoder
from aeutils.checks import check_count, is_number
from aeutils.models import ConvAutoencoder, MLPAutoencoder
from aeutils.training import History

LARGEST_KL = 1e4  # nats an image: more than any picture of 784 pixels of 8 bits holds
DECODED_AT_ONCE = 10_000  # images, so that they fit in memory


class VariationalAutoencoder(Autoencoder):
    """The article's network with a Gaussian cloud of codes for every image: 29,933 parameters at `latent_dim=2`.

    The encoder (Kingma and Welling 2014) ends in two linear layers: one gives the mean of the cloud, the other its
    variance in each direction, between 0 and 1, as a logarithm. The code has no Tanh: pulling the clouds to the origin
    keeps them together. In training the decoder draws from one random code of the cloud, and `model(x)` is
    `(x_hat, z, kl)` with the divergence of each cloud from the prior, in nats. In evaluation it draws from the mean,
    which is the image's code, and `model(x)` is `(x_hat, mean)`, as for every autoencoder.

    Parameters
    ----------
    latent_dim : int
        Numbers in a code, at least 1.
    """

    def __init__(self, latent_dim: int):
        super().__init__(latent_dim)
        plain = ConvAutoencoder(latent_dim)
        self.encoder = plain.encoder[:-2]  # without the linear layer and the Tanh at its end
        self.mean, self.log_variance = nn.Linear(64, latent_dim), nn.Linear(64, latent_dim)
        self.decoder = plain.decoder[:-1]

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Inputs to `(x_hat, z, kl)` in training, to `(x_hat, mean)` in evaluation."""
        if not self.training:
            return super().forward(x)
        mean, log_variance = self.posterior(x)
        # The same as a sample of N(mean, variance), through which no gradient could flow back to the encoder.
        z = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        return self.decode(z), z, self.kl(mean, log_variance, z)

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The cloud of each input of shape (N, *input_shape): mean and log-variance, both of shape (N, latent_dim)."""
        features = self._features(self._checked(x))
        # The logarithm of a sigmoid: no cloud becomes wider than the prior, to which wider clouds would only be less
        # alike. A variance without a limit is e to the power of what the layer says, and one unlucky step makes it
        # astronomical.
        return self.mean(features), F.logsigmoid(self.log_variance(features))

    def logits(self, z: Tensor) -> Tensor:
        """Codes of shape (N, latent_dim) to the logits of the pixels, (N, *input_shape); `decode` is their sigmoid."""
        return 2 * self.decoder(z)  # (tanh(a) + 1) / 2, the article's last step, is the sigmoid of 2 a

    def kl(self, mean: Tensor, log_variance: Tensor, z: Tensor) -> Tensor:
        """How far each cloud is from the prior, in nats: `posterior` and a code of each cloud to shape (N,)."""
        return kl_divergence(mean, log_variance)

    def log_prior(self, z: Tensor) -> Tensor:
        """Logarithm of the prior's density at codes of shape (N, latent_dim): shape (N,), in nats."""
        return -(z.square() + math.log(2 * math.pi)).sum(dim=-1) / 2

    def sample_prior(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw codes of shape (count, latent_dim) from the prior."""
        check_count("count", count)
        return torch.randn(count, self.latent_dim, generator=generator)

    @torch.no_grad()
    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw `count` images from codes of the prior: shape (count, *input_shape), in [0, 1]."""
        codes = self.sample_prior(count, generator)
        return torch.cat([self.decode(part) for part in codes.split(DECODED_AT_ONCE)])

    def _features(self, x: Tensor) -> Tensor:
        return self.encoder(2 * x - 1)  # pixels from 0..1 to -1..1

    def _encode(self, x: Tensor) -> Tensor:
        return self.mean(self._features(x))

    def _decode(self, z: Tensor) -> Tensor:
        return self.logits(z).sigmoid()


class DenseVariationalAutoencoder(VariationalAutoencoder):
    """A variational autoencoder of dense layers, each hidden one followed by an ELU.

    Parameters
    ----------
    latent_dim : int
        Numbers in a code, at least 1.
    hidden : sequence of int
        Widths of the layers between image and code, at least one.
    """

    def __init__(self, latent_dim: int, hidden: Sequence[int] = (500, 500)):
        Autoencoder.__init__(self, latent_dim)
        plain = MLPAutoencoder(latent_dim, IMAGE_SHAPE, hidden)
        self.settings |= {"hidden": plain.settings["hidden"]}
        self.encoder = plain.encoder[:-1]
        width = plain.encoder[-1].in_features
        self.mean, self.log_variance = nn.Linear(width, latent_dim), nn.Linear(width, latent_dim)
        self.decoder = plain.decoder

    def logits(self, z: Tensor) -> Tensor:
        """As of the class above; here what comes out of the last linear layer."""
        return self.decoder(z)

    def _features(self, x: Tensor) -> Tensor:
        return self.encoder(x)


class MixtureVariationalAutoencoder(VariationalAutoencoder):
    """The same network, whose prior is learned with it: a mixture of Gaussian clouds instead of one.

    The KL divergence from a mixture has no closed form, so training takes log q(z | x) - log p(z) at the one code that
    it draws, whose mean is the divergence (Tomczak and Welling 2018 train such priors; theirs are clouds of learned
    images).

    Parameters
    ----------
    latent_dim : int
        Numbers in a code, at least 1.
    components : int
        Clouds in the prior, at least 1.
    """

    def __init__(self, latent_dim: int, components: int = 64):
        super().__init__(latent_dim)
        check_count("components", components)
        self.settings |= {"components": int(components)}
        self.prior_means = nn.Parameter(torch.randn(components, latent_dim))
        self.prior_log_variances = nn.Parameter(torch.zeros(components, latent_dim))
        self.prior_scores = nn.Parameter(torch.zeros(components))  # their softmax is the share of each cloud

    def kl(self, mean: Tensor, log_variance: Tensor, z: Tensor) -> Tensor:
        """As of the class above; here estimated from one code, and right on average."""
        return log_normal(z, mean, log_variance) - self.log_prior(z)

    def log_prior(self, z: Tensor) -> Tensor:
        """As of the class above."""
        of_each = log_normal(z.unsqueeze(-2), self.prior_means, self.prior_log_variances)  # (N, components)
        return (of_each + self.prior_scores.log_softmax(dim=0)).logsumexp(dim=-1)

    @torch.no_grad()
    def sample_prior(self, count: int, generator: torch.Generator) -> Tensor:
        """As of the class above."""
        check_count("count", count)
        which = self.prior_scores.softmax(dim=0).multinomial(count, replacement=True, generator=generator)
        noise = torch.randn(count, self.latent_dim, generator=generator)
        return self.prior_means[which] + (self.prior_log_variances[which] / 2).exp() * noise


def log_normal(z: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Logarithm of the density of Gaussians without correlations, summed over the last axis, in nats."""
    squares = (z - mean).square() / log_variance.exp()
    return -(squares + log_variance + math.log(2 * math.pi)).sum(dim=-1) / 2


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """How far clouds are from the prior N(0, I): the Kullback-Leibler divergence in nats (Kingma and Welling 2014).

    Parameters
    ----------
    mean, log_variance : Tensor of shape (N, latent_dim)
        As `posterior` gives them.

    Returns
    -------
    kl : Tensor of shape (N,)
        0 for a cloud that is the prior, otherwise above 0.
    """
    return (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1) / 2


class ELBOLoss:
    """Squared error per image plus `beta` times the KL divergence, the mean over a batch: a loss for `fit`.

    Up to constants this is minus the evidence lower bound of a decoder whose pixels scatter around what it draws with
    variance `beta / 2`. With another variance it is the beta-VAE's loss (Higgins et al. 2017).

    In evaluation, when the model gives no cloud, it is the squared error alone.

    Parameters
    ----------
    beta : float
        What a nat costs, in squared intensities. At least 0.
    warmup_epochs : int
        Over how many epochs `beta` rises to its value, from its share in the first one; give `after_epoch` to `fit` as
        well. At the start the decoder knows nothing, and a cloud that is pulled at full strength may collapse before it
        is of use.

    Attributes
    ----------
    weight : float
        What `beta` is at the moment.

    Raises
    ------
    FloatingPointError
        When called with clouds that are more than 10,000 nats away from the prior on average: the loss is still finite,
        and already more than the pictures themselves hold.
    """

    def __init__(self, beta: float = 1.0, warmup_epochs: int = 0):
        if not is_number(beta) or beta < 0:
            raise ValueError(f"beta is {beta!r}; give 0 (a plain autoencoder with noise on its code) or more.")
        if warmup_epochs != 0:
            check_count("warmup_epochs", warmup_epochs)
        self.beta, self.warmup_epochs = float(beta), int(warmup_epochs)
        self.after_epoch(0)

    def __call__(self, output: tuple[Tensor, ...], target: Tensor) -> Tensor:
        """The loss, a tensor with one number."""
        error = F.mse_loss(output[0], target) * target[0].numel()
        if len(output) == 2:
            return error
        kl = output[2].mean()
        if kl > LARGEST_KL:
            raise FloatingPointError(f"The KL divergence became {kl.item():.3g} nats an image")
        return error + self.weight * kl

    def after_epoch(self, epoch: int, history: History | None = None) -> None:
        """Raise the weight for the next epoch."""
        self.weight = self.beta * min(1.0, (epoch + 1) / max(1, self.warmup_epochs))
