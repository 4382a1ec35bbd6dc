"""The numbers of the live figures, in a JavaScript engine without a page: PyTorch is the oracle."""

import json
import struct

import numpy as np
import pytest
import torch
from py_mini_racer import JSEvalException, MiniRacer
from safetensors.torch import save
from torch import nn

from aeutils.autoencoder import reconstruct
from aeutils.classifier import classify_digits
from aeutils.data import load_mnist_sample
from aeutils.generation import DigitJudge, sample_codes
from aeutils.live import assets, pack, scripts
from aeutils.models import MLPAutoencoder
from aeutils.pretrained import load_classifier, load_pretrained, shipped_sizes, weights_path


def run(engine, expression):
    """A value of JavaScript, as Python has it; NaN becomes None."""
    return json.loads(engine.eval(f"JSON.stringify({expression})"))


def give(engine, name, data):
    """Put bytes into a variable of JavaScript."""
    memory = engine.eval(f"var {name} = new Uint8Array({len(data)}); {name}.buffer")
    memory[:] = bytes(data)


def take(engine, arrays, width):
    """A list of JavaScript's Float32Arrays, as one array of numpy."""
    # The variable keeps the numbers in memory until they are copied: mini-racer does not.
    memory = engine.eval(f"var taken = Float32Array.from({arrays}.flatMap((array) => Array.from(array))); taken.buffer")
    return np.frombuffer(bytes(memory), dtype=np.float32).reshape(-1, width)


def give_network(engine, size, data=None):
    """Let `network` be the network with these weights, the shipped ones by default."""
    give(engine, "weights", data if data is not None else assets.data(f"weights-{size}"))
    engine.eval(f"var network = new Network(weights, {size}); 0")


@pytest.fixture(scope="module")
def engine():
    engine = MiniRacer()
    engine.eval(scripts.joined(
        "network/dense_network.js", "network/strokes.js", "parts/feature_maps.js", "network/classifier.js",
        "network/judge.js", "network/dice.js", "learning/random.js",
    ))  # fmt: skip
    give(engine, "file", assets.data("digits"))
    engine.eval("var held_out = readDigits(file); 0")
    yield engine
    engine.close()  # left to the end of the process, it may never end


def test_the_stored_digits_are_the_held_out_ones(held_out, engine):
    images, labels = held_out
    assert assets.data("digits") == pack.digits_bytes()
    assert run(engine, "Array.from(held_out.labels)") == labels.tolist()
    np.testing.assert_allclose(take(engine, "held_out.images", 784), images.flatten(1).numpy(), atol=1e-7)


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.slow)])  # ten of each digit, or all
@pytest.mark.parametrize("size", shipped_sizes())
def test_encoder_and_decoder_agree_with_pytorch(size, every, engine, held_out):
    x_hat, z = reconstruct(load_pretrained(size), held_out[0][::every])
    give_network(engine, size)
    images = f"held_out.images.filter((_, i) => i % {every} === 0)"
    engine.eval(f"var codes = {images}.map((image) => network.encode(image)); 0")
    codes = take(engine, "codes", size)
    # PyTorch's own codes go in, so that each half is measured by itself.
    engine.eval(f"var given = {json.dumps(z.tolist())}; 0")
    decoded = take(engine, "given.map((z) => network.decode(z))", 784)
    both = take(engine, "codes.map((z) => network.decode(z))", 784)
    wanted = x_hat.flatten(1).numpy()
    assert len(codes) == 1000 / every
    assert np.abs((codes - z.numpy()) / 2).max() < 1e-4  # codes run from -1 to 1: halved, a scale of length 1
    assert np.abs(decoded - wanted).max() < 1e-4
    assert np.abs(both - wanted).max() < 1e-4
    assert wanted.std() > 0.1 and z.std() > 0.1  # and none of it is constant


