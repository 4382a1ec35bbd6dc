import re

import numpy as np
import pytest
import torch
from refusals import refusals
from sklearn.decomposition import PCA
from torch import nn

import aeutils.autoencoder
from aeutils.autoencoder import IMAGE_SHAPE, reconstruct
from aeutils.checks import check_inputs
from aeutils.metrics import mse
from aeutils.models import ConvAutoencoder, LinearAutoencoder, MLPAutoencoder
from aeutils.recipe import Recipe
from aeutils.residual import ResidualAutoencoder
from aeutils.training import fit


def count(model):
    return sum(parameter.numel() for parameter in model.parameters())


# ------------------------------------------------------------------------------------------- every autoencoder


def test_a_model_encodes_decodes_and_does_both_when_called(model, latent_dim, make_inputs):
    model.eval()
    x = make_inputs(model, 7)
    z = model.encode(x)
    x_hat = model.decode(z)
    assert z.shape == (7, latent_dim) and x_hat.shape == x.shape
    called = model(x)
    assert torch.equal(called[0], x_hat) and torch.equal(called[1], z)


def test_a_model_is_built_again_by_its_settings(model):
    again = type(model)(**model.settings)
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    assert {name: tensor.shape for name, tensor in again.state_dict().items()} == shapes
    assert again.input_shape == model.input_shape and again.latent_dim == model.latent_dim


def test_the_error_reaches_every_weight(model, make_inputs):
    x = make_inputs(model, 50)
    for parameter in model.parameters():
        if not parameter.any():  # layers that start at zero let nothing through until their first step
            nn.init.normal_(parameter, std=0.1)
    (model(x)[0] - x).square().mean().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in model.parameters())


# ---------------------------------------------------------------------------------------------- one by one


def test_a_linear_autoencoder_is_linear_and_a_dense_one_is_not():
    def bend(model):
        """How far the map is from sending a + b to what its parts are sent to."""
        a, b, zero = torch.randn(20, 3), torch.randn(20, 3), torch.zeros(20, 3)
        return (model(a + b)[0] - model(a)[0] - model(b)[0] + model(zero)[0]).abs().max().item()

    torch.manual_seed(0)
    assert bend(LinearAutoencoder(2, input_shape=(3,))) < 1e-5
    assert bend(MLPAutoencoder(2, input_shape=(3,), hidden=(8,))) > 1e-2


def test_a_linear_autoencoder_has_one_matrix_and_one_offset_each_way(latent_dim):
    assert count(LinearAutoencoder(latent_dim)) == 784 * latent_dim + latent_dim + latent_dim * 784 + 784


def test_the_dense_decoder_mirrors_the_encoder(latent_dim):
    model = MLPAutoencoder(latent_dim)

    def widths(layers):
        linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
        return [linear[0].in_features, *(layer.out_features for layer in linear)]

    assert widths(model.encoder) == [784, 1000, 500, 250, latent_dim]
    assert widths(model.decoder) == [latent_dim, 250, 500, 1000, 784]


def test_dense_codes_and_outputs_have_no_bounds():
    model = MLPAutoencoder(2, input_shape=(3,), hidden=(8,))
    x_hat, z = model(1e4 * torch.randn(200, 3))
    for values in (x_hat, z):
        assert values.min() < -10 and values.max() > 10


def test_the_articles_network_has_29803_parameters_at_two_numbers():
    assert count(ConvAutoencoder(2)) == 29_803


def test_each_further_number_costs_a_row_a_column_and_an_offset(latent_dim):
    assert count(ConvAutoencoder(latent_dim)) == 29_803 + (latent_dim - 2) * (64 + 64 + 1)


def test_the_layers_of_the_articles_network_have_the_articles_shapes(latent_dim):
    model, shapes = ConvAutoencoder(latent_dim), []
    resizing = (nn.Conv2d, nn.MaxPool2d, nn.Linear, nn.ConvTranspose2d)
    for layer in model.modules():
        if isinstance(layer, resizing):
            layer.register_forward_hook(lambda layer, x, out: shapes.append(tuple(out.shape)))
    model(torch.rand(5, *IMAGE_SHAPE))
    encoder = [(16, 10, 10), (16, 5, 5), (32, 3, 3), (32, 2, 2), (64, 1, 1), (latent_dim,)]
    decoder = [(64,), (32, 2, 2), (16, 5, 5), (8, 15, 15), (1, 28, 28)]
    assert shapes == [(5, *shape) for shape in encoder + decoder]


