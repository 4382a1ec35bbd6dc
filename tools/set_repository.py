"""Write the repository's address everywhere it is needed.

    make repo URL=https://github.com/OWNER/NAME        # an empty URL takes it out again

The address stands in `pyproject.toml`; everything else is a copy. Without an address no Colab button is shown,
because it would lead nowhere. Needs nothing but Python.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from aeutils.pipes import pipe_may_close

ROOT = Path(__file__).parents[1]
BRANCH = "main"
_MARKED = re.compile(r"(?P<start>^.*>>> repository.*\n)(?P<body>(?:.*\n)*?)(?P<end>^.*<<< repository.*$)", re.MULTILINE)


def address(root: Path = ROOT) -> str:
    """The repository's address, from the one place where it stands; empty if it is not set."""
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["book"]["repository"]


def library(url: str) -> str:
    """Where the published book has the library as a wheel, which is quicker to install than a clone."""
    if not url:
        return ""
    owner, name = url.removeprefix("https://github.com/").split("/")
    project = tomllib.loads(_read(ROOT / "pyproject.toml"))["project"]
    host = f"{owner.lower()}.github.io"
    book = f"https://{host}" if name.lower() == host else f"https://{host}/{name}"
    return f"{book}/_sources/book/aeutils-{project['version']}-py3-none-any.whl"


def copies(url: str, root: Path = ROOT) -> dict[Path, str]:
    """Every file that names the address, with the text it should have for `url`."""
    notebooks = sorted((root / "book").rglob("*.ipynb"))
    pages = {path: path.relative_to(root).as_posix() for path in notebooks}
    texts = {
        root / "pyproject.toml": re.sub(
            r'^repository = ".*"$', f'repository = "{url}"', _read(root / "pyproject.toml"), flags=re.MULTILINE
        ),
        root / "_config.yml": _fill(_read(root / "_config.yml"), _config(url)),
        root / "book/intro.md": _fill(_read(root / "book/intro.md"), _colab_list(url, pages.values())),
        root / "README.md": _fill(_read(root / "README.md"), _colab_list(url, pages.values())),
        root / "CITATION.cff": _fill(_read(root / "CITATION.cff"), f'repository-code: "{url}"\n' if url else ""),
    }
    return texts | {path: _notebook(path, url, page) for path, page in pages.items()}


def _colab(url: str, page: str) -> str:
    return f"https://colab.research.google.com/github/{url.removeprefix('https://github.com/')}/blob/{BRANCH}/{page}"


def _config(url: str) -> str:
    if not url:
        return ""
    return (
        f'repository:\n  url: "{url}"\n  branch: {BRANCH}\n\n'
        "launch_buttons:\n  colab_url: https://colab.research.google.com\n"
    )


def _colab_list(url: str, pages: Iterable[str]) -> str:
    if not url:
        return (
            "\nThis copy has no public address, from which Colab could fetch its notebooks. (Whoever publishes it:\n"
            "`make repo URL=https://github.com/OWNER/NAME` gives every notebook its button.)\n\n"
        )
    links = "".join(f"- [Open {Path(page).name} in Colab]({_colab(url, page)})\n" for page in pages)
    return f"\nA click opens a chapter there; its first cell installs `aeutils`.\n\n{links}\n"


def _notebook(path: Path, url: str, page: str) -> str:
    notebook = json.loads(_read(path))
    for cell in notebook["cells"]:
        for i, line in enumerate(cell["source"]):
            if line.startswith("LIBRARY = "):
                cell["source"][i] = re.sub(r'"[^"]*"', f'"{library(url)}"', line, count=1)
    cells = [cell for cell in notebook["cells"] if cell.get("id") != "colab-button"]
    if url:  # for readers on GitHub and in Jupyter; the built page has the theme's own button
        button = {
            "cell_type": "markdown",
            "id": "colab-button",
            "metadata": {"tags": ["remove-cell"]},
            "source": [f"[Open this notebook in Colab]({_colab(url, page)})"],
        }
        cells.insert(0, button)
    return json.dumps(notebook | {"cells": cells}, indent=1, ensure_ascii=False) + "\n"


def _fill(text: str, body: str) -> str:
    return _MARKED.sub(lambda found: found["start"] + body + found["end"], text)


def _read(path: Path) -> str:
    return path.read_text("utf-8")


def main() -> None:
    """Check the address and write every copy."""
    url = sys.argv[1].strip().rstrip("/").removesuffix(".git") if len(sys.argv) == 2 else None
    if url is None or (url and not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", url)):
        raise SystemExit(
            f"URL is {url!r}; wanted: make repo URL=https://github.com/OWNER/NAME (Colab opens GitHub only)."
        )
    changed = {path: text for path, text in copies(url).items() if _read(path) != text}
    for path, text in changed.items():
        path.write_text(text, "utf-8")
    for path in changed:
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    with pipe_may_close():
        main()
