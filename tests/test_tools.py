import base64
import io
import re
import subprocess
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from tools.run_notebooks import code_checksum, is_debris, run, shrink_pictures

ROOT = Path(__file__).parents[1]
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.mark.parametrize(
    ("output", "dropped"),
    [
        (new_output("stream", name="stderr", text="10%|#   | 1/10"), True),
        (new_output("stream", name="stdout", text="MSE 0.04"), False),
        (new_output("display_data", {WIDGET: {}, "text/plain": "bar"}), True),
        (new_output("display_data", {WIDGET: {}, "text/html": "<p>figure</p>"}), False),
        (new_output("display_data", {"image/png": "...", "text/plain": "<Figure>"}), False),
    ],
)
def test_progress_bars_and_widgets_without_a_picture_are_not_stored(output, dropped):
    assert is_debris(output) is dropped


def test_a_notebook_that_fails_keeps_its_old_outputs(tmp_path):
    path = tmp_path / "broken.ipynb"
    cell = new_code_cell("1 / 0", outputs=[new_output("stream", name="stdout", text="old")])
    nbformat.write(new_notebook(cells=[cell]), path)
    before = path.read_bytes()
    with pytest.raises(Exception, match="ZeroDivisionError"):
        run(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("category", ["DeprecationWarning", "FutureWarning", "UserWarning"])
def test_a_notebook_that_warns_is_not_written_and_the_cell_is_shown(category, tmp_path):
    path = tmp_path / "warns.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(f"import warnings; warnings.warn('old way', {category})")]), path)
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match=rf"warns.ipynb: this cell warns: .*{category}: old way\nimport warnings"):
        run(path)
    assert path.read_bytes() == before


def test_a_notebook_is_run_and_written_back(tmp_path):
    path = tmp_path / "sum.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("import sys; print(2 + 3); print('no', file=sys.stderr)")]), path)
    run(path)
    outputs = nbformat.read(path, as_version=4).cells[0].outputs
    assert [output.text for output in outputs] == ["5\n"]


def test_a_change_of_code_after_the_run_can_be_seen_and_a_change_of_text_or_address_does_not_matter(tmp_path):
    path = tmp_path / "sum.ipynb"
    cells = [new_code_cell("LIBRARY = ''"), new_markdown_cell("A sum."), new_code_cell("print(2 + 3)")]
    nbformat.write(new_notebook(cells=cells), path)
    run(path)
    stored = nbformat.read(path, as_version=4)
    assert stored.metadata["code_sha256"] == code_checksum(stored)
    stored.cells[0].source, stored.cells[1].source = "LIBRARY = 'https://o.github.io/n/a.whl'", "A sum of two."
    assert stored.metadata["code_sha256"] == code_checksum(stored)
    stored.cells[2].source = "print(2 + 4)"
    assert stored.metadata["code_sha256"] != code_checksum(stored)


def test_a_stored_picture_keeps_what_it_shows_with_256_colours():
    pixels = np.zeros((40, 60, 3), dtype=np.uint8)
    pixels[:20] = (124, 172, 2)  # the colour of 0
    pixels[20:, :, :] = np.arange(60, dtype=np.uint8)[:, None] * 4  # greys
    file = io.BytesIO()
    Image.fromarray(pixels).convert("RGBA").save(file, "png")
    output = {"data": {"image/png": base64.b64encode(file.getvalue()).decode()}}
    shrink_pictures([output, {"data": {"text/plain": "no picture"}}, {"name": "stdout"}])
    stored = Image.open(io.BytesIO(base64.b64decode(output["data"]["image/png"])))
    assert stored.mode == "P"
    assert np.abs(np.asarray(stored.convert("RGB")).astype(int) - pixels).max() <= 2


def test_the_readme_shows_a_moving_picture_of_at_most_two_megabytes():
    (name,) = re.findall(r"!\[[^]]{60,}\]\((\S+\.gif)\)", (ROOT / "README.md").read_text("utf-8"))
    path = ROOT / name
    assert path.stat().st_size <= 2e6
    film = Image.open(path)
    assert film.n_frames > 30 and film.width >= 600
    first, middle = (_frame(film, number) for number in (0, film.n_frames // 2))
    assert (first == 255).all(axis=2).mean() > 0.5  # white paper
    assert (first != middle).any(axis=2).mean() > 0.01


def _frame(film, number):
    film.seek(number)
    return np.asarray(film.convert("RGB"))


def test_make_alone_lists_every_command_that_the_pages_and_the_readme_name():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    commands = set(re.findall(r"^  make ([a-z-]+) +\S", listed, re.MULTILINE))
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "book").rglob("*.md")]
    named = {name for path in files for name in re.findall(r"`make ([a-z-]+)", path.read_text("utf-8"))}
    assert len(named) > 12 and named <= commands