def test_in_the_articles_network_each_activation_stands_before_its_batchnorm():
    model = ConvAutoencoder(2)
    for part, normalized in ((model.encoder, 3), (model.decoder, 3)):
        layers = list(part)
        places = [i for i, layer in enumerate(layers) if isinstance(layer, nn.BatchNorm2d)]
        assert len(places) == normalized
        assert all(isinstance(layers[i - 1], nn.ReLU) for i in places)
        assert isinstance(layers[-1], nn.Tanh)


def test_inside_the_articles_network_pixels_run_from_minus_1_to_1_and_outside_from_0_to_1():
    model, inside = ConvAutoencoder(2).eval(), {}
    model.encoder[0].register_forward_pre_hook(lambda layer, args: inside.update(first=args[0]))
    model.decoder[-1].register_forward_hook(lambda layer, args, out: inside.update(last=out))
    shades = torch.tensor([0.0, 0.25, 0.5, 1.0]).reshape(4, 1, 1, 1).expand(4, *IMAGE_SHAPE)
    x_hat, _ = model(shades)
    assert inside["first"][:, 0, 5, 5].tolist() == [-1, -0.5, 0, 1]
    assert inside["last"].min() < 0
    torch.testing.assert_close(x_hat, 0.5 + inside["last"] / 2)


def test_codes_of_the_articles_network_lie_inside_minus_1_and_1_and_its_images_in_0_to_1(latent_dim):
    torch.manual_seed(0)
    model = ConvAutoencoder(latent_dim)
    x_hat, z = model(torch.rand(200, *IMAGE_SHAPE))
    assert z.abs().max() < 1
    assert z.min() < 0 < z.max()
    wild = model.eval().decode(1e4 * torch.randn(200, latent_dim))
    for images in (x_hat, wild):
        assert images.min() >= 0 and images.max() <= 1


@pytest.mark.long
def test_the_residual_autoencoder_starts_as_pca_and_learns_to_do_better(digits, latent_dim):
    pca = PCA(latent_dim, svd_solver="full").fit(digits.flatten(1).double().numpy())  # the default draws random numbers
    wanted = pca.inverse_transform(pca.transform(digits.flatten(1).double().numpy())).clip(0, 1)
    torch.manual_seed(0)
    model = ResidualAutoencoder(latent_dim, hidden=(64, 32))
    model.start_as_pca(digits)
    x_hat, z = reconstruct(model, digits)
    np.testing.assert_allclose(x_hat.flatten(1), wanted, atol=1e-4)
    np.testing.assert_allclose(z.abs(), abs(pca.transform(digits.flatten(1).double().numpy())), atol=1e-3)
    fit(model, digits, recipe=Recipe(num_epochs=20, batch_size=20, lr=1e-3), progress=False)
    assert mse(reconstruct(model, digits)[0], digits) < 0.95 * mse(x_hat, digits)


def test_the_residual_autoencoder_has_the_widths_of_2006_beside_one_matrix_each_way():
    dense = [784, 1000, 500, 250, 30]
    pairs = list(zip(dense, dense[1:], strict=False))
    wanted = sum(a * b + b for a, b in pairs) + sum(a * b + a for a, b in pairs)
    wanted += 2 * 2 * (1000 + 500 + 250)  # LayerNorm: a scale and a shift for each hidden unit
    wanted += 784 * 30 + 30 + 30 * 784 + 784
    assert count(ResidualAutoencoder(30)) == wanted


def test_the_residual_autoencoder_cuts_its_images_off_at_0_and_1():
    model = ResidualAutoencoder(2, hidden=(8,))
    wild = model.decode(1e3 * torch.randn(200, 2))
    assert wild.min() == 0 and wild.max() == 1


def test_a_residual_autoencoder_cannot_start_as_what_pca_cannot_be(unusable):
    images, words = unusable
    with pytest.raises(ValueError, match=words):
        ResidualAutoencoder(2).start_as_pca(images)
    with pytest.raises(ValueError, match="with 3 values cannot give codes of 4 numbers; make latent_dim smaller"):
        ResidualAutoencoder(4, input_shape=(3,)).start_as_pca(torch.rand(9, 3))


# ------------------------------------------------------------------------------------- inputs and reconstruct


