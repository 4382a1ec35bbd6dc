"""Networks that train in a page, in a JavaScript engine without one: PyTorch and the rest of aeutils are the oracle."""

import gzip
import json
import math

import numpy as np
import pytest
import torch
from py_mini_racer import MiniRacer
from safetensors.torch import load as load_tensors
from scipy.stats import spearmanr
from torch import nn
from torch.nn import functional as F

from aeutils.autoencoder import reconstruct
from aeutils.data import load_mnist_sample
from aeutils.live import assets, pack, scripts
from aeutils.metrics import knn_accuracy
from aeutils.models import ConvAutoencoder, LinearAutoencoder, MLPAutoencoder
from aeutils.synthetic import draw_pendulum, make_swiss_roll
from aeutils.training import Recipe, fit
from aeutils.unrolling import fit_roll, geodesic_distances, sammon_stress, score_unrolling
from aeutils.vae import DenseVariationalAutoencoder, ELBOLoss, kl_divergence

SCRIPTS = [
    "learning/worker.js", "learning/swiss_roll.js", "learning/pendulum.js", "learning/one_weight.js",
    "network/network.js",
]  # fmt: skip

# What a page has and a bare engine has not. Time passes only when somebody looks at the clock.
STAND_INS = """
var clock = 0, performance = { now: () => ++clock };
var waiting = [], setTimeout = (later) => waiting.push(later);
const finish = (work) => { for (;;) { const { done, value } = work.next(); if (done) return value; } };
"""


class Engine:
    """V8 with the scripts, in single or double precision, with or without WebAssembly."""

    def __init__(self, *, double=False, assembled=True):
        self.dtype = np.float64 if double else np.float32
        source = scripts.joined(*SCRIPTS)
        assert source.count("const NUMBERS = Float32Array;") == 1
        if double:
            source = source.replace("const NUMBERS = Float32Array;", "const NUMBERS = Float64Array;")
        self.v8 = MiniRacer()
        self.eval(("" if assembled else "WebAssembly = undefined;") + STAND_INS + source)

    def eval(self, code):
        return self.v8.eval(f"{code};\n0")

    def run(self, expression):
        """A value of JavaScript, as Python has it; NaN becomes None."""
        return json.loads(self.v8.eval(f"JSON.stringify({expression})"))

    def give(self, name, array):
        """Put numbers into a variable of JavaScript."""
        array = np.ascontiguousarray(array, self.dtype)
        memory = self.v8.eval(f"var {name} = new Float{8 * array.itemsize}Array({array.size}); {name}.buffer")
        memory[:] = array.tobytes()

    def take(self, expression, *shape, dtype=np.float64):
        """Numbers from JavaScript."""
        name = {np.float64: "Float64Array", np.uint8: "Uint8Array"}[dtype]
        # The variable keeps the numbers in memory until they are copied: mini-racer does not.
        memory = self.v8.eval(f"var taken = {name}.from({expression}); taken.buffer")
        return np.frombuffer(bytes(memory), dtype).reshape(shape or -1)

    def begin(self, model, inputs, recipe=None, *, seed=0, watch="undefined"):
        """Let `trainer` be ready for its first step."""
        self.give("inputs", inputs)
        parts = f"model: {model}, inputs, recipe: {json.dumps(recipe or {})}, seed: {seed}, watch: {watch}"
        self.eval(f"var trainer = new Trainer({{ {parts} }}); finish(trainer.prepare())")

    def parameters(self, what):
        """All that is learned ("value"), or how the loss depends on it ("gradient"), an array a parameter."""
        names = self.run("Array.from(trainer.model.namedParameters(), ([name]) => name)")
        arrays = [self.take(f"[...trainer.model.namedParameters()][{i}][1].{what}") for i in range(len(names))]
        return dict(zip(names, arrays, strict=True))

    def look(self):
        """What `trainer` sees: codes, decoded, error, score."""
        self.eval("var seen = finish(trainer.look())")


@pytest.fixture(scope="module")
def make_engine():
    engines = {}

    def make(**options):
        key = tuple(options.items())
        engines[key] = engines.get(key) or Engine(**options)
        return engines[key]

    yield make
    for engine in engines.values():
        engine.v8.close()  # left to the end of the process, it may never end


@pytest.fixture
def engine(make_engine):
    return make_engine()


@pytest.fixture(scope="module")
def roll():
    return make_swiss_roll(400, seed=3)[0]


@pytest.fixture(scope="module")
def swings():
    generator = torch.Generator().manual_seed(4)
    return draw_pendulum((2 * torch.rand(100, 1, generator=generator) - 1) * 0.7)


