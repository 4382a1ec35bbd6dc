"""Execute every notebook in place: a fresh kernel each, one after the other, with a time limit.

    python -m tools.run_notebooks [NOTEBOOK ...]

Progress bars and widget state are not stored: in the built page they would be debris. A warning is not stored either,
but ends the run: it is to be mended, not to be hidden. What is stored is a checksum of the code that was run, so that a
test can tell when code was changed and not run again.
"""

from __future__ import annotations

import base64
import hashlib
import io
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

from aeutils.pipes import pipe_may_close

BOOK = Path(__file__).parents[1] / "book"
SECONDS_A_NOTEBOOK = 300
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def run(path: Path) -> None:
    """Execute one notebook and write it back, if it ran to its end."""
    notebook = nbformat.read(path, as_version=4)
    start = time.perf_counter()
    client = NotebookClient(
        notebook,
        timeout=SECONDS_A_NOTEBOOK,
        kernel_name="python3",
        store_widget_state=False,
        coalesce_streams=True,  # one box a cell in the page, however slowly the lines came
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            if warning := first_warning(cell.outputs):
                raise RuntimeError(f"{path.name}: this cell warns: {warning}\n{cell.source}")
            cell.outputs = [output for output in cell.outputs if not is_debris(output)]
            for output in cell.outputs:  # a live figure: its placeholder stays, not the view of this kernel's object
                output.get("data", {}).pop(WIDGET_VIEW, None)
            shrink_pictures(cell.outputs)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "code_sha256": code_checksum(notebook),
    }
    nbformat.write(notebook, path)
    print(f"{path.name}: {time.perf_counter() - start:.0f} s")


def code_checksum(notebook: nbformat.NotebookNode) -> str:
    """SHA-256 over a notebook's code cells but the set-up cell, which holds the repository's address and no results."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(code[1:]).encode()).hexdigest()


def first_warning(outputs: list[dict]) -> str | None:
    """The line in which a cell warns on the error stream, where progress bars go, too; None if it does not."""
    lines = [line for output in outputs if output.get("name") == "stderr" for line in output.text.splitlines()]
    return next((line for line in lines if "Warning" in line), None)


def shrink_pictures(outputs: list[dict]) -> None:
    """Store pictures with 256 colours of their own: a third of the bytes, and no difference seen."""
    for output in outputs:
        data = output.get("data", {})
        if "image/png" in data:
            picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGB")
            file = io.BytesIO()
            picture.quantize(256, dither=Image.Dither.NONE).save(file, "png", optimize=True)
            data["image/png"] = base64.b64encode(file.getvalue()).decode()


def is_debris(output: dict) -> bool:
    """Whether an output is a progress bar, or a widget without a picture of itself."""
    if output.output_type == "stream":
        return output.name == "stderr"
    data = output.get("data", {})
    return WIDGET_VIEW in data and "text/html" not in data


def main() -> None:
    """Execute the named notebooks, or all."""
    for path in [Path(name) for name in sys.argv[1:]] or sorted(BOOK.rglob("*.ipynb")):
        run(path)


if __name__ == "__main__":
    with pipe_may_close():
        main()