def test_images_that_a_model_cannot_learn_from_are_refused(unusable):
    images, words = unusable
    with pytest.raises(ValueError, match=words):
        check_inputs(images, IMAGE_SHAPE)
    with pytest.raises(ValueError, match=words):
        reconstruct(ConvAutoencoder(2), images)


def test_black_and_white_and_a_single_image_are_accepted():
    check_inputs(torch.tensor([0.0, 1.0]).reshape(2, 1, 1, 1).expand(2, *IMAGE_SHAPE), IMAGE_SHAPE)
    check_inputs(torch.zeros(1, *IMAGE_SHAPE), IMAGE_SHAPE)


def test_points_may_lie_anywhere_but_must_have_the_right_number_of_coordinates():
    check_inputs(torch.tensor([[-100.0, 0.0, 100.0]]), (3,))
    with pytest.raises(ValueError, match=r"shape \(5, 2\); wanted .*\(N, 3\)"):
        check_inputs(torch.zeros(5, 2), (3,))


@pytest.mark.parametrize("training", [True, False])
def test_reconstructing_uses_evaluation_mode_and_leaves_the_model_as_it_was(model, training, make_inputs):
    x = make_inputs(model, 20)
    wanted = [part.detach() for part in model.eval()(x)]
    model.train(training)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    x_hat, z = reconstruct(model, x)
    assert model.training is training and all(part.training is training for part in model.modules())
    torch.testing.assert_close(x_hat, wanted[0])
    torch.testing.assert_close(z, wanted[1])
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert not x_hat.requires_grad and not z.requires_grad


def test_reconstructing_puts_the_mode_back_even_after_an_error(monkeypatch):
    model = ConvAutoencoder(2)

    def fail(z):
        raise RuntimeError("no memory")

    monkeypatch.setattr(model, "decode", fail)
    with pytest.raises(RuntimeError, match="no memory"):
        reconstruct(model, torch.zeros(3, *IMAGE_SHAPE))
    assert model.training


