"""What happens in Colab, as far as it can be rehearsed: one notebook alone, on a machine that has what Colab has.

The machine has the versions that `packages.txt` lists, a stand-in for the module `google.colab`, and not this library.
The set-up cell installs the library's wheel, from beside the notebook or from an address, and the notebook runs to its
end. What only the real Colab can tell: whether its page draws the live figures and the slider, how fast its machines
are, and its buttons.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from pages import NOTEBOOKS, ROOT

PACKAGES = re.findall(r"^([\w-]+)==(.*)$", Path(__file__).with_name("packages.txt").read_text("utf-8"), re.MULTILINE)
STAND_IN = {
    "__init__.py": "",
    "output.py": "asked = 0\n\n\ndef enable_custom_widget_manager():\n    global asked\n    asked += 1\n",
}
QUESTIONS = """
import json, sys, aeutils, torch
from google.colab import output
print(json.dumps({"aeutils": aeutils.__file__, "torch": torch.__file__, "asked": output.asked}))
"""

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def bare_machine():
    """Replaces the machine without a network: Colab has one, and the set-up cell needs it."""


@pytest.fixture(scope="module")
def colab():
    """The environment that `make test-all` makes from `packages.txt`."""
    if "AEUTILS_COLAB" not in os.environ:
        pytest.skip("AEUTILS_COLAB names no environment like Colab's; `make test-all` makes one")
    return Path(os.environ["AEUTILS_COLAB"])


def site_packages(environment):
    (folder,) = environment.glob("lib/python*/site-packages")
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The library as the built book has it beside its notebooks."""
    spec = importlib.util.spec_from_file_location("library", ROOT / "book/_ext/library.py")
    extension = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(extension)
    folder = tmp_path_factory.mktemp("published")
    extension.write_wheel(folder)
    return next(folder.glob("*.whl"))


@pytest.fixture
def machine(colab, tmp_path, monkeypatch):
    """A fresh environment that sees all that Colab has; what is installed into it, it alone has."""
    environment = tmp_path / "machine"
    subprocess.run([colab / "bin/python", "-m", "venv", "--without-pip", environment], check=True)
    own = site_packages(environment)
    (own / "google/colab").mkdir(parents=True)
    for name, text in STAND_IN.items():
        (own / "google/colab" / name).write_text(text)
    (own / "colab.pth").write_text(f"{site_packages(colab)}\nimport google.colab\n")  # there before any notebook starts
    kernel = tmp_path / "jupyter/kernels/colab"
    kernel.mkdir(parents=True)
    start = [str(environment / "bin/python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": start, "display_name": "Colab", "language": "python"}))
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AEUTILS_DATA", raising=False)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return environment


def test_the_machine_has_what_colab_has_and_not_this_library(machine, tmp_path):
    question = (
        "import importlib.metadata as m, importlib.util as u, sys;"
        f"print([m.version(name) for name, _ in {PACKAGES}], u.find_spec('aeutils'), 'google.colab' in sys.modules)"
    )
    ask = [machine / "bin/python", "-c", question]
    answer = subprocess.run(ask, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == f"{[version for _, version in PACKAGES]} None True"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_alone_installs_the_library_and_runs_to_its_end(path, machine, wheel, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    set_up = next(cell for cell in notebook.cells if cell.cell_type == "code")
    content = tmp_path / "content"
    content.mkdir()
    if path == NOTEBOOKS[0]:  # its reader has put the wheel beside it
        shutil.copy(wheel, content)
    else:
        set_up.source, count = re.subn(r'LIBRARY = ".*"', f'LIBRARY = "{wheel.as_uri()}"', set_up.source)
        assert count == 1
    notebook.cells.append(new_code_cell(QUESTIONS))
    client = NotebookClient(
        notebook, kernel_name="colab", timeout=600, record_timing=True, resources={"metadata": {"path": str(content)}}
    )
    client.execute()

    times = set_up.metadata["execution"]
    begun, ended = (
        datetime.fromisoformat(times[name].replace("Z", "+00:00"))
        for name in ("iopub.execute_input", "shell.execute_reply")
    )
    assert (ended - begun).total_seconds() < 60
    (answers,) = (json.loads(output.text) for output in notebook.cells[-1].outputs if output.get("name") == "stdout")
    own, colabs = site_packages(machine), site_packages(Path(os.environ["AEUTILS_COLAB"]))
    assert answers["aeutils"].startswith(str(own)) and answers["torch"].startswith(str(colabs))
    installed = {name.name.split("-")[0].lower() for name in own.glob("*.dist-info")}
    assert "aeutils" in installed
    assert not installed & {name.lower().replace("-", "_") for name, _ in PACKAGES}  # nothing of Colab's was replaced
    uses_live_figures = any("aeutils-live" in str(cell.get("outputs")) for cell in notebook.cells)
    assert answers["asked"] > 0 or not uses_live_figures  # else Colab would refuse to draw them
