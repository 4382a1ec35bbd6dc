"""Ctrl-C and kill -9 at three fixed points of training and of the sweep, in processes that strike themselves.

Each process is a real one, forked off a server that has imported torch already: that alone takes seconds.
"""

import builtins
import csv
import itertools
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import aeutils.cli
import aeutils.results
from aeutils.models import ConvAutoencoder
from aeutils.pretrained import load_weights, save_weights
from aeutils.recipe import Recipe
from aeutils.results import load_results
from experiments import sweep

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="has neither SIGINT nor SIGKILL to send"),
]
SIGNALS = {"Ctrl-C": signal.SIGINT, "kill -9": signal.SIGKILL}
REAL_CONNECT = socket.socket.connect  # before conftest takes the network away
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["pytest", "torch._dynamo", "aeutils.cli", "aeutils.maps", "experiments.sweep", "sklearn.manifold"]
)


def strike_before(owner, name, sign, when):
    """From here on this process sends itself a signal before it calls a function with such arguments."""
    real = getattr(owner, name)

    def patched(*args, **kwargs):
        if when(*args, **kwargs):
            os.kill(os.getpid(), sign)
        return real(*args, **kwargs)

    setattr(owner, name, patched)


def nth_call(n):
    calls = itertools.count(1)
    return lambda *args, **kwargs: next(calls) == n


