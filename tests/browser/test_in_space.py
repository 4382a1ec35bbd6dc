"""The two figures that are turned: the cube of codes and the Swiss roll."""

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from shown import ink, words

from aeutils.autoencoder import reconstruct
from aeutils.metrics import knn_accuracy, mse
from aeutils.pretrained import load_pretrained
from aeutils.results import load_results


def plate_of(figure, number=0):
    """The pixels of a drawing, to see whether it changed."""
    return figure.locator(".live-plate").nth(number).evaluate("c => c.toDataURL()")


def drag(watched, element, right, down):
    box = element.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    watched.page.mouse.move(x, y)
    watched.page.mouse.down()
    watched.page.mouse.move(x + right, y + down, steps=5)
    watched.page.mouse.up()


def side_view(points, azim, elev):
    """Where points land on the page, computed by rotating them; the oracle for what is drawn."""
    a, e = np.radians([azim, elev])
    about_vertical = np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]])
    raised = np.array([[np.cos(e), 0, np.sin(e)], [0, 1, 0], [-np.sin(e), 0, np.cos(e)]])
    towards, right, up = raised @ about_vertical @ np.asarray(points, dtype=float).T
    return right, up, towards


# -------------------------------------------------------------------------------------------------- cube of codes


def test_three_sliders_draw_what_pytorch_decodes(open_figure):
    watched, figure = open_figure("latent-space", {"z": [0.5, -0.4, 0.2]})
    for axis, key in enumerate(["ArrowRight", "ArrowLeft", "End"]):
        figure.get_by_role("slider").nth(axis).press(key)
    with torch.no_grad():
        wanted = load_pretrained(3).decode(torch.tensor([[0.52, -0.42, 1.0]]))[0, 0].numpy()
    assert "(+0.52, \u22120.42, +1.00)" in " ".join(words(figure))
    assert np.abs(ink(figure.locator(".live-large")) - wanted).max() < 0.01
    assert watched.errors == []


def test_clicking_a_dot_of_the_cube_shows_the_digit_that_is_there(open_figure, held_out):
    images, labels = held_out
    x_hat, z = reconstruct(load_pretrained(3), images)
    azim, elev = -40, 10
    _, figure = open_figure("latent-space", {"azim": azim, "elev": elev})
    right, up, _ = side_view(z, azim, elev)
    page = torch.tensor(np.stack([right, up], axis=1))
    alone = int((torch.cdist(page, page) + 9 * torch.eye(1000)).min(dim=1).values.argmax())
    box = figure.locator(".live-map").bounding_box()
    scale = box["width"] / (2 * 1.5 * 1.15)
    place = {"x": box["width"] / 2 + right[alone] * scale, "y": box["height"] / 2 - up[alone] * scale}
    figure.locator(".live-map").click(position=place)
    chosen = next(text for text in words(figure) if text.startswith("Chosen"))
    assert f"a {labels[alone]}," in chosen
    assert f"{mse(x_hat[alone : alone + 1], images[alone : alone + 1]):.4f}" in chosen
    figure.get_by_role("button", name="draw from its code").click()
    assert np.abs(ink(figure.locator(".live-large")) - x_hat[alone, 0].numpy()).max() < 0.01


@pytest.mark.parametrize("name", ["latent-space", "swiss-roll"])
def test_dragging_and_arrows_turn_the_view_and_back(name, open_figure):
    watched, figure = open_figure(name)
    view = figure.locator(".live-space")
    before = plate_of(figure)
    drag(watched, view, 40, 20)
    turned = plate_of(figure)
    assert turned != before
    drag(watched, view, -40, -20)
    watched.page.mouse.move(0, 0)
    view.focus()
    assert plate_of(figure) == before
    for key in ["ArrowLeft", "ArrowUp"]:
        view.press(key)
    assert plate_of(figure) not in (before, turned)
    for key in ["ArrowRight", "ArrowDown"]:
        view.press(key)
    assert plate_of(figure) == before


def test_enter_and_escape_on_the_cube_choose_and_let_go(open_figure, held_out):
    _, figure = open_figure("latent-space")
    z = reconstruct(load_pretrained(3), held_out[0])[1]
    figure.locator(".live-space").press("Enter")
    assert f"Chosen: a {held_out[1][z.norm(dim=1).argmin()]}," in " ".join(words(figure))
    figure.locator(".live-space").press("Escape")
    assert "Chosen" not in " ".join(words(figure))


