"""A digit on its way through the network, in a real browser: by mouse, keys and finger."""

import numpy as np
import pytest
from shown import ink, words

from aeutils.autoencoder import reconstruct
from aeutils.live import assets
from aeutils.pretrained import load_pretrained

BLOCKS = """(canvas, scale) => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const style = (name) => parseInt(getComputedStyle(canvas).getPropertyValue(name).slice(1, 3), 16);
  return {
    width: canvas.width, height: canvas.height, red: Array.from(data).filter((_, i) => i % 4 === 0),
    pen: style("--live-pen"), paper: style("--live-paper"),
  };
}"""


def maps_shown(canvas, maps, side):
    """The numbers that a layer's picture shows, as ink in [0, 1]: (maps, side, side)."""
    shown = canvas.evaluate(BLOCKS)
    scale = -(-8 // side)
    columns = int(np.ceil(np.sqrt(maps)))
    red = np.array(shown["red"], dtype=float).reshape(shown["height"], shown["width"])
    tile = scale * side + 1
    assert shown["width"] == columns * tile - 1
    corners = [(tile * (i // columns), tile * (i % columns)) for i in range(maps)]
    ink_ = (red - shown["paper"]) / (shown["pen"] - shown["paper"])
    return np.stack([ink_[top : top + tile - 1 : scale, left : left + tile - 1 : scale] for top, left in corners])


@pytest.fixture
def opened(workshop, open_page):
    _, page = workshop
    folder = page(assets.placeholder("through-network", {}, ""))

    def open_it(**options):
        watched = open_page("page", folder=folder, **options)
        return watched, watched.figure("through-network")

    return open_it


def layer(figure, words_):
    return figure.get_by_role("button", name=words_)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_clicked_layer_shows_what_pytorchs_layer_makes_of_the_chosen_digit(theme, opened, held_out):
    watched, figure = opened()
    watched.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    figure.get_by_role("button", name="a 4; again for another").click()
    layer(figure, "convolution 16 \u00d7 10 \u00d7 10").click()
    model = load_pretrained(2)
    x = held_out[0][400:401]
    features = model.encoder[:3](2 * x - 1)[0].detach().numpy()
    ordered = np.sort(features.ravel())
    low, high = (ordered[int(share * features.size)] for share in (0.02, 0.98))
    seen = maps_shown(figure.locator(".live-passing > .live-maps"), 16, 10)
    assert np.abs(seen - np.clip((features - low) / (high - low), 0, 1)).max() < 0.01
    assert "16 maps of 10 \u00d7 10 = 1,600 numbers" in words(figure)[0]
    pictures = figure.locator(".live-picture")
    assert np.abs(ink(pictures.nth(0)) - x[0, 0].numpy()).max() < 0.01
    assert np.abs(ink(pictures.nth(1)) - reconstruct(model, x)[0][0, 0].numpy()).max() < 0.01
    assert watched.errors == []


def test_the_arrow_keys_go_from_layer_to_layer_and_say_the_code(opened, held_out):
    watched, figure = opened()
    layer(figure, "picture").focus()
    watched.page.keyboard.press("ArrowLeft")  # there is nothing before the picture
    kinds = []
    for _ in range(12):
        kinds.append(words(figure)[0].split(":")[0].lower())
        watched.page.keyboard.press("ArrowRight")
    assert kinds[0] != kinds[1] and kinds[6:8] == ["code", "linear"] and kinds[-1] == "drawing"
    assert words(figure)[0].startswith("Drawing: 784 numbers.")  # nor after the drawing
    for _ in range(5):
        watched.page.keyboard.press("ArrowLeft")
    z = reconstruct(load_pretrained(2), held_out[0][700:701])[1][0]
    said = words(figure)[0].split("Here: (")[1].rstrip(").").replace("\u2212", "-")
    np.testing.assert_allclose([float(number) for number in said.split(",")], z, atol=0.0051)
    assert figure.locator('.live-layer[aria-pressed="true"]').inner_text().startswith("code")


def test_the_same_digit_again_is_another_picture_of_it_and_after_the_last_the_first(open_figure, held_out):
    _, figure = open_figure("through-network", {"chosen": 399})  # the last 3
    three = figure.get_by_role("button", name="a 3; again for another")
    seen = figure.locator(".live-picture").first
    for index in (399, 300, 301):
        assert np.abs(ink(seen) - held_out[0][index, 0].numpy()).max() < 0.01, index
        three.click()


def test_what_the_reader_draws_goes_through_and_an_empty_pad_too(opened):
    watched, figure = opened(width=390, has_touch=True)
    assert not figure.locator(".live-pad").is_visible()
    figure.get_by_role("button", name="draw your own").tap()
    layer(figure, "drawing").tap()
    empty = words(figure)[0]
    figure.locator(".live-pad").focus()
    for key in ["ArrowUp"] * 8 + ["Enter"] + ["ArrowDown"] * 16 + ["Enter"]:
        watched.page.keyboard.press(key)
    assert ink(figure.locator(".live-picture").first).sum() > 20
    assert words(figure)[0] != empty
    figure.get_by_role("button", name="clear").tap()
    assert words(figure)[0] == empty and ink(figure.locator(".live-picture").first).sum() == 0
    figure.get_by_role("button", name="a 7; again for another").tap()
    assert not figure.locator(".live-pad").is_visible()
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert watched.errors == []
