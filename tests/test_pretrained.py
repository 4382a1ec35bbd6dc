import errno
import json
import pickle
import random
import shutil
from pathlib import Path

import pytest
import torch
from damage import describe, flip_a_bit, write_weights
from refusals import refusals
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

import aeutils.pretrained
from aeutils.autoencoder import reconstruct
from aeutils.classifier import DigitClassifier
from aeutils.data import load_mnist_sample
from aeutils.metrics import mse
from aeutils.models import ConvAutoencoder, LinearAutoencoder, MLPAutoencoder
from aeutils.pretrained import (
    WEIGHTS_FOLDER,
    load_classifier,
    load_pretrained,
    load_weights,
    save_weights,
    shipped_sizes,
    weights_path,
)
from aeutils.recipe import FAST_RECIPE, Recipe

ABOUT = {"trained_on": "nothing", "seed": 3, "recipe": {"lr": 0.01, "one_cycle": True}, "scores": {"test_mse": 0.25}}
SAVED = {
    "linear": lambda: LinearAutoencoder(3, input_shape=(4, 2)),
    "mlp": lambda: MLPAutoencoder(2, input_shape=(3,), hidden=(8, 5)),
    "conv": lambda: ConvAutoencoder(4),
    "classifier": DigitClassifier,
}
SIZES = sorted({2, 3, *shipped_sizes()})
SHIPPED = ", ".join(map(str, shipped_sizes()))


def same_weights(a, b):
    a, b = a.state_dict(), b.state_dict()
    return a.keys() == b.keys() and all(a[name].dtype == b[name].dtype and torch.equal(a[name], b[name]) for name in a)


@pytest.fixture
def path(tmp_path):
    """A file of weights that is alone in its folder."""
    path = tmp_path / "weights" / "some.safetensors"
    save_weights(path, ConvAutoencoder(2), ABOUT)
    return path


# ------------------------------------------------------------------------------------------------- there and back


@pytest.mark.parametrize("make", SAVED.values(), ids=SAVED)
def test_what_was_saved_comes_back_equal(make, tmp_path, make_inputs):
    torch.manual_seed(0)
    model = make().to(memory_format=torch.channels_last)  # as `fit` leaves it; to the last bit, the order matters
    x = make_inputs(model, 20)
    model(x)  # so that BatchNorm has seen something
    model.eval()
    save_weights(tmp_path / "new" / "folder" / "w.safetensors", model, ABOUT)
    loaded, about = load_weights(str(tmp_path / "new" / "folder" / "w.safetensors"))
    assert type(loaded) is type(model) and loaded.settings == model.settings
    assert same_weights(loaded, model) and not loaded.training
    assert about == ABOUT
    for got, wanted in zip(loaded(x), model(x), strict=True):
        assert torch.equal(got, wanted)


def test_saving_leaves_one_file_and_replaces_the_old_one(path):
    newer = ConvAutoencoder(3)
    save_weights(path, newer, {"seed": 4})
    loaded, about = load_weights(path)
    assert same_weights(loaded, newer) and about == {"seed": 4}
    assert list(path.parent.iterdir()) == [path]


