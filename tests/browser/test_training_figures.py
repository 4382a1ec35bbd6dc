"""The figures in which a network trains, in a real browser; PyTorch and aeutils say what they must show."""

import json
import math
import re
import time

import numpy as np
import pytest
import torch
from accessibility import violations
from shown import all_ink, ink

from aeutils.autoencoder import reconstruct
from aeutils.live import assets
from aeutils.metrics import mse
from aeutils.models import LinearAutoencoder, MLPAutoencoder
from aeutils.synthetic import draw_pendulum, make_swiss_roll
from aeutils.unrolling import score_unrolling

FIGURES = ["one-number", "roll-training"]
# What no figure has of its own, but the panel that they share: one of them will do, unless there is time.
SHARED = ["one-number", pytest.param("roll-training", marks=pytest.mark.slow)]
NO_WORKER = "worker-src 'none'"
NO_ASSEMBLY = "script-src 'unsafe-inline' file: blob:"


class Trained:
    """A figure that trains, and the page that it stands on."""

    def __init__(self, watched, figure):
        self.watched, self.page, self.figure = watched, watched.page, figure
        self.main, self.problem = figure.locator(".live-main"), figure.locator(".live-lines .live-problem")
        self.seed = figure.get_by_role("spinbutton")
        self.pictures = figure.locator(".live-picture")

    @property
    def line(self):
        return self.figure.locator(".live-progress").inner_text()

    @property
    def step(self):
        found = re.match(r"Step ([\d,]+) of", self.line)
        return int(found.group(1).replace(",", "")) if found else -1

    def press(self, name):
        self.figure.get_by_role("button", name=name, exact=True).click()

    def choose(self, name, key):
        """Move a slider with a key."""
        self.figure.get_by_role("slider", name=name).press(key)

    def wait(self, condition):
        """Ask again and again. (`wait_for_function` needs what a content policy may forbid.)"""
        for _ in range(1200):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not in a minute: {self.line!r}, {self.problem.text_content()!r}")

    def wait_for_step(self, step):
        self.wait(lambda: self.step == step)

    @property
    def is_said(self):
        """Whether what stands there was said aloud: when it pauses, and every few seconds."""
        return self.figure.locator(".live-aloud").text_content().startswith(self.line)

    def pause(self, press):
        """Press something that pauses a training; returns at which step it stands."""
        self.wait(lambda: not self.is_said)
        press()
        self.wait(lambda: self.is_said)
        return self.step

    def at_rest(self):
        """A drawing that has not changed for half a second."""
        drawings = [self.plate()]
        self.wait(lambda: drawings.append(self.plate()) or len(drawings) > 10 and len(set(drawings[-10:])) == 1)
        return drawings[-1]

    def plate(self, number=0):
        """The pixels of a drawing, to see whether it changed."""
        return self.figure.locator(".live-plate").nth(number).evaluate("c => c.toDataURL()")


@pytest.fixture
def open_figures(workshop, open_page):
    """Opens a page with a figure in several states, and gives each once it shows the untrained network."""
    _, page = workshop

    def open_them(name, *states, policy="", **options):
        folder = page(*[assets.placeholder(name, state, "") for state in states])
        path = folder / "book/page.html"
        tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
        path.write_text(path.read_text("utf-8").replace("<meta", f"{tag}<meta", 1), "utf-8")
        watched = open_page("page", folder=folder, **options)
        for number in range(len(states)):
            figure = watched.page.locator(".aeutils-live").nth(number)
            figure.scroll_into_view_if_needed()
            trained = Trained(watched, figure)
            figure.locator("xpath=self::*[@data-ready]").wait_for(timeout=60_000)
            trained.wait_for_step(0)
            yield trained

    return open_them


@pytest.fixture
def open_figure(open_figures):
    """Opens a page with one figure."""
    return lambda name, state=None, **options: next(open_figures(name, state or {}, **options))


# -------------------------------------------------------------------------------------------------- what they show


@pytest.fixture(scope="module")
def swings():
    """The held-out pictures with their angles, and the mean of those that are learned from."""

    def angles(n, seed):
        return (2 * torch.rand(n, 1, generator=torch.Generator().manual_seed(seed)) - 1) * math.radians(40)

    held_out = angles(300, 1).sort(dim=0).values
    return draw_pendulum(held_out), held_out, draw_pendulum(angles(1000, 0)).mean(dim=0)


