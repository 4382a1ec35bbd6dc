import errno
import gzip
import hashlib
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pooch
import pytest
import torch
from damage import checksums, overwrite, write_mnist
from refusals import refusals
from torchvision.datasets import MNIST

import aeutils.data
from aeutils.data import (
    first_of_each,
    in_sample,
    load_mnist,
    load_mnist_sample,
    mnist_folder,
)

LENGTHS = {"train": 60_000, "t10k": 10_000}

# ------------------------------------------------------------------------------------------------ the sample


@pytest.mark.parametrize(("split", "a_class"), [("train", 400), ("test", 100), ("all", 500)])
def test_each_part_of_the_sample_holds_the_ten_classes_equally(split, a_class):
    images, labels = load_mnist_sample(split)
    assert images.shape == (10 * a_class, 1, 28, 28) and images.dtype == torch.float32
    assert images.min() == 0 and images.max() == 1
    assert labels.dtype == torch.int64 and labels.bincount().tolist() == [a_class] * 10


def test_the_two_parts_of_the_sample_are_disjoint_and_together_the_whole():
    def rows(split):
        images, labels = load_mnist_sample(split)
        return [(int(label), image.numpy().tobytes()) for image, label in zip(images, labels, strict=True)]

    train, test, whole = rows("train"), rows("test"), rows("all")
    assert len(set(whole)) == 5000  # no digit twice, so that the next line compares digits and not copies
    assert not set(train) & set(test)
    assert sorted(train + test) == sorted(whole)


@pytest.mark.parametrize(
    ("split", "sha256"),
    [
        ("all", "2913c6b6527114b7307e1086335a7665e3f94c74aba3d67525e6f116bf5ae20f"),
        ("test", "fb8e189a3c37b5f9dc83ce41dd4c5f7a66f945fa0ee69010abf460b9a3e5d2e4"),
    ],
)
def test_the_sample_is_the_first_500_of_each_class_in_mnist_and_every_fifth_of_these_is_held_out(split, sha256):
    # The sums were taken from MNIST's own files, not from this library.
    pixels = (255 * load_mnist_sample(split)[0]).round().to(torch.uint8)
    assert hashlib.sha256(pixels.numpy().tobytes()).hexdigest() == sha256


@pytest.mark.parametrize("split", ["all", "train", "test"])
def test_writing_into_the_sample_does_not_change_the_next_one(split):
    images, labels = load_mnist_sample(split)
    before = images.clone(), labels.clone()
    images.zero_(), labels.zero_()
    again = load_mnist_sample(split)
    assert torch.equal(again[0], before[0]) and torch.equal(again[1], before[1])


# ----------------------------------------------------------------------------------------- one of each digit


@pytest.mark.parametrize("order", ["sorted", "mixed", "reversed"])
def test_the_first_of_each_digit_is_where_counting_finds_it(order):
    labels = load_mnist_sample("test")[1]
    labels = {
        "sorted": labels,
        "mixed": labels[torch.randperm(1000, generator=torch.Generator().manual_seed(0))],
        "reversed": labels.flip(0),
    }[order]
    rows = first_of_each(labels)
    assert rows.shape == (10,) and rows.dtype == torch.int64
    assert rows.tolist() == [labels.tolist().index(digit) for digit in range(10)]


def test_the_first_of_each_digit_of_a_known_case():
    labels = torch.tensor([3, 3, 0, 9, 8, 7, 6, 5, 4, 2, 1, 0])
    assert first_of_each(labels).tolist() == [2, 10, 9, 0, 8, 7, 6, 5, 4, 3]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (
            torch.tensor([0, 1, 2, 3, 4, 5, 6, 8, 9]),
            "There is no 7 among the 9 labels; wanted each digit",
        ),
        (torch.tensor([], dtype=torch.int64), "There is no 0 among the 0 labels"),
        (torch.arange(11), "run from 0 to 10; wanted whole numbers from 0 to 9"),
        (torch.arange(10.0), "float32; wanted an integer tensor"),
        (list(range(10)), "labels are a list; wanted an integer tensor"),
    ],
)
def test_labels_among_which_a_digit_is_missing_have_no_first_of_it(labels, words):
    with pytest.raises(ValueError, match=words):
        first_of_each(labels)


# ----------------------------------------------------------------------------------------------------- MNIST


def write_idx(path, array):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
    path.write_bytes(header + array.tobytes())


