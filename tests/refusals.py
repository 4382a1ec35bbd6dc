"""What a reader can do that must be refused, and the proof that nothing came of it.

The tests of a module list what can be done wrong with it, a row each: a name, what is done, the error, and words that
say what came, what was wanted, or what to do. What is done gets `g`, the things that `given` holds. Whatever the row,
no file may be written or changed, and the networks must be as they were.
"""

import copy
import math
from types import SimpleNamespace

import pytest
import torch

from aeutils.models import ConvAutoencoder, LinearAutoencoder
from aeutils.pretrained import load_classifier
from aeutils.synthetic import make_swiss_roll

NAN = math.nan


def put_nan(table):
    return table.index_fill(0, torch.tensor([3]), NAN)


def refusals(rows):
    """A test of every row."""
    names = [name for name, *_ in rows]
    assert len(set(names)) == len(names)

    @pytest.mark.parametrize(("act", "error", "words"), [row[1:] for row in rows], ids=names)
    def test(act, error, words, given):
        with pytest.raises(error, match=words) as caught:
            act(given)
        assert type(caught.value) is error and "\n" not in str(caught.value)

    return test


def written(folder):
    """Every file and folder with what changes when it is written."""
    stats = {path: path.stat() for path in folder.rglob("*")}
    return {path: (stat.st_ino, stat.st_size, stat.st_mtime_ns) for path, stat in stats.items()}


# --------------------------------------------------------------------------------------- fixtures, for conftest.py


@pytest.fixture
def folder(tmp_path):
    """An empty folder; tests that need files in it have a fixture of this name of their own."""
    return tmp_path


@pytest.fixture
def in_folder(folder, monkeypatch):
    """Stands in the folder, and says afterwards whether anything in it was changed."""
    monkeypatch.chdir(folder)
    before = written(folder)
    yield folder
    assert written(folder) == before


@pytest.fixture(scope="session")
def networks():
    return {"model": ConvAutoencoder(2), "points": LinearAutoencoder(2, (3,)), "classifier": load_classifier()}


@pytest.fixture
def given(in_folder, networks, held_out):
    """Twenty images with codes of two and of three numbers, a roll, three networks, and the folder."""
    g = SimpleNamespace(folder=in_folder, z=torch.rand(20, 2), z3=torch.rand(20, 3), **networks)
    g.x, g.labels = (part[::50].clone() for part in held_out)
    g.roll, g.sheet = make_swiss_roll(50)
    before = copy.deepcopy(networks)
    yield g
    for name, network in networks.items():
        was = before[name].state_dict()
        assert all(torch.equal(part, was[key]) for key, part in network.state_dict().items())
        assert network.training is before[name].training
