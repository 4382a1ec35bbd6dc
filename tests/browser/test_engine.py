"""Trainings in a real browser: in a worker, without one, and what becomes of them when something is in the way."""

import pytest

from aeutils.live import scripts

JOB = """{
  model: { kind: "dense", inputSize: 3, hidden: [64, 64], latentDim: 2 },
  inputs: makeSwissRoll({ n: 500, seed: 10 }).points,
  recipe: { numEpochs: 50, batchSize: 64, lr: 0.01 },
  seed: 10,
}"""


@pytest.fixture
def start_page(contexts, tmp_path):
    """Opens a page from the disk with one training, `training`, that keeps `reports` and `problems`."""
    pages = []

    def open_it(*, policy="", job=JOB):
        script = "\n".join(
            [
                scripts.learning_scope(),
                scripts.joined("learning/training.js", "learning/swiss_roll.js"),
                "var reports = [], problems = [];",
                "const onReport = (report) => reports.push(report), onProblem = (sentence) => problems.push(sentence);",
                f"var training = new Training({{ job: {job}, onReport, onProblem }});",
            ]
        )
        tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
        (tmp_path / "page.html").write_text(
            f'<!doctype html>{tag}<meta charset="utf-8"><script>{script}</script>', "utf-8"
        )
        page = contexts().new_page()
        pages.append(page)
        page.goto(f"file://{tmp_path}/page.html")
        return page

    yield open_it
    for page in pages:
        page.close()


def last(page):
    """The last report, without the long lists."""
    return page.evaluate("(({ codes, decoded, ...rest }) => ({ ...rest, codes: codes.length }))(reports.at(-1))")


def has_ended(page):
    """Whether no worker is left; the browser takes a moment to say so."""
    for _ in range(100):
        if not page.workers:
            return True
        page.wait_for_timeout(50)
    return False


def wait(page, condition):
    """Ask again and again. (`wait_for_function` needs what a content policy may forbid.)"""
    for _ in range(600):
        if page.evaluate(f"Boolean({condition})"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"after a minute still not: {condition}; problems: {page.evaluate('problems')}")


def test_a_training_runs_in_a_worker_from_its_start_to_its_end(start_page):
    page = start_page()
    page.evaluate("training.start()")
    wait(page, "reports.at(-1)?.isFinished")
    report = last(page)
    assert (report["step"], report["steps"], report["stepsPerEpoch"], report["codes"]) == (400, 400, 8, 1000)
    assert not report["isRunning"] and report["notice"] == "" and page.workers
    first, at_last = page.evaluate("['find', 'findLast'].map((which) => reports[which]((report) => report.loss).loss)")
    assert at_last < first  # a report without a step since the one before has no loss
    steps = page.evaluate("reports.map((report) => report.step)")
    assert steps[0] == 0 and steps == sorted(steps) and page.evaluate("problems") == []


def test_the_same_seed_trains_alike_in_a_worker_and_in_the_page(start_page):
    codes = []
    for policy, notice in (("", ""), ("worker-src 'none'", "No worker may run here")):
        page = start_page(policy=policy)
        page.evaluate("training.start()")
        wait(page, "reports.at(-1)?.isFinished")
        assert notice in last(page)["notice"] and bool(page.workers) == (policy == "")
        codes.append(page.evaluate("[...reports.at(-1).codes]"))
    assert codes[0] == codes[1]