def with_activation(kind):
    class Other(MLPAutoencoder):
        @staticmethod
        def _layers(widths):
            return [layer if isinstance(layer, nn.Linear) else kind() for layer in MLPAutoencoder._layers(widths)]

    return Other


def dense(input_size, hidden, latent_dim, activation="elu"):
    return json.dumps(
        {"kind": "dense", "inputSize": input_size, "hidden": hidden, "latentDim": latent_dim, "activation": activation}
    )


CLOUDS = '{ kind: "dense-vae", inputSize: 784, hidden: [32, 16], latentDim: 2 }'

# ---------------------------------------------------------------------------------------------------- random numbers

MODELS = {
    "roll": (lambda: MLPAutoencoder(2, input_shape=(3,), hidden=(64, 64)), dense(3, [64, 64], 2)),
    "swing": (lambda: MLPAutoencoder(1, hidden=(128, 32)), dense(784, [128, 32], 1)),
    "linear": (lambda: LinearAutoencoder(2), dense(784, [], 2)),
    "conv-2": (lambda: ConvAutoencoder(2), '{ kind: "conv", latentDim: 2 }'),
    "conv-3": (lambda: ConvAutoencoder(3), '{ kind: "conv", latentDim: 3 }'),
    "clouds": (lambda: DenseVariationalAutoencoder(2, hidden=(32, 16)), CLOUDS),
}


@pytest.mark.parametrize(("make_model", "model"), MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("seed", [0, 10, 2**32 - 1])
def test_the_same_seed_gives_pytorchs_first_weights(seed, make_model, model, engine):
    torch.manual_seed(seed)
    wanted = make_model()
    engine.eval(f"var trainer = {{ model: makeAutoencoder({model}, new Random({seed})) }}")
    weights = engine.parameters("value")
    assert list(weights) == [name for name, _ in wanted.named_parameters()]
    for name, parameter in wanted.named_parameters():
        assert np.array_equal(weights[name], parameter.detach().double().flatten()), name


@pytest.mark.parametrize(("n", "batch_size"), [(2000, 128), (1001, 64), (5, 4), (3, 1), (2, 256)])
def test_the_same_seed_gives_the_batches_of_fit(n, batch_size, engine):
    seen = []

    class Watching(LinearAutoencoder):
        def forward(self, x):
            if self.training:
                seen.append((x[:, 0] * n).round().int().tolist())
            return super().forward(x)

    inputs = torch.arange(n)[:, None] / n
    recipe = Recipe(num_epochs=2, batch_size=batch_size, lr=1e-4)
    fit(Watching(1, input_shape=(1,)), inputs, recipe=recipe, seed=7, progress=False, device="cpu")
    engine.begin(dense(1, [], 1), inputs, {"numEpochs": 2, "batchSize": batch_size}, seed=7)
    count = engine.run("trainer.steps")
    rows = engine.run(
        f"Array.from({{ length: {count} }}, (_, i) => {{ trainer.done = i; return [...trainer.nextRows()]; }})"
    )
    assert rows == seen and len(seen) >= 2


@pytest.mark.parametrize(("n", "noise", "seed"), [(2000, 0.0, 10), (1000, 0.0, 1000), (501, 0.5, 3)])
def test_the_swiss_roll_is_the_one_of_aeutils(n, noise, seed, engine):
    points, sheet = make_swiss_roll(n, noise=noise, seed=seed)
    engine.eval(f"var roll = makeSwissRoll({{ n: {n}, noise: {noise}, seed: {seed} }})")
    np.testing.assert_allclose(engine.take("roll.points", n, 3), points, atol=1e-6)
    np.testing.assert_allclose(engine.take("roll.sheet", n, 2), sheet, atol=1e-5)


@pytest.mark.parametrize("links", [1, 2])
def test_the_pendulum_is_the_one_of_aeutils(links, engine):
    reach = math.radians(40)
    angles = (2 * torch.rand(50, links, generator=torch.Generator().manual_seed(6)) - 1) * reach
    engine.eval(f"var angles = drawAngles({{ n: 50, links: {links}, reach: {reach}, seed: 6 }})")
    assert np.array_equal(engine.take("angles", 50, links), angles)
    pictures = engine.take(f"{angles.tolist()}.flatMap((each) => [...drawPendulum(each)])", 50, 1, 28, 28)
    np.testing.assert_allclose(pictures, draw_pendulum(angles), atol=1e-5)


@pytest.mark.long
def test_the_stored_training_digits_are_those_of_the_sample():
    assert assets.data("training-digits") == pack.digits_bytes("train")


# -------------------------------------------------------------------------------------------------------- one product


@pytest.mark.parametrize("assembled", [True, False])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 7), (4, 8, 2), (6, 16, 40), (130, 67, 33), (200, 4, 8)])
@pytest.mark.parametrize("transposed", ["", "a", "b"])
def test_a_product_of_matrices_is_numpys(transposed, shape, assembled, make_engine):
    engine = make_engine(assembled=assembled)
    assert engine.run("isAssembled") == assembled
    (m, n, k), draw = shape, np.random.default_rng(0).standard_normal
    a, b = draw((m, k)), draw((k, n))
    engine.give("a", a.T if transposed == "a" else a)
    engine.give("b", b.T if transposed == "b" else b)
    engine.eval(f'var c = new Float32Array({m * n}); multiply(c, [{m}, {n}, {k}], a, b, "{transposed}")')
    np.testing.assert_allclose(engine.take("c", m, n), a @ b, atol=2e-5)


