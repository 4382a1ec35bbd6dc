"""What the tests share: models, digits, and a machine without MNIST, network or screen."""

import os
import subprocess
import sys
from pathlib import Path

# Before torch and numpy are imported: on inputs as small as these, threads wait for each other longer than they work.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import matplotlib
import pytest
import torch

from aeutils.data import load_mnist_sample
from aeutils.models import ConvAutoencoder, LinearAutoencoder, MLPAutoencoder
from aeutils.residual import ResidualAutoencoder

ROOT = Path(__file__).parents[1]

matplotlib.use("Agg")

MODELS = {
    "linear": LinearAutoencoder,
    "linear-points": lambda latent_dim: LinearAutoencoder(latent_dim, input_shape=(3,)),
    "mlp": lambda latent_dim: MLPAutoencoder(latent_dim, hidden=(32, 16)),
    "residual": lambda latent_dim: ResidualAutoencoder(latent_dim, hidden=(32, 16)),
    "mlp-points": lambda latent_dim: MLPAutoencoder(latent_dim, input_shape=(3,), hidden=(8,)),
    "conv": ConvAutoencoder,
}
UNUSABLE_IMAGES = {  # what is wrong with them: the images, and words that the refusal must hold
    "flat": (torch.zeros(4, 784), r"shape \(4, 784\); wanted .*\(N, 1, 28, 28\)"),
    "no-channel": (torch.zeros(4, 28, 28), r"shape \(4, 28, 28\)"),
    "single": (torch.zeros(1, 28, 28), r"shape \(1, 28, 28\)"),
    "a-number": (torch.tensor(0.5), r"shape \(\)"),
    "float64": (torch.zeros(4, 1, 28, 28, dtype=torch.float64), "float64; wanted a float32"),
    "bytes": (torch.zeros(4, 1, 28, 28, dtype=torch.uint8), "uint8; wanted a float32"),
    "above": (torch.full((4, 1, 28, 28), 2.0), r"run from 2 to 2; wanted intensities in \[0, 1\]"),
    "below": (torch.full((4, 1, 28, 28), -1.0), r"run from -1 to -1; wanted intensities in \[0, 1\]"),
    "one-above": (torch.zeros(4, 1, 28, 28).index_fill(0, torch.tensor([2]), 1.001), "run from 0 to 1"),
    "empty": (torch.zeros(0, 1, 28, 28), r"shape \(0, 1, 28, 28\); wanted .* with N at least 1"),
    "nan": (torch.zeros(4, 1, 28, 28).index_fill(0, torch.tensor([1]), float("nan")), "784 values that are NaN"),
    "infinite": (torch.full((4, 1, 28, 28), float("inf")), "3136 values that are NaN or infinite"),
    "an-array": (torch.zeros(4, 1, 28, 28).numpy(), "ndarray; wanted a float32 tensor"),
    "nothing": (None, "NoneType; wanted a float32 tensor"),
}


@pytest.fixture(autouse=True)
def bare_machine(tmp_path, monkeypatch):
    """No MNIST in any place where it could lie, and no network: a test that needs either must bring its own."""

    def refuse(*args, **kwargs):
        raise OSError("tests have no network")

    monkeypatch.setenv("AEUTILS_DATA", str(tmp_path / "no-mnist-here"))
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache" / name))
    monkeypatch.setattr("socket.socket.connect", refuse)


@pytest.fixture(autouse=True)
def clean_figures():
    from matplotlib import pyplot as plt

    with matplotlib.rc_context():
        yield
    plt.close("all")


@pytest.fixture(params=[1, 2, 5])
def latent_dim(request):
    return request.param


@pytest.fixture(params=MODELS.values(), ids=MODELS)
def make_model(request):
    """Builds a model of the wanted size, the same one each time."""

    def make(latent_dim):
        torch.manual_seed(0)
        return request.param(latent_dim)

    return make


@pytest.fixture
def model(make_model, latent_dim):
    return make_model(latent_dim)


@pytest.fixture
def make_inputs():
    """Draws inputs that a model takes."""
    return lambda model, n: torch.rand(n, *model.input_shape, generator=torch.Generator().manual_seed(n))


@pytest.fixture(params=UNUSABLE_IMAGES.values(), ids=UNUSABLE_IMAGES)
def unusable(request):
    return request.param


@pytest.fixture(scope="session")
def held_out():
    """The 1,000 digits of the sample's test split, sorted by class."""
    return load_mnist_sample("test")


@pytest.fixture
def digits(held_out):
    """100 images, ten of each digit."""
    return held_out[0][::10].clone()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The built book. AEUTILS_SITE names one that stands already, as `make test` does."""
    if os.environ.get("AEUTILS_SITE"):
        return Path(os.environ["AEUTILS_SITE"])
    folder = tmp_path_factory.mktemp("book")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "--quiet", "--path-output", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder / "_build/html"
