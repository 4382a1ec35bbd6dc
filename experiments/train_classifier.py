"""Train the classifier, the small classifier of digits, and ship its weights.

    python -m experiments.train_classifier

It learns from the 55,000 training images outside the sample; the sample is its validation set; MNIST's test images
score it once, at the end. One run, seed 0.
"""

import sys
from dataclasses import asdict

import torch
from torch.nn import functional as F

from aeutils.classifier import DigitClassifier, classify_digits
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.pipes import pipe_may_close
from aeutils.pretrained import WEIGHTS_FOLDER, save_weights
from aeutils.recipe import Recipe
from aeutils.training import fit
from experiments.rows import stop_if_interrupted

SEED = 0
RECIPE = Recipe(num_epochs=10, batch_size=256, lr=1e-2)


def main() -> None:
    """Train, score and save."""
    x, labels = load_mnist("train", with_sample=False)
    x_val, labels_val = load_mnist_sample()
    x_test, labels_test = load_mnist("test")
    torch.manual_seed(SEED)
    classifier = DigitClassifier()
    history = fit(classifier, x, labels, recipe=RECIPE, loss=F.cross_entropy, seed=SEED, progress=sys.stderr.isatty())
    stop_if_interrupted(history)

    def accuracy(images, truth):
        return round((classify_digits(classifier, images)[0] == truth).double().mean().item(), 4)

    scores = {"validation_accuracy": accuracy(x_val, labels_val), "test_accuracy": accuracy(x_test, labels_test)}
    about = {"trained_on": "MNIST's 55,000 training images outside the sample", "seed": SEED, "recipe": asdict(RECIPE)}
    save_weights(WEIGHTS_FOLDER / "digit_classifier.safetensors", classifier, about | {"scores": scores})
    print(scores)


if __name__ == "__main__":
    with pipe_may_close():
        main()
