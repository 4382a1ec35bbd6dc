"""Draw the pictures of the cover: the map that stands there where nothing moves, and a small one for each card.

    python -m tools.cover_pictures

They lie in book/images. Everything in them comes from the shipped digits and networks, but for the map, which shows
MNIST's 10,000 test images. In the small ones what matters stands in the middle, because a phone shows only that.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Ellipse, FancyBboxPatch
from PIL import Image
from torch import Tensor

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist, load_mnist_sample
from aeutils.maps import plot_code_map, plot_code_map_3d, plot_roll
from aeutils.palette import DIGIT_COLORS, SERIES_COLORS
from aeutils.pipes import pipe_may_close
from aeutils.plotting import use_style
from aeutils.pretrained import load_pretrained, load_vae
from aeutils.results import load_results
from aeutils.synthetic import make_swiss_roll

OUT = Path(__file__).parents[1] / "book/images"
WIDTH, HEIGHT = 2.4, 1.3  # of a card's picture, in inches
MIDDLE = WIDTH / 2
GREY = "#8a93a0"


def occam(ax: Axes) -> None:
    """A thrown ball, and its parabola."""
    t = np.linspace(-1, 1, 200)
    ax.plot(MIDDLE + 0.52 * t, 0.12 + 0.95 * (1 - t**2), color=SERIES_COLORS[0])
    seen = np.linspace(-0.92, 0.92, 10)
    noise = 0.035 * np.random.default_rng(0).standard_normal(10)
    ax.plot(MIDDLE + 0.52 * seen, 0.12 + 0.95 * (1 - seen**2) + noise, "o", color=SERIES_COLORS[1])
    ax.axhline(0.12, color=GREY, linewidth=0.8)


def swing(ax: Axes) -> None:
    """A pendulum in three positions, and the one number that says which."""
    pivot, length = (MIDDLE - 0.42, 1.15), 0.8
    for angle, shade in ((-0.55, "#c3c8cf"), (0.0, "#c3c8cf"), (0.5, SERIES_COLORS[0])):
        bob = (pivot[0] + length * np.sin(angle), pivot[1] - length * np.cos(angle))
        ax.plot(*zip(pivot, bob, strict=True), color=shade, linewidth=2)
        ax.add_patch(Circle(bob, 0.09, color=shade))
    ax.annotate("", (MIDDLE + 0.42, 0.65), (MIDDLE + 0.14, 0.65), arrowprops={"arrowstyle": "->", "color": GREY})
    ax.plot([MIDDLE + 0.6] * 2, [0.2, 1.1], color=GREY, linewidth=1)
    ax.add_patch(Circle((MIDDLE + 0.6, 0.86), 0.07, color=SERIES_COLORS[1]))


def pixels(ax: Axes) -> None:
    """A digit, squeezed into two numbers."""
    images, labels = load_mnist_sample("test")
    draw_digit(ax, images[int((labels == 5).nonzero()[3])], MIDDLE - 0.62, 0.3, 0.7)
    for height, digit in ((0.85, 7), (0.45, 9)):
        for start in np.linspace(0.36, 0.94, 6):
            ax.plot([MIDDLE + 0.08, MIDDLE + 0.45], [start, height], color=GREY, linewidth=0.5, zorder=1)
        ax.add_patch(Circle((MIDDLE + 0.45, height), 0.1, color=DIGIT_COLORS[digit], zorder=2))


def many(ax: Axes) -> None:
    """One digit from 2, 8 and 48 numbers."""
    images, labels = load_mnist_sample("test")
    image = images[(labels == 5).nonzero()[:1, 0]]
    for place, size in enumerate((2, 8, 48)):
        left = MIDDLE + 0.72 * (place - 1) - 0.33
        draw_digit(ax, reconstruct(load_pretrained(size), image)[0][0], left, 0.42, 0.66)
        ax.text(left + 0.33, 0.2, str(size), ha="center")


def axes(ax: Axes) -> None:
    """What changes along one axis of the code."""
    steps = torch.linspace(-0.9, 0.9, 5)
    drawn = decode(torch.stack([steps, torch.full((5,), -0.85)], dim=1))
    for place, image in enumerate(drawn):
        draw_digit(ax, image, MIDDLE + 0.42 * (place - 2) - 0.24, 0.48, 0.48)
    ax.annotate("", (WIDTH - 0.2, 0.28), (0.2, 0.28), arrowprops={"arrowstyle": "->", "color": SERIES_COLORS[0]})


def dice(ax: Axes) -> None:
    """A die, and the digit that its throw draws."""
    left = MIDDLE - 0.62
    corners = FancyBboxPatch((left, 0.4), 0.5, 0.5, boxstyle="round,pad=0,rounding_size=0.09", fill=False, lw=1.4)
    ax.add_patch(corners)
    for right, up in ((0.13, 0.13), (0.37, 0.13), (0.25, 0.25), (0.13, 0.37), (0.37, 0.37)):
        ax.add_patch(Circle((left + right, 0.4 + up), 0.05, color=DIGIT_COLORS[8]))
    draw_digit(ax, decode(torch.tensor([[0.62, 0.85]]))[0], MIDDLE + 0.02, 0.3, 0.7)


def clouds(ax: Axes) -> None:
    """Some of a variational autoencoder's clouds."""
    images, labels = load_mnist_sample("test")
    with torch.no_grad():
        mean, log_variance = load_vae(2, 1).posterior(images[::4])
    width = (log_variance / 2).exp()
    for (x, y), (a, b), label in zip(0.42 * mean, 0.42 * 2 * width, labels[::4], strict=True):
        place = (MIDDLE + x.item(), HEIGHT / 2 + y.item())
        ax.add_patch(Ellipse(place, 2 * a.item(), 2 * b.item(), color=DIGIT_COLORS[label], alpha=0.35, linewidth=0))