def test_saving_and_loading_never_unpickle(path, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a pickle can run code")

    for module, name in ((torch, "load"), (pickle, "load"), (pickle, "loads"), (pickle, "Unpickler")):
        monkeypatch.setattr(module, name, refuse)
    load_weights(path), load_pretrained(2), load_classifier()


def test_a_pickle_is_refused_and_nothing_in_it_runs(tmp_path):
    class Trap:
        def __reduce__(self):
            return Path.touch, (tmp_path / "sprung",)

    for name, save in (("torch", torch.save), ("pickle", lambda trap, path: path.write_bytes(pickle.dumps(trap)))):
        save({"weights": Trap()}, tmp_path / f"{name}.safetensors")
        with pytest.raises(ValueError, match=rf"{name}.safetensors was written by torch.save\(\): such a file can run"):
            load_weights(tmp_path / f"{name}.safetensors")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("zipped", [True, False], ids=["a zip archive", "as before 2020"])
def test_the_error_about_a_pickle_shows_the_lines_that_turn_it_into_weights(zipped, tmp_path, monkeypatch):
    model = ConvAutoencoder(2)
    torch.save(model.state_dict(), tmp_path / "conv_autoencoder.pth", _use_new_zipfile_serialization=zipped)
    with pytest.raises(ValueError, match="conv_autoencoder.pth was written by torch.save") as error:
        load_weights(tmp_path / "conv_autoencoder.pth")
    first, *lines = str(error.value).splitlines()
    assert "three lines" in first and len(lines) == 3
    monkeypatch.chdir(tmp_path)
    exec("\n".join(line.strip() for line in lines), {"torch": torch, "aeutils": aeutils})  # noqa: S102 - our own
    assert same_weights(load_weights("weights.safetensors")[0], model)


# ------------------------------------------------------------------------------------------------- damaged files


@pytest.mark.parametrize("kept", [0, 1, 7, 8, 9, 100, 1000, 0.1, 0.5, 0.9, -1])
def test_a_file_cut_short_is_refused(kept, path):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])
    with pytest.raises(ValueError, match="some.safetensors is cut short, damaged"):
        load_weights(path)


def test_a_file_with_something_added_is_refused(path):
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ValueError, match="some.safetensors is cut short, damaged"):
        load_weights(path)


@pytest.mark.parametrize("seed", range(60))
def test_a_file_with_one_changed_byte_is_refused_or_says_the_same(seed, path):
    content = bytearray(path.read_bytes())
    original, _ = load_weights(path)
    header = 8 + int.from_bytes(content[:8], "little")
    generator = random.Random(seed)
    # A third of them in the first eight bytes and the header, where most damage could be done.
    place = generator.randrange(8 if seed < 5 else header) if seed < 25 else generator.randrange(header, len(content))
    content[place] ^= generator.randrange(1, 256)
    path.write_bytes(content)
    try:
        loaded, about = load_weights(path)
    except ValueError as error:
        assert "some.safetensors" in str(error)
    else:
        assert place < header and same_weights(loaded, original) and about == ABOUT


@pytest.mark.parametrize("part", ["a weight", "the text", "the checksum", "a name"])
def test_a_file_that_was_tampered_with_is_refused(part, path):
    with safe_open(path, framework="pt") as file:
        metadata, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if part == "a weight":
        tensors["encoder.0.bias"][0] += 1e-6
    elif part == "the text":
        described = json.loads(metadata["model"])
        described["about"]["scores"]["test_mse"] = 0.001
        metadata["model"] = json.dumps(described, sort_keys=True)
    elif part == "the checksum":
        del metadata["sha256"]
    else:
        tensors["encoder.0.biases"] = tensors.pop("encoder.0.bias")
    save_file(tensors, path, metadata=metadata)
    with pytest.raises(ValueError, match="was changed after it was written"):
        load_weights(path)


@pytest.mark.parametrize("change", ["too few", "too many"])
def test_a_whole_file_with_too_few_or_too_many_weights_is_refused(change, path):
    model = ConvAutoencoder(2)
    if change == "too few":
        model.encoder = model.encoder[:-2]
    else:
        model.head = torch.nn.Linear(2, 10)
    save_weights(path, model, ABOUT)
    with pytest.raises(ValueError, match="does not fit the network it describes"):
        load_weights(path)


# --------------------------------------------------------------------------------------------------- a full disk


