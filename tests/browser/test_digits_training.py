"""A network that learns the digits in a real browser, and the other figures of the page that then use it."""

import base64
import gzip
import math
import re
from collections import Counter

import numpy as np
import pytest
import torch
from accessibility import violations
from safetensors.torch import load as load_tensors
from shown import IN_BASE64, all_ink, ink, words

from aeutils.autoencoder import reconstruct
from aeutils.live import assets
from aeutils.metrics import knn_accuracy
from aeutils.models import ConvAutoencoder, MLPAutoencoder
from aeutils.pretrained import load_pretrained

DENSE = {"network": "dense"}  # the quicker one
MODELS = {"conv": lambda: ConvAutoencoder(2), "dense": lambda: MLPAutoencoder(2, hidden=(128, 32))}

# Workers that are hired from now on keep here what they say: the last codes and score, and saved weights.
LISTEN = """() => {
  window.Worker = class extends Worker {
    constructor(...parts) {
      super(...parts);
      this.addEventListener("message", ({ data }) => {
        if (data.report) window.seen = { codes: Array.from(data.report.codes), score: data.report.score };
        if (data.reply) window.saved = IN_BASE64(data.reply);
      });
    }
  };
}""".replace("IN_BASE64", IN_BASE64)


@pytest.fixture
def open_figure(workshop, open_page):
    """Opens a page with the figure in a state, and the others that are named after it."""

    def open_it(state, *others, **options):
        _, page = workshop
        placeholders = [assets.placeholder("digits-training", state, ""), *(assets.placeholder(*o, "") for o in others)]
        watched = open_page("page", folder=page(*placeholders), **options)
        watched.page.set_default_timeout(120_000)  # where many tests run at once, training takes its time
        figure = watched.figure("digits-training")
        figure.get_by_text("Not trained yet.").wait_for()
        return watched, figure

    return open_it


def press(figure, name):
    figure.get_by_role("button", name=name, exact=True).click()


def learn(figure, epochs):
    """Let it learn for whole epochs, from the beginning."""
    for epoch in range(1, epochs + 1):
        press(figure, "1 epoch")
        figure.get_by_text(re.compile(f"^Epoch {epoch} of 18.")).first.wait_for()


def progress(figure):
    return figure.locator(".live-progress").inner_text()


def epoch(figure):
    return int(re.match(r"Epoch (\d+) of 18\.", progress(figure)).group(1))


def percent(share):
    return f"{math.floor(100 * share + 0.5)} %"  # halves go up, as in JavaScript


def in_its_order(held_out):
    """Pictures and labels as the figure sends them: the first of each digit before the others."""
    images, labels = held_out
    ten = [int((labels == digit).nonzero()[0]) for digit in range(10)]
    order = ten + [i for i in range(len(labels)) if i not in ten]
    return images[order], labels[order]


def fetched(watched):
    return [url for url in watched.requests if "training-digits" in url]


@pytest.mark.parametrize("network", MODELS)
def test_the_first_map_is_that_of_pytorchs_untrained_network(network, open_figure, held_out):
    _, figure = open_figure({"network": network, "seed": 3})
    torch.manual_seed(3)
    x_hat, z = reconstruct(MODELS[network](), held_out[0])
    assert percent(knn_accuracy(z, held_out[1])) == figure.locator(".live-votes").inner_text()
    assert f"mean squared error {(x_hat - held_out[0]).square().mean():.4f} a pixel" in progress(figure)
    assert "All codes lie close together: the map is enlarged" in progress(figure)


def test_the_digits_for_training_are_fetched_when_the_reader_starts_and_only_once(open_figure):
    watched, figure = open_figure(DENSE)
    figure.locator("label", has_text="the article's network").click()
    figure.get_by_text("dense layers").click()
    figure.locator("input[type=number]").fill("4")
    figure.locator("input[type=number]").press("Enter")
    assert fetched(watched) == []
    learn(figure, 1)
    press(figure, "Restart")
    figure.get_by_text("Epoch 0 of 18.").first.wait_for()
    learn(figure, 1)
    assert len(fetched(watched)) == 1 and watched.errors == []
    # There is neither map nor drawing on this page in which the network could be used.
    assert figure.get_by_role("button", name="Use my network").count() == 0


def test_it_starts_pauses_goes_on_and_says_what_the_map_is_worth(open_figure, held_out):
    watched, figure = open_figure(DENSE, ("latent-map", {}))
    before = figure.locator(".live-plate").first.screenshot()
    untrained = figure.locator(".live-votes").inner_text()
    watched.page.evaluate(LISTEN)
    press(figure, "Start")
    figure.get_by_text(re.compile(r"^Epoch [1-9]\d* of 18.")).first.wait_for()
    press(figure, "Pause")
    figure.get_by_role("button", name="Use my network", disabled=False).wait_for()
    paused = progress(figure)
    watched.page.wait_for_timeout(700)
    assert progress(figure) == paused and figure.get_by_role("button", name="Go on").is_visible()
    assert figure.locator(".live-plate").first.screenshot() != before

    _, labels = in_its_order(held_out)
    seen = watched.page.evaluate("seen")
    assert seen["score"] == knn_accuracy(torch.tensor(seen["codes"]).reshape(1000, 2), labels)
    assert figure.locator(".live-votes").inner_text() == percent(seen["score"]) != untrained
    assert f"for {percent(seen['score'])} the ten nearest vote for the right digit" in paused
    assert paused in figure.get_by_role("status").first.inner_text()  # and aloud

    press(figure, "Go on")
    held = re.escape(re.match(r"Epoch \d+ of 18\.", paused)[0])
    figure.get_by_text(re.compile(rf"^Epoch (?!{held[6:]})\d+ of 18\.")).first.wait_for()
    assert watched.errors == []