def test_the_pendulums_and_what_is_drawn_of_them_are_those_of_pytorch(swings, open_figure):
    images, _, mean = swings
    torch.manual_seed(3)
    model = MLPAutoencoder(1, hidden=(64, 16))
    x_hat, z = reconstruct(model, images)
    trained = open_figure("one-number", {"seed": 3})
    share = 100 * mse(x_hat, images) / mse(mean.expand_as(images), images)
    assert f"held-out pictures: {float(f'{share:.2g}'):g} % of" in trained.line
    shown = all_ink(trained.pictures)
    assert np.abs(shown[:10] - images[15::30, 0].numpy()).max() < 0.01
    assert np.abs(shown[10:20] - x_hat[15::30, 0].clip(0, 1).numpy()).max() < 0.01
    for key, code in (("Home", z.min()), ("End", z.max())):
        trained.choose("z", key)
        with torch.no_grad():
            wanted = model.decode(code.view(1, 1))[0, 0].clip(0, 1).numpy()
        trained.wait(lambda wanted=wanted: np.abs(ink(trained.pictures.nth(20)) - wanted).max() < 0.01)
    assert trained.watched.errors == []


def test_the_two_questions_are_answered_by_the_score_of_aeutils(open_figures):
    points, sheet = make_swiss_roll(700, seed=1000)
    states = [{"linear": linear, "latent_dim": size, "seed": 4} for linear in (False, True) for size in (1, 2, 3)]
    for state, trained in zip(states, open_figures("roll-training", *states), strict=True):
        torch.manual_seed(4)
        kind, options = (LinearAutoencoder, {}) if state["linear"] else (MLPAutoencoder, {"hidden": (64, 64)})
        x_hat, z = reconstruct(kind(state["latent_dim"], input_shape=(3,), **options), points)
        score = score_unrolling(z, sheet)
        torn, flat = trained.figure.locator(".live-verdict").all_inner_texts()
        assert torn.startswith(f"Torn or folded? Yes: {float(f'{100 * score.far_neighbours:.2g}'):g} % of"), state
        assert f"{abs(score.distance_correlation):.2f}." in flat and flat.startswith("Flat? No"), state
        assert f"Error: {float(f'{100 * mse(x_hat, points):.2g}'):g} % of" in trained.line, state
        assert "nrolled" not in trained.line  # the two questions are the whole answer
        assert trained.watched.errors == []


@pytest.mark.slow
def test_the_roll_is_unrolled_by_the_geodesic_term_and_its_surface_lies_in_the_roll(open_figure):
    trained = open_figure("roll-training", {"geodesic": True})
    trained.press("Start")
    trained.wait(lambda: trained.step > 1000)
    torn, flat = trained.figure.locator(".live-verdict").all_inner_texts()
    assert torn.startswith("Torn or folded? No") and flat.startswith("Flat? Yes")


@pytest.mark.slow
def test_the_linear_network_takes_its_time_so_that_one_sees_it_turn(open_figure):
    trained = open_figure("roll-training", {"linear": True})
    trained.press("Start")
    trained.wait(lambda: trained.step > 0)
    assert trained.step < 400
    begun = time.monotonic()
    trained.wait(lambda: trained.main.inner_text() == "Start again")
    assert time.monotonic() - begun > 2
    assert trained.step == 2000 and re.search(r"Error: (28|29|30) %", trained.line)  # PCA's plane leaves as much


@pytest.mark.slow
def test_one_number_comes_to_stand_in_the_order_of_the_angles(open_figure):
    trained = open_figure("one-number")
    trained.press("Start")
    trained.wait(lambda: trained.main.inner_text() == "Start again")
    assert trained.step == 800 and "The codes stand in the order of the angles." in trained.line
    share = float(re.search(r"pictures: ([\d.]+) %", trained.line).group(1))
    assert share < 12


# ---------------------------------------------------------------------------------------------------------- buttons


@pytest.mark.parametrize("name", FIGURES)
def test_a_training_is_started_paused_stepped_and_restarted(name, open_figure):
    trained = open_figure(name)
    assert trained.main.inner_text() == "Start"
    before = trained.plate()
    trained.press("Start")
    assert trained.main.inner_text() == "Pause"
    trained.wait(lambda: trained.step > 0)
    paused = trained.pause(lambda: trained.press("Pause"))
    assert trained.main.inner_text() == "Go on"
    after = trained.at_rest()
    assert after != before
    trained.page.wait_for_timeout(300)
    assert trained.step == paused and trained.plate() == after
    trained.press("10 steps")
    trained.wait_for_step(paused + 10)
    trained.press("Go on")
    trained.wait(lambda: trained.step > paused + 10)
    trained.press("Restart")
    trained.wait_for_step(0)
    assert trained.main.inner_text() == "Start"
    trained.wait(lambda: trained.plate() == before)
    assert trained.watched.errors == [] and len(trained.page.workers) == 1
    assert all(url.startswith(("file:", "blob:")) for url in trained.watched.requests)