@pytest.mark.parametrize(
    ("stop", "raised"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), OSError),
        (SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"), OSError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
    ids=["disk full", "disk full, says safetensors", "ctrl-c"],
)
@pytest.mark.parametrize("existed", [True, False])
def test_when_writing_fails_the_old_file_stays_whole(stop, raised, existed, path, monkeypatch):
    before = path.read_bytes()
    if not existed:
        path.unlink()

    def write_half(tensors, target, metadata):
        Path(target).write_bytes(before[: len(before) // 2])
        raise stop

    monkeypatch.setattr(aeutils.pretrained, "save_file", write_half)
    with pytest.raises(raised) as error:
        save_weights(path, ConvAutoencoder(2), {})
    if raised is OSError:
        assert "some.safetensors could not be written" in str(error.value) and "No space left" in str(error.value)
    assert [file.name for file in path.parent.iterdir()] == (["some.safetensors"] if existed else [])
    if existed:
        assert path.read_bytes() == before


@pytest.mark.parametrize("folder", ["a-file", "a-file/deeper"])
def test_a_folder_that_is_a_file_is_refused_by_the_name_that_was_asked_for(folder, tmp_path):
    (tmp_path / "a-file").write_text("precious")
    with pytest.raises(OSError, match=f"{folder}/w.safetensors could not be written.*[Cc]hoose another folder"):
        save_weights(tmp_path / folder / "w.safetensors", ConvAutoencoder(2), {})
    assert (tmp_path / "a-file").read_text() == "precious"


# ------------------------------------------------------------------------------------------------ shipped weights


def test_weights_for_two_and_three_numbers_are_shipped():
    assert {2, 3} <= set(shipped_sizes()) and shipped_sizes() == sorted(set(shipped_sizes()))


def test_shipped_sizes_are_the_files_that_are_there(tmp_path, monkeypatch):
    monkeypatch.setattr(aeutils.pretrained, "WEIGHTS_FOLDER", tmp_path)
    for size in (11, 3, 20, 2, 7, 101, 5, 13, 1):
        (tmp_path / f"conv_autoencoder_{size}dim.safetensors").touch()
    (tmp_path / "digit_classifier.safetensors").touch()
    assert shipped_sizes() == [1, 2, 3, 5, 7, 11, 13, 20, 101]


def test_true_is_not_taken_for_one(monkeypatch):
    monkeypatch.setattr(aeutils.pretrained, "shipped_sizes", lambda: [1, 2])
    with pytest.raises(ValueError, match="latent_dim is True; weights are shipped for 1, 2"):
        load_pretrained(True)


@pytest.mark.parametrize("size", SIZES)
def test_shipped_weights_say_what_they_are(size):
    model, about = load_weights(weights_path(size))
    assert isinstance(model, ConvAutoencoder) and model.latent_dim == size
    assert isinstance(about["seed"], int)
    assert Recipe(**about["recipe"]) == FAST_RECIPE
    assert "55,000 training images outside the sample" in about["trained_on"]
    assert {"validation_mse", "test_mse", "knn10_accuracy"} <= about["scores"].keys()


@pytest.mark.parametrize("size", SIZES)
def test_shipped_weights_reproduce_their_recorded_error(size):
    images, _ = load_mnist_sample()
    x_hat, z = reconstruct(load_pretrained(size), images)
    assert z.shape == (5000, size)
    recorded = load_weights(weights_path(size))[1]["scores"]["validation_mse"]
    assert mse(x_hat, images) == pytest.approx(recorded, abs=5e-5)
    assert recorded < 0.06  # PCA with as many numbers leaves 0.05 or more


def test_each_further_number_keeps_more_up_to_32():
    errors = [load_weights(weights_path(size))[1]["scores"]["test_mse"] for size in SIZES if size <= 32]
    assert len(errors) == 10 and errors == sorted(errors, reverse=True)


def test_the_file_name_is_the_articles():
    assert weights_path(7, "somewhere") == Path("somewhere/conv_autoencoder_7dim.safetensors")
    assert weights_path(2).parent == WEIGHTS_FOLDER


def test_damaged_shipped_weights_are_refused(tmp_path, monkeypatch):
    shutil.copy(weights_path(2), tmp_path)
    monkeypatch.setattr(aeutils.pretrained, "WEIGHTS_FOLDER", tmp_path)
    monkeypatch.setattr(aeutils.pretrained.weights_path, "__defaults__", (tmp_path,))
    load_pretrained(2)
    path = weights_path(2)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="cut short"):
        load_pretrained(2)


# ------------------------------------------------------------------------------------------------------------- refusals


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files that are no weights of this version, or describe a network that they do not hold."""
    folder = tmp_path_factory.mktemp("weights")
    (folder / "a-folder").mkdir()
    save_weights(folder / "precious.safetensors", ConvAutoencoder(2), {})
    flip_a_bit(folder / "precious.safetensors", folder / "flipped.safetensors")
    write_weights(folder / "later.safetensors", describe(latent_dim=2), version="aeutils 2")
    write_weights(folder / "other.safetensors", describe(latent_dim=2), version="pt")
    save_file({"weight": torch.zeros(3)}, folder / "mute.safetensors")
    for name, text in {
        "a stranger": describe("Stranger", latent_dim=2),
        "a builtin": describe("eval", latent_dim=2),
        "another size": describe(latent_dim=3),
        "no size": describe(latent_dim=0),
        "a giant": describe(latent_dim=10**12),
        "an unknown setting": describe(latent_dim=2, width=16),
        "no settings": describe(),
        "a list": "[]",
        "no JSON": "ConvAutoencoder(2)",
        "a bottomless list": "[" * 100_000,
    }.items():
        write_weights(folder / f"{name}.safetensors", text)
    return folder


class Stranger(ConvAutoencoder):
    """A network that the library does not know."""


test_weights_that_cannot_be_loaded_are_refused = refusals([
    ("weights that are not there", lambda g: load_weights(g.folder / "none.safetensors"), FileNotFoundError,
     "no weights at .*none.safetensors.*python -m aeutils weights"),
    ("a folder in place of weights", lambda g: load_weights(g.folder), FileNotFoundError, "no weights at"),
    ("one flipped bit in the weights", lambda g: load_weights(g.folder / "flipped.safetensors"), ValueError,
     "flipped.safetensors was changed after it was written: its checksum does not match. Get it again"),
    ("weights of a later version", lambda g: load_weights(g.folder / "later.safetensors"), ValueError,
     "later.safetensors is .* something else: its format is 'aeutils 2', wanted 'aeutils 1'.*python -m aeutils train"),
    ("weights of another program", lambda g: load_weights(g.folder / "other.safetensors"), ValueError,
     "other.safetensors is a safetensors file of something else: its format is 'pt'"),
    ("tensors that say nothing", lambda g: load_weights(g.folder / "mute.safetensors"), ValueError,
     "mute.safetensors is a safetensors file of something else: its format is None"),
    *[
        (f"whole weights that describe {what}", lambda g, what=what: load_weights(g.folder / f"{what}.safetensors"),
         ValueError, f"{what}.safetensors {words}")
        for what, words in {
            "a stranger": "holds a Stranger; this version knows .*ConvAutoencoder",
            "a builtin": "holds a eval; this version knows",
            "another size": r"does not fit .*: decoder.0.weight is \(64, 2\), wanted \(64, 3\)",
            "no size": "does not fit .*latent_dim is 0",
            "a giant": r"does not fit .*: decoder.0.weight is \(64, 2\), wanted \(64, 1000000000000\)",
            "an unknown setting": "does not fit .*unexpected keyword argument 'width'",
            "no settings": "does not fit .*missing 1 required positional argument: 'latent_dim'",
            "a list": "does not say which network it holds",
            "no JSON": "does not say which network it holds",
            "a bottomless list": "does not say which network it holds",
        }.items()
    ],
    *[
        (f"shipped weights for {bad!r} numbers", lambda g, bad=bad: load_pretrained(bad), ValueError,
         f"latent_dim is {bad!r}; weights are shipped for {SHIPPED}.*python -m aeutils train --latent-dim K")
        for bad in (5, 0, "2", 2.0, None)
    ],
])  # fmt: skip

test_what_cannot_be_saved_is_refused = refusals([
    ("saving a network of another library", lambda g: save_weights(g.folder / "new", torch.nn.Linear(2, 2), {}),
     ValueError, r"The model is a Linear; load_weights\(\) can only build .*ConvAutoencoder.* Keep the state_dict"),
    ("saving a network of a class of one's own", lambda g: save_weights(g.folder / "new", Stranger(2), {}), ValueError,
     r"The model is a Stranger; load_weights\(\) can only build"),
    ("saving what JSON cannot hold", lambda g: save_weights(g.folder / "precious.safetensors", g.model, {"x": g.x}),
     ValueError, "about is nothing that JSON can hold.*numbers, texts, lists and dicts"),
    ("saving over a folder", lambda g: save_weights(g.folder / "a-folder", g.model, {}), OSError,
     "a-folder could not be written.*Choose another folder"),
])  # fmt: skip
