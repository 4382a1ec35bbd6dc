"""Files that are damaged in one place, a disk that is full, and a pipe that is closed."""

import errno
import hashlib
import os
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from safetensors.torch import save_file

import aeutils.pretrained
from aeutils.data import _FILE_BYTES, _FILE_STARTS
from aeutils.models import ConvAutoencoder


def write_mnist(root, change=None, splits=("t10k",)):
    """Files of MNIST's own lengths in torchvision's layout, black but for what `change` does to images and labels."""
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in _FILE_BYTES:
        if name.startswith(splits):
            (raw / name).write_bytes(_FILE_STARTS[name])
            os.truncate(raw / name, _FILE_BYTES[name])
    if change is not None:
        change(*(raw / f"{splits[0]}-{kind}" for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")))


def checksums(root):
    """Of files in MNIST's form: with `aeutils.data._SHA256` set to these, they are taken for MNIST's own."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in root.rglob("*-ubyte")}


def overwrite(path, place, content):
    with path.open("r+b") as file:
        file.seek(place)
        file.write(content)


def write_weights(path, text, version="aeutils 1"):
    """Whole weights of the article's network that describe it in another way: by hand, with the right checksum."""
    tensors = ConvAutoencoder(2).state_dict()
    checksum = aeutils.pretrained._checksum(tensors, text)
    save_file(tensors, path, metadata={"format": version, "model": text, "sha256": checksum})


def describe(model="ConvAutoencoder", **settings):
    """What a file of weights says of the network in it."""
    return f'{{"class": "{model}", "settings": {str(settings).replace(chr(39), chr(34))}, "about": {{}}}}'


def flip_a_bit(source, target):
    """A copy of a file, in which the last bit of one of its last bytes is the other one."""
    content = bytearray(source.read_bytes())
    content[-100] ^= 1
    target.write_bytes(content)


def disk_full(*arguments, **options):
    """Writes a little to the file it is given, and then there is no space left."""
    target = next(argument for argument in arguments if isinstance(argument, Path) or hasattr(argument, "write"))
    target.write_bytes(b"half") if isinstance(target, Path) else target.write("half")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def closed_pipe():
    """Standard output is a pipe whose other end is closed, as after `| head`."""
    read, write = os.pipe()
    os.close(read)
    with open(write, "w", encoding="utf-8") as pipe, redirect_stdout(pipe):
        yield