def after_each_step(model, images):
    """What each step of the article's network passes on, kept by hooks while PyTorch runs it."""
    layers = [*model.encoder, *model.decoder]
    kept = {}
    for i, layer in enumerate(layers):
        layer.register_forward_hook(lambda _layer, _inputs, output, i=i: kept.update({i: output.clone()}))
    with torch.no_grad():
        model(images)
    normed = nn.BatchNorm2d | nn.MaxPool2d | nn.Tanh
    ends = [i for i, layer in enumerate(layers) if isinstance(layer, normed)]
    ends.insert(6, ends[5] + 2)  # the decoder's first activation, which no BatchNorm follows
    return [kept[i] for i in ends]


@pytest.mark.parametrize("size", [2, 16])
def test_what_each_step_passes_on_is_what_pytorchs_layers_pass_on(size, engine, held_out):
    images = held_out[0][::100]
    wanted = after_each_step(load_pretrained(size), images)
    wanted[-1] = (wanted[-1] + 1) / 2  # outside, pixels run from 0 to 1
    give_network(engine, size)
    engine.eval("var some = held_out.images.filter((_, i) => i % 100 === 0)")
    engine.eval("some = some.map((image) => network.encodeStepwise(image))")
    engine.eval("some = some.map((steps) => [...steps, ...network.decodeStepwise(steps.at(-1))]); 0")
    steps = run(engine, "network.steps")
    assert [step["kind"] for step in steps[5::5]] == ["code", "drawing"]
    assert len(steps) == len(wanted) == run(engine, "some[0].length")
    for i, (step, values) in enumerate(zip(steps, wanted, strict=True)):
        assert step["maps"] * step["side"] ** 2 == values[0].numel()
        assert values.ndim == 2 or values.shape[1:] == (step["maps"], step["side"], step["side"])
        seen = take(engine, f"some.map((passed) => passed[{i}])", values[0].numel())
        np.testing.assert_allclose(seen, values.flatten(1), atol=1e-4 * max(1.0, values.abs().max().item()))
        assert values.std() > 0.05


def test_numbers_become_ink_from_their_lowest_to_their_highest(engine):
    assert run(engine, "Array.from(asInk([-1, 0, 1, 5], [-1, 1]))") == [0, 0.5, 1, 1]
    assert run(engine, "Array.from(asInk([3, 3, 3]))") == [0, 0, 0]
    far = "Array.from({length: 101}, (_, i) => i === 0 ? -1000 : i === 100 ? 1000 : i)"
    assert run(engine, f"Array.from(asInk({far}))") == pytest.approx(
        [min(1, max(0, (i - 2) / 96)) for i in range(101)], abs=1e-6
    )


def test_a_dense_network_agrees_with_pytorch_but_for_the_scale_of_its_codes(engine, held_out):
    torch.manual_seed(4)
    model = MLPAutoencoder(2, hidden=(128, 32))
    x_hat, z = reconstruct(model, held_out[0][:50])
    give(engine, "weights", save(model.state_dict()))
    engine.eval("var network = new DenseNetwork(weights, 0.25), codes = held_out.images.slice(0, 50)")
    engine.eval("codes = codes.map((image) => network.encode(image)); 0")
    np.testing.assert_allclose(take(engine, "codes", 2), z / 0.25, atol=1e-5)
    np.testing.assert_allclose(take(engine, "codes.map((z) => network.decode(z))", 784), x_hat.flatten(1), atol=1e-5)
    assert run(engine, "network.latentDim") == 2 and z.std() > 0.01


def test_a_place_that_no_digit_has_is_decoded_as_pytorch_does_it(engine):
    places = torch.tensor([[0.0, 0.0], [1.0, -1.0], [-1.0, 1.0], [5.0, -5.0]])
    with torch.no_grad():
        wanted = load_pretrained(2).decode(places).flatten(1).numpy()
    give_network(engine, 2)
    drawn = take(engine, f"{places.tolist()}.map((z) => network.decode(z))", 784)
    np.testing.assert_allclose(drawn, wanted, atol=1e-4)