def strike_in_row(sign, start):
    """From here on this process sends itself a signal when it has written half of the row that starts like this."""

    class Writer(csv.DictWriter):
        def __init__(self, file, *args, **kwargs):
            def write(text):
                if text.startswith(start):
                    file.write(text[: len(text) // 2])
                    file.flush()
                    os.kill(os.getpid(), sign)
                return file.write(text)

            super().__init__(SimpleNamespace(write=write), *args, **kwargs)

    csv.DictWriter = Writer


TRAINING_POINTS = {
    "in the first epoch": lambda sign: strike_before(torch.optim.Adam, "step", sign, nth_call(2)),
    "after the second epoch": lambda sign: strike_before(
        builtins, "print", sign, lambda *words, **_: str(words[0]).startswith("epoch   2/")
    ),
    "before the weights get their name": lambda sign: strike_before(
        os, "replace", sign, lambda beside, path: Path(path).suffix == ".safetensors"
    ),
}
SWEEP_POINTS = {
    "in the first training": lambda sign: strike_before(torch.optim.Adam, "step", sign, nth_call(3)),
    "between weights and row": lambda sign: strike_before(
        sweep, "put", sign, lambda path, row, key: (row["model"], row["latent_dim"]) == ("conv", 3)
    ),
    "in the middle of a row": lambda sign: strike_in_row(sign, "conv,3,"),
}


def prepare(digits):
    """In the new process: one thread, Ctrl-C as usual, and the few digits."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return tuple(torch.from_numpy(part) for part in digits)


def train(folder, digits, point, sign):
    few = prepare(digits)
    aeutils.cli.load_mnist_sample = lambda split: few
    if point is not None:
        TRAINING_POINTS[point](sign)
    options = ["--data", "sample", "--num-epochs", "3", "--batch-size", "100", "--out", str(folder)]
    sys.exit(aeutils.cli.main(["train", *options]))


def run_sweep(folder, digits, point, sign):
    few = prepare(digits)
    sweep.load_mnist = lambda split, with_sample=True: few
    sweep.load_mnist_sample = lambda: few
    sweep.TRUSTWORTHINESS_POINTS = 100
    sweep.FAST_RECIPE = Recipe(num_epochs=2, batch_size=50)
    sweep.RUNS = folder / "runs"
    if point is not None:
        SWEEP_POINTS[point](sign)
    sys.argv[1:] = ["--results", str(folder), "--models", "conv", "pca", "--latent-dims", "2", "3", "--seeds", "0"]
    try:
        sweep.main()
    except KeyboardInterrupt:
        sys.exit(130)


@pytest.fixture(autouse=True)
def server_can_be_asked(bare_machine, monkeypatch):
    """The server that forks is asked through a socket on this machine."""
    monkeypatch.setattr("socket.socket.connect", REAL_CONNECT)


@pytest.fixture(scope="module")
def digits(held_out):
    images, labels = held_out
    return images[::5].numpy(), labels[::5].numpy()


def run(task, folder, digits, point=None, sign=None):
    """The exit code of a process that does the task; below 0 it is the signal that ended it."""
    process = PROCESSES.Process(target=task, args=(folder, digits, point, sign))
    process.start()
    process.join(timeout=300)
    return process.exitcode


def visible(folder):
    return {path.relative_to(folder): path for path in folder.rglob("[!.]*") if path.is_file()}


def hidden(folder):
    return list(folder.rglob(".*"))


def same_weights(a, b):
    (a, about_a), (b, about_b) = load_weights(a), load_weights(b)
    a, b = a.state_dict(), b.state_dict()
    return about_a == about_b and a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


# --------------------------------------------------------------------------------------------------------- training


@pytest.fixture(scope="module")
def whole_training(tmp_path_factory, digits):
    folder = tmp_path_factory.mktemp("training")
    assert run(train, folder, digits) == 0
    return folder


@pytest.mark.parametrize("sign", SIGNALS.values(), ids=SIGNALS)
@pytest.mark.parametrize("point", TRAINING_POINTS)
def test_a_training_that_is_stopped_leaves_whole_weights_and_can_be_done_again(
    point, sign, tmp_path, digits, whole_training
):
    path = tmp_path / "conv_autoencoder_2dim.safetensors"
    save_weights(path, ConvAutoencoder(2), {"trained_on": "nothing yet"})
    old = path.read_bytes()
    assert run(train, tmp_path, digits, point, sign) == (130 if sign == signal.SIGINT else -sign)

    if sign == signal.SIGINT and point == "after the second epoch":
        assert load_weights(path)[1]["epochs_finished"] == 2
        assert len((tmp_path / "losses.csv").read_text().splitlines()) == 1 + 2
    else:
        assert [found.name for found in visible(tmp_path)] == [path.name] and path.read_bytes() == old
    half_written = sign == signal.SIGKILL and point == "before the weights get their name"
    assert len(hidden(tmp_path)) == half_written  # a dead process cannot tidy up

    assert run(train, tmp_path, digits) == 0
    assert visible(tmp_path).keys() == visible(whole_training).keys()
    assert same_weights(path, whole_training / path.name)
    assert (tmp_path / "losses.csv").read_bytes() == (whole_training / "losses.csv").read_bytes()


def test_a_ctrl_c_from_outside_ends_the_program_with_130_and_weights_on_disk(tmp_path):
    options = ["--data", "sample", "--num-epochs", "500", "--out", tmp_path]
    command = [sys.executable, "-u", "-m", "aeutils", "train", *options]
    # Threads that wait for each other make it slow on a busy machine; and a shell that runs the tests in the background
    # makes its children ignore Ctrl-C.
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    options |= {"env": os.environ | {"OMP_NUM_THREADS": "1"}}
    options |= {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    with subprocess.Popen(command, **options) as process:
        for line in process.stdout:
            if line.startswith("epoch   1"):
                process.send_signal(signal.SIGINT)
                break
        said, complaints = process.communicate(timeout=60)
    assert process.returncode == 130, complaints
    assert "stopped by Ctrl-C" in said and "Traceback" not in complaints
    model, about = load_weights(tmp_path / "conv_autoencoder_2dim.safetensors")
    assert 1 <= about["epochs_finished"] < 500
    assert all(torch.isfinite(tensor).all() for tensor in model.state_dict().values())


# -------------------------------------------------------------------------------------------------------- the sweep


def rows(folder):
    """The finished runs, in the order of their names, without the time that they took."""
    if not (folder / "sweep.csv").exists():
        return []
    with (folder / "sweep.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert all(None not in row and None not in row.values() and float(row.pop("seconds")) > 0 for row in found)
    return sorted(found, key=lambda row: (row["model"], row["latent_dim"]))


@pytest.fixture(scope="module")
def whole_sweep(tmp_path_factory, digits):
    folder = tmp_path_factory.mktemp("sweep")
    assert run(run_sweep, folder, digits) == 0
    assert len(rows(folder)) == 4
    return folder


@pytest.mark.parametrize("sign", SIGNALS.values(), ids=SIGNALS)
@pytest.mark.parametrize("point", SWEEP_POINTS)
def test_a_sweep_that_is_stopped_has_whole_rows_and_goes_on_to_the_same_end(
    point, sign, tmp_path, digits, whole_sweep, monkeypatch
):
    assert run(run_sweep, tmp_path, digits, point, sign) == (130 if sign == signal.SIGINT else -sign)
    finished = 0 if point == "in the first training" else 2
    assert len(rows(tmp_path)) == finished and all(row in rows(whole_sweep) for row in rows(tmp_path))
    for path in (tmp_path / "runs").glob("*"):
        assert same_weights(path, whole_sweep / "runs" / path.name)
    assert len(hidden(tmp_path)) == (sign == signal.SIGKILL and point == "in the middle of a row")

    assert run(run_sweep, tmp_path, digits) == 0
    assert rows(tmp_path) == rows(whole_sweep)
    assert visible(tmp_path).keys() == visible(whole_sweep).keys()
    for path in (whole_sweep / "runs").glob("*"):
        assert same_weights(path, tmp_path / "runs" / path.name)
    monkeypatch.setattr(aeutils.results, "RESULTS_FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there are: sweep\.$"):  # whatever a dead process left
        load_results("none")
