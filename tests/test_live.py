import io
import statistics
import sys
import time

import ipywidgets
import numpy as np
import pytest
import torch
from PIL import Image

from aeutils.autoencoder import reconstruct
from aeutils.live import latent_dim_slider
from aeutils.metrics import mse
from aeutils.models import ConvAutoencoder
from aeutils.pretrained import load_pretrained, shipped_sizes
from aeutils.recipe import Recipe
from aeutils.results import load_results
from aeutils.training import History, fit


@pytest.fixture
def images(digits):
    return digits[::10]


def decode_rows(picture):
    """Ink in [0, 1] of the rows that a picture of ten digits shows, one pixel a pixel of the digits."""
    shown = Image.open(io.BytesIO(picture.value))
    assert shown.format == "PNG"
    ink = 1 - np.asarray(shown, dtype=np.float64) / 255
    scale = ink.shape[1] // (10 * 28)
    small = ink[::scale, ::scale]
    assert np.array_equal(small.repeat(scale, axis=0).repeat(scale, axis=1), ink)
    return np.split(small, len(small) // 28)


def side_by_side(images):
    return np.concatenate([image[0] for image in images.numpy()], axis=1)


def test_the_slider_offers_the_sizes_that_are_shipped_and_starts_at_the_first(images):
    figure = latent_dim_slider(images)
    slider, picture, line = figure.children
    assert isinstance(figure, ipywidgets.VBox)
    assert list(slider.options) == shipped_sizes() and slider.value == shipped_sizes()[0]
    assert len(picture.value) > 0 and line.value.startswith(f"{slider.value} numbers per digit")


@pytest.mark.parametrize("size", shipped_sizes())
def test_each_position_shows_the_originals_above_their_reconstructions_and_the_error(size, images):
    slider, picture, line = latent_dim_slider(images).children
    slider.value = size
    x_hat, _ = reconstruct(load_pretrained(size), images)
    above, below = decode_rows(picture)
    np.testing.assert_allclose(above, side_by_side(images), atol=0.51 / 255)
    np.testing.assert_allclose(below, side_by_side(x_hat), atol=0.51 / 255)
    assert np.abs(above - below).max() > 0.2
    assert f"{size} numbers" in line.value and f"{mse(x_hat, images):.4f}" in line.value and "10 digits" in line.value


def test_moving_the_slider_changes_picture_and_text_and_moving_back_restores_them(images):
    slider, picture, line = latent_dim_slider(images).children
    seen = {}
    for size in shipped_sizes():
        slider.value = size
        seen[size] = (picture.value, line.value)
    assert len({shown for shown, _ in seen.values()}) == len({text for _, text in seen.values()}) == len(seen) >= 2
    slider.value = shipped_sizes()[0]
    assert (picture.value, line.value) == seen[shipped_sizes()[0]]


def test_a_move_is_shown_before_a_reader_notices_the_wait(images):
    slider, picture, _ = latent_dim_slider(images).children
    seconds = []
    for i in range(21):
        before = picture.value
        start = time.perf_counter()
        slider.value = shipped_sizes()[(i + 1) % len(shipped_sizes())]
        seconds.append(time.perf_counter() - start)
        assert picture.value != before
    assert statistics.median(seconds) < 0.1


def test_two_sliders_do_not_move_each_other(images):
    (slider, *_), (_, other_picture, _) = latent_dim_slider(images).children, latent_dim_slider(images).children
    before = other_picture.value
    slider.value = shipped_sizes()[-1]
    assert other_picture.value == before


def test_images_that_cannot_be_shown_are_refused(unusable):
    images, words = unusable
    with pytest.raises(ValueError, match=words):
        latent_dim_slider(images)


# ------------------------------------------------------------------------------------------- "train this size now"


def test_the_button_trains_the_chosen_size_and_adds_its_row_to_that_size_alone(images, digits):
    slider, picture, line, row = latent_dim_slider(images, digits).children
    button, bar = row.children
    slider.value = 3
    rows_before = decode_rows(picture)
    seen = []
    bar.observe(lambda change: seen.append(change["new"]), names="value")
    button.click()
    rows_after = decode_rows(picture)
    assert seen == list(range(1, 11)) and not button.disabled and bar.layout.visibility == "hidden"
    assert len(rows_before) == 2 and len(rows_after) == 3
    assert all(np.array_equal(*pair) for pair in zip(rows_before, rows_after[:2], strict=True))

    torch.manual_seed(0)
    mine = ConvAutoencoder(3)
    fit(mine, digits, recipe=Recipe(num_epochs=10), progress=False)
    x_hat, _ = reconstruct(mine, images)
    np.testing.assert_allclose(rows_after[2], side_by_side(x_hat), atol=2 / 255)
    assert f"{mse(x_hat, images):.4f}" in line.value and f"{len(digits)} digits here" in line.value

    slider.value = 2
    assert len(decode_rows(picture)) == 2
    slider.value = 3
    assert len(decode_rows(picture)) == 3


@pytest.mark.parametrize("epochs", [0, 1, 3])
def test_a_training_that_is_interrupted_says_what_it_trained(epochs, images, digits, monkeypatch):
    module = sys.modules["aeutils.live.slider"]

    def fit_and_stop(*arguments, after_epoch, **options):
        def stop(epoch, history):
            after_epoch(epoch, history)
            if epoch == epochs:
                raise KeyboardInterrupt

        if epochs:
            return fit(*arguments, after_epoch=stop, **options)
        return History(interrupted=True)

    monkeypatch.setattr(module, "fit", fit_and_stop)
    _, picture, line, row = latent_dim_slider(images, digits).children
    row.children[0].click()
    assert len(decode_rows(picture)) == (3 if epochs else 2) and not row.children[0].disabled
    wanted = f"after {epochs} epochs on {len(digits)} digits here (third row, interrupted)"
    assert wanted in line.value if epochs else line.value == "Interrupted in the first epoch: nothing is added."


def test_clicks_made_during_a_training_are_not_queued(images, digits, monkeypatch):
    module = sys.modules["aeutils.live.slider"]
    trained = []
    monkeypatch.setattr(module, "fit", lambda *arguments, **options: trained.append(1) or History())
    button = latent_dim_slider(images, digits).children[3].children[0]
    for _ in range(3):  # a kernel hands them over one after the other, the later ones once the first is done
        button.click()
    assert len(trained) == 1
    monkeypatch.setattr(module, "_QUEUED", 0)
    button.click()
    assert len(trained) == 2


def test_a_training_that_fails_leaves_the_button_usable(images, digits, monkeypatch):
    *_, row = latent_dim_slider(images, digits).children
    button, bar = row.children

    seen = []

    def diverge(*args, **kwargs):
        seen.append((button.disabled, bar.layout.visibility))
        raise FloatingPointError("The loss became nan")

    monkeypatch.setattr(sys.modules["aeutils.live.slider"], "fit", diverge)
    button.click()  # ipywidgets logs the error where the reader sees it, and goes on
    assert seen == [(True, "visible")]
    assert not button.disabled and bar.layout.visibility == "hidden"


def test_training_images_that_cannot_be_learned_from_are_refused_before_the_click(images, unusable):
    unfit, words = unusable
    if unfit is None:
        pytest.skip("None is allowed here: a slider without a button")
    with pytest.raises(ValueError, match=words):
        latent_dim_slider(images, unfit)


def test_the_line_gives_the_mean_scores_of_the_sweep(images):
    slider, _, line = latent_dim_slider(images).children
    sweep = load_results("sweep")
    for size in shipped_sizes():
        slider.value = size
        runs = sweep[(sweep["model"] == "conv") & (sweep["latent_dim"] == size)]
        assert f"{runs['test_mse'].mean():.4f}" in line.value and f"{runs['knn10_accuracy'].mean():.3f}" in line.value
