import importlib.util
import shutil
from pathlib import Path

import pytest
from damage import closed_pipe

ROOT = Path(__file__).parents[1]
URL = "https://github.com/someone/some-book"
WHEEL = "https://someone.github.io/some-book/_sources/book/aeutils-0.1.0-py3-none-any.whl"


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location("set_repository", ROOT / "tools/set_repository.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def clone(tmp_path):
    for name in ("pyproject.toml", "_config.yml", "README.md", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "book", tmp_path / "book", ignore=shutil.ignore_patterns("images", "_*"))
    return tmp_path


def write(tool, url, root):
    for path, text in tool.copies(url, root).items():
        path.write_text(text, "utf-8")


def test_every_copy_of_the_address_is_the_one_in_pyproject(tool):
    for path, text in tool.copies(tool.address()).items():
        assert path.read_text("utf-8") == text, f"{path.name} differs: run `make repo URL={tool.address()}`"


def test_setting_an_address_puts_a_colab_button_on_every_notebook_and_taking_it_out_leaves_no_trace(tool, clone):
    write(tool, "", clone)
    before = {path: path.read_text("utf-8") for path in tool.copies("", clone)}
    assert not any("colab.research" in text for text in before.values())
    write(tool, URL, clone)
    assert tool.address(clone) == URL
    for path in (clone / "book").rglob("*.ipynb"):
        text = path.read_text("utf-8")
        assert f'LIBRARY = \\"{WHEEL}\\"' in text
        assert f"colab.research.google.com/github/someone/some-book/blob/main/{path.relative_to(clone)}" in text
        assert f"{path.relative_to(clone)}" in (clone / "book/intro.md").read_text("utf-8")
    assert "colab_url" in (clone / "_config.yml").read_text("utf-8")
    write(tool, "", clone)
    assert {path: path.read_text("utf-8") for path in before} == before


def test_every_copy_is_written_before_one_is_named(tool, clone, monkeypatch):
    wanted = tool.copies(URL, clone)
    monkeypatch.setattr(tool, "copies", lambda url: wanted)
    monkeypatch.setattr(tool, "ROOT", clone)
    monkeypatch.setattr("sys.argv", ["set_repository", URL])
    with closed_pipe(), pytest.raises(SystemExit), tool.pipe_may_close():
        tool.main()
    assert all(path.read_text("utf-8") == text for path, text in wanted.items())


def test_the_book_of_an_owner_is_published_without_a_name(tool):
    assert tool.library("https://github.com/Some-One/Some-One.github.io").startswith(
        "https://some-one.github.io/_sources/"
    )


@pytest.mark.parametrize(
    "url", ["github.com/a/b", "https://github.com/a", "http://github.com/a/b", "https://gitlab.com/a/b"]
)
def test_an_address_that_colab_cannot_open_is_refused(tool, url, monkeypatch):
    monkeypatch.setattr("sys.argv", ["set_repository.py", url])
    with pytest.raises(SystemExit, match="wanted: make repo URL"):
        tool.main()