def test_it_is_paused_stepped_begun_again_and_ended(start_page):
    page = start_page(job=JOB.replace("numEpochs: 50", "numEpochs: 5000"))
    page.evaluate("training.start()")
    wait(page, "reports.at(-1)?.step > 0")
    page.evaluate("training.pause()")
    wait(page, "reports.at(-1).isRunning === false")
    paused = last(page)["step"]
    page.wait_for_timeout(300)
    assert last(page)["step"] == paused < 40_000
    page.evaluate("training.step()")
    wait(page, f"reports.at(-1).step === {paused + 1}")
    page.evaluate("training.step(reports.at(-1).stepsPerEpoch)")
    wait(page, f"reports.at(-1).step === {paused + 9}")
    page.evaluate("training.start()")
    wait(page, f"reports.at(-1).step > {paused + 9}")
    page.evaluate("reports.length = 0; training.restart({ ...training.job, seed: 11 })")
    wait(page, "reports.length > 0")
    page.wait_for_timeout(300)
    assert set(page.evaluate("reports.map((report) => report.step)")) == {0}  # no word of the run before
    page.evaluate("training.start()")
    wait(page, "reports.at(-1).step > 0")
    page.evaluate("training.end()")
    page.wait_for_timeout(300)
    count = page.evaluate("reports.length")
    page.wait_for_timeout(300)
    assert page.evaluate("reports.length") == count and has_ended(page) and page.evaluate("problems") == []


@pytest.mark.parametrize("policy", ["", "worker-src 'none'"], ids=["worker", "page"])
def test_codes_are_decoded_and_weights_saved_while_it_trains(policy, start_page):
    page = start_page(policy=policy, job=JOB.replace("numEpochs: 50", "numEpochs: 5000"))
    page.evaluate("training.start()")
    assert len(page.evaluate("training.decode([0, 0, 1, 1]).then((points) => [...points])")) == 6
    header = page.evaluate("training.save().then((bytes) => new TextDecoder().decode(bytes.slice(8, 300)))")
    assert header.startswith('{"encoder.1.weight":{"dtype":"F32","shape":[64,3]')
    wait(page, "reports.at(-1)?.step > 50")
    page.evaluate("training.end()")


def test_a_page_that_forbids_webassembly_trains_all_the_same_and_says_so(start_page):
    page = start_page(policy="script-src 'unsafe-inline' blob:")
    page.evaluate("training.start()")
    wait(page, "reports.at(-1)?.isFinished")
    assert "WebAssembly is not allowed here" in last(page)["notice"] and page.workers


def test_a_rate_that_is_too_large_ends_in_a_sentence_and_a_smaller_one_goes_on(start_page):
    page = start_page(job=JOB.replace("lr: 0.01", "lr: 10"))
    page.evaluate("training.start()")
    wait(page, "problems.length > 0")
    (problem,) = page.evaluate("problems")
    assert "training has diverged. Lower the learning rate (now 10)" in problem and has_ended(page)
    page.evaluate(f"training.restart({JOB})")
    page.evaluate("training.start()")
    wait(page, "reports.at(-1).isFinished")
    assert page.evaluate("problems.length") == 1


def test_a_worker_that_dies_is_told_of(start_page):
    page = start_page(job=JOB.replace("numEpochs: 50", "numEpochs: 5000"))
    page.evaluate("training.start()")
    wait(page, "reports.at(-1)?.step > 0")
    page.workers[0].evaluate("setTimeout(() => { throw new Error('out of memory'); })")
    wait(page, "problems.length > 0")
    assert page.evaluate("problems") == ["The worker that trained has died. Start again."] and has_ended(page)
    page.evaluate("reports.length = 0; training.start()")
    wait(page, "reports.at(-1)?.step > 0")


def test_two_trainings_run_beside_each_other_and_end_when_the_page_is_left(start_page):
    page = start_page(job=JOB.replace("numEpochs: 50", "numEpochs: 5000"))
    page.evaluate(
        "var others = []; var other = new Training({ job: { ...training.job, seed: 3 }, onProblem,"
        " onReport: (report) => others.push(report) }); training.start(); other.start();"
    )
    wait(page, "reports.at(-1)?.step > 0 && others.at(-1)?.step > 0")
    assert len(page.workers) == 2
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    page.wait_for_timeout(300)
    assert has_ended(page) and page.evaluate("training.trainer") is None
    assert page.evaluate("problems") == []