# -------------------------------------------------------------------------------------------------------- one weight


@pytest.mark.parametrize("lr", [0.001, 0.01, 0.03, 0.05, 0.06, 0.1])
def test_steps_downhill_are_those_of_sgd(lr, engine):
    degrees = torch.arange(-36.0, 37, 8, dtype=torch.float64)
    pictures = draw_pendulum(torch.deg2rad(degrees)[:, None])[:, 0].double()
    middle = (pictures * (torch.arange(28) - 13.5)).sum((1, 2)) / pictures.sum((1, 2))
    w = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=lr)
    engine.eval("var swings = tenSwings(), weight = 0")
    for _ in range(5):
        optimizer.zero_grad()
        loss = (w * middle - degrees).square().mean()
        loss.backward()
        assert engine.run("lossOf(weight, swings)") == pytest.approx(loss.item(), rel=1e-5)
        assert engine.run("gradientOf(weight, swings)") == pytest.approx(w.grad.item(), rel=1e-5)
        optimizer.step()
        engine.eval(f"weight = stepDownhill(weight, {lr}, swings)")
        assert engine.run("weight") == pytest.approx(w.item(), rel=1e-5)
    by_formula = ((middle * degrees).sum() / (middle**2).sum()).item()
    assert engine.run("lowestWeight(swings)") == pytest.approx(by_formula, rel=1e-6)


# ---------------------------------------------------------------------------------------------------------- gradients

PRECISIONS = {"double": {"double": True}, "single": {}, "single-without-webassembly": {"assembled": False}}
NETWORKS = {  # how to make it, the same in a page, what it learns from, the weight of the geodesic term
    "elu": (MLPAutoencoder, "elu", "roll", 0.0),
    "relu": (with_activation(nn.ReLU), "relu", "roll", 0.0),
    "tanh": (with_activation(nn.Tanh), "tanh", "roll", 0.0),
    "linear": (with_activation(nn.Identity), "linear", "roll", 0.0),
    "geodesic": (MLPAutoencoder, "elu", "roll", 1.5),
    "pictures": (MLPAutoencoder, "elu", "swings", 0.0),
    "conv": (ConvAutoencoder, None, "swings", 0.0),
}


def relative_difference(seen, wanted):
    return np.abs(seen - wanted).max() / np.abs(wanted).max()


