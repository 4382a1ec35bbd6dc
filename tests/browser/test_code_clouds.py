"""Codes as clouds in a real browser: the numbers that are told and what is drawn are PyTorch's, and throws add up."""

import re

import numpy as np
import pytest
import torch
from shown import all_ink, ink, words

from aeutils.autoencoder import reconstruct
from aeutils.live import assets
from aeutils.metrics import mse
from aeutils.pretrained import load_pretrained, load_vae, shipped_vaes
from aeutils.vae import kl_divergence

NAME = "code-clouds"
BETAS = [beta for size, beta in shipped_vaes() if size == 2]


def told(beta, images):
    """What the figure must say of a variational autoencoder."""
    model = load_vae(2, beta)
    with torch.no_grad():
        mean, log_variance = model.posterior(images)
        error = mse(model.decode(mean), images)
    kl = kl_divergence(mean, log_variance).mean().item()
    return f"Beta {beta:g}: mean squared error {error:.4f} on these 1,000 held-out digits, KL divergence {kl:.2f} nats"


def drawn(figure):
    return ink(figure.locator(".live-large"))


def passing(figure):
    return figure.locator('.live-thrown[data-passes="true"]').count()


def throw(watched, figure):
    figure.get_by_role("button", name="Throw 40").focus()
    watched.page.keyboard.press("Enter")
    figure.get_by_text(re.compile("^Of these 40 codes")).wait_for(timeout=60_000)
    return words(figure)[4]


def test_error_and_divergence_of_each_beta_are_pytorchs_and_its_weights_come_when_asked_for(open_figure, held_out):
    watched, figure = open_figure(NAME, {"beta": None})
    error = mse(reconstruct(load_pretrained(2), held_out[0])[0], held_out[0])
    assert f"Plain autoencoder: mean squared error {error:.4f}" in words(figure)[1] and "no cloud" in words(figure)[1]
    slider = figure.get_by_role("slider")
    assert slider.get_attribute("aria-valuetext") == "plain autoencoder"
    slider.press("ArrowRight")
    figure.get_by_text(told(BETAS[0], held_out[0])).wait_for(timeout=60_000)
    assert "Thin circles" in words(figure)[1] and "collapsed" not in words(figure)[1]
    slider.press("End")
    figure.get_by_text(told(BETAS[-1], held_out[0])).wait_for(timeout=60_000)
    assert "KL divergence 0.00 nats a digit. All clouds have collapsed into the prior" in words(figure)[1]
    before = drawn(figure)
    figure.locator(".live-map").click(position={"x": 400, "y": 400})
    assert np.abs(drawn(figure) - before).max() < 0.02  # one picture everywhere
    loaded = {url.split("/")[-1].split(".js")[0] for url in watched.requests if "vae-" in url}
    assert loaded == {f"vae-{BETAS[0]:g}", f"vae-{BETAS[-1]:g}"} and watched.errors == []


def test_by_pointer_and_keys_a_place_is_drawn_and_a_digit_chosen_with_its_cloud(open_figure, held_out):
    watched, figure = open_figure(NAME)
    model, (images, labels) = load_vae(2, 0.3), held_out
    with torch.no_grad():
        mean, log_variance = model.posterior(images)
    figure.locator(".live-map").hover(position={"x": 150, "y": 300})
    place = [float(number.replace("\u2212", "-")) for number in re.findall(r"[+\u2212]\d+\.\d\d", words(figure)[2])]
    reach = max(3, mean.abs().max().item()) * 1.05
    side = figure.locator(".live-map").bounding_box()["width"]
    assert place == pytest.approx([(300 / side - 1) * reach, (1 - 600 / side) * reach], abs=0.006)
    with torch.no_grad():
        wanted = model.decode(torch.tensor([place]))[0, 0].numpy()
    assert np.abs(drawn(figure) - wanted).max() < 0.05

    figure.locator(".live-map").focus()
    watched.page.keyboard.press("Shift+ArrowUp")
    watched.page.keyboard.press("Enter")
    index = int((mean - torch.tensor([place[0], place[1] + 0.1 * reach / 1.05])).norm(dim=1).argmin())
    across, up = (log_variance[index] / 2).exp().tolist()
    assert words(figure)[3].startswith(f"Chosen: a {labels[index]}, drawn again")
    assert f"Standard deviation of its cloud: {across:.2f} across, {up:.2f} up." in words(figure)[3]
    with torch.no_grad():
        again = model.decode(mean[index : index + 1])[0, 0].numpy()
    pictures = all_ink(figure.locator(".live-chosen .live-picture"))
    assert np.abs(pictures[:2] - [images[index, 0].numpy(), again]).max() < 0.01
    assert len(pictures) == 7 and all(0.005 < np.abs(one - again).max() < 0.8 for one in pictures[2:])
    watched.page.keyboard.press("Escape")
    assert words(figure)[3].startswith("Click a dot") and watched.errors == []


def test_throws_add_up_for_each_network_and_stay_when_another_is_looked_at(open_figure):
    watched, figure = open_figure(NAME, {"beta": 1}, width=390)
    tally = figure.locator(".live-tally")
    assert figure.locator(".live-thrown:visible").count() == 0 == tally.locator("visible=true").count()
    first = throw(watched, figure)
    assert first == f"Of these 40 codes from the prior, {passing(figure)} pass as a digit (bold crosses on the map)."
    once = passing(figure)
    throw(watched, figure)
    share = round(100 * (once + passing(figure)) / 80)
    assert tally.filter(has_text="beta 1").first.inner_text().endswith(f"{share} % of 80") and 0 < share < 100
    figure.get_by_role("slider").press("Home")
    figure.get_by_text("Plain autoencoder:").wait_for(timeout=60_000)
    assert figure.locator(".live-thrown:visible").count() == 0 and tally.locator("visible=true").count() == 1
    assert "from a Gaussian fitted to this network's codes" in throw(watched, figure)
    assert [line.split("\n")[0] for line in tally.locator("visible=true").all_inner_texts()] == [
        "plain autoencoder", "beta 1",
    ]  # fmt: skip
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390 and watched.errors == []


def test_what_is_missing_is_named_and_the_rest_goes_on(workshop, open_page):
    live, page = workshop
    (live / "vae-0.3.js").unlink()
    (live / "judge.js").unlink()
    watched = open_page("page", folder=page(assets.placeholder(NAME, {"beta": 1}, "")))
    figure = watched.figure(NAME)
    figure.get_by_role("slider").press("ArrowLeft")
    figure.get_by_text("This network cannot be shown. The file vae-0.3.js is missing").wait_for(timeout=60_000)
    figure.get_by_role("button", name="Throw 40").click()
    figure.get_by_text("No codes can be thrown. The file judge.js is missing").wait_for(timeout=60_000)
    figure.get_by_role("slider").press("ArrowRight")
    figure.get_by_text("Beta 1: mean squared error").wait_for(timeout=60_000)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"beta": 2}, "beta is 2; it can be null, 0.03, "),
        ({"z": [0, 21]}, "z is [0,21]; wanted 2 numbers from \u221220 to 20"),
        ({"chosen": 1000}, "There is no held-out digit 1000"),
    ],
)
def test_a_state_that_is_none_gets_a_line(state, sentence, workshop, open_page):
    _, page = workshop
    watched = open_page("page", folder=page(assets.placeholder(NAME, state, "")))
    line = watched.page.get_by_role("alert")
    line.wait_for(timeout=60_000)
    assert sentence in line.inner_text()
