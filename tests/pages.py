"""Reading the pages of the book: what a notebook says, and what it shows."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
NOTEBOOKS = sorted(BOOK.rglob("*.ipynb"))
PAGES = sorted([*NOTEBOOKS, *BOOK.rglob("*.md")])
CHAPTERS = [path for path in NOTEBOOKS if path.parent == BOOK]  # the audit has notebooks too
NAMES = [path.relative_to(BOOK).with_suffix("").as_posix() for path in PAGES]  # as in addresses: audit/claims


def cells(path: Path, kind: str) -> list[dict]:
    return [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == kind]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


def is_compared(cell: dict) -> bool:
    """Whether a code cell must print the same wherever it runs; a trained or timed value may differ."""
    return "NBVAL_IGNORE_OUTPUT" not in source(cell) and "nbval-ignore-output" not in tags(cell)


def printed(cell: dict) -> str:
    """Everything a code cell shows as text."""
    texts = []
    for output in cell["outputs"]:
        texts.append("".join(output.get("text", "")))
        texts.append("".join(output.get("data", {}).get("text/plain", "")))
    return "\n".join(texts)


def numbers_in_outputs(code_cells: list[dict]) -> set[str]:
    """Numbers in the outputs of code cells; a printed share may be quoted as a percentage."""
    shown = set()
    for cell in code_cells:
        if not is_compared(cell):
            continue  # so the text must not quote it
        for text in re.findall(r"\d*\.\d+|\d+", printed(cell)):
            shown.add(text)
            shown |= {f"{100 * float(text):.0f} %"} if "." in text else {f"{text} %"}
        shown |= {f"{number} %" for number in re.findall(r"(\d+(?:\.\d+)?)%", printed(cell))}
    return shown


def numbers_shown(path: Path) -> set[str]:
    """Numbers in the outputs of a notebook."""
    return numbers_in_outputs(cells(path, "code"))


def numbers_in(text: str) -> list[str]:
    """Decimals and percentages of a text."""
    return re.findall(r"(?<![\w.,])(?:\d+(?:\.\d+)? %|\d*\.\d+)(?!\w|\.\d)", text)


def page_of(label: str) -> Path | None:
    """The page that begins with a label; none if no page does."""
    for path in PAGES:
        text = path.read_text("utf-8") if path.suffix == ".md" else source(cells(path, "markdown")[0])
        if text.startswith(f"({label})="):
            return path
    return None