@pytest.mark.parametrize(("kind", "activation", "data", "weight"), NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("options", PRECISIONS.values(), ids=PRECISIONS)
def test_gradients_are_pytorchs(options, kind, activation, data, weight, make_engine, request):
    engine, x = make_engine(**options), request.getfixturevalue(data)
    shape = x.shape[1:]
    torch.manual_seed(5)
    if activation:
        model = kind(2, input_shape=tuple(shape), hidden=(32, 16)).double()
        engine_model = dense(math.prod(shape), [32, 16], 2, activation)
    else:
        model, engine_model = kind(2).double(), '{ kind: "conv", latentDim: 2 }'
    engine.begin(engine_model, x, {"batchSize": 64, "geodesicWeight": weight}, seed=5)
    batches = math.ceil(len(x) / 64)
    rows = torch.randperm(len(x), generator=torch.Generator().manual_seed(5)).tensor_split(batches)[0]
    x_hat, z = model.train()(x[rows].double())
    loss = F.mse_loss(x_hat, x[rows].double())
    if weight:
        distances = torch.tensor(engine.take("trainer.distances.flatMap((row) => [...row])", len(x), len(x)))
        loss = loss + weight * sammon_stress(z, distances[rows][:, rows])
    loss.backward()
    assert engine.run("trainer.step()") == pytest.approx(loss.item(), rel=1e-10 if options.get("double") else 1e-5)
    gradients = engine.parameters("gradient")
    worst = max(
        relative_difference(gradients[name], parameter.grad.flatten().numpy())
        for name, parameter in model.named_parameters()
    )
    assert worst < (1e-8 if options.get("double") else 5e-5 if activation else 5e-3)


@pytest.fixture
def share_noise(monkeypatch):
    """Lets the clouds of `trainer` and of PyTorch draw with the same noise, which no generator of theirs gives them."""

    def share(engine, count):
        engine.give("noise", np.random.default_rng(0).standard_normal(count))
        engine.eval("var drawn = 0; trainer.model.cloud.random = { normal: () => noise[drawn++] }")
        noise = iter(torch.tensor(engine.take("noise")))
        monkeypatch.setattr(
            torch, "randn_like", lambda mean: torch.stack([next(noise) for _ in mean.flatten()]).reshape(mean.shape)
        )

    return share


@pytest.mark.parametrize("options", PRECISIONS.values(), ids=PRECISIONS)
def test_gradients_with_clouds_are_pytorchs(options, make_engine, swings, share_noise):
    engine, x = make_engine(**options), swings.double()
    torch.manual_seed(5)
    model = DenseVariationalAutoencoder(2, hidden=(32, 16)).double().train()
    engine.begin(CLOUDS, swings, {"batchSize": len(x), "klWeight": 3}, seed=5)
    share_noise(engine, 2 * len(x))
    rows = torch.randperm(len(x), generator=torch.Generator().manual_seed(5))
    loss = ELBOLoss(3)(model(x[rows]), x[rows])
    loss.backward()
    assert engine.run("trainer.step()") == pytest.approx(loss.item(), rel=1e-10 if options.get("double") else 1e-5)
    gradients = engine.parameters("gradient")
    worst = max(
        relative_difference(gradients[name], parameter.grad.flatten().numpy())
        for name, parameter in model.named_parameters()
    )
    assert worst < (1e-9 if options.get("double") else 5e-5)


def test_a_cloud_draws_codes_as_wide_as_it_is_and_in_evaluation_its_middle(engine, swings):
    engine.begin(CLOUDS, swings[:2].flatten(1).repeat(1000, 1), seed=3)
    engine.eval("var drawn = trainer.model.encode(inputs, 2000, true).slice(), { cloud } = trainer.model")
    z, mean = engine.take("drawn", 1000, 2, 2), engine.take("cloud.means", 1000, 2, 2)
    noise = (z - mean) / np.exp(engine.take("cloud.logVariances", 1000, 2, 2) / 2)
    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=0.1)
    np.testing.assert_allclose(noise.std(axis=0), 1, atol=0.08)
    assert abs(np.corrcoef(noise.reshape(1000, 4).T) - np.eye(4)).max() < 0.1
    assert np.array_equal(engine.take("trainer.model.encode(inputs, 2000)", 1000, 2, 2), mean)


# ----------------------------------------------------------------------------------------------------- whole trainings


class InDoublePrecision(nn.Module):
    """A model that `fit` may train although its weights are doubles."""

    def __init__(self, model):
        super().__init__()
        self.model, self.input_shape = model.double(), model.input_shape

    def forward(self, x):
        return self.model(x.double())


def losses_of(engine):
    """The mean loss of each epoch, as `fit` keeps it."""
    engine.eval(
        """var losses = [], rows, next = trainer.nextRows.bind(trainer);
        trainer.nextRows = () => (rows = next());
        while (!trainer.isFinished) {
          if (trainer.done % trainer.stepsPerEpoch === 0) losses.push(0);
          const loss = trainer.step();
          losses[losses.length - 1] += (loss * rows.length) / trainer.n;
        }"""
    )
    return engine.run("losses")


@pytest.mark.parametrize("one_cycle", [True, False])
@pytest.mark.parametrize("kind", ["dense", "conv"])
def test_a_training_follows_pytorchs_to_the_last_weight(kind, one_cycle, make_engine, roll, swings):
    engine = make_engine(double=True)
    x = roll if kind == "dense" else swings
    torch.manual_seed(8)
    model = MLPAutoencoder(2, input_shape=(3,), hidden=(16,)) if kind == "dense" else ConvAutoencoder(2)
    recipe = Recipe(num_epochs=10, batch_size=64, lr=1e-2, one_cycle=one_cycle, beta2=0.95)
    history = fit(
        InDoublePrecision(model), x, recipe=recipe, seed=8, progress=False, device="cpu",
        loss=lambda output, target: F.mse_loss(output[0], target.double()),
    )  # fmt: skip
    engine_model = dense(3, [16], 2) if kind == "dense" else '{ kind: "conv", latentDim: 2 }'
    settings = {"numEpochs": 10, "batchSize": 64, "lr": 1e-2, "oneCycle": one_cycle, "beta2": 0.95}
    engine.begin(engine_model, x, settings, seed=8)
    np.testing.assert_allclose(losses_of(engine), history.train_loss, rtol=1e-7)
    assert history.train_loss[-1] < 0.7 * history.train_loss[0]
    saved = load_tensors(engine.take("writeSafetensors(trainer.model.tensors())", dtype=np.uint8).tobytes())
    for name, wanted in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        np.testing.assert_allclose(saved.pop(name), wanted, rtol=2e-5, atol=2e-6, err_msg=name)
    assert not saved