@pytest.mark.parametrize("name", SHARED)
def test_the_same_seed_trains_alike_and_another_differently(name, open_figure):
    trained = open_figure(name, {"seed": 5})
    lines = []
    for seed in ("5", "6", "5"):
        trained.seed.fill(seed)
        trained.seed.press("Enter")
        trained.wait_for_step(0)
        trained.press("10 steps")
        trained.wait_for_step(10)
        lines.append(trained.line)
        trained.press("Restart")
        trained.wait_for_step(0)
    assert lines[0] == lines[2] != lines[1]


def test_a_seed_that_is_none_is_named_and_the_training_stays(open_figure):
    trained = open_figure("roll-training")
    for times, seed in enumerate(["-1", "1.5", "4294967296", ""], start=1):
        trained.seed.fill(seed)
        trained.seed.press("Tab")
        assert trained.problem.inner_text() == f'The seed is "{seed}"; wanted a whole number from 0 to 4294967295.'
        trained.press("10 steps")
        trained.wait_for_step(10 * times)
    trained.seed.fill("3")
    trained.seed.press("Enter")
    trained.wait_for_step(0)
    assert trained.problem.text_content() == ""


def test_the_largest_rate_diverges_in_a_sentence_and_a_smaller_one_goes_on(open_figure):
    trained = open_figure("one-number")
    trained.choose("learning rate", "End")
    trained.wait_for_step(0)
    trained.press("Start")
    trained.wait(lambda: trained.problem.text_content() != "")
    assert "training has diverged. Lower the learning rate (now 1)" in trained.problem.inner_text()
    assert trained.main.inner_text() == "Start again" and trained.page.workers == []
    trained.choose("learning rate", "Home")
    trained.wait(lambda: trained.step == 0 and trained.problem.text_content() == "")
    trained.press("10 steps")
    trained.wait_for_step(10)
    trained.choose("learning rate", "End")
    trained.wait_for_step(0)
    assert trained.watched.errors == []


def test_a_choice_begins_anew_and_what_was_running_goes_on(open_figure):
    trained = open_figure("one-number", {"hidden": 32})
    trained.press("Start")
    trained.wait(lambda: trained.step > 5)
    trained.figure.get_by_role("radio", name="two sticks").check()
    trained.wait(lambda: "Rank correlation" not in trained.line and trained.step > 0)
    assert "Two sticks have two angles" in trained.line and "its upper angle" in trained.figure.inner_text()
    assert trained.main.inner_text() == "Pause"
    # What the reader chose stays: two sticks, and still one number.
    assert trained.figure.locator("strong").inner_text() == "1 number"
    assert trained.figure.get_by_role("slider", name=re.compile("^z")).count() == 1
    trained.choose("numbers in the code", "End")
    trained.wait(lambda: trained.figure.get_by_role("slider", name=re.compile("^z")).count() == 3)
    trained.choose("z\u2083", "End")
    assert len(trained.page.workers) == 1 and trained.watched.errors == []


@pytest.mark.parametrize("name", FIGURES)
def test_everything_works_with_keys(name, open_figure):
    trained = open_figure(name)
    trained.main.focus()
    trained.page.keyboard.press("Enter")
    trained.wait(lambda: trained.step > 0)
    paused = trained.pause(lambda: trained.page.keyboard.press("Space"))
    assert trained.main.inner_text() == "Go on" and trained.main.evaluate("e => e === document.activeElement")
    trained.page.keyboard.press("Tab")
    trained.page.keyboard.press("Enter")
    trained.wait_for_step(paused + 10)
    if name == "roll-training":
        before = trained.plate()
        trained.figure.get_by_label("surface that the network decodes").press("ArrowLeft")
        assert trained.plate() != before
        trained.figure.get_by_role("radio", name="loss: squared error", exact=True).press("ArrowDown")
        trained.wait_for_step(0)


# ------------------------------------------------------------------------------------------- where things differ


@pytest.mark.parametrize("name", FIGURES)
def test_where_no_motion_is_wanted_nothing_moves_until_it_pauses(name, open_figure):
    trained = open_figure(name, reduced_motion="reduce")
    before = trained.at_rest()
    trained.press("100 steps")
    trained.wait(lambda: 0 < trained.step < 100 or trained.step == 100)
    drawn = trained.plate()
    if trained.step < 100:  # it had not paused when the drawing was taken
        assert drawn == before
    trained.wait_for_step(100)
    trained.wait(lambda: trained.plate() != before)
    after = trained.at_rest()
    trained.press("Go on")
    trained.wait(lambda: trained.step > 120)
    assert trained.plate() == after
    trained.press("Pause")
    trained.wait(lambda: trained.plate() != after)


