"""What the clouds of variational autoencoders are like, and what is drawn from codes of several sources.

    python -m experiments.vae

Needs the weights that `experiments.sweep` left in `.runs/`, and takes every variational autoencoder that it finds
there, and the plain ones of the same sizes. Writes `vae.csv`, a row a network, about its clouds on the 10,000 test
images; `vae_codes.csv`, a row a network and source of codes, about 5,000 drawings; and `vae_axes.csv`, a row for two
seeds of a network with 16 numbers, about how alike their axes are. Goes on where it was stopped.
"""

from __future__ import annotations

import re
from itertools import permutations

import torch
from torch import Tensor

from aeutils.autoencoder import Autoencoder, reconstruct
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.generation import DigitJudge, sample_codes
from aeutils.likelihood import log_likelihood
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_classifier, load_pretrained, load_weights
from aeutils.results import RESULTS_FOLDER
from aeutils.vae import VariationalAutoencoder
from experiments import sweep
from experiments.axes import axis_match, turns
from experiments.random_codes import DRAWINGS, score
from experiments.rows import is_done, put

SIZES = (2, 8, 16)  # of plain autoencoders that are drawn from in the same way
SOURCES = ("prior", "gaussian", "mixture", "real")
KEPT = 500  # drawings whose nearest training image is looked for
ACTIVE = 0.01  # variance of its mean over images from which a number counts as in use (Burda et al. 2016)
AXES_DIM = 16
AXES_MODELS = ("conv", "vae-0.3", "vae-1")
KEY = ("model", "latent_dim", "seed")


def runs() -> list[sweep.Run]:
    """Every run to look at, in the order of names, sizes and seeds."""
    found = []
    for path in sweep.RUNS.glob("*dim_seed*.safetensors"):
        name, size, seed = re.fullmatch(r"(.+)_(\d+)dim_seed(\d+)", path.stem).groups()
        if name.startswith("vae-") or (name == "conv" and int(size) in SIZES):
            found.append((name, int(size), int(seed)))
    return sorted(found)


@torch.no_grad()
def clouds(model: VariationalAutoencoder, x: Tensor, beta: float, generator: torch.Generator) -> dict:
    """How wide the clouds of some images are, and what they cost.

    Returns
    -------
    scores : dict
        `error`: squared error per image, drawn from a code of each cloud instead of its mean. `kl`: nats an image.
        `active`: how many numbers are in use. `width`: standard deviation of a cloud, mean over these numbers.
        `spread`: the largest difference of an entry of the covariance of all clouds together from the identity matrix.
        `elbo`, `bound`: of the log-likelihood with pixels of variance beta / 2, in nats an image, by 1 and by 50
        samples, for the first 1,000.
    """
    mean, log_variance = (torch.cat(part) for part in zip(*map(model.posterior, x.split(1000)), strict=True))
    noise = torch.randn(mean.shape, generator=generator)
    z = mean + (log_variance / 2).exp() * noise
    drawn = torch.cat([model.decode(part) for part in z.split(1000)])
    active = mean.var(dim=0) > ACTIVE
    width = (log_variance / 2).exp().mean(dim=0)[active]
    bounds = {
        name: log_likelihood(model, x[:1000], num_samples=count, generator=generator, variance=beta / 2).mean().item()
        for name, count in (("elbo", 1), ("bound", 50))
    }
    return {
        "error": (drawn - x).square().flatten(1).sum(dim=1).mean().item(),
        "kl": model.kl(mean, log_variance, z).mean().item(),
        "active": int(active.sum()),
        "width": width.mean().item() if len(width) else 1.0,
        "spread": (torch.cov(z.T) - torch.eye(z.shape[1])).abs().max().item(),
        **bounds,
    }


def nearest_distance(drawings: Tensor, others: Tensor) -> float:
    """Distance in pixels' intensities to the nearest of some other images, the median."""
    return torch.cdist(drawings.flatten(1), others.flatten(1)).min(dim=1).values.median().item()


def codes_of(model: Autoencoder, source: str, z: Tensor, z_test: Tensor, generator: torch.Generator) -> Tensor:
    """Codes to draw from; a plain autoencoder has no prior but the cube that its Tanh leaves."""
    if source == "prior":
        if isinstance(model, VariationalAutoencoder):
            return model.sample_prior(DRAWINGS, generator)
        return sample_codes("cube", z, DRAWINGS, generator)
    return sample_codes(source, z_test if source == "real" else z, DRAWINGS, generator)


def beta_of(name: str) -> float:
    """What a nat costs in the loss of a model of the zoo."""
    return sweep.ZOO[name].loss.beta


def main() -> None:
    """Look at all runs that have no rows yet."""
    torch.set_num_threads(1)
    x, x_test = load_mnist("train", with_sample=False)[0], load_mnist("test")[0]
    judge = DigitJudge(load_classifier(), load_pretrained(latent_dim=16), load_mnist_sample("train")[0])
    real_variance, real_nearest = x_test.var(dim=0).sum().item(), None
    paths = {name: RESULTS_FOLDER / f"{name}.csv" for name in ("vae", "vae_codes", "vae_axes")}
    for run in runs():
        row = dict(zip(KEY, run, strict=True))
        generator = torch.Generator().manual_seed(run[2])
        model, _ = load_weights(sweep.weights_of(run))
        if isinstance(model, VariationalAutoencoder) and not is_done(paths["vae"], row):
            put(paths["vae"], row | clouds(model, x_test, beta_of(run[0]), generator), KEY)
        wanted = [source for source in SOURCES if not is_done(paths["vae_codes"], row | {"source": source})]
        if wanted:
            z, z_test = reconstruct(model, x)[1], reconstruct(model, x_test)[1]
            real_nearest = real_nearest or nearest_distance(x_test[:KEPT], x)
        for source in wanted:
            codes = codes_of(model, source, z, z_test, generator)
            with torch.no_grad():
                drawings = torch.cat([model.decode(part) for part in codes.split(1000)])
            scores = score(judge, drawings) | {
                "variance": drawings.var(dim=0).sum().item() / real_variance,
                "nearest": nearest_distance(drawings[:KEPT], x) / real_nearest,
            }
            put(paths["vae_codes"], row | {"source": source} | scores, (*KEY, "source"))
        if wanted:
            print(*run, flush=True)
    compare_axes(x_test, paths["vae_axes"])


def compare_axes(x: Tensor, path) -> None:
    """How alike the axes of any two seeds are."""
    for name in AXES_MODELS:
        seeds = [seed for other, size, seed in runs() if (other, size) == (name, AXES_DIM)]
        codes = {
            seed: reconstruct(load_weights(sweep.weights_of((name, AXES_DIM, seed)))[0], x)[1].numpy() for seed in seeds
        }
        used = {seed: z[:, z.var(axis=0) > ACTIVE] for seed, z in codes.items()}
        for seed, other in permutations(seeds, 2):
            row = {"model": name, "seed": seed, "other_seed": other}
            if is_done(path, row):
                continue
            turned = [axis_match(used[seed], used[seed] @ turn) for turn in turns(used[seed].shape[1])]
            row["axis_match"] = axis_match(used[seed], used[other])
            row["turned_match"] = sum(turned) / len(turned)
            put(path, row, ("model", "seed", "other_seed"))


if __name__ == "__main__":
    with pipe_may_close():
        main()
