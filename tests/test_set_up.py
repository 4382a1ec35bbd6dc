"""Setting up goes wrong half-way, in folders of any name, which are moved: `make` with a stand-in for Python."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GIT = r"""[\["']git["' ]"""  # as the first word of a command
PYTHON = """#!/bin/sh
case "$1 $2" in
  -c*) exit 0 ;;
  "-m venv") mkdir -p .venv/bin; cp "$PYTHON_HERE" .venv/bin/python; cp "$PYTHON_HERE" .venv/bin/jupyter-book ;;
esac
echo "$0 $*" >> log
if grep -qs "$2" fails; then rm fails; exit 1; fi
"""


@pytest.fixture
def folder(tmp_path):
    """A clone as far as `make book` looks at it."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in ("Makefile", "requirements.txt", "requirements-book.txt", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    return folder


def make(folder):
    python = folder.parent / "python"
    environment = {"PATH": os.environ["PATH"], "PYTHON_HERE": str(python)}
    command = ["make", "book", f"PYTHON={python}"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("name", ["Bücher und mehr", "plain", "it's (a copy)"])
def test_the_book_is_built_in_a_folder_of_any_name_and_the_second_time_nothing_is_installed(name, folder):
    folder = folder.rename(folder.with_name(name))
    assert make(folder).returncode == 0
    log = (folder / "log").read_text()
    assert "-m venv" in log and "-m pip install" in log
    run = make(folder)
    assert run.returncode == 0 and f"{name}/_build/html/index.html" in run.stdout
    again = (folder / "log").read_text().removeprefix(log)
    assert again.count("\n") == 1 and "jupyter-book build" in again


@pytest.mark.parametrize("step", ["venv", "pip"])
def test_after_a_step_failed_the_same_command_goes_on(step, folder):
    (folder / "fails").write_text(step)
    assert make(folder).returncode != 0
    (folder / "log").unlink()
    assert make(folder).returncode == 0
    log = (folder / "log").read_text()
    assert ("-m venv" in log) == (step == "venv") and "-m pip install" in log and "jupyter-book build" in log


def test_a_folder_that_was_moved_says_in_one_line_what_to_do(folder):
    assert make(folder).returncode == 0
    moved = folder.rename(folder.with_name("moved away"))
    run = make(moved)
    assert run.returncode != 0 and "moved or renamed since .venv was made" in run.stderr
    assert run.stderr.count("\n") == 1 and "rm -rf .venv" in run.stderr
    shutil.rmtree(moved / ".venv")
    assert make(moved).returncode == 0


def test_the_command_without_torch_says_what_to_install():
    block = "import sys; sys.modules['torch'] = None; import runpy; runpy.run_module('aeutils', run_name='__main__')"
    run = subprocess.run([sys.executable, "-c", block], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1 and run.stderr.startswith("error: torch is not installed.")
    assert run.stderr.count("\n") == 1 and "pip install -r requirements.txt" in run.stderr


def test_the_command_says_in_one_line_that_a_python_is_too_old():
    for name in ("__init__.py", "__main__.py"):
        tree = ast.parse((ROOT / "aeutils" / name).read_text("utf-8"), feature_version=(3, 6))
        # what was parsed then, and yet was an error: `-> list[str]`
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.returns]
    old = "import sys; sys.version_info = (3, 10, 13); sys.version = '3.10.13 (main)'; "
    block = old + "import runpy; runpy.run_module('aeutils', run_name='__main__')"
    run = subprocess.run([sys.executable, "-c", block], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1 and run.stderr.startswith("error: Python 3.10.13 at ")
    assert run.stderr.endswith("; this needs 3.11, 3.12 or 3.13.\n") and run.stderr.count("\n") == 1


# ------------------------------------------------------------------------------------------------------------- git


def test_nothing_that_is_run_asks_git():
    """Whoever unpacks an archive has no repository."""
    folders = ("aeutils", "benchmarks", "experiments", "tools", "tests", "book/_ext")
    asking = {
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if re.search(GIT, path.read_text("utf-8"))
    }
    assert asking == {Path(__file__)}  # the next test but one
    assert not re.search(r"\bgit [a-z]", (ROOT / "Makefile").read_text("utf-8"))


def test_a_checkout_is_told_to_have_the_same_line_ends_everywhere():
    assert "\n* text=auto eol=lf\n" in (ROOT / ".gitattributes").read_text("utf-8")


@pytest.mark.skipif(
    not (ROOT / ".git").exists() or not shutil.which("git"), reason="this is no clone, or there is no git"
)
def test_a_clone_holds_the_same_line_ends_everywhere():
    listed = subprocess.run(["git", "ls-files", "--eol"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not [line for line in listed.stdout.splitlines() if line.startswith(("i/crlf", "i/mixed"))]
