"""How much faster is `fit` than the article's loop, on this machine, right now?

    python -m benchmarks.speed        # about 4 minutes on 2 idle cores

Two measures, both on all 60,000 training images with the article's network and two numbers per digit:

1. one epoch: the article's loop against `fit`, with the article's batches of 100, our 256, and 512;
2. time to the article's result: its 100 epochs end at a test error of .0427 (seed 0). Its time is its seconds an
   epoch, measured here, times 100. Ours is a whole training by `SHORT_RECIPE`, fixed beforehand on the sample (digits
   that are no test images); the test images score it afterwards. Median of three seeds.
"""

from __future__ import annotations

import csv
import statistics
import time
from dataclasses import replace

import torch
from torch import nn

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist, mnist_folder
from aeutils.files import replacing
from aeutils.metrics import mse
from aeutils.models import ConvAutoencoder
from aeutils.pipes import pipe_may_close
from aeutils.recipe import ARTICLE_RECIPE, FAST_RECIPE, SHORT_RECIPE
from aeutils.results import RESULTS_FOLDER
from aeutils.training import fit

ARTICLE_TEST_MSE = 0.0427


def article_epoch() -> float:
    """Seconds for one epoch the way the article does it: image by image from PIL, batches of 100."""
    from torch.utils.data import DataLoader
    from torchvision import transforms
    from torchvision.datasets import MNIST

    to_article_scale = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    dataset = MNIST(str(mnist_folder("train")), train=True, transform=to_article_scale)
    loader = DataLoader(dataset, batch_size=100, shuffle=True)
    torch.manual_seed(0)
    model = ConvAutoencoder(2)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-5)
    criterion = nn.MSELoss()
    start = time.perf_counter()
    for images, _ in loader:
        # The layers themselves, because the article's images are on [-1, 1] already.
        loss = criterion(model.decoder(model.encoder(images)), images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return time.perf_counter() - start


def our_epoch(x: torch.Tensor, recipe) -> float:
    """Seconds for one epoch of `fit`."""
    torch.manual_seed(0)
    return fit(ConvAutoencoder(2), x, recipe=replace(recipe, num_epochs=1), progress=False, device="cpu").seconds[0]


def main() -> None:
    """Measure, write speed.csv, and print."""
    x, _ = load_mnist("train")
    x_test, _ = load_mnist("test")
    our_epoch(x[:5000], FAST_RECIPE)  # warm up

    article = min(article_epoch() for _ in range(2))
    rows = [("article_epoch_seconds", article)]
    for name, recipe in (("100", ARTICLE_RECIPE), ("256", FAST_RECIPE), ("512", replace(FAST_RECIPE, batch_size=512))):
        ours = min(our_epoch(x, recipe) for _ in range(2))
        rows += [(f"our_epoch_seconds_batch_{name}", ours), (f"epoch_speedup_batch_{name}", article / ours)]

    seconds, errors = [], []
    for seed in range(3):
        torch.manual_seed(seed)
        model = ConvAutoencoder(2)
        start = time.perf_counter()
        fit(model, x, recipe=SHORT_RECIPE, seed=seed, progress=False, device="cpu")
        seconds.append(time.perf_counter() - start)
        errors.append(mse(reconstruct(model, x_test)[0], x_test))
        rows += [(f"training_seconds_seed{seed}", seconds[-1]), (f"test_mse_seed{seed}", errors[-1])]
    rows += [
        ("article_100_epochs_seconds", 100 * article),
        ("article_test_mse", ARTICLE_TEST_MSE),
        ("median_training_seconds", statistics.median(seconds)),
        ("median_test_mse", statistics.median(errors)),
        ("time_to_article_error_speedup", 100 * article / statistics.median(seconds)),
    ]
    with replacing(RESULTS_FOLDER / "speed.csv") as beside, beside.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["measure", "value"])
        writer.writerows((name, f"{value:.5g}") for name, value in rows)
    for name, value in rows:
        print(f"{name:32s} {value:10.4f}")
    if statistics.median(errors) > ARTICLE_TEST_MSE:
        raise SystemExit("The median test error is above the article's: the time does not count.")


if __name__ == "__main__":
    with pipe_may_close():
        main()
