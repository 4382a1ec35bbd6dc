"""A figure in a state that there is not becomes a line, where it would have stood; all of them stand on one page."""

from aeutils.live import assets
from aeutils.pretrained import shipped_sizes

REFUSED = [  # the figure, what it should start with, and words of the line
    ("code-sizes", {"guess": None}, "wanted 4 numbers from 0 to 0.06"),
    ("code-sizes", {"guess": [0.1, 0, 0, 0]}, "wanted 4 numbers from 0 to 0.06"),
    ("code-sizes", {"guess": [0, 0, 0]}, "wanted 4 numbers from 0 to 0.06"),
    ("code-sizes", {"guess": ["a", 0, 0, 0]}, "wanted 4 numbers from 0 to 0.06"),
    ("code-sizes", {"latent_dim": 7}, f"there are: {', '.join(map(str, shipped_sizes()))}."),
    ("digits-training", {"network": "vae"}, 'network is "vae"; it can be conv, dense.'),
    ("draw-digit", {"strokes": [[[0, 7]]]}, "strokes is [[[0,7]]]; wanted lists of points"),
    ("gradient-descent", {"lr": 0.5}, "lr is 0.5; it can be 0.001, "),
    ("latent-space", {"z": [0, 0]}, "wanted 3 numbers"),
    ("latent-space", {"elev": 120}, "raised by at most 90"),
    ("line-through-cloud", {"angle": 200}, "angle is 200; wanted a number of degrees from 0 to 180"),
    ("line-through-cloud", {"angle": None}, "angle is null; wanted"),
    ("many-makers", {"maker": "isomap"}, "it can be pca, conv"),
    ("one-number", {"links": 3}, "links is 3; it can be 1, 2."),
    ("one-number", {"lr": 0.5}, "lr is 0.5; it can be 0.0001, "),
    ("one-number", {"hidden": "wide"}, 'hidden is "wide"; it can be 32, 64, 128, 256.'),
    ("roll-training", {"latent_dim": 4}, "latent_dim is 4; it can be 1, 2, 3."),
    ("roll-training", {"linear": "no"}, 'linear is "no"; it can be false, true.'),
    ("roll-training", {"elev": 95}, "raised by 95"),
    ("stroke-knobs", {"slant": 30}, "slant is 30; wanted a number from -24 to 24"),
    ("stroke-knobs", {"latent_dim": 5}, "no weights for codes of 5 numbers"),
    ("swiss-roll", {"method": "magic"}, 'no run 1 of "magic"'),
    ("swiss-roll", {"run": 11}, "there are runs 1 to 10"),
    ("through-network", {"layer": 12}, "it can be 0 to 11."),
    ("thrown-ball", {"degree": 12}, "degree is 12; it can be 0, 1,"),
    ("thrown-ball", {"degree": 2.5}, "degree is 2.5; it can be"),
    ("thrown-ball", {"noise": -1}, "noise is -1; it can be 0, 0.1,"),
    ("thrown-ball", {"seed": "x"}, 'seed is "x"; wanted a whole number from 0 to 4294967295'),
    ("turned-axes", {"angle": 200}, "angle is 200; wanted a number of degrees from 0 to 180"),
    ("turned-axes", {"measure": "height"}, "it can be slant, thickness, bend"),
    ("two-maps", {"left": 7}, "left is 7; there are the seeds 0, 1, 2, 3, 4"),
    ("two-maps", {"chosen": 1000}, "no held-out digit 1000"),
]


def test_a_state_that_is_none_becomes_a_line_and_what_stood_there_stays(workshop, open_page):
    _, page = workshop
    placeholders = [assets.placeholder(name, state, "<p>stays</p>") for name, state, _ in REFUSED]
    watched = open_page("page", folder=page(*placeholders))
    for number, (name, state, words) in enumerate(REFUSED):
        place = watched.page.locator(".aeutils-live").nth(number)
        place.scroll_into_view_if_needed()
        line = place.get_by_role("alert")
        line.wait_for(timeout=60_000)
        assert words in line.inner_text(), (name, state)
        assert place.get_by_text("stays").is_visible(), (name, state)