def test_a_training_with_clouds_follows_pytorchs_to_the_last_weight(make_engine, swings, share_noise):
    engine = make_engine(double=True)
    torch.manual_seed(8)
    model, elbo = DenseVariationalAutoencoder(2, hidden=(32, 16)), ELBOLoss(0.3)
    engine.begin(CLOUDS, swings, {"numEpochs": 10, "batchSize": 20, "lr": 1e-2, "klWeight": 0.3}, seed=8)
    share_noise(engine, 10 * len(swings) * 2)
    history = fit(
        InDoublePrecision(model), swings, recipe=Recipe(num_epochs=10, batch_size=20, lr=1e-2), seed=8, progress=False,
        device="cpu", loss=lambda output, target: elbo(output, target.double()),
    )  # fmt: skip
    np.testing.assert_allclose(losses_of(engine), history.train_loss, rtol=1e-7)
    assert history.train_loss[-1] < 0.7 * history.train_loss[0]
    saved = load_tensors(engine.take("writeSafetensors(trainer.model.tensors())", dtype=np.uint8).tobytes())
    for name, wanted in model.state_dict().items():
        np.testing.assert_allclose(saved.pop(name), wanted, rtol=2e-5, atol=2e-6, err_msg=name)
    assert not saved

    engine.look()
    with torch.no_grad():
        mean, log_variance = model.eval().posterior(swings.double())
        error = (model.decode(mean) - swings).square().mean().item()
    np.testing.assert_allclose(engine.take("seen.codes", *mean.shape), mean, atol=1e-5)
    np.testing.assert_allclose(engine.take("seen.logVariances", *mean.shape), log_variance, atol=1e-5)
    assert engine.run("seen.kl") == pytest.approx(kl_divergence(mean, log_variance).mean().item(), rel=1e-7)
    assert engine.run("seen.error") == pytest.approx(error, rel=1e-7)


def test_a_training_with_the_geodesic_term_follows_fit_roll(engine, roll):
    recipe = Recipe(num_epochs=10, batch_size=128, lr=1e-2)
    model, history = fit_roll(roll, geodesic_weight=1.0, recipe=recipe, seed=11, progress=False)
    settings = {"numEpochs": 10, "batchSize": 128, "lr": 1e-2, "geodesicWeight": 1}
    engine.begin(dense(3, [64, 64], 2), roll, settings, seed=11)
    np.testing.assert_allclose(losses_of(engine), history.train_loss, rtol=1e-3)
    engine.look()
    x_hat, z = reconstruct(model, roll)
    np.testing.assert_allclose(engine.take("seen.codes", *z.shape), z, atol=0.01)
    assert engine.run("seen.error") == pytest.approx((x_hat - roll).square().mean().item(), rel=0.02)


def test_geodesic_distances_are_those_of_aeutils(engine):
    points = make_swiss_roll(700, seed=2)[0]
    engine.give("points", points)
    engine.eval("var distances = finish(geodesicDistances(points, 3))")
    seen = engine.take("distances.flatMap((row) => [...row])", 700, 700)
    np.testing.assert_allclose(seen, geodesic_distances(points), atol=1e-6)


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_a_network_trained_in_a_page_is_one_for_pytorch_and_for_the_other_figures(latent_dim, engine, swings):
    engine.begin(
        f'{{ kind: "conv", latentDim: {latent_dim} }}', swings, {"numEpochs": 5, "batchSize": 20}, seed=1,
        watch="{ inputs, decoded: 100 }",
    )  # fmt: skip
    engine.eval("while (!trainer.isFinished) trainer.step()")
    engine.look()
    codes, decoded = engine.take("seen.codes", 100, latent_dim), engine.take("seen.decoded", 100, 1, 28, 28)
    engine.eval("var bytes = writeSafetensors(trainer.model.tensors())")
    model = ConvAutoencoder(latent_dim)
    model.load_state_dict(load_tensors(engine.take("bytes", dtype=np.uint8).tobytes()))
    x_hat, z = reconstruct(model, swings)
    np.testing.assert_allclose(codes, z, atol=1e-4)
    np.testing.assert_allclose(decoded, x_hat, atol=1e-4)
    assert engine.run("seen.error") == pytest.approx((x_hat - swings).square().mean().item(), rel=1e-3)
    engine.eval(f"var network = new Network(bytes, {latent_dim})")
    drawn = engine.take(
        "[0, 50, 99].flatMap((i) => [...network.decode(network.encode(inputs.slice(784 * i, 784 * i + 784)))])"
    )
    np.testing.assert_allclose(drawn.reshape(3, 1, 28, 28), x_hat[[0, 50, 99]], atol=1e-3)
    asked = engine.take(f"trainer.decode({z[:3].flatten().tolist()})", 3, 1, 28, 28)
    np.testing.assert_allclose(asked, x_hat[:3], atol=1e-4)


