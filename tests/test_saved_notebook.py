"""A notebook as JupyterLab saves it after a run, in a book of its own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from aeutils.live import LatentMap

ROOT = Path(__file__).parents[1]


@pytest.fixture
def book(tmp_path):
    """What the book is built with, around one page."""
    for name in ("_config.yml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("_ext", "_assets", "_templates"):
        shutil.copytree(ROOT / "book" / name, tmp_path / "book" / name)
    shutil.copy(ROOT / "book/references.bib", tmp_path / "book")
    (tmp_path / "aeutils").symlink_to(ROOT / "aeutils")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/page\n")
    return tmp_path


@pytest.mark.long
def test_a_live_figure_survives_when_jupyterlab_has_saved_its_notebook(book):
    data, _ = LatentMap(z=[0.5, 0.25])._repr_mimebundle_()
    view = data["application/vnd.jupyter.widget-view+json"]
    state = {view["model_id"]: {"model_module": "anywidget", "model_name": "AnyModel", "state": {}}}
    cell = new_code_cell("LatentMap()", outputs=[new_output("execute_result", data, execution_count=1)])
    notebook = new_notebook(cells=[new_markdown_cell("# A page"), cell])
    notebook.metadata = {
        "kernelspec": {"display_name": "mine", "language": "python", "name": "mine"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": state, "version_major": 2}},
    }
    nbformat.write(notebook, book / "book/page.ipynb")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "--quiet", "--warningiserror", "."]
    subprocess.run(command, cwd=book, check=True, capture_output=True, timeout=300)
    page = (book / "_build/html/book/page.html").read_text("utf-8")
    assert 'data-figure="latent-map"' in page and "0.25" in page and "live.js" in page
    assert "widget-state" not in page and "cdn" not in page
    assert json.loads((book / "_build/html/_sources/book/page.ipynb").read_text())["cells"][1]["outputs"] == []


def test_the_readmes_command_compares_a_notebook_that_names_another_kernel(tmp_path):
    (command,) = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.startswith("pytest")]
    cell = new_code_cell(
        "6 * 7", execution_count=1, outputs=[new_output("execute_result", {"text/plain": "42"}, execution_count=1)]
    )
    notebook = new_notebook(cells=[cell], metadata={"kernelspec": {"display_name": "", "name": "nobodys-kernel"}})
    (tmp_path / "book").mkdir()
    nbformat.write(notebook, tmp_path / "book/page.ipynb")
    words = [sys.executable, "-m", *command.split(), "-p", "no:cacheprovider"]
    run = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0 and "1 passed" in run.stdout, run.stdout
