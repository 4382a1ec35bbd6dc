"""The slider over the size of the code and the guessed curve, in a real browser."""

import re

import numpy as np
import pytest
from shown import all_ink, words

from aeutils.autoencoder import reconstruct
from aeutils.live import assets
from aeutils.metrics import mse
from aeutils.pretrained import load_pretrained, shipped_sizes
from aeutils.results import load_results

GUESSED = [2, 8, 32, 128]


@pytest.fixture
def opened(open_figure):
    return open_figure("code-sizes", {"revealed": True})


def slider(figure):
    return figure.locator("input[type=range]")


def handles(figure):
    return figure.locator(".live-handle").all()


def measured(model="conv"):
    return load_results("sweep").query("model == @model").groupby("latent_dim")["test_mse"].mean()


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
    network, pca = measured(), measured("pca")
    slider(figure).press("Home")
    for size in shipped_sizes():
        wait_for(watched, size)
        x_hat, _ = reconstruct(load_pretrained(size), ten)
        shown = all_ink(pictures)
        assert np.abs(shown[:10] - ten[:, 0].numpy()).max() < 0.01
        assert np.abs(shown[10:] - x_hat[:, 0].numpy()).max() < 0.01
        errors = [float(error) for error in figure.locator(".live-error").all_inner_texts()]
        wanted = [mse(x_hat[i : i + 1], ten[i : i + 1]) for i in range(10)]
        assert errors == pytest.approx(wanted, abs=0.00051)
        line = words(figure)[1]
        assert f"{mse(x_hat, ten):.4f} on these ten digits" in line
        assert f"{network[size]:.4f} on 10,000 test images" in line
        assert f"PCA with as many numbers: {pca[size]:.4f}" in line
        assert slider(figure).get_attribute("aria-valuetext") == f"{size} numbers per digit"
        watched.page.keyboard.press("ArrowRight")
    assert watched.errors == []


def test_no_error_is_told_before_the_reader_has_guessed(open_figure):
    watched, figure = open_figure("code-sizes")
    slider(figure).press("End")
    wait_for(watched, shipped_sizes()[-1])
    assert not re.search(r"\d\.\d", figure.inner_text())
    assert not any(re.search(r"error \d", label or "") for label in figure.locator("canvas").evaluate_all(
        "canvases => canvases.map(c => c.getAttribute('aria-label'))"))  # fmt: skip
    figure.get_by_role("button", name="Show the measured curve").click()
    assert f"{measured()[128]:.4f} on 10,000 test images" in words(figure)[1]


def test_a_guess_by_keys_and_by_pointer_is_told_how_far_off_it_is(open_figure):
    watched, figure = open_figure("code-sizes")
    first, second, third, last = handles(figure)
    guess = [0.045] * 4
    for handle, key, step, i in [
        (first, "ArrowDown", -0.001, 0), (first, "PageDown", -0.005, 0), (second, "PageDown", -0.005, 1),
        (second, "ArrowUp", 0.001, 1), (third, "PageUp", 0.005, 2), (last, "Home", -0.045, 3),
    ]:  # fmt: skip
        handle.press(key)
        guess[i] += step
        assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(guess[i])
    box = third.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    watched.page.mouse.move(x, y)
    watched.page.mouse.down()
    watched.page.mouse.move(x, y + 60, steps=4)
    watched.page.mouse.up()
    watched.page.mouse.move(x, y)  # released: it stays
    plate = figure.locator(".live-guessed .live-plate").bounding_box()
    guess[2] -= 60 / (plate["height"] - 44) * 0.065
    assert float(third.get_attribute("aria-valuenow")) == pytest.approx(guess[2], abs=0.001)
    guess[2] = float(third.get_attribute("aria-valuenow"))

    figure.get_by_role("button", name="Show the measured curve").click()
    truth = measured()[GUESSED].tolist()
    misses = np.abs(np.subtract(guess, truth))
    worst = int(misses.argmax())
    told = words(figure)[2]
    assert f"off by {misses.mean():.3f} on average, most with {GUESSED[worst]} numbers" in told
    assert f"you said {guess[worst]:.3f}, it is {truth[worst]:.3f}" in told
    assert "You let it go on falling" in told and not any(handle.is_visible() for handle in handles(figure))
    figure.get_by_role("button", name="Guess again").click()
    assert [float(handle.get_attribute("aria-valuenow")) for handle in handles(figure)] == pytest.approx(guess)
    assert watched.errors == []


def test_the_end_of_the_guess_is_judged_too(workshop, open_page):
    endings = {
        (0.04, 0.02, 0.012, 0.012): "And you saw that it stops",
        (0.04, 0.02, 0.012, 0.002): "You let it go on falling after 32 numbers",
        (0.045, 0.045, 0.045, 0.045): "You let it stop too early",
    }
    states = [{"guess": guess, "revealed": True} for guess in endings]
    _, page = workshop
    watched = open_page("page", folder=page(*[assets.placeholder("code-sizes", state, "") for state in states]))
    for number, ending in enumerate(endings.values()):
        figure = watched.page.locator(".aeutils-live").nth(number)
        figure.scroll_into_view_if_needed()
        figure.get_by_text(ending).wait_for(timeout=60_000)


def test_a_size_loads_only_when_it_is_asked_for(opened):
    watched, figure = opened
    assert [url for url in watched.requests if "weights-" in url and "weights-2.js" not in url] == []
    slider(figure).press("End")
    wait_for(watched, shipped_sizes()[-1])
    loaded = {url.split("/")[-1].split(".")[0] for url in watched.requests if "weights-" in url}
    assert loaded == {"weights-2", f"weights-{shipped_sizes()[-1]}"}


def test_a_size_whose_file_is_missing_is_named_and_the_others_go_on(workshop, open_page):
    live, page = workshop
    (live / "weights-3.js").unlink()
    watched = open_page("page", folder=page(assets.placeholder("code-sizes", {"latent_dim": 2}, "")))
    figure = watched.figure("code-sizes")
    slider(figure).press("Home")
    for _ in range(shipped_sizes().index(3)):
        slider(figure).press("ArrowRight")
    figure.get_by_text("weights-3.js is missing").wait_for(timeout=60_000)
    slider(figure).press("End")
    wait_for(watched, shipped_sizes()[-1])
