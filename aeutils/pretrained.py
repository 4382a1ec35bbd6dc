"""Trained weights on disk: safetensors files that say what they are, and prove that they are whole.

A file holds the tensors of a model and, as text beside them, everything needed to build the model again and to judge
it: class, settings, data, seed, recipe, scores, and a SHA-256 checksum over all of it. Nothing in it is ever run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from aeutils.checks import is_number, is_whole
from aeutils.classifier import DigitClassifier
from aeutils.files import replacing
from aeutils.models import ConvAutoencoder
from aeutils.vae import VariationalAutoencoder
from aeutils.zoo import CLASSES

WEIGHTS_FOLDER = Path(__file__).parent / "weights"
_FORMAT = "aeutils 1"
_LEARNED = "_learned_prior"  # at the end of a file's name

_PICKLES = (b"PK\x03\x04", b"\x80")  # how files of torch.save() begin: a zip archive, or of old the pickle itself
_NO_PICKLES = """{path} was written by torch.save(): such a file can run code, and is not opened. If its layers are \
those of this library's network, three lines turn it into weights, on the machine where it was made:
    model = aeutils.ConvAutoencoder(latent_dim=2)
    model.load_state_dict(torch.load("{name}", weights_only=True))
    aeutils.save_weights("weights.safetensors", model, about={{}})"""


def save_weights(path: str | os.PathLike, model: nn.Module, about: dict) -> None:
    """Write a model's weights, beside the old file first, so that a full disk or Ctrl-C leaves the old one whole.

    Parameters
    ----------
    path : path
        Ends in `.safetensors`; its folder is made if missing.
    model : nn.Module
        One of the library's models, with `settings`.
    about : dict
        What the weights are: data, seed, recipe, scores. Anything JSON can hold.

    Raises
    ------
    OSError
        If the file cannot be written.
    ValueError
        If `load_weights` could not build the model again, or `about` is nothing that JSON can hold.
    """
    if type(model) not in CLASSES.values():
        raise ValueError(
            f"The model is a {type(model).__name__}; load_weights() can only build {', '.join(CLASSES)} again. Keep "
            "the state_dict() of any other yourself."
        )
    try:
        text = json.dumps({"class": type(model).__name__, "settings": model.settings, "about": about}, sort_keys=True)
    except (TypeError, ValueError) as error:
        wanted = "numbers, texts, lists and dicts"
        raise ValueError(f"about is nothing that JSON can hold ({error}); give {wanted}.") from error
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    metadata = {"format": _FORMAT, "model": text, "sha256": _checksum(tensors, text)}
    with replacing(path) as beside:
        try:
            save_file(tensors, beside, metadata=metadata)
        except SafetensorError as error:  # how safetensors reports a full disk or a folder it may not write to
            raise OSError(str(error)) from error


def load_weights(path: str | os.PathLike) -> tuple[nn.Module, dict]:
    """Build the model that a file describes and fill in its weights.

    Parameters
    ----------
    path : path
        A file that `save_weights` wrote.

    Returns
    -------
    model : nn.Module
        On the CPU, in evaluation mode.
    about : dict
        What `save_weights` was told about the weights.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is cut short, changed, or not a file of this library.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There are no weights at {path}. `python -m aeutils weights` lists what is shipped.")
    with path.open("rb") as file:
        if file.read(4).startswith(_PICKLES):
            raise ValueError(_NO_PICKLES.format(path=path, name=path.name))
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except SafetensorError as error:
        raise ValueError(f"{path} is cut short, damaged, or no safetensors file ({error}). Get it again.") from error
    if metadata.get("format") != _FORMAT or "model" not in metadata:
        raise ValueError(
            f"{path} is a safetensors file of something else: its format is {metadata.get('format')!r}, wanted "
            f"{_FORMAT!r}. Use a file that `python -m aeutils train` or save_weights() wrote."
        )
    text = metadata["model"]
    if _checksum(tensors, text) != metadata.get("sha256"):
        raise ValueError(f"{path} was changed after it was written: its checksum does not match. Get it again.")
    try:
        described = json.loads(text)
        name, settings, about = (described[part] for part in ("class", "settings", "about"))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValueError(f"{path} does not say which network it holds ({error!r}). Get it again.") from error
    if name not in list(CLASSES):
        raise ValueError(f"{path} holds a {name}; this version knows {', '.join(CLASSES)}.")
    return _build(path, CLASSES[name], settings, tensors).eval(), about


