"""Make what is asked for: `python -m tools.paper pdf epub figures --site .runs/strict/_build/html`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from aeutils.pipes import pipe_may_close
from tools.paper.epub import write_epub
from tools.paper.figures import write_figures
from tools.paper.pages import ROOT, read_book
from tools.paper.pdf import PaperError, write_pdf
from tools.paper.stills import take_stills

NAME = "few-numbers-many-pictures"
OUT = ROOT / "_build/paper"
FILES = {"pdf": f"{NAME}.pdf", "epub": f"{NAME}.epub", "figures": f"{NAME}-figures.zip"}


def main() -> None:
    """Read the pages once for each kind, because each changes them."""
    parser = argparse.ArgumentParser(prog="python -m tools.paper", description=__doc__)
    parser.add_argument("kinds", nargs="+", choices=FILES)
    parser.add_argument("--site", type=Path, required=True, help="the built book, with index.html")
    arguments = parser.parse_args()
    if not (arguments.site / "index.html").is_file():
        raise SystemExit(
            f"There is no built book in {arguments.site}; `make pdf`, `make epub`, `make figures` build it."
        )
    OUT.mkdir(parents=True, exist_ok=True)
    for kind in arguments.kinds:
        start, path = time.monotonic(), OUT / FILES[kind]
        try:
            make(kind, arguments.site, path)
        except PaperError as error:
            raise SystemExit(f"No {path.name} was written. {error}") from error
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, {time.monotonic() - start:.0f} s")


def make(kind: str, site: Path, path: Path) -> None:
    """Write one file."""
    if kind == "figures":
        write_figures(read_book(site, still=lambda live: path), path)
        return
    pages = read_book(site, take_stills(site, OUT / "stills"))
    if kind == "pdf":
        write_pdf(pages, site, path)
    else:
        write_epub(pages, site, path)


if __name__ == "__main__":
    with pipe_may_close():
        main()