# ------------------------------------------------------------------------------------------------------------- scores

CODES = {
    "sheet": lambda sheet: sheet,
    "turned": lambda sheet: sheet @ torch.tensor([[0.1, 0.3], [-0.2, 0.1]]),
    "noisy": lambda sheet: sheet + 3 * torch.randn(sheet.shape, generator=torch.Generator().manual_seed(0)),
    "torn": lambda sheet: torch.stack([sheet[:, 0].remainder(45), sheet[:, 1]], dim=1),
    "one-number": lambda sheet: sheet[:, :1] ** 2,
    "three-numbers": lambda sheet: torch.cat([sheet, sheet[:, :1].sin() * 5], dim=1),
    "on-a-line": lambda sheet: sheet[:, :1] * torch.tensor([[1.0, 2.0]]),
    "random": lambda sheet: torch.randn(len(sheet), 2, generator=torch.Generator().manual_seed(1)),
}


@pytest.mark.parametrize("name", CODES)
def test_the_unrolling_score_is_that_of_aeutils(name, engine):
    sheet = make_swiss_roll(1500, seed=5)[1]
    z = CODES[name](sheet)
    wanted = score_unrolling(z, sheet)
    engine.give("sheet", sheet)
    engine.give("z", z)
    seen = engine.run(f"scoreUnrolling(z, {z.shape[1]}, sheet)")
    assert seen["distanceCorrelation"] == pytest.approx(wanted.distance_correlation, abs=1e-9)
    assert seen["r2Length"] == pytest.approx(wanted.r2_length, abs=1e-6)
    assert seen["r2Height"] == pytest.approx(wanted.r2_height, abs=1e-6)
    assert seen["farNeighbours"] == pytest.approx(wanted.far_neighbours, abs=1e-12)
    assert seen["unrolled"] == wanted.unrolled == (name in ("sheet", "turned", "three-numbers"))


def test_codes_on_one_place_are_not_unrolled(engine):
    sheet = make_swiss_roll(50, seed=5)[1]
    engine.give("sheet", sheet)
    seen = engine.run("scoreUnrolling(new Float32Array(100), 2, sheet)")
    assert (seen["distanceCorrelation"], seen["r2Length"], seen["unrolled"]) == (0, 0, False)


@pytest.mark.parametrize("latent_dim", [1, 2, 3])
def test_votes_of_ten_neighbours_are_those_of_aeutils(latent_dim, engine, held_out):
    labels = held_out[1]
    z = torch.randn(1000, latent_dim, generator=torch.Generator().manual_seed(2)) + labels[:, None] / 3
    engine.give("z", z)
    wanted = knn_accuracy(z, labels)
    assert engine.run(f"knnAccuracy(z, {latent_dim}, {labels.tolist()})") == wanted and 0.15 < wanted < 0.6


def test_rank_correlation_is_scipys(engine):
    draw = np.random.default_rng(3)
    a, b = draw.integers(0, 20, 200), draw.standard_normal(200)  # with ties
    for second in (b, a + 5 * b, -a):
        seen = engine.run(f"rankCorrelation({a.tolist()}, {second.tolist()})")
        assert seen == pytest.approx(spearmanr(a, second).statistic, abs=1e-12)


# ---------------------------------------------------------------------------------------------- what the figures claim


def unrolled_by(engine, seed, geodesic_weight, steps):
    """At which of these steps the codes of fresh points are unrolled."""
    points = make_swiss_roll(2000, seed=seed)[0]
    settings = {"numEpochs": 125, "batchSize": 128, "lr": 1e-2, "geodesicWeight": geodesic_weight}
    engine.begin(
        dense(3, [64, 64], 2), points, settings, seed=seed, watch="{ inputs: fresh.points, sheet: fresh.sheet }"
    )
    assert engine.run("trainer.steps") == 2000
    found = []
    for step in steps:
        engine.eval(f"while (trainer.done < {step}) trainer.step()")
        engine.look()
        if engine.run("seen.score.unrolled"):
            found.append(step)
    return found


def ten_seeds(first):
    """The seeds from 10 to 19; all but the first few only for `make test-all`."""
    return [pytest.param(seed, marks=[] if seed < 10 + first else pytest.mark.slow) for seed in range(10, 20)]