@pytest.mark.parametrize("digits", [[3, 5], list(range(10))])
def test_the_dots_vote_in_the_picture_as_they_do_in_pytorch(digits, open_figure, held_out):
    images, labels = held_out
    of = torch.isin(labels, torch.tensor(digits))
    z, labels = reconstruct(load_pretrained(3), images[of])[1], labels[of]
    watched, figure = open_figure("latent-space", {"digits": digits, "azim": 20, "elev": 40})
    right, up, _ = side_view(z, 20, 40)
    in_picture = knn_accuracy(torch.tensor(np.stack([right, up], axis=1)), labels)
    (line,) = [text for text in words(figure) if "vote" in text]
    shown = [float(number) for number in re.findall(r"0\.\d\d", line)]
    assert shown == pytest.approx([in_picture, knn_accuracy(z, labels), 1 / len(digits)], abs=0.0051 + 1 / len(labels))
    for _ in range(8):  # far enough for another second decimal
        figure.locator(".live-space").press("ArrowLeft")
    expect(figure).not_to_contain_text(line)  # another angle, other votes
    assert watched.errors == []


def test_one_digit_alone_has_nobody_to_vote_with(open_figure):
    _, figure = open_figure("latent-space", {"digits": [3]})
    assert any("With two digits or more" in text for text in words(figure))


# ----------------------------------------------------------------------------------------------------- Swiss roll


def line_of(figure):
    return figure.locator(".live-words[role=status]").inner_text()


def test_the_text_names_the_scores_of_the_run_that_is_shown(open_figure):
    _, figure = open_figure("swiss-roll")
    runs = load_results("swiss_roll")
    for method, run in (("pca", 0), ("plain", 1), ("geodesic", 2)):
        figure.locator(f"input[value={method}]").check()
        if method != "pca":
            figure.get_by_role("slider").press("ArrowRight")
        (row,) = runs[(runs["method"] == method) & (runs["latent_dim"] == 2) & (runs["noise"] == 0)
                      & (runs["seed"] == 10 + run)].to_dict("records")  # fmt: skip
        shown = float(re.search(r"correlation of (.[\d.]+);", line_of(figure)).group(1).replace("\u2212", "-"))
        assert shown == pytest.approx(row["distance_correlation"], abs=0.0051), method
        assert f"{100 * row['far_neighbours']:.1f} %" in line_of(figure), method
        assert line_of(figure).endswith(
            "Torn or folded? No. Flat? Yes." if row["unrolled"] else "Torn or folded? Yes. Flat? No."
        )


def drawings_after_choosing(figure, method):
    """The drawings of the codes, frame by frame, from the moment before a method is chosen until one stands still.

    The page itself looks: on a busy machine the dots may be there before a test has asked for a drawing.
    """
    return figure.evaluate(
        """(figure, method) => new Promise((done) => {
          const plate = figure.querySelectorAll(".live-plate")[1], drawings = [plate.toDataURL()];
          let still = 0;
          const look = () => {
            const now = plate.toDataURL();
            still = now === drawings.at(-1) ? still + 1 : 0;
            if (!still) drawings.push(now);
            if (still < 40) requestAnimationFrame(look);
            else done(drawings);
          };
          figure.querySelector(`input[value=${method}]`).click();
          requestAnimationFrame(look);
        })""",
        method,
    )


def test_the_dots_wander_to_the_next_code_and_back(open_figure):
    _, figure = open_figure("swiss-roll")
    sheet, *on_the_way, there = drawings_after_choosing(figure, "plain")
    assert len({sheet, *on_the_way, there}) >= 3
    figure.locator("input[value=plain]").press("ArrowUp")
    figure.locator("input[value=pca]").press("ArrowUp")
    assert figure.locator("input[value=sheet]").is_checked()
    assert drawings_after_choosing(figure, "sheet")[-1] == sheet


def test_the_dots_jump_where_motion_is_not_wanted(open_figure):
    _, figure = open_figure("swiss-roll", reduced_motion="reduce")
    assert len(drawings_after_choosing(figure, "geodesic")) == 2