# ---------------------------------------------------------------------------------------------------- bad weights


def changed(change, latent_dim=2):
    """A file of weights whose list of contents was changed."""
    data = weights_path(latent_dim).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def with_bits(bits, name="decoder.3.weight"):
    """A file of weights, one number of which is these 16 bits."""
    data = bytearray(weights_path(2).read_bytes())
    (length,) = struct.unpack("<Q", data[:8])
    start = 8 + length + json.loads(data[8 : 8 + length])[name]["data_offsets"][0]
    data[start : start + 2] = struct.pack("<H", bits)
    return bytes(data)


BAD_WEIGHTS = {
    "empty": (b"", "cut short, or no weights: 0 bytes"),
    "cut-short": (weights_path(2).read_bytes()[:-1000], "cut short"),
    "text": (b"this is not a file of weights at all", "cut short, or no weights"),
    "garbled-header": (struct.pack("<Q", 4) + b"{{{{" + bytes(100), "damaged"),
    "missing": (changed(lambda header: header.pop("decoder.6.bias")), "decoder.6.bias is missing"),
    "another-shape": (
        changed(lambda header: header["decoder.6.weight"].update(shape=[16, 32, 3, 3])),
        r"decoder.6.weight has the shape \(16, 32, 3, 3\); wanted \(32, 16, 3, 3\)",
    ),
    "wrong-length": (
        changed(lambda header: header["encoder.0.bias"].update(shape=[17])),
        "cut short: encoder.0.bias wants 17 numbers",
    ),
    "another-size": (weights_path(3).read_bytes(), r"encoder.12.weight has the shape \(3, 64\); wanted \(2, 64\)"),
    "nan": (with_bits(0x7E00), "decoder.3.weight holds numbers that are NaN or infinite"),
    "infinite": (with_bits(0x7C00), "NaN or infinite"),
}


@pytest.mark.parametrize(("data", "words"), BAD_WEIGHTS.values(), ids=BAD_WEIGHTS)
def test_weights_that_cannot_be_used_are_refused(data, words, engine):
    with pytest.raises(JSEvalException, match=words):
        give_network(engine, 2, data)


def test_inputs_of_a_wrong_length_are_refused(engine):
    give_network(engine, 2)
    with pytest.raises(JSEvalException, match="783 pixels; wanted 784"):
        engine.eval("network.encode(new Array(783).fill(0)); 0")
    with pytest.raises(JSEvalException, match="3 numbers; wanted 2"):
        engine.eval("network.decode([0, 0, 0]); 0")
    for length in (0, 784, 1571):
        with pytest.raises(JSEvalException, match="cut short"):
            engine.eval(f"readDigits(new Uint8Array({length})); 0")
    with pytest.raises(JSEvalException, match="a label is not a digit"):
        engine.eval("readDigits(new Uint8Array(785).fill(10)); 0")


def test_halves_are_read_as_numpy_reads_them(engine):
    bits = np.arange(0, 2**16, 7, dtype=np.uint16)
    finite = np.isfinite(bits.view(np.float16))
    seen = np.array(run(engine, f"{bits[finite].tolist()}.map(halfToNumber)"), dtype=np.float64)
    assert np.array_equal(seen, bits[finite].view(np.float16).astype(np.float64))


# ------------------------------------------------------------------------------------------------------ neighbours


def test_neighbours_and_votes_have_known_answers(engine):
    assert run(engine, "nearest([[0, 0], [3, 4], [1, 0]], [0, 0], 3)") == [
        {"index": 0, "distance": 0}, {"index": 2, "distance": 1}, {"index": 1, "distance": 5},
    ]  # fmt: skip
    assert run(engine, "vote([7, 9, 7, 1], [{index: 1}, {index: 0}, {index: 2}])") == [
        {"digit": 7, "count": 2}, {"digit": 9, "count": 1},
    ]  # fmt: skip
    assert run(engine, "vote([7, 9], [{index: 1}, {index: 0}]).map(({digit}) => digit)") == [9, 7]
    assert run(engine, "firstOfEach(held_out.labels)") == [100 * digit for digit in range(10)]