@pytest.fixture(scope="module")
def full_size_files(tmp_path_factory):
    """Files of MNIST's own lengths, with random labels; the first two pixels of an image tell its number."""
    root = tmp_path_factory.mktemp("mnist")
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, n in LENGTHS.items():
        pixels = np.zeros((n, 28, 28), np.uint8)
        pixels[:, 0, 0], pixels[:, 0, 1] = np.divmod(np.arange(n), 256)
        write_idx(raw / f"{name}-images-idx3-ubyte", pixels)
        write_idx(raw / f"{name}-labels-idx1-ubyte", np.random.default_rng(n).integers(10, size=n, dtype=np.uint8))
    yield root
    shutil.rmtree(root)


@pytest.fixture
def full_size(full_size_files, monkeypatch):
    """These files, taken for MNIST's own."""
    monkeypatch.setattr("aeutils.data._SHA256", checksums(full_size_files))
    return full_size_files


@pytest.fixture
def copy(full_size, tmp_path):
    """The test images and labels alone, to be damaged."""
    raw = tmp_path / "copy" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for path in (full_size / "MNIST" / "raw").glob("t10k-*"):
        shutil.copy(path, raw)
    return tmp_path / "copy"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Nobody names a folder, so the user's cache is the place; it is empty."""
    monkeypatch.delenv("AEUTILS_DATA")
    return tmp_path / "cache" / "aeutils" / "MNIST" / "raw"


def numbers(images):
    """The images' numbers, as `full_size` wrote them."""
    first = (255 * images[:, 0, 0, :2]).round().long()
    return 256 * first[:, 0] + first[:, 1]


def true_labels(name):
    return torch.from_numpy(np.random.default_rng(LENGTHS[name]).integers(10, size=LENGTHS[name], dtype=np.uint8))


@pytest.mark.parametrize("named_by", ["argument", "variable", "argument, not the variable", "nobody"])
def test_mnist_is_read_from_the_argument_else_the_variable_else_the_cache(named_by, full_size, monkeypatch, tmp_path):
    root = None
    if named_by.startswith("argument"):
        root = full_size if named_by == "argument" else str(full_size)
        monkeypatch.setenv("AEUTILS_DATA", str(tmp_path))
    elif named_by == "variable":
        monkeypatch.setenv("AEUTILS_DATA", str(full_size))
    else:
        monkeypatch.delenv("AEUTILS_DATA")
        monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(full_size))
    images, labels = load_mnist("test", root)
    assert images.shape == (10_000, 1, 28, 28) and images.dtype == torch.float32
    assert images.min() == 0 and images.max() == 1
    assert torch.equal(numbers(images), torch.arange(10_000))
    assert labels.dtype == torch.int64 and torch.equal(labels, true_labels("t10k").long())


def test_a_home_folder_is_understood(full_size, monkeypatch):
    monkeypatch.setenv("HOME", str(full_size))
    assert mnist_folder("test", "~") == full_size


def test_without_the_sample_exactly_the_first_500_of_each_class_are_missing(full_size):
    seen, wanted = [0] * 10, []
    for number, label in enumerate(true_labels("train").tolist()):
        seen[label] += 1
        if seen[label] > 500:
            wanted.append(number)
    assert len(wanted) == 55_000
    images, labels = load_mnist("train", full_size, with_sample=False)
    assert images.shape == (55_000, 1, 28, 28)
    assert numbers(images).tolist() == wanted
    assert torch.equal(labels, true_labels("train")[wanted].long())


def test_with_the_sample_all_training_images_are_there(full_size):
    images, _ = load_mnist("train", full_size)
    assert torch.equal(numbers(images), torch.arange(60_000))


def test_the_sample_has_no_part_in_the_test_images(full_size):
    assert len(load_mnist("test", full_size, with_sample=False)[0]) == 10_000


def test_the_sample_is_marked_where_the_first_500_of_each_class_stand():
    labels = torch.arange(10).repeat(600)
    assert torch.equal(in_sample(labels), torch.arange(6000) < 5000)
    assert torch.equal(in_sample(labels.sort().values), (torch.arange(6000) % 600) < 500)


def test_the_test_images_need_no_training_images(copy):
    images, _ = load_mnist("test", copy)
    assert len(images) == 10_000


def test_the_files_may_still_be_packed(copy):
    wanted = load_mnist("test", copy)
    for path in (copy / "MNIST" / "raw").iterdir():
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), compresslevel=1))
        path.unlink()
    for got, part in zip(load_mnist("test", copy), wanted, strict=True):
        assert torch.equal(got, part)


