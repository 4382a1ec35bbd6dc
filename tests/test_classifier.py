import numpy as np
import pytest
import torch
from refusals import refusals

import aeutils.classifier
from aeutils.classifier import DigitClassifier, classify_digits
from aeutils.data import load_mnist_sample
from aeutils.pretrained import WEIGHTS_FOLDER, load_classifier, load_weights


@pytest.fixture(scope="module")
def classifier():
    return load_classifier()


@pytest.fixture(scope="module")
def sample_read(classifier):
    """What is read in the 5,000 digits of the sample, how surely, and what is right."""
    images, labels = load_mnist_sample()
    return *classify_digits(classifier, images), labels


def test_the_shipped_reader_reads_digits_that_it_never_saw(sample_read):
    read, confidence, labels = sample_read
    assert read.shape == confidence.shape == (5000,) and read.dtype == torch.int64
    right = read == labels
    assert right.double().mean() >= 0.98
    assert confidence.min() >= 0.1 and confidence.max() <= 1
    assert confidence[right].mean() > confidence[~right].mean()


def test_the_shipped_reader_says_how_good_it_is_and_what_it_learned_from():
    model, about = load_weights(WEIGHTS_FOLDER / "digit_classifier.safetensors")
    assert isinstance(model, DigitClassifier) and not model.training
    assert about["scores"]["test_accuracy"] >= 0.98
    assert "55,000 training images outside the sample" in about["trained_on"]
    assert isinstance(about["seed"], int)


def test_the_recorded_validation_accuracy_is_that_on_the_sample(sample_read):
    read, _, labels = sample_read
    accuracy = (read == labels).double().mean().item()
    recorded = load_weights(WEIGHTS_FOLDER / "digit_classifier.safetensors")[1]["scores"]["validation_accuracy"]
    assert accuracy == pytest.approx(recorded, abs=4e-4)  # two digits: rounding may tip one


def test_confidence_is_the_probability_of_the_digit_that_was_read(classifier, digits):
    with torch.no_grad():
        scores = classifier(digits).double().numpy()
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    read, confidence = classify_digits(classifier, digits)
    assert read.tolist() == probabilities.argmax(axis=1).tolist()
    np.testing.assert_allclose(confidence, probabilities.max(axis=1), rtol=1e-4)


def test_a_reader_that_knows_nothing_is_as_unsure_as_can_be(digits):
    classifier = DigitClassifier().eval()
    torch.nn.init.zeros_(classifier.layers[-1].weight), torch.nn.init.zeros_(classifier.layers[-1].bias)
    _, confidence = classify_digits(classifier, digits)
    torch.testing.assert_close(confidence, torch.full((100,), 0.1))


@pytest.mark.parametrize("at_once", [1, 33, 100])
def test_how_many_go_through_at_once_changes_nothing(at_once, classifier, digits, monkeypatch):
    wanted, wanted_confidence = classify_digits(classifier, digits)
    monkeypatch.setattr(aeutils.classifier, "EVAL_BATCH_SIZE", at_once)
    read, confidence = classify_digits(classifier, digits)
    assert torch.equal(read, wanted)
    torch.testing.assert_close(confidence, wanted_confidence, atol=1e-5, rtol=1e-4)
    assert not confidence.requires_grad


def test_images_that_cannot_be_read_are_refused(unusable, classifier):
    images, words = unusable
    with pytest.raises(ValueError, match=words):
        classify_digits(classifier, images)


@pytest.mark.filterwarnings("error")
def test_digits_and_static_are_read_without_a_word(classifier, held_out):
    classify_digits(classifier, held_out[0])
    classify_digits(classifier, torch.rand(50, 1, 28, 28))


def test_a_photographs_way_round_is_read_with_a_hint(classifier, digits):
    with pytest.warns(UserWarning, match="Most of an image is ink.*turned round by 1 - x"):
        classify_digits(classifier, 1 - digits)


# ------------------------------------------------------------------------------------------------------------- refusals

test_readers_that_cannot_read_are_refused = refusals([
    ("reading with an autoencoder", lambda g: classify_digits(g.model, g.x), ValueError,
     r"classifier is a ConvAutoencoder; wanted a DigitClassifier, as load_classifier\(\) returns it"),
    ("reading while it is being trained", lambda g: classify_digits(DigitClassifier(), g.x), ValueError,
     r"in training mode.*call classifier.eval\(\) first"),
])  # fmt: skip