@pytest.fixture
def fresh(engine):
    engine.eval("var fresh = makeSwissRoll({ n: 1000, seed: 1000 })")


@pytest.mark.long
@pytest.mark.parametrize("seed", ten_seeds(2))
def test_with_the_geodesic_term_the_roll_is_unrolled_by_step_600(seed, engine, fresh):
    assert unrolled_by(engine, seed, 1.0, (400, 500, 600))


@pytest.mark.long
@pytest.mark.parametrize("seed", ten_seeds(1))
def test_without_the_geodesic_term_the_roll_is_never_unrolled(seed, engine, fresh):
    assert not unrolled_by(engine, seed, 0.0, (400, 500, 600, 1000, 2000))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_half_of_the_votes_are_right_after_18_epochs_on_the_shipped_digits(seed, engine, held_out):
    images, labels = held_out
    engine.give("held", images)
    watch = f"{{ inputs: held, labels: {labels.tolist()} }}"
    settings = {"numEpochs": 18, "batchSize": 64, "lr": 1e-2, "beta2": 0.95}
    engine.begin('{ kind: "conv", latentDim: 2 }', load_mnist_sample("train")[0], settings, seed=seed, watch=watch)
    engine.look()
    assert engine.run("seen.score") < 0.45
    engine.eval("while (!trainer.isFinished) trainer.step()")
    engine.look()
    assert engine.run("seen.score") >= 0.5


# -------------------------------------------------------------------------------------------------------- bad input

SOUND = {
    "model": {"kind": "dense", "inputSize": 2, "hidden": [4], "latentDim": 1, "activation": "elu"},
    "inputs": [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.8],
    "recipe": {"numEpochs": 3, "batchSize": 2},
}
BAD_JOBS = {
    "empty": ({"inputs": []}, "There are 0 inputs for training; wanted at least 2."),
    "one-point": ({"inputs": [1, 2]}, "There is 1 input for training; wanted at least 2."),
    "odd": ({"inputs": [1, 2, 3]}, "There are 3 numbers for training; one input has 2."),
    "nan": ({"inputs": [1, None, 3, "x"]}, "The inputs for training hold numbers that are NaN or infinite."),
    "nothing-watched": ({"watch": {"inputs": []}}, "There are 0 inputs for what is watched; wanted at least 1."),
    "network": ({"model": {"kind": "gan"}}, 'There is no network called "gan"; there are: dense, conv, dense-vae.'),
    "no-network": ({"model": None}, 'There is no network called "undefined"; there are: dense, conv, dense-vae.'),
    "activation": (
        {"model": SOUND["model"] | {"activation": "gelu"}},
        'There is no activation called "gelu"; there are: elu, relu, tanh, linear.',
    ),
    "size": ({"model": SOUND["model"] | {"latentDim": 0}}, "The size of latentDim is 0; it must be a whole number"),
    "width": ({"model": SOUND["model"] | {"hidden": [4, 2.5]}}, "The size of hidden layer 2 is 2.5; it must be a"),
    "epochs": ({"recipe": {"numEpochs": 0}}, "0 epochs: wanted a whole number from 1 up."),
    "batch": ({"recipe": {"batchSize": 0.5}}, "0.5 inputs in a batch: wanted a whole number from 1 up."),
    "rate": ({"recipe": {"lr": 0}}, "The learning rate is 0; wanted a number above 0, such as 0.01."),
    "weight": ({"recipe": {"geodesicWeight": -1}}, "The geodesic term's weight is -1; wanted 0 or more."),
    "nats": ({"recipe": {"klWeight": -1}}, "The divergence's weight is -1; wanted 0 or more."),
    "pieces": (
        {"inputs": [0.01 * i + 9 * (i > 23) for i in range(48)], "recipe": {"geodesicWeight": 1}},
        "Some points cannot be reached from others by 8 nearest neighbours.",
    ),
    "rate-too-large": (
        {"recipe": {"lr": 1e6, "numEpochs": 100}},
        "training has diverged. Lower the learning rate (now 1000000), to a tenth for a start.",
    ),
}  # fmt: skip


@pytest.fixture
def conversation(engine):
    """Sends orders to the side that trains, and gives its answers."""
    engine.eval("var answers = [], answer = answerOrders((message) => answers.push(message), 20)")

    def say(order, **more):
        engine.eval(f"answers.length = 0; answer({json.dumps({'order': order, **more})})")
        for _ in range(1000):
            if not engine.run("waiting.length"):
                break
            engine.eval("waiting.shift()()")
        return engine.run("answers")

    engine.eval("waiting.length = 0")
    return say