@pytest.mark.parametrize("kept", [0, 5, 0.5, -1])
def test_a_packed_file_that_was_cut_short_is_named(kept, copy):
    labels = copy / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    content = gzip.compress(labels.read_bytes(), compresslevel=1)
    labels.unlink()
    labels.with_name(f"{labels.name}.gz").write_bytes(content[: int(kept * len(content)) if kept == 0.5 else kept])
    with pytest.raises(OSError, match="t10k-labels-idx1-ubyte.gz (is cut short or damaged|has 0 bytes).*Delete it"):
        load_mnist("test", copy)


@pytest.mark.parametrize("named_by", ["argument", "variable"])
def test_a_folder_without_mnist_is_refused_and_never_filled(named_by, tmp_path, monkeypatch):
    monkeypatch.setattr(pooch, "retrieve", lambda *args, **kwargs: pytest.fail("a named folder is only read"))
    folder = tmp_path / "empty"
    monkeypatch.setenv("AEUTILS_DATA", str(folder))
    with pytest.raises(FileNotFoundError, match=r"empty.*AEUTILS_DATA.*load_mnist_sample"):
        load_mnist("train", folder if named_by == "argument" else None)
    assert not folder.exists()


def test_a_file_that_may_not_be_read_is_refused(copy, monkeypatch):
    real_open = Path.open

    def open_(path, *args, **kwargs):
        if path.name == "t10k-labels-idx1-ubyte":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real_open(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", open_)
    with pytest.raises(OSError, match=r"t10k-labels-idx1-ubyte: Permission denied. Check the permissions"):
        load_mnist("test", copy)


# -------------------------------------------------------------------------------------------- downloading it


def test_without_a_network_the_error_says_what_to_do(cache, monkeypatch):
    def retrieve(url, **kwargs):
        raise OSError(f"no route to {url}")

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    with pytest.raises(
        FileNotFoundError, match="(?s)could not be downloaded.*AEUTILS_DATA.*load_mnist_sample"
    ) as error:
        load_mnist("train")
    for mirror in MNIST.mirrors:
        assert f"no route to {mirror}" in str(error.value)


@pytest.fixture
def mirrors(full_size, monkeypatch):
    """Stands for the network: pooch's `retrieve`, which counts, and fails for the mirrors in `broken`."""

    class Mirrors:
        def __init__(self):
            self.broken, self.urls, self.hashes = (), [], {}

        def retrieve(self, url, known_hash, fname, path, **kwargs):
            self.urls.append(url)
            if url.startswith(tuple(self.broken)):
                raise ValueError(f"{url} has another checksum")
            self.hashes[fname] = known_hash
            path.mkdir(parents=True, exist_ok=True)
            archive = path / fname
            content = (full_size / "MNIST" / "raw" / fname.removesuffix(".gz")).read_bytes()
            archive.write_bytes(gzip.compress(content, compresslevel=0))
            return str(archive)

    mirrors = Mirrors()
    monkeypatch.setattr(pooch, "retrieve", mirrors.retrieve)
    return mirrors


def test_a_download_is_checked_against_the_checksums_that_torchvision_knows(cache, mirrors):
    mnist_folder("test")
    known = {name: f"md5:{md5}" for name, md5 in MNIST.resources if name.startswith("t10k")}
    assert len(known) == 2 and mirrors.hashes == known


def test_after_a_download_the_digits_are_there_and_are_not_fetched_again(cache, mirrors):
    assert torch.equal(numbers(load_mnist("test")[0]), torch.arange(10_000))
    assert len(mirrors.urls) == 2
    load_mnist("test")
    assert len(mirrors.urls) == 2


def test_a_broken_mirror_is_passed_over(cache, mirrors):
    mirrors.broken = MNIST.mirrors[:1]
    mnist_folder("test")
    assert len(mirrors.urls) == 4
    assert (cache / "t10k-images-idx3-ubyte").stat().st_size == 16 + 10_000 * 784


def test_a_file_in_the_cache_that_was_cut_short_is_fetched_anew(cache, mirrors):
    cache.mkdir(parents=True)
    (cache / "t10k-images-idx3-ubyte").write_bytes(b"half")
    mnist_folder("test")
    assert (cache / "t10k-images-idx3-ubyte").stat().st_size == 16 + 10_000 * 784


@pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_half_a_download_is_never_left_under_its_final_name(stop, cache, mirrors, monkeypatch):
    real_write = Path.write_bytes

    def write_half(path, content):
        if path.suffix == ".gz":
            return real_write(path, content)
        real_write(path, content[: len(content) // 2])
        raise stop

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises((FileNotFoundError, KeyboardInterrupt)):
        load_mnist("test")
    assert [path.name for path in cache.iterdir() if path.suffix != ".gz"] == []


def test_a_cache_that_cannot_be_written_is_named_with_what_to_do_instead(tmp_path, monkeypatch):
    monkeypatch.delenv("AEUTILS_DATA")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "a-file"))
    (tmp_path / "a-file").write_text("precious")
    with pytest.raises(FileNotFoundError, match="(?s)could not be downloaded.*a-file.*AEUTILS_DATA=FOLDER.*sample"):
        load_mnist("test")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a-file", "precious")]


# ------------------------------------------------------------------------------------------------------------- refusals


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folders with files in the form of MNIST's test images, whole or damaged in one place."""
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "precious.txt").write_text("precious")
    for name, change in {
        "good": None,
        "no-images": lambda images, labels: images.unlink(),
        "no-labels": lambda images, labels: labels.unlink(),
        "cut-images": lambda images, labels: os.truncate(images, images.stat().st_size - 1),
        "cut-labels": lambda images, labels: os.truncate(labels, 5008),
        "long-labels": lambda images, labels: os.truncate(labels, 10_009),
        "html": lambda images, labels: overwrite(images, 0, b"<html><body>Please log in to this network"),
        "magic": lambda images, labels: overwrite(labels, 3, b"\2"),
    }.items():
        write_mnist(folder / name, change)
    with pytest.MonkeyPatch.context() as patch:  # the images are taken for MNIST's, so that the labels are looked at
        own = {name: known for name, known in checksums(folder / "good").items() if "images" in name}
        patch.setattr("aeutils.data._SHA256", aeutils.data._SHA256 | own)
        yield folder
    shutil.rmtree(folder)