def test_another_seed_and_another_network_begin_anew(open_figure):
    _, figure = open_figure(DENSE)
    learn(figure, 1)
    of_seed_0 = progress(figure)
    number = figure.locator("input[type=number]")
    number.fill("1")
    number.press("Enter")
    figure.get_by_text("Epoch 0 of 18.").first.wait_for()
    learn(figure, 1)
    first = progress(figure)
    assert first != of_seed_0
    figure.locator("label", has_text="the article's network").click()
    figure.get_by_text("Epoch 0 of 18.").first.wait_for()
    figure.get_by_text("dense layers").click()
    figure.get_by_text("Epoch 0 of 18.").first.wait_for()
    learn(figure, 1)
    assert progress(figure) == first  # the same seed, the same network
    number.fill("-1")
    number.press("Enter")
    assert 'The seed is "-1"; wanted a whole number' in figure.get_by_role("alert").inner_text()
    assert figure.get_by_role("button", name="1 epoch").is_enabled()


def around(place, z, labels):
    """What the map says of the codes around a place, or how that begins."""
    distances, order = (z - torch.tensor(place)).norm(dim=1).sort()
    if distances[0] > 0.1:
        return f"The nearest held-out digit, a {labels[order[0]]}, is {distances[0]:.2f} away."
    ((digit, count),) = Counter(labels[order[:10]].tolist()).most_common(1)
    number = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"][count - 1]
    return f"The ten nearest held-out digits: {number} {digit}{'' if count == 1 else 's'}"


def trained(watched, network):
    """PyTorch's network with the weights that the page has saved."""
    model = MODELS[network]()
    model.load_state_dict(load_tensors(base64.b64decode(watched.page.evaluate("saved"))), strict=False)
    return model.eval()


@pytest.mark.parametrize("network", MODELS)
def test_map_and_drawing_use_the_readers_network_until_it_is_given_back(network, open_figure, held_out):
    place, shipped = [0.5, -0.25], load_pretrained(2)
    watched, figure = open_figure({"network": network}, ("latent-map", {"z": place}), ("draw-digit", {"latent_dim": 3}))
    others = {name: watched.figure(name) for name in ("latent-map", "draw-digit")}
    others["draw-digit"].get_by_text(re.compile("have a smaller error")).wait_for()
    drawn = others["latent-map"].locator(".live-large")
    with torch.no_grad():
        assert np.abs(ink(drawn) - shipped.decode(torch.tensor([place]))[0, 0].numpy()).max() < 0.01
    assert figure.get_by_role("button", name="Use my network").is_disabled()

    watched.page.evaluate(LISTEN)
    learn(figure, 1)
    press(figure, "Use my network")
    line = "Your network is in use on this page: 1 epoch from seed 0."
    for each in (figure, *others.values()):
        each.get_by_text(line).wait_for()
    model = trained(watched, network)
    images = in_its_order(held_out)[0][:10]
    rows = torch.cat([images, reconstruct(model, images)[0].clamp(0, 1)])[:, 0].numpy()
    assert np.abs(all_ink(figure.locator(".live-ten .live-picture")) - rows).max() < 0.01
    _, z = reconstruct(model, held_out[0])
    reach = max(1, z.abs().max().item())
    with torch.no_grad():
        wanted = model.decode(reach * torch.tensor([place]))[0, 0].clamp(0, 1).numpy()
    assert np.abs(ink(drawn) - wanted).max() < 0.01
    assert around(place, z / reach, held_out[1]) in words(others["latent-map"])[0]
    assert others["draw-digit"].locator(".live-value").inner_text() == "2"  # the size of the reader's network
    others["draw-digit"].get_by_text("Your code: (").wait_for()
    own_answer = words(others["draw-digit"])

    others["draw-digit"].get_by_role("button", name="Back to the shipped network").click()
    for each in (figure, *others.values()):
        each.get_by_text(line).wait_for(state="detached")
        assert not each.get_by_role("button", name="Back to the shipped network").is_visible()
    with torch.no_grad():
        assert np.abs(ink(drawn) - shipped.decode(torch.tensor([place]))[0, 0].numpy()).max() < 0.01
    assert words(others["draw-digit"]) != own_answer and watched.errors == []


def handed_over(data):
    """A data file as a page has it."""
    return f'aeutilsLive.receive("training-digits", "{base64.b64encode(data).decode()}");'


