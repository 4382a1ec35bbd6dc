"""Downloading MNIST from mirrors that misbehave: real HTTP on this machine, and what comes back to the reader."""

import gzip
import hashlib
import multiprocessing
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pooch
import pytest
from torchvision.datasets import MNIST

import aeutils.data
from aeutils.data import _FILE_BYTES, load_mnist

REAL_CONNECT = socket.socket.connect  # before conftest takes the network away


def file_content(name):
    """A file of MNIST's length: noise that compresses, behind MNIST's real header."""
    count = 60_000 if name.startswith("train") else 10_000
    header = (2051, count, 28, 28) if "images" in name else (2049, count)
    content = b"".join(number.to_bytes(4, "big") for number in header)
    return content + bytes(range(10)) * ((_FILE_BYTES[name] - len(content)) // 10)


FILES = {name: gzip.compress(file_content(name), 1, mtime=0) for name in _FILE_BYTES if name.startswith("t10k")}


SUMS = {name: hashlib.sha256(file_content(name)).hexdigest() for name in FILES}


class Mirror(BaseHTTPRequestHandler):
    """Answers by the first part of the path: /forbidden/NAME.gz, /good/NAME.gz, ..."""

    def do_GET(self):
        behaviour, name = self.path.strip("/").split("/")
        self.server.asked.append(self.path)
        whole = FILES[name.removesuffix(".gz")]
        if behaviour == "forbidden":
            self.send_error(403)
        elif behaviour == "html":
            self.answer(b"<html><body>Please log in to this network</body></html>", "text/html")
        elif behaviour == "half":
            self.answer(whole[: len(whole) // 2], length=len(whole))
        elif behaviour == "damaged":
            self.answer(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        elif behaviour == "silent":
            self.server.stopped.wait(20)
        else:
            self.answer(whole)

    def answer(self, body, kind="application/gzip", length=None):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A local HTTP server in place of the internet, MNIST's checksums for its files, and an empty cache."""
    monkeypatch.setattr("socket.socket.connect", REAL_CONNECT)
    monkeypatch.delenv("AEUTILS_DATA")
    resources = [(f"{name}.gz", hashlib.md5(content).hexdigest()) for name, content in FILES.items()]
    monkeypatch.setattr(MNIST, "resources", resources)
    monkeypatch.setattr(aeutils.data, "_SHA256", SUMS)
    monkeypatch.setattr(aeutils.data, "_DOWNLOAD_TIMEOUT", 1)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.asked, server.stopped, server.cache = [], threading.Event(), tmp_path / "cache/aeutils/MNIST/raw"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()

    def use(*behaviours):
        monkeypatch.setattr(
            MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/{behaviour}/" for behaviour in behaviours]
        )

    server.use = use
    yield server
    server.stopped.set()
    server.shutdown()
    thread.join()


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("forbidden", "403"),
        ("html", "hash"),
        ("damaged", "hash"),
        ("half", "IncompleteRead|Connection broken|hash"),
        ("silent", "[Tt]imed? ?out"),
    ],
)
def test_a_mirror_that_misbehaves_is_named_with_the_reason_and_leaves_nothing_behind(behaviour, words, server):
    server.use(behaviour)
    start = time.perf_counter()
    said = f"(?s)could not be downloaded.*{behaviour}/: .*({words}).*AEUTILS_DATA"
    with pytest.raises(FileNotFoundError, match=said):
        load_mnist("test")
    assert time.perf_counter() - start < 15
    assert server.asked
    assert not server.cache.exists() or not list(server.cache.iterdir())


def test_a_silent_mirror_is_given_up_after_at_most_30_seconds(monkeypatch):
    limits = []

    def refuse(downloader, *args, **kwargs):
        limits.append(downloader.kwargs["timeout"])
        raise OSError("no network")

    monkeypatch.delenv("AEUTILS_DATA")
    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", refuse)
    with pytest.raises(FileNotFoundError, match="no network"):
        load_mnist("test")
    assert limits and all(0 < limit <= 30 for limit in limits)


@pytest.mark.parametrize("behaviour", ["forbidden", "html", "damaged", "half", "silent"])
def test_the_next_mirror_is_asked(behaviour, server):
    server.use(behaviour, "good")
    images, labels = load_mnist("test")
    assert images.shape == (10_000, 1, 28, 28) and labels[:10].tolist() == list(range(10))
    assert any(path.startswith(f"/{behaviour}/") for path in server.asked)
    assert sorted(path.name for path in server.cache.iterdir()) == sorted(FILES)


def _load(port, cache, checksums, barrier, results):
    """In another process: load through the same cache at the same moment."""
    import platformdirs

    platformdirs.user_cache_dir = lambda name: str(cache)
    aeutils.data._SHA256 = SUMS
    MNIST.resources, MNIST.mirrors = checksums, [f"http://127.0.0.1:{port}/good/"]
    barrier.wait(timeout=60)
    images, labels = load_mnist("test")
    results.put((tuple(images.shape), float(images.double().sum()), int(labels.sum())))


@pytest.mark.long
def test_two_processes_that_fill_the_same_cache_at_once_both_get_whole_files(server, tmp_path):
    context = multiprocessing.get_context("forkserver")  # which imports torch once for both
    context.set_forkserver_preload(["aeutils.data", "pytest", "torchvision.datasets.mnist"])
    barrier, results = context.Barrier(2), context.Queue()
    cache = tmp_path / "shared-cache"
    arguments = (server.server_port, cache, MNIST.resources, barrier, results)
    processes = [context.Process(target=_load, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    answers = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(timeout=30)
    assert [process.exitcode for process in processes] == [0, 0]
    assert answers[0] == answers[1] and answers[0][0] == (10_000, 1, 28, 28)
    left = sorted(path.name for path in (cache / "MNIST/raw").iterdir())
    assert left == sorted(FILES)
    for name in FILES:
        assert (cache / "MNIST/raw" / name).read_bytes() == file_content(name)
