"""A small classifier of digits: it turns "can this digit be drawn?" into a number."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from aeutils.autoencoder import EVAL_BATCH_SIZE, IMAGE_SHAPE
from aeutils.checks import check_inputs, warn_of_ink


class DigitClassifier(nn.Module):
    """Two convolutions and a linear layer that say which digit an image shows.

    Its shipped weights come from `aeutils.pretrained.load_classifier`.
    """

    def __init__(self):
        super().__init__()
        self.input_shape = IMAGE_SHAPE
        self.settings: dict = {}
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=5, padding=2),  # (N, 1, 28, 28) -> (N, 16, 28, 28)
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),  # -> (N, 16, 14, 14)
            nn.Conv2d(16, 32, kernel_size=5, padding=2),  # -> (N, 32, 14, 14)
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),  # -> (N, 32, 7, 7)
            nn.Flatten(),
            nn.Dropout(0.4),
            nn.Linear(32 * 7 * 7, 10),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Images of shape (N, 1, 28, 28) in [0, 1] to one score a class, (N, 10); softmax makes probabilities."""
        return self.layers(x)


@torch.no_grad()
def classify_digits(classifier: DigitClassifier, images: Tensor) -> tuple[Tensor, Tensor]:
    """Which digit each image shows, and how sure the classifier is.

    Parameters
    ----------
    classifier : DigitClassifier
        In evaluation mode, on the CPU, as `load_classifier` returns it.
    images : Tensor of shape (N, 1, 28, 28)
        float32 in [0, 1], N >= 1.

    Returns
    -------
    labels : Tensor of shape (N,)
        int64, 0 to 9.
    confidence : Tensor of shape (N,)
        Probability the classifier gives to that label, in [0.1, 1].
    """
    if not isinstance(classifier, DigitClassifier):
        came = type(classifier).__name__
        raise ValueError(f"The classifier is a {came}; wanted a DigitClassifier, as load_classifier() returns it.")
    if classifier.training:
        raise ValueError("The classifier is in training mode and would guess; call classifier.eval() first.")
    check_inputs(images, IMAGE_SHAPE)
    warn_of_ink(images, IMAGE_SHAPE)
    probabilities = torch.cat([classifier(batch).softmax(dim=1) for batch in images.split(EVAL_BATCH_SIZE)])
    confidence, labels = probabilities.max(dim=1)
    return labels, confidence