@pytest.mark.parametrize("at_once", [1, 7, 20])
def test_how_many_go_through_at_once_changes_nothing(model, at_once, make_inputs, monkeypatch):
    x = make_inputs(model, 20)
    wanted_x_hat, wanted_z = reconstruct(model, x)
    monkeypatch.setattr(aeutils.autoencoder, "EVAL_BATCH_SIZE", at_once)
    x_hat, z = reconstruct(model, x)
    assert x_hat.shape == (20, *model.input_shape) and z.shape == (20, model.latent_dim)
    torch.testing.assert_close(x_hat, wanted_x_hat, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(z, wanted_z, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_numbers_of_another_precision_are_encoded_and_decoded_like_the_networks_own(model, dtype, make_inputs):
    model.eval()
    x = make_inputs(model, 5).to(dtype)
    z = model.encode(x)
    assert z.dtype == torch.float32 and torch.equal(z, model.encode(x.float()))
    assert torch.equal(model.decode(z.to(dtype)), model.decode(z.to(dtype).float()))


def test_a_network_in_double_precision_stays_there():
    model = LinearAutoencoder(2, (3,)).double()
    x_hat, z = model(torch.rand(5, 3))
    assert x_hat.dtype == z.dtype == torch.float64


def test_a_trained_network_is_told_of_a_photographs_way_round(digits):
    model = ConvAutoencoder(2).eval()
    for ask in (model.encode, model, lambda x: reconstruct(model, x)):
        with pytest.warns(UserWarning, match="Most of an image is ink. Here 0 is paper and 1 is ink.*1 - x"):
            ask(1 - digits)


@pytest.mark.filterwarnings("error")
def test_digits_static_and_points_are_no_photographs(held_out):
    images, _ = held_out
    model = ConvAutoencoder(2).eval()
    model.encode(images[images.flatten(1).mean(dim=1).argsort(descending=True)[:20]])
    model.encode(torch.rand(200, *IMAGE_SHAPE, generator=torch.Generator().manual_seed(0)))
    model.encode(torch.rand(0, *IMAGE_SHAPE))
    LinearAutoencoder(2, (3,)).eval().encode(100 + torch.rand(5, 3))
    ConvAutoencoder(2).encode(1 - images[:20])  # a network may learn either way round


# ------------------------------------------------------------------------------------------------------------- refusals

test_networks_that_cannot_be_made_are_refused = refusals([
    *[
        (f"{cls.__name__}({bad!r})", lambda g, cls=cls, bad=bad: cls(bad), ValueError,
         f"latent_dim is {bad!r};.*whole number from 1 up")
        for cls in (LinearAutoencoder, MLPAutoencoder, ResidualAutoencoder, ConvAutoencoder)
        for bad in (0, 2.0, "3", None)
    ],
    *[
        (f"an input of shape {bad!r}", lambda g, bad=bad: LinearAutoencoder(2, bad), ValueError,
         rf"input_shape is {re.escape(repr(bad))}; give .* such as \(1, 28, 28\) or \(3,\)")
        for bad in (3, None, "28", (0, 28), (-1,))
    ],
    ("an input without a shape", lambda g: LinearAutoencoder(2, ()), ValueError, r"input_shape is \(\); give"),
    *[
        (f"{cls.__name__} with hidden={bad!r}", lambda g, cls=cls, bad=bad: cls(2, (3,), hidden=bad), ValueError,
         rf"hidden is {re.escape(repr(bad))}; give a sequence of whole numbers from 1 up, such as \(64, 64\)")
        for cls in (MLPAutoencoder, ResidualAutoencoder)
        for bad in (64, None, "64", (0,), (2.5,))
    ],
])  # fmt: skip

test_what_cannot_be_encoded_or_decoded_is_refused = refusals([
    ("encoding images laid flat", lambda g: g.model.encode(g.x.flatten(1)), ValueError,
     r"inputs have shape \(20, 784\); wanted a float tensor of shape \(N, 1, 28, 28\). Reshape"),
    ("encoding images of another size", lambda g: g.model.encode(torch.rand(3, 1, 32, 32)), ValueError,
     r"inputs have shape \(3, 1, 32, 32\); wanted"),
    ("encoding a single image", lambda g: g.model(g.x[0]), ValueError, r"inputs have shape \(1, 28, 28\); wanted"),
    ("encoding bytes", lambda g: g.model.encode((255 * g.x).byte()), ValueError, "inputs are torch.uint8.*/ 255"),
    ("encoding bytes as floats", lambda g: g.model.encode(255 * g.x), ValueError,
     r"images run from 0 to 255; wanted intensities in \[0, 1\]. Divide bytes by 255"),
    ("encoding on the article's scale", lambda g: g.model.encode(2 * g.x - 1), ValueError,
     r"images run from -1 to 1; wanted intensities in \[0, 1\].*\(x \+ 1\) / 2"),
    ("sending images on the article's scale through", lambda g: g.model(2 * g.x - 1), ValueError,
     r"images run from -1 to 1; wanted intensities in \[0, 1\]"),
    ("reconstructing on the article's scale", lambda g: reconstruct(g.model, 2 * g.x - 1), ValueError,
     r"images run from -1 to 1; wanted intensities in \[0, 1\].*\(x \+ 1\) / 2"),
    ("encoding an array", lambda g: g.model.encode(g.x.numpy()), ValueError, r"ndarray; wanted .*torch.as_tensor"),
    ("encoding points of another space", lambda g: g.points.encode(g.z), ValueError,
     r"inputs have shape \(20, 2\); wanted a float tensor of shape \(N, 3\)"),
    ("encoding images without a channel", lambda g: LinearAutoencoder(2).encode(g.x[:, 0]), ValueError,
     r"inputs have shape \(20, 28, 28\); wanted"),
    ("encoding with PCA beside", lambda g: ResidualAutoencoder(2, (3,), (4,)).encode(g.z), ValueError,
     r"inputs have shape \(20, 2\)"),
    ("decoding codes of another size", lambda g: g.model.decode(g.z3), ValueError,
     r"codes have shape \(20, 3\); wanted a float tensor of shape \(N, 2\)"),
    ("decoding a single code", lambda g: g.model.decode(g.z[0]), ValueError, r"codes have shape \(2,\); wanted"),
    ("decoding a list", lambda g: g.model.decode([[0.0, 0.0]]), ValueError, r"codes are a list.*torch.as_tensor"),
    ("decoding whole numbers", lambda g: g.points.decode(torch.tensor([[0, 0]])), ValueError, "torch.int64.*x.float()"),
    ("decoding with PCA beside", lambda g: ResidualAutoencoder(2, (3,), (4,)).decode(g.z3), ValueError,
     r"codes have shape \(20, 3\)"),
    ("reconstructing with a class", lambda g: reconstruct(ConvAutoencoder, g.x), ValueError,
     r"model is the class ConvAutoencoder; wanted a network, such as ConvAutoencoder\(2\)"),
])  # fmt: skip