def test_a_file_that_is_missing_or_damaged_is_told_of_and_the_next_start_tries_again(open_figure, workshop):
    file = workshop[0] / "training-digits.js"
    whole = file.read_text("utf-8")
    _, figure = open_figure(DENSE)
    start = "Start"
    for content, sentence in (
        (None, "The file training-digits.js is missing or cannot be read."),
        ("", "The file training-digits.js is damaged."),
        (handed_over(b"no gzip"), "The file training-digits.js is damaged:"),
        (handed_over(gzip.compress(b"\1" * 700)), "The digits are cut short: 700 bytes"),
    ):
        file.unlink()
        if content is not None:
            file.write_text(content, "utf-8")
        press(figure, start)
        figure.get_by_role("alert").filter(has_text=sentence).wait_for()
        assert figure.locator(".live-votes").inner_text()  # the rest stands
        file.write_text(whole, "utf-8")
        start = "Start again"
    press(figure, start)
    figure.get_by_text(re.compile(r"^Epoch [1-9]\d* of 18.")).first.wait_for()
    assert figure.locator(".live-problem").text_content() == ""


def test_without_workers_the_page_trains_by_itself_and_says_so(open_figure):
    watched, figure = open_figure(DENSE)
    watched.page.evaluate("() => { window.Worker = class { constructor() { throw new Error('refused'); } }; }")
    learn(figure, 1)
    assert "No worker may run here" in figure.inner_text() and watched.errors == []


def test_leaving_the_page_ends_the_training(open_figure):
    watched, figure = open_figure(DENSE)
    press(figure, "Start")
    figure.get_by_text(re.compile(r"^Epoch \d+ of 18.")).first.wait_for()
    assert len(watched.page.workers) == 1
    watched.page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    for _ in range(100):
        watched.page.wait_for_timeout(50)
        if not watched.page.workers:
            return
    raise AssertionError("five seconds later the worker is still there")


def test_the_keys_alone_choose_start_pause_and_step(open_figure):
    watched, figure = open_figure(DENSE, ("latent-map", {}))
    keyboard = watched.page.keyboard
    figure.get_by_role("radio").nth(1).focus()
    keyboard.press("ArrowUp")
    assert figure.get_by_role("radio").nth(0).is_checked()
    keyboard.press("ArrowDown")
    figure.get_by_text("mean squared error").first.wait_for()
    names = []
    for _ in range(4):
        keyboard.press("Tab")
        assert watched.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        names.append(watched.page.evaluate("document.activeElement.innerText || document.activeElement.type"))
    assert names == ["Start", "1 epoch", "Restart", "number"]
    for _ in range(3):
        keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    figure.get_by_text(re.compile(r"^Epoch [1-9]\d* of 18.")).first.wait_for()
    keyboard.press("Space")
    use = figure.get_by_role("button", name="Use my network", disabled=False)
    use.wait_for()
    assert watched.page.evaluate("document.activeElement.innerText") == "Go on"
    use.focus()
    keyboard.press("Enter")
    figure.get_by_text("Your network is in use on this page").wait_for()


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_the_dots_glide_unless_the_reader_wants_no_motion(motion, moves, open_figure):
    watched, figure = open_figure(DENSE, reduced_motion=motion)
    watched.page.evaluate(
        "() => { window.frames_ = 0; const ask = requestAnimationFrame.bind(window);"
        " window.requestAnimationFrame = (then) => { frames_ += 1; return ask(then); }; }"
    )
    before = figure.locator(".live-plate").first.screenshot()
    learn(figure, 1)
    for _ in range(1200):
        if figure.locator(".live-plate").first.screenshot() != before:
            break
        watched.page.wait_for_timeout(50)
    assert figure.locator(".live-plate").first.screenshot() != before
    assert (watched.page.evaluate("frames_") > 0) == moves


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.slow)])
def test_it_is_accessible_and_fits_into_the_window(width, open_figure):
    watched, figure = open_figure(DENSE, ("latent-map", {}), width=width)
    learn(figure, 1)
    press(figure, "Use my network")
    figure.get_by_text("Your network is in use").wait_for()
    assert watched.errors == [] and not [url for url in watched.requests if not url.startswith(("file:", "blob:"))]
    for color_scheme in ("light", "dark"):
        watched.page.emulate_media(color_scheme=color_scheme)
        assert violations(watched.page, within=".aeutils-live") == []
    assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
@pytest.mark.parametrize("network", MODELS)
def test_after_18_epochs_half_of_the_votes_are_right_and_it_can_begin_again(network, open_figure):
    watched, figure = open_figure({"network": network})
    press(figure, "Start")
    figure.get_by_role("button", name="Start again").wait_for(timeout=600_000)
    assert epoch(figure) == 18 and int(figure.locator(".live-votes").inner_text().split()[0]) >= 50
    press(figure, "Start again")
    figure.get_by_role("button", name="Pause").wait_for()
    figure.get_by_text(re.compile("^Epoch [0-9] of 18.")).first.wait_for()
    assert watched.errors == []
