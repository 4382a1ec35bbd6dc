"""A variational autoencoder that learns the digits in a real browser; PyTorch says what is right."""

import base64
import re

import numpy as np
import pytest
import torch
from accessibility import violations
from safetensors.torch import load as load_tensors
from shown import IN_BASE64, all_ink

from aeutils.live import assets
from aeutils.vae import DenseVariationalAutoencoder, kl_divergence

# Of the workers that are hired from now on the page keeps the last, and the weights that it saves.
LISTEN = """() => {
  window.Worker = class extends Worker {
    constructor(...parts) {
      super(...parts);
      window.hired = this;
      this.addEventListener("message", ({ data }) => data.id === "test" && (window.saved = IN_BASE64(data.reply)));
    }
  };
}""".replace("IN_BASE64", IN_BASE64)


@pytest.fixture
def open_vae(open_figure):
    """A page with the figure in a state, once it shows the untrained network."""

    def open_it(state, **options):
        watched, figure = open_figure("vae-training", state, **options)
        watched.page.set_default_timeout(120_000)  # where many tests run at once, training takes its time
        figure.get_by_text("Not trained yet.").wait_for()
        return watched, figure

    return open_it


def learn_an_epoch(figure):
    figure.get_by_role("button", name="1 epoch").click()
    figure.get_by_text(re.compile("^Epoch 1 of 18.")).first.wait_for()


def said(figure):
    """Squared error and divergence, and all the words around them."""
    words = figure.locator(".live-progress").inner_text()
    error, kl = re.search(r"squared error ([\d.]+) an image; KL ([\d.]+) nats", words).groups()
    return float(error), float(kl), words


def assert_shows(figure, model, images):
    """That the figure says of the held-out digits what PyTorch's network makes of them, and draws what it draws."""
    thrown = torch.tensor(np.random.RandomState(0).standard_normal((10, 2)), dtype=torch.float32)
    with torch.no_grad():
        mean, log_variance = model.eval().posterior(images)
        error = (model.decode(mean) - images).square().sum((1, 2, 3)).mean().item()
        drawn = model.decode(thrown)[:, 0].numpy()
    assert said(figure)[0] == pytest.approx(error, abs=0.06)
    assert said(figure)[1] == pytest.approx(kl_divergence(mean, log_variance).mean().item(), abs=0.06)
    assert np.abs(all_ink(figure.locator(".live-ten .live-picture")) - drawn).max() < 0.01


def test_at_first_it_shows_pytorchs_untrained_network_and_fetches_no_digits_for_training(open_vae, held_out):
    watched, figure = open_vae({"seed": 3})
    torch.manual_seed(3)
    assert_shows(figure, DenseVariationalAutoencoder(2, hidden=(128, 32)), held_out[0])
    assert not [url for url in watched.requests if "training-digits" in url] and watched.errors == []


def test_the_error_falls_the_clouds_shrink_and_where_a_nat_costs_much_they_collapse(open_vae, held_out):
    watched, figure = open_vae({"beta": 0.3})
    (untrained, *_), before = said(figure), figure.locator(".live-map").screenshot()
    watched.page.evaluate(LISTEN)
    learn_an_epoch(figure)
    figure.get_by_role("button", name="Go on").wait_for()
    watched.page.wait_for_timeout(700)  # until the dots stand still
    error, kl, words = said(figure)
    assert error < untrained / 2 and kl > 0.5 and "collapsed" not in words
    assert figure.locator(".live-map").screenshot() != before

    watched.page.evaluate("hired.postMessage({ order: 'save', id: 'test' })")
    watched.page.wait_for_function("window.saved")
    model = DenseVariationalAutoencoder(2, hidden=(128, 32))
    model.load_state_dict(load_tensors(base64.b64decode(watched.page.evaluate("saved"))))
    assert_shows(figure, model, held_out[0])

    figure.get_by_role("slider").focus()
    watched.page.keyboard.press("End")
    figure.get_by_text(re.compile("^Epoch 0 of 18.")).first.wait_for()
    assert figure.locator(".live-value").inner_text() == "10" and said(figure)[0] == untrained
    learn_an_epoch(figure)
    error_at_10, kl_at_10, words = said(figure)
    assert error < error_at_10 < untrained and kl_at_10 < 0.1 and "All clouds have collapsed into the prior" in words
    assert watched.errors == []


def test_a_beta_that_cannot_be_chosen_is_refused(workshop, open_page):
    _, page = workshop
    watched = open_page("page", folder=page(assets.placeholder("vae-training", {"beta": 2}, "<p>stays</p>")))
    watched.page.get_by_role("alert").wait_for()
    assert "beta is 2; it can be 0.03, 0.3, 1, 3, 10." in watched.page.get_by_role("alert").inner_text()
    assert watched.page.get_by_text("stays").is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_accessible_and_fits_into_the_window(width, open_vae):
    watched, _ = open_vae({}, width=width)
    assert watched.errors == [] and watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for color_scheme in ("light", "dark"):
        watched.page.emulate_media(color_scheme=color_scheme)
        assert violations(watched.page, within=".aeutils-live") == []