@pytest.mark.parametrize(
    ("name", "policy", "notice"),
    [
        ("one-number", NO_WORKER, "No worker may run here"),
        ("roll-training", NO_ASSEMBLY, "WebAssembly is not allowed here"),
        pytest.param("one-number", NO_ASSEMBLY, "WebAssembly is not allowed here", marks=pytest.mark.slow),
        pytest.param("roll-training", NO_WORKER, "No worker may run here", marks=pytest.mark.slow),
    ],
    ids=["one-number-no-worker", "roll-no-webassembly", "one-number-no-webassembly", "roll-no-worker"],
)
def test_where_a_policy_forbids_something_it_trains_more_slowly_and_says_so(name, policy, notice, open_figure):
    trained = open_figure(name, policy=policy)
    trained.press("10 steps")
    trained.wait_for_step(10)
    assert trained.figure.locator(".live-lines").get_by_text(notice).first.is_visible()
    assert bool(trained.page.workers) == (policy != NO_WORKER)


@pytest.mark.parametrize("name", FIGURES)
def test_without_scripts_its_place_says_what_would_be_there(name, workshop, open_page):
    _, page = workshop
    folder = page(assets.placeholder(name, {}, "<p>A network trains here.</p>"))
    watched = open_page("page", folder=folder, java_script_enabled=False)
    assert watched.page.get_by_text("A network trains here.").is_visible()


@pytest.mark.parametrize("name", SHARED)
def test_leaving_the_page_ends_the_worker_and_coming_back_begins_anew(name, open_figure):
    trained = open_figure(name)
    trained.press("Start")
    trained.wait(lambda: trained.step > 0)
    trained.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    trained.wait(lambda: trained.page.workers == [])
    trained.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    trained.wait_for_step(0)
    assert trained.main.inner_text() == "Start" and len(trained.page.workers) == 1
    trained.page.goto("about:blank")
    assert trained.page.workers == [] and trained.watched.errors == []


@pytest.mark.parametrize("name", SHARED)
def test_a_page_that_was_frozen_in_the_background_goes_on(name, open_figure):
    trained = open_figure(name)
    trained.press("Start")
    trained.wait(lambda: trained.step > 0)
    session = trained.page.context.new_cdp_session(trained.page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    trained.page.wait_for_timeout(1000)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    step = trained.step
    trained.wait(lambda: trained.step > step or trained.main.inner_text() == "Start again")
    assert trained.watched.errors == [] and trained.problem.text_content() == ""


def test_two_figures_on_a_page_train_beside_each_other(open_figures):
    first, second = open_figures("one-number", {"hidden": 32}, {"hidden": 32})
    for trained in (first, second):
        trained.press("Start")
    assert len(first.page.workers) == 2
    first.wait(lambda: first.step > 0 and second.step > 0)
    paused, other = first.pause(lambda: first.press("Pause")), second.step
    second.wait(lambda: second.step > other or second.main.inner_text() == "Start again")
    assert first.step == paused and first.watched.errors == []


@pytest.mark.parametrize("name", SHARED)
def test_a_figure_that_a_notebook_removes_takes_its_worker_along(name, contexts, tmp_path):
    state = {**assets.states()[name], "_figure": name, "_files": []}
    source = assets.widget_module().replace("export default", "window.widget =")
    (tmp_path / "page.html").write_text(
        f"""<!doctype html><meta charset="utf-8"><style>{assets.style()}</style><script type="module">{source}
        const values = {json.dumps(state)};
        const model = {{
          get: (name) => values[name], set: (name, value) => (values[name] = value),
          on() {{}}, off() {{}}, save_changes() {{}},
        }};
        window.remove = widget.render({{ model, el: document.body }});</script>""",
        "utf-8",
    )
    page = contexts().new_page()
    page.goto(f"file://{tmp_path}/page.html")
    page.get_by_text("Step 0 of").first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Start", exact=True).click()
    assert len(page.workers) == 1
    page.evaluate("remove()")
    for _ in range(1200):  # the browser takes a moment to say that it has ended
        if not page.workers:
            break
        page.wait_for_timeout(50)
    assert page.workers == []
    page.close()


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_accessible_and_fits(name, width, open_figure):
    trained = open_figure(name, width=width)
    trained.press("10 steps")
    trained.wait_for_step(10)
    assert trained.figure.locator(".live-aloud").text_content().startswith("Step 10 of")
    for theme in ("light", "dark"):
        trained.page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
        assert violations(trained.page, within=".aeutils-live") == []
    assert trained.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if width == 390:
        heights = trained.figure.get_by_role("button").evaluate_all("b => b.map((b) => b.offsetHeight)")
        assert min(heights) >= 44