@pytest.mark.parametrize(("change", "sentence"), BAD_JOBS.values(), ids=BAD_JOBS)
def test_a_job_that_cannot_be_done_is_refused_in_a_sentence(change, sentence, conversation):
    answers = [*conversation("begin", job=SOUND | change), *conversation("run", steps=1000)]
    problems = [answer["problem"] for answer in answers if "problem" in answer]
    assert len(problems) == 1 and sentence in problems[0], answers[-1]
    assert conversation("run", steps=1) == []  # nobody is left who could


# ---------------------------------------------------------------------------------------------------- a conversation


def reports(answers):
    return [answer["report"] for answer in answers]


def test_a_training_is_begun_stepped_run_and_begun_again(conversation):
    first = reports(conversation("begin", job=SOUND))[-1]
    assert (first["step"], first["steps"], first["stepsPerEpoch"], first["loss"]) == (0, 6, 2, None)
    assert not first["isRunning"] and not first["isFinished"] and len(first["codes"]) == 4
    step = reports(conversation("run", steps=1))[-1]
    assert step["step"] == 1 and step["loss"] > 0 and step["codes"] != first["codes"] and not step["isRunning"]
    epoch = reports(conversation("run", steps=step["stepsPerEpoch"]))[-1]
    assert epoch["step"] == 3
    last = reports(conversation("run", steps=1e9))[-1]
    assert last["step"] == 6 and last["isFinished"] and not last["isRunning"]
    again = reports(conversation("begin", job=SOUND))[-1]
    assert again["step"] == 0 and again["codes"] == first["codes"]
    other = reports(conversation("begin", job=SOUND | {"seed": 1}))[-1]
    assert other["codes"] != first["codes"]


def test_reports_wait_until_the_last_one_was_seen(engine, conversation):
    job = SOUND | {"recipe": {"numEpochs": 2000, "batchSize": 2}}
    conversation("begin", job=job)
    unseen = reports(conversation("run", steps=1000))
    assert [report["step"] for report in unseen] == [1000]  # when it pauses it says so all the same
    engine.eval("answers.push = (message) => ((answers[answers.length] = message), answer({ order: 'seen' }))")
    conversation("seen")
    seen = reports(conversation("run", steps=1000))
    steps = [report["step"] for report in seen]
    assert len(steps) > 5 and steps == sorted(set(steps)) and steps[-1] == 2000
    assert [report["isRunning"] for report in seen] == [True] * (len(seen) - 1) + [False]


def test_orders_are_heard_while_it_trains(engine, conversation):
    job = SOUND | {"recipe": {"numEpochs": 5000, "batchSize": 2}}
    conversation("begin", job=job)
    engine.eval("answer({ order: 'run', steps: Infinity })")
    assert conversation("decode", codes=[0.5], id=3)[0]["id"] == 3  # and then it goes on
    engine.eval("answer({ order: 'begin', job: " + json.dumps(job) + " }); answer({ order: 'run', steps: Infinity })")
    for _ in range(3):
        engine.eval("waiting.shift()()")
    paused = reports(conversation("pause"))[-1]
    assert 0 < paused["step"] < 10_000 and not paused["isRunning"]
    engine.eval("answer({ order: 'run', steps: Infinity })")
    assert conversation("end") == [] and conversation("run", steps=1) == []


def test_what_is_asked_is_answered(engine, conversation):
    conversation("begin", job=SOUND)
    (decoded,) = conversation("decode", codes=[0.1, -0.2], id=1)
    assert decoded["id"] == 1 and len(decoded["reply"]) == 4
    (saved,) = conversation("save", id=2)
    tensors = load_tensors(engine.take("answers[0].reply", dtype=np.uint8).tobytes())
    torch.manual_seed(0)
    wanted = MLPAutoencoder(1, input_shape=(2,), hidden=(4,))
    assert saved["id"] == 2 and torch.equal(tensors["decoder.2.weight"], wanted.state_dict()["decoder.2.weight"])
    x_hat = wanted.decode(torch.tensor([[0.1], [-0.2]])).flatten().tolist()
    assert list(decoded["reply"].values()) == pytest.approx(x_hat, abs=1e-6)


# ---------------------------------------------------------------------------------------------------------- the scripts


def test_bytes_are_intensities(engine):
    engine.begin(dense(2, [4], 1), [0, 1, 0.2, 0.4])
    engine.eval("var first = trainer.step()")
    engine.eval(
        "trainer = new Trainer({ model: " + dense(2, [4], 1) + ", inputs: new Uint8Array([0, 255, 51, 102]) });"
        "finish(trainer.prepare())"
    )
    assert engine.run("trainer.step()") == pytest.approx(engine.run("first"), rel=1e-6)


def test_the_scripts_that_train_are_small():
    assert len(gzip.compress(scripts.learning_scope().encode(), 9)) < 12_000