def test_mean_squared_error_and_quantile_have_known_answers(engine):
    assert run(engine, "meanSquaredError([0, 1, 1, 0], [0, 0, 1, 0])") == 0.25
    assert run(engine, "quantile(Array.from({length: 1000}, (_, i) => 999 - i), 0.99)") == 990
    assert run(engine, "quantile([3, 1, 2], 1)") == 3


# --------------------------------------------------------------------------------------------------------- drawing

SEVEN = assets.states()["draw-digit"]["strokes"]


def drawn(engine, strokes):
    return take(engine, f"[drawStrokes({json.dumps(strokes)})]", 784).reshape(28, 28)


def middle(image):
    rows, columns = np.mgrid[:28, :28] + 0.5
    return (image * columns).sum() / image.sum(), (image * rows).sum() / image.sum()


def test_the_middle_of_the_ink_lies_where_mnist_has_it(engine):
    images = pack.load_mnist_sample("train")[0][:, 0].numpy()
    wanted = np.mean([middle(image) for image in images], axis=0)
    for strokes in (SEVEN, [[[0.2, 0.1], [0.5, 0.9], [0.6, 0.1]]]):
        np.testing.assert_allclose(middle(drawn(engine, strokes)), wanted, atol=0.05)


@pytest.mark.parametrize("turned", [False, True])
def test_a_drawing_fills_a_box_of_20_pixels_along_its_longer_side(turned, engine):
    line = [[0.3, 0.5], [0.6, 0.52]]
    ink = drawn(engine, [[point[::-1] for point in line] if turned else line])
    height, width = (ink.max(axis=axis).sum() for axis in (1, 0))  # pixels at the ends count in part
    assert max(height, width) == pytest.approx(20, abs=0.3) and min(height, width) < 4
    assert (height > width) == turned
    assert ink.min() == 0 and ink.max() == 1


def test_a_drawing_does_not_depend_on_where_or_how_large_it_was_drawn(engine):
    small = [[[0.4 + 0.5 * x, 0.05 + 0.5 * y] for x, y in stroke] for stroke in SEVEN]
    np.testing.assert_allclose(drawn(engine, small), drawn(engine, SEVEN), atol=1e-4)


def test_a_tap_is_a_dot_and_nothing_is_nothing(engine):
    dot = drawn(engine, [[[0.9, 0.1]]])
    assert 3 < dot.sum() < 10 and dot[14, 14] == 1
    assert run(engine, "drawStrokes([])") is None


def test_ink_is_as_thick_as_the_pen(engine):
    ink = drawn(engine, [[[0.5, 0.1], [0.5, 0.9]]])
    assert ink[10].sum() == pytest.approx(2.5, abs=0.05)  # the median pen of MNIST


def test_the_pad_starts_with_the_first_of_its_examples(engine):
    assert run(engine, "Object.entries(EXAMPLES)[0]") == ["a seven", SEVEN]


@pytest.mark.parametrize("size", shipped_sizes())
def test_a_drawn_seven_is_ordinary_and_lands_among_the_sevens_and_a_window_is_strange(size, engine, held_out):
    images, labels = held_out
    window = run(engine, "EXAMPLES['a window']")
    x = torch.from_numpy(np.stack([drawn(engine, SEVEN), drawn(engine, window)])[:, None])
    model = load_pretrained(size)
    x_hat, z = reconstruct(model, x)
    held_out_hat, codes = reconstruct(model, images)
    errors = (held_out_hat - images).square().mean(dim=(1, 2, 3))
    seven, strange = (x_hat - x).square().mean(dim=(1, 2, 3))
    if size > 1:  # one number mixes it with 4s and 9s
        assert (labels[(codes - z[0]).norm(dim=1).argsort()[:10]] == 7).sum() > 5
    assert seven < errors.median() and strange > errors.quantile(0.99)


