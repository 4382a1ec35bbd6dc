"""Muon, against the singular value decomposition that it avoids."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from aeutils.data import load_mnist_sample
from aeutils.models import ConvAutoencoder
from aeutils.muon import Muon, orthogonalize
from aeutils.recipe import SHORT_RECIPE, Recipe, make_optimizers
from aeutils.training import fit


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(16, 9), (32, 144), (8, 200), (5, 5), (1, 7)])
@pytest.mark.parametrize("scale", [1e-4, 1, 1e4])
def test_an_orthogonalized_matrix_keeps_its_singular_directions_and_makes_them_equally_strong(shape, scale):
    u, _, v = torch.linalg.svd(draw(*shape), full_matrices=False)
    strengths = scale * torch.linspace(1, 0.05, min(shape))  # the strongest is 20 times the weakest
    matrix = u @ strengths.diag() @ v
    strengths_after = (u.T @ orthogonalize(matrix) @ v.T).diag()
    assert strengths_after.min() > 0.5 and strengths_after.max() < 1.3
    rest = orthogonalize(matrix) - u @ strengths_after.diag() @ v
    assert rest.norm() < 1e-4 * strengths_after.norm()


def test_no_gradient_moves_nothing():
    assert torch.equal(orthogonalize(torch.zeros(4, 6)), torch.zeros(4, 6))


def test_the_first_steps_are_those_of_nesterovs_momentum_orthogonalized():
    kernel, gradients = nn.Parameter(draw(8, 4, 3, 3)), [draw(8, 4, 3, 3, seed=seed) for seed in (1, 2, 3)]
    wanted, mean = kernel.detach().clone(), torch.zeros(8, 4, 3, 3)
    muon = Muon([kernel], lr=0.1, momentum=0.8)
    for gradient in gradients:
        kernel.grad = gradient.clone()
        muon.step()
        mean = 0.8 * mean + 0.2 * gradient
        ahead = 0.8 * mean + 0.2 * gradient
        wanted = wanted - 0.1 * 0.2 * 36**0.5 * orthogonalize(ahead.flatten(1)).reshape(8, 4, 3, 3)
    torch.testing.assert_close(kernel.detach(), wanted, rtol=1e-4, atol=1e-5)


def test_a_step_moves_a_kernel_about_as_far_as_one_of_adams():
    kernel = nn.Parameter(draw(32, 16, 3, 3))
    before, kernel.grad = kernel.detach().clone(), draw(32, 16, 3, 3, seed=1)
    Muon([kernel], lr=0.01).step()
    root_mean_square = (kernel.detach() - before).square().mean().sqrt().item()
    assert 0.1 * 0.01 < root_mean_square < 0.4 * 0.01  # Adam's, once its averages have settled: about 0.2 lr


def test_muon_moves_the_seven_kernels_and_adam_everything_else_and_both_follow_the_cycle():
    model = ConvAutoencoder(2)
    adam, muon, *schedules = make_optimizers(model, Recipe(muon=True), num_steps=10)
    assert isinstance(adam, torch.optim.Adam) and isinstance(muon, Muon) and len(schedules) == 2
    by_muon, by_adam = (optimizer.param_groups[0]["params"] for optimizer in (muon, adam))
    assert len(by_muon) == 7 and all(kernel.ndim == 4 for kernel in by_muon)
    assert {id(p) for p in [*by_muon, *by_adam]} == {id(p) for p in model.parameters()}
    assert len(by_muon) + len(by_adam) == len(list(model.parameters()))
    assert muon.param_groups[0]["lr"] == adam.param_groups[0]["lr"] < Recipe().lr


def test_with_muon_the_articles_network_learns_more_in_the_same_epochs():
    x = load_mnist_sample("train")[0][::4]

    def last_loss(recipe):
        torch.manual_seed(0)
        return fit(ConvAutoencoder(16), x, recipe=recipe, progress=False, device="cpu").train_loss[-1]

    recipe = replace(SHORT_RECIPE, num_epochs=4, batch_size=50)
    assert last_loss(recipe) < 0.9 * last_loss(replace(recipe, muon=False))