def load_pretrained(latent_dim: int) -> ConvAutoencoder:
    """The article's network with shipped weights, trained on the 55,000 training images outside the sample.

    Parameters
    ----------
    latent_dim : int
        One of `shipped_sizes()`.

    Returns
    -------
    model : ConvAutoencoder
        On the CPU, in evaluation mode.

    Raises
    ------
    ValueError
        If no weights of that size are shipped, or the file is damaged.
    """
    sizes = shipped_sizes()
    if not is_whole(latent_dim) or latent_dim not in sizes:
        raise ValueError(
            f"latent_dim is {latent_dim!r}; weights are shipped for {', '.join(map(str, sizes))}. "
            "`python -m aeutils train --latent-dim K` trains any other size."
        )
    return load_weights(weights_path(latent_dim))[0]


def weights_path(latent_dim: int, folder: str | os.PathLike = WEIGHTS_FOLDER) -> Path:
    """Where weights of a size stand: the article's file name, with the ending of its format."""
    return Path(folder) / f"conv_autoencoder_{latent_dim}dim.safetensors"


def shipped_sizes() -> list[int]:
    """The sizes of the code for which weights are shipped, in rising order."""
    names = (path.name for path in WEIGHTS_FOLDER.glob("conv_autoencoder_*dim.safetensors"))
    return sorted(int(name.removeprefix("conv_autoencoder_").removesuffix("dim.safetensors")) for name in names)


def load_vae(latent_dim: int, beta: float = 0.3, *, learned_prior: bool = False) -> VariationalAutoencoder:
    """A variational autoencoder with shipped weights, trained on the same 55,000 images.

    Parameters
    ----------
    latent_dim, beta : int, float
        One of the pairs in `shipped_vaes(learned_prior)`.
    learned_prior : bool
        Whether its prior was learned (a `MixtureVariationalAutoencoder`) or is the standard normal distribution.

    Returns
    -------
    model : VariationalAutoencoder
        On the CPU, in evaluation mode.

    Raises
    ------
    ValueError
        If no such weights are shipped, or the file is damaged.
    """
    shipped = shipped_vaes(learned_prior)
    if not (is_whole(latent_dim) and is_number(beta) and (latent_dim, beta) in shipped):
        there = "; ".join(
            f"{size} numbers with beta {', '.join(f'{its:g}' for of, its in shipped if of == size)}"
            for size in sorted({size for size, _ in shipped})
        )
        raise ValueError(
            f"latent_dim is {latent_dim!r} and beta {beta!r}; weights are shipped for {there}. "
            "`python -m aeutils train --model vae --latent-dim K --beta B` trains any other."
        )
    return load_weights(vae_path(latent_dim, beta, learned_prior=learned_prior))[0]


def vae_path(
    latent_dim: int, beta: float, folder: str | os.PathLike = WEIGHTS_FOLDER, *, learned_prior: bool = False
) -> Path:
    """Where the weights of a variational autoencoder stand."""
    return Path(folder) / f"vae_{latent_dim}dim_beta{beta:g}{_LEARNED if learned_prior else ''}.safetensors"


def shipped_vaes(learned_prior: bool = False) -> list[tuple[int, float]]:
    """The pairs (latent_dim, beta) for which weights of variational autoencoders are shipped, in rising order."""
    name = re.compile(r"vae_(\d+)dim_beta([\d.]+)" + (_LEARNED if learned_prior else ""))
    found = (name.fullmatch(path.stem) for path in WEIGHTS_FOLDER.glob("vae_*.safetensors"))
    return sorted((int(match[1]), float(match[2])) for match in found if match)


def load_classifier() -> DigitClassifier:
    """The shipped classifier that reads digits, trained on the same 55,000 images.

    Returns
    -------
    classifier : DigitClassifier
        On the CPU, in evaluation mode.
    """
    return load_weights(WEIGHTS_FOLDER / "digit_classifier.safetensors")[0]


def _build(path: Path, model_class: type[nn.Module], settings: dict, tensors: dict[str, Tensor]) -> nn.Module:
    try:
        with torch.device("meta"):  # shapes without memory: a file may describe a network larger than the machine
            described = {name: part.shape for name, part in model_class(**settings).state_dict().items()}
    except (RuntimeError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{path} does not fit the network it describes: {str(error).splitlines()[0]}") from error
    held = {name: tensor.shape for name, tensor in tensors.items()}
    if held != described:
        name = min(name for name in held | described if held.get(name) != described.get(name))
        came, wanted = (tuple(shapes[name]) if name in shapes else "nothing" for shapes in (held, described))
        raise ValueError(
            f"{path} does not fit the network it describes: {name} is {came}, wanted {wanted}. Get it again."
        )
    model = model_class(**settings).to(memory_format=torch.channels_last)  # faster convolutions, as in `fit`
    model.load_state_dict(tensors)
    return model


def _checksum(tensors: dict[str, Tensor], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
