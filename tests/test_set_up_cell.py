"""The set-up cell, where the library is installed, lies beside the notebook, has an address, or none of these."""

import importlib.util

import pytest
from IPython.core.interactiveshell import InteractiveShell
from pages import NOTEBOOKS, cells, source

SET_UP = source(cells(NOTEBOOKS[0], "code")[0])
WHEEL = "aeutils-0.1.0-py3-none-any.whl"
ADDRESS = f"https://someone.github.io/some-book/_sources/book/{WHEEL}"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the cell in an empty folder; what went wrong, and what pip was asked for."""
    monkeypatch.chdir(tmp_path)
    shell = InteractiveShell()

    def run_it(*, installed, beside=(), address=""):
        if not installed:
            monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        for name in beside:
            (tmp_path / name).touch()
        asked = []
        shell.register_magic_function(asked.append, magic_name="pip")
        result = shell.run_cell(SET_UP.replace('LIBRARY = ""', f'LIBRARY = "{address}"'))
        return result.error_in_exec, asked

    yield run_it
    shell.restore_sys_module_state()


def test_an_installed_library_is_taken_and_nothing_is_asked_for(run):
    assert run(installed=True, beside=[WHEEL], address=ADDRESS) == (None, [])


@pytest.mark.parametrize("address", ["", ADDRESS])
def test_a_wheel_beside_the_notebook_goes_before_the_published_address(address, run):
    assert run(installed=False, beside=[WHEEL], address=address) == (None, [f"install --quiet {WHEEL}"])


def test_the_published_address_is_taken_where_there_is_nothing_else(run):
    assert run(installed=False, beside=["notes.whl", "chapter.ipynb"], address=ADDRESS) == (
        None, [f"install --quiet {ADDRESS}"],
    )  # fmt: skip


def test_without_all_of_these_two_sentences_say_what_to_do(run):
    error, asked = run(installed=False)
    assert isinstance(error, ImportError) and asked == []
    assert str(error).count(". ") == 1 and "first page" in str(error) and "beside this notebook" in str(error)
