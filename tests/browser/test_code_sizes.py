"""The slider over the size of the code, in a real browser."""

import numpy as np
import pytest
from shown import all_ink, words

from aeutils.autoencoder import reconstruct
from aeutils.live import assets
from aeutils.metrics import mse
from aeutils.pretrained import load_pretrained, shipped_sizes
from aeutils.results import load_results


@pytest.fixture
def opened(workshop, open_page):
    _, page = workshop
    watched = open_page("page", folder=page(assets.placeholder("code-sizes", {}, "")))
    return watched, watched.figure("code-sizes")


def wait_for(watched, size):
    watched.page.wait_for_function(
        "start => [...document.querySelectorAll('[role=status]')].some(line => line.innerText.startsWith(start))",
        arg=f"{size} number",
        timeout=60_000,
    )


def test_each_position_shows_what_pytorch_reconstructs_and_both_errors(opened, held_out):
    watched, figure = opened
    ten = held_out[0][::100]
    pictures = figure.locator(".live-ten .live-picture")
    runs = load_results("sweep")
    figure.get_by_role("slider").press("Home")
    for size in shipped_sizes():
        wait_for(watched, size)
        x_hat, _ = reconstruct(load_pretrained(size), ten)
        shown = all_ink(pictures)
        assert np.abs(shown[:10] - ten[:, 0].numpy()).max() < 0.01
        assert np.abs(shown[10:] - x_hat[:, 0].numpy()).max() < 0.01
        errors = [float(error) for error in figure.locator(".live-error").all_inner_texts()]
        wanted = [mse(x_hat[i : i + 1], ten[i : i + 1]) for i in range(10)]
        assert errors == pytest.approx(wanted, abs=0.00051)
        test_error = runs[(runs["model"] == "conv") & (runs["latent_dim"] == size)]["test_mse"].mean()
        line = words(figure)[1]
        assert f"{mse(x_hat, ten):.4f} on these ten digits" in line
        assert f"{test_error:.4f} on 10,000 test images" in line
        assert figure.get_by_role("slider").get_attribute("aria-valuetext") == f"{size} numbers a digit"
        watched.page.keyboard.press("ArrowRight")
    assert watched.errors == []


def test_a_size_loads_only_when_it_is_asked_for(opened):
    watched, figure = opened
    assert [url for url in watched.requests if "weights-" in url and "weights-2.js" not in url] == []
    figure.get_by_role("slider").press("End")
    wait_for(watched, shipped_sizes()[-1])
    loaded = {url.split("/")[-1].split(".")[0] for url in watched.requests if "weights-" in url}
    assert loaded == {"weights-2", f"weights-{shipped_sizes()[-1]}"}


def test_a_size_whose_file_is_missing_is_named_and_the_others_go_on(workshop, open_page):
    live, page = workshop
    (live / "weights-3.js").unlink()
    watched = open_page("page", folder=page(assets.placeholder("code-sizes", {"latent_dim": 2}, "")))
    figure = watched.figure("code-sizes")
    figure.get_by_role("slider").press("Home")
    for _ in range(shipped_sizes().index(3)):
        figure.get_by_role("slider").press("ArrowRight")
    figure.get_by_text("weights-3.js is missing").wait_for(timeout=60_000)
    figure.get_by_role("slider").press("End")
    wait_for(watched, shipped_sizes()[-1])


def test_an_unknown_size_is_refused_with_those_there_are(workshop, open_page):
    _, page = workshop
    watched = open_page("page", folder=page(assets.placeholder("code-sizes", {"latent_dim": 7}, "")))
    line = watched.page.get_by_role("alert")
    line.wait_for(timeout=60_000)
    assert line.inner_text().endswith(f"there are: {', '.join(map(str, shipped_sizes()))}.")
