"""Put the library beside the notebooks that can be downloaded, so that one of them runs where nothing else is.

It is a wheel, which pip installs from a file or from the address of the published book.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
FOLDER = "_sources/book"
_BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


def write_wheel(folder: Path) -> None:
    """Build the wheel into a folder, from a copy of what it is made of: building leaves files behind."""
    with TemporaryDirectory() as copy:
        shutil.copytree(
            ROOT / "aeutils",
            Path(copy, "aeutils"),
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, copy)
        build = [sys.executable, "-c", _BUILD, str(folder.resolve())]
        run = subprocess.run(build, cwd=copy, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(
            f"The library's wheel could not be built:\n{run.stderr}"
        )


def offer_wheel(app: Sphinx, exception: Exception | None) -> None:
    """Write the wheel of this version into the finished book, in the place of an older one."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("aeutils-*.whl"):
        old.unlink()
    write_wheel(folder)


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.connect("build-finished", offer_wheel)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
