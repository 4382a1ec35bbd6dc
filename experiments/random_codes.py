"""How often does a code drawn at random give a digit? Every size and seed of the sweep.

    python -m experiments.random_codes

Needs the weights that `experiments.sweep` left in `.runs/`, and takes every seed of every size that it finds there.
The codes of the 55,000 training images say what real codes look like; the sample's 4,000 training digits, from which no
network learned, set the judge's two levels. "real" draws from the codes of the 10,000 test images. A run is finished
when its row stands in `aeutils/results/random_codes.csv`, so a stopped experiment goes on where it was.
"""

from __future__ import annotations

import re

import torch
from torch import Tensor

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.generation import SOURCES, DigitJudge, sample_codes
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_classifier, load_pretrained, load_weights
from aeutils.results import RESULTS_FOLDER
from experiments import sweep
from experiments.rows import is_done, put

DRAWINGS = 5000  # a source
KEY = ("latent_dim", "seed", "source")


def runs() -> list[tuple[int, int]]:
    """Size and seed of every run of the article's network whose weights are kept, in rising order."""
    found = []
    for path in sweep.RUNS.glob("conv_*dim_seed*.safetensors"):
        if match := re.fullmatch(r"conv_(\d+)dim_seed(\d+)", path.stem):
            found.append((int(match[1]), int(match[2])))
    return sorted(found)


def score(judge: DigitJudge, drawings: Tensor) -> dict:
    """How many drawings pass, and what they are read as."""
    labels, sure, redrawn = judge.judge(drawings)
    passes = sure & redrawn
    row = {name: hits.double().mean().item() for name, hits in (("sure", sure), ("redrawn", redrawn))}
    row["passes"] = passes.double().mean().item()
    for digit in range(10):
        row[f"passes_as_digit{digit}"] = (passes & (labels == digit)).double().mean().item()
    return row


def main() -> None:
    """Draw and judge for all runs that have no rows yet."""
    path = RESULTS_FOLDER / "random_codes.csv"
    judge = DigitJudge(load_classifier(), load_pretrained(latent_dim=16), load_mnist_sample("train")[0])
    x, x_test = load_mnist("train", with_sample=False)[0], load_mnist("test")[0]
    for latent_dim, seed in runs():
        run = {"latent_dim": latent_dim, "seed": seed}
        wanted = [source for source in SOURCES if not is_done(path, run | {"source": source})]
        if not wanted:
            continue
        model, _ = load_weights(sweep.weights_of(("conv", latent_dim, seed)))
        z, z_test = reconstruct(model, x)[1], reconstruct(model, x_test)[1]
        for source in wanted:
            generator = torch.Generator().manual_seed(seed)
            codes = sample_codes(source, z_test if source == "real" else z, DRAWINGS, generator)
            with torch.no_grad():
                drawings = torch.cat([model.decode(part) for part in codes.split(1000)])
            put(path, run | {"source": source} | score(judge, drawings), KEY)
        print(f"{latent_dim} numbers, seed {seed}", flush=True)


if __name__ == "__main__":
    with pipe_may_close():
        main()
