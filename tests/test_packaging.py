"""What pip installs straight from the repository, as Colab does."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
SUFFIXES = (".safetensors", ".csv", ".mplstyle", ".js", ".json", ".css", ".gz")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_every_file_the_library_reads_is_packaged():
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["aeutils"]
    packaged = {path for pattern in patterns for path in (ROOT / "aeutils").glob(pattern)}
    needed = {path for path in (ROOT / "aeutils").rglob("*") if path.suffix in SUFFIXES}
    assert needed and needed <= packaged


def test_every_package_of_the_library_is_named():
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "aeutils").rglob("__init__.py")}
    assert found == set(PROJECT["tool"]["setuptools"]["packages"])


def test_the_package_declares_what_it_imports_and_no_more():
    imported = set()
    for path in (ROOT / "aeutils").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
    others = imported - sys.stdlib_module_names - {"aeutils"}
    names = packages_distributions()
    declared = {re.split("[<>=]", line)[0].lower() for line in PROJECT["project"]["dependencies"]}
    assert {names[module][0].lower() for module in others} == declared


def test_requirements_hold_what_the_package_declares():
    lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()]
    assert set(PROJECT["project"]["dependencies"]) <= set(lines)


def test_every_requirement_has_an_exact_version_in_the_constraints():
    names = r"^([A-Za-z0-9][\w.-]*)"
    required = set()
    for name in ("requirements.txt", "requirements-paper.txt", "requirements-book.txt"):
        required |= set(re.findall(names, (ROOT / name).read_text("utf-8"), re.MULTILINE))
    pinned = set(re.findall(names + "==", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE))

    def normal(found):
        return {name.lower().replace("_", "-") for name in found}

    assert normal(required) <= normal(pinned)


def test_building_the_book_also_for_paper_needs_no_torch():
    for name in ("requirements-book.txt", "requirements-paper.txt"):
        assert "torch" not in re.sub(r"#.*", "", (ROOT / name).read_text("utf-8"))
    heavy = ["torch", "numpy", "pandas", "traitlets", "ipywidgets", "anywidget", "safetensors", "mlxtend"]
    for path in (ROOT / "book/_ext").glob("*.py"):
        block = "import sys; sys.modules.update(dict.fromkeys({heavy}))"  # as if they were not installed
        run = f"{block.format(heavy=heavy)}; import runpy; runpy.run_path({str(path)!r})"
        subprocess.run([sys.executable, "-c", run], check=True, cwd=path.parent, env={"PATH": ""})