@pytest.mark.parametrize("strokes", ['"a line"', "[[1, 2]]", "[[[0.5, 1.5]]]", "[[[0.5]]]", "[[[0.5, NaN]]]"])
def test_strokes_that_are_none_are_refused(strokes, engine):
    with pytest.raises(JSEvalException, match="wanted lists of points"):
        engine.eval(f"checkStrokes({strokes}); 0")


# ------------------------------------------------------------------------------------------------------ codes from dice


def test_the_classifier_and_the_judge_agree_with_pytorch(engine, held_out):
    images = held_out[0][::25]
    static = torch.rand(10, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    pictures = torch.cat([images, images / 2, (images + images.flip(0)) / 2, static, torch.zeros(1, 1, 28, 28)])
    judge = DigitJudge(load_classifier(), load_pretrained(16), load_mnist_sample("train")[0])
    assert json.loads(assets.data("judge")) == pytest.approx(
        {"min_confidence": judge.min_confidence, "max_lost": judge.max_lost}, abs=1e-5
    )
    give(engine, "file", assets.data("classifier"))
    give_network(engine, 16)
    engine.eval(f"var judge = new Judge(new Classifier(file), network, {assets.data('judge').decode()}); 0")
    engine.eval(f"var pictures = {json.dumps(pictures.flatten(1).tolist())}.map((one) => Float32Array.from(one)); 0")
    seen = run(engine, "pictures.map((one) => judge.classifier.classify(one))")
    labels, confidence = classify_digits(load_classifier(), pictures)
    assert [one["digit"] for one in seen] == labels.tolist()
    np.testing.assert_allclose([one["confidence"] for one in seen], confidence, atol=1e-4)
    lost = run(engine, "pictures.map((one) => judge.lost(one))")
    assert lost.pop() is None  # of a blank sheet infinitely much, which JSON does not know
    np.testing.assert_allclose(lost, judge.lost(pictures)[:-1], rtol=1e-3)
    _, sure, redrawn = judge.judge(pictures)
    passes = run(engine, "pictures.map((one) => judge.judge(one).passes)")
    assert passes == (sure & redrawn).tolist() and 10 < sum(passes) < len(passes) - 20


def test_weights_of_another_network_are_refused_by_the_classifier(engine):
    give(engine, "file", assets.data("weights-2"))
    with pytest.raises(JSEvalException, match=r"not the classifier's: layers\.0 is missing"):
        engine.eval("new Classifier(file)")


@pytest.mark.parametrize("size", [2, 16])
@pytest.mark.parametrize("source", ["cube", "box", "gaussian", "mixture"])
def test_dice_in_the_page_throw_like_those_in_python(source, size, engine, held_out):
    give(engine, "file", assets.data(f"dice-{size}"))
    engine.eval("var dice = new Dice(file, new Random(0)); 0")
    thrown = take(engine, f"Array.from({{ length: 4000 }}, () => dice.throw('{source}'))", size)
    z = reconstruct(load_pretrained(size), load_mnist_sample("train")[0])[1]
    wanted = sample_codes(source, z, 4000, torch.Generator().manual_seed(0)).numpy()
    np.testing.assert_allclose(thrown.mean(axis=0), wanted.mean(axis=0), atol=0.06)
    np.testing.assert_allclose(np.cov(thrown.T), np.cov(wanted.T), atol=0.03)


def test_real_codes_in_the_page_are_those_of_held_out_digits(engine, held_out):
    give(engine, "file", assets.data("dice-3"))
    engine.eval("dice = new Dice(file, new Random(0)); 0")
    thrown = torch.from_numpy(take(engine, "Array.from({ length: 50 }, () => dice.throw('real'))", 3).copy())
    z = reconstruct(load_pretrained(3), held_out[0])[1]
    assert torch.cdist(thrown, z).min(dim=1).values.max() < 1e-3
    assert len(thrown.unique(dim=0)) > 30
