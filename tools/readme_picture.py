"""Film the map of the cover for the README: a pointer wanders over it, and the network draws what belongs there.

    make readme        # builds the book first; the film is book/images/readme.gif

Needs Chromium or Chrome. The same pages give the same film, but for how the browser smooths its letters.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from aeutils.pipes import pipe_may_close
from tools.chromium import NAMES, find_chromium

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build/html"
OUT = ROOT / "book/images/readme.gif"
FRAMES, MILLISECONDS = 60, 100
GREYS, COLORS = 32, 96  # of the palette: the drawn digits, and everything else
# Where the pointer goes, as shares of the map's side from its left upper corner: from cloud to cloud, and back.
WAY = [
    (0.45, 0.08), (0.32, 0.3), (0.07, 0.38), (0.36, 0.56), (0.12, 0.88), (0.75, 0.92), (0.7, 0.7), (0.6, 0.36)
]  # fmt: skip


def place(share: float) -> tuple[float, float]:
    """Where the pointer is after a share of the way, resting a little at each of its places."""
    at = share * len(WAY)
    leg = int(at) % len(WAY)
    (x0, y0), (x1, y1) = WAY[leg], WAY[(leg + 1) % len(WAY)]
    moved = (1 - np.cos(np.pi * np.clip(1.4 * (at % 1) - 0.2, 0, 1))) / 2
    return x0 + moved * (x1 - x0), y0 + moved * (y1 - y0)


def film(page: Page) -> list[Image.Image]:
    """A picture of the map and what is drawn beside it, for each place of the pointer."""
    figure = page.locator('.aeutils-live[data-figure="latent-map"]').first
    figure.scroll_into_view_if_needed()
    figure.locator("xpath=self::*[@data-ready]").wait_for(timeout=60_000)
    scene = figure.locator(".live-scene")
    box = figure.locator(".live-map").bounding_box()
    frames = []
    for number in range(FRAMES):
        x, y = place(number / FRAMES)
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_timeout(60)
        frames.append(Image.open(io.BytesIO(scene.screenshot())).convert("RGB"))
    return frames


def write(frames: list[Image.Image], path: Path) -> None:
    """Write a GIF that repeats itself, with one palette, so that only what moves is stored again."""
    sample = np.concatenate([np.asarray(frame) for frame in frames[:: len(frames) // 6]])
    greys = np.repeat(np.linspace(0, 255, GREYS).round(), 3).reshape(-1, 3)
    others = np.reshape(Image.fromarray(sample).quantize(COLORS).getpalette()[: 3 * COLORS], (-1, 3))
    palette = np.concatenate([greys, others]).astype(np.uint8)
    drawn = [in_colors(frame, palette) for frame in frames]
    drawn[0].save(path, save_all=True, append_images=drawn[1:], duration=MILLISECONDS, loop=0, optimize=False)


def in_colors(frame: Image.Image, palette: np.ndarray) -> Image.Image:
    """A picture in the nearest colours of a palette; Pillow's own search takes white for nearly white."""
    pixels = np.asarray(frame).astype(np.int64)
    colors, places = np.unique(pixels @ (1 << 16, 1 << 8, 1), return_inverse=True)
    each = np.stack([colors >> 16, colors >> 8 & 255, colors & 255], axis=1)
    nearest = ((each[:, None] - palette.astype(np.int64)) ** 2).sum(axis=2).argmin(axis=1)
    drawn = Image.fromarray(nearest[places].reshape(pixels.shape[:2]).astype(np.uint8), "P")
    drawn.putpalette(palette.tobytes())
    return drawn


def main() -> None:
    """Film it, if there is a page and a browser."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit(f"No browser is installed (looked for {', '.join(NAMES)}).")
    page_file = SITE / "book/intro.html"
    if not page_file.is_file():
        sys.exit(f"There is no {page_file}; `make book` builds it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 860, "height": 760}, color_scheme="light")
        page.goto(page_file.as_uri())
        write(film(page), OUT)
        browser.close()
    print(f"{OUT}: {OUT.stat().st_size / 1e6:.2f} MB, {FRAMES} pictures")


if __name__ == "__main__":
    with pipe_may_close():
        main()
