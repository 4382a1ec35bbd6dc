"""The numbers of the variational autoencoder's clouds, in a JavaScript engine without a page: PyTorch is the oracle."""

import numpy as np
import pytest
import torch
from py_mini_racer import JSEvalException, MiniRacer
from test_live_numbers import give, run, take

from aeutils.live import assets, scripts
from aeutils.pretrained import load_vae, shipped_vaes, vae_path
from aeutils.vae import kl_divergence

BETAS = [beta for size, beta in shipped_vaes() if size == 2]


@pytest.fixture(scope="module")
def engine():
    engine = MiniRacer()
    engine.eval(scripts.joined("network/variational_network.js", "network/digits.js"))
    give(engine, "file", assets.data("digits"))
    engine.eval("var images = readDigits(file).images.filter((_, i) => i % 20 === 0); 0")
    yield engine
    engine.close()


@pytest.mark.parametrize("beta", BETAS)
def test_clouds_their_divergence_and_drawings_agree_with_pytorch(beta, engine, held_out):
    model = load_vae(2, beta)
    with torch.no_grad():
        mean, log_variance = model.posterior(held_out[0][::20])
        wanted = model.decode(mean).flatten(1)
    give(engine, "weights", assets.data(f"vae-{beta:g}"))
    engine.eval("var network = new VariationalNetwork(weights, 2)")
    engine.eval("var clouds = images.map((image) => network.posterior(image)); 0")
    np.testing.assert_allclose(take(engine, "clouds.map((cloud) => cloud.mean)", 2), mean, atol=2e-4)
    deviations = take(engine, "clouds.map((cloud) => cloud.deviation)", 2)
    np.testing.assert_allclose(deviations, (log_variance / 2).exp(), rtol=1e-3)
    kl = kl_divergence(mean, log_variance)
    np.testing.assert_allclose(run(engine, "clouds.map(klDivergence)"), kl, atol=2e-4, rtol=1e-3)
    drawn = take(engine, "images.map((image) => network.decode(network.encode(image)))", 784)
    np.testing.assert_allclose(drawn, wanted, atol=2e-4)
    assert wanted.std() > 0.1


def test_a_cloud_that_is_the_prior_has_no_divergence_and_others_have_the_known_one(engine):
    assert run(engine, "klDivergence({ mean: [0, 0], deviation: [1, 1] })") == 0
    assert run(engine, "klDivergence({ mean: [3, 0], deviation: [1, 1] })") == pytest.approx(4.5)
    assert run(engine, "klDivergence({ mean: [0], deviation: [Math.E] })") == pytest.approx((np.e**2 - 3) / 2)


def test_weights_of_the_plain_network_are_refused(engine):
    give(engine, "weights", assets.data("weights-2"))
    with pytest.raises(JSEvalException, match="not for this network: mean.weight is missing"):
        engine.eval("new VariationalNetwork(weights, 2)")


def test_every_shipped_beta_of_two_numbers_is_offered_in_rising_order():
    names = [name for name in assets.data_names() if name.startswith("vae-")]
    assert names == [f"vae-{beta:g}" for beta in BETAS] and BETAS
    assert assets.data(names[0]) == vae_path(2, BETAS[0]).read_bytes()
