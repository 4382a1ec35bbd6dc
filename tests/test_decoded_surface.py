"""Where the figure of the roll lets the network decode, in a JavaScript engine without a page."""

import json

import numpy as np
import pytest
import torch
from py_mini_racer import MiniRacer

from aeutils.live import scripts


@pytest.fixture(scope="module")
def grid_of():
    """Gives what `surfaceGrid` makes of codes: the nodes, the corners of the pieces and the codes nearest to these."""
    engine = MiniRacer()
    engine.eval(scripts.joined("parts/decoded_surface.js"))

    def make(codes):
        grid = json.loads(engine.eval(f"JSON.stringify(surfaceGrid({codes.tolist()}))"))
        corners = [piece["corners"] for piece in grid["pieces"]]
        return np.array(grid["nodes"]), np.array(corners), np.array([piece["nearest"] for piece in grid["pieces"]])

    yield make
    engine.close()  # left to the end of the process, it may never end


def draw(n, width):
    return torch.rand(n, width, generator=torch.Generator().manual_seed(0)).numpy()


def area(nodes, corners):
    """Of all pieces together, by the shoelace formula."""
    x, y = nodes[corners].transpose(2, 0, 1)
    return np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)).sum() / 2


@pytest.mark.parametrize("scale", [(1, 1), (4, 1), (1, 30), (1e-3, 1e-3)])
def test_a_full_box_of_codes_becomes_a_whole_surface_of_about_square_cells(scale, grid_of):
    codes = draw(2000, 2) * scale
    nodes, corners, nearest = grid_of(codes)
    size = np.ptp(codes, axis=0)
    assert area(nodes, corners) == pytest.approx(size.prod()) and 600 < len(corners) < 800
    widths = np.ptp(nodes[corners], axis=1)
    assert np.allclose(widths, widths[0]) and 0.8 < widths[0, 0] / widths[0, 1] < 1.25
    middles = nodes[corners].mean(axis=1)
    distances = np.linalg.norm(middles[:, None] - codes, axis=2)
    assert (nearest == distances.argmin(axis=1)).all()


def test_where_there_are_no_codes_there_is_no_surface(grid_of):
    angle = 2 * np.pi * draw(500, 1)[:, 0]
    codes = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    nodes, corners, _ = grid_of(codes)
    middles = np.linalg.norm(nodes[corners].mean(axis=1), axis=1)
    assert middles.min() > 0.75 and middles.max() < 1.25
    assert len(set(corners.flatten())) == len(nodes)  # nothing is decoded for nothing


def test_codes_of_one_number_become_a_wire(grid_of):
    codes = draw(300, 1) * 3 - 1
    nodes, corners, nearest = grid_of(codes)
    assert (nodes[0], nodes[-1]) == (pytest.approx(codes.min()), pytest.approx(codes.max()))
    assert (np.diff(corners, axis=1) == 1).all() and len(corners) == len(nodes) - 1
    middles = nodes[corners].mean(axis=1)
    assert (nearest == np.abs(middles - codes[:, 0]).argmin(axis=1)).all()


@pytest.mark.parametrize("codes", [np.zeros((5, 2)), np.zeros((5, 1)), np.array([[0.0, 1.0], [0.0, 2.0]])])
def test_codes_on_one_place_or_line_do_no_harm(codes, grid_of):
    nodes, corners, _ = grid_of(codes)
    assert np.isfinite(nodes).all() and 0 < len(corners) < 1000