test_digits_that_are_not_there_or_damaged_are_refused = refusals([
    *[
        (f"the sample's part {bad!r}", lambda g, bad=bad: load_mnist_sample(bad), ValueError,
         rf'split is {re.escape(repr(bad))}; choose "train" .* "test" .* "all"')
        for bad in ("Train", "validation", "", None)
    ],
    *[
        (f"MNIST's part {bad!r}", lambda g, bad=bad: load_mnist(bad, g.folder / "good"), ValueError,
         rf'split is {re.escape(repr(bad))}; choose "train" \(60,000 digits\) or "test"')
        for bad in ("all", "val", None)
    ],
    ("MNIST from a file", lambda g: load_mnist("test", g.folder / "precious.txt"), FileNotFoundError,
     "precious.txt.*AEUTILS_DATA"),
    ("MNIST without its images", lambda g: load_mnist("test", g.folder / "no-images"), FileNotFoundError,
     "there is no .*t10k-images-idx3-ubyte"),
    ("MNIST without its labels", lambda g: load_mnist("test", g.folder / "no-labels"), FileNotFoundError,
     "there is no .*t10k-labels-idx1-ubyte"),
    ("MNIST's images cut short", lambda g: load_mnist("test", g.folder / "cut-images"), OSError,
     "images-idx3-ubyte has 7,840,015 bytes, MNIST's has 7,840,016.*Delete it"),
    ("MNIST's labels cut short", lambda g: load_mnist("test", g.folder / "cut-labels"), OSError,
     "labels-idx1-ubyte has 5,008 bytes, MNIST's has 10,008.*Delete it"),
    ("MNIST's labels with something added", lambda g: load_mnist("test", g.folder / "long-labels"), OSError,
     "labels-idx1-ubyte has 10,009 bytes, MNIST's has 10,008.*Delete it"),
    ("a web page of the length of MNIST's images", lambda g: load_mnist("test", g.folder / "html"), OSError,
     r"starts with b'<htm', MNIST's with b'\\x00\\x00\\x08\\x03'.*Delete it"),
    ("a wrong magic number in MNIST's labels", lambda g: load_mnist("test", g.folder / "magic"), OSError,
     r"labels-idx1-ubyte starts with b'\\x00\\x00\\x08\\x02'.*Delete it"),
    ("files of another data set in MNIST's form", lambda g: load_mnist("test", g.folder / "good"), OSError,
     "labels-idx1-ubyte is as long as MNIST's and holds something else: .* Fashion-MNIST.*name the folder of MNIST"),
])  # fmt: skip