def maps(ax: Axes) -> None:
    """The same digits in the maps of two makers."""
    _, labels = load_mnist_sample("test")
    codes = load_results("maps_codes")
    colors = np.array(DIGIT_COLORS)[labels.numpy()]
    for maker, middle in (("pca", MIDDLE - 0.58), ("tsne", MIDDLE + 0.58)):
        x, y = (0.52 * codes[f"{maker}_0_z{axis}"] for axis in (1, 2))
        ax.scatter(middle + x, HEIGHT / 2 + y, c=colors, s=3, linewidths=0)


def draw_digit(ax: Axes, image: Tensor, left: float, bottom: float, side: float) -> None:
    """One image at a place of the picture, in inches."""
    ax.imshow(image[0], vmin=0, vmax=1, extent=(left, left + side, bottom, bottom + side))


def decode(z: Tensor) -> Tensor:
    """What the shipped network of two numbers draws."""
    with torch.no_grad():
        return load_pretrained(2).decode(z)


def blank_card(**kind: str) -> Axes:
    """Axes that fill a card."""
    ax = plt.figure(figsize=(WIDTH, HEIGHT)).add_axes((0, 0, 1, 1), **kind)
    ax.axis("off")
    return ax


def save(name: str) -> None:
    """Store the current figure with 64 colours, which is all it needs."""
    path = OUT / f"{name}.png"
    plt.savefig(path)
    plt.close()
    Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)


def draw_cards() -> None:
    """A picture for each chapter."""
    for draw in (occam, swing, pixels, many, axes, dice, clouds, maps):
        ax = blank_card()
        draw(ax)
        ax.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
        save(f"card_{draw.__name__}")
    images, labels = load_mnist_sample("test")

    ax = blank_card()
    plot_code_map(reconstruct(load_pretrained(2), images)[1], labels, ax, size=7)
    ax.set(xlim=(-1.05, 1.05), ylim=(-0.25, 0.89))
    ax.axis("off")
    save("card_two")

    ax = blank_card(projection="3d")
    plot_code_map_3d(reconstruct(load_pretrained(3), images)[1], labels, ax, azim=30)
    ax.set_position((0, -0.25, 1, 1.5))  # no room for names: what is left fills the card
    ax.axis("off")
    save("card_three")

    ax = blank_card(projection="3d")
    plot_roll(*make_swiss_roll(1200), ax, azim=-75, elev=8)
    ax.set_position((0, -0.08, 1, 1.16))
    ax.axis("off")
    save("card_roll")


def main() -> None:
    """Draw them all."""
    use_style()
    with plt.rc_context({"figure.constrained_layout.use": False, "savefig.bbox": "standard"}):
        draw_cards()
    images, labels = load_mnist("test")
    plot_code_map(reconstruct(load_pretrained(2), images)[1], labels, size=3)
    save("cover")


if __name__ == "__main__":
    with pipe_may_close():
        main()
