"""Pack the stored figures of the book for slides and exercise sheets, with all that is needed to use them again."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

from PIL import Image

from tools.paper.pages import ROOT, Page

README = """The figures of "Few Numbers, Many Pictures", as its pages show them, on white.

figures.csv names each file: its number, caption and page, what is seen on it (for those who do not see it), and its
size. PNG files have twice the pixels of the page. You may use them under CC BY 4.0: LICENSE-TEXT.md says how to name
the source.
"""


def stored_figures(pages: list[Page]) -> list[dict]:
    """Every figure that is a stored picture, each as a row: file, number, caption, what is seen, page, source."""
    rows = []
    for page in pages:
        for figure in page.article.iter("figure"):
            caption, image = figure.find("figcaption"), figure.find(".//img")
            if image is None or "still" in (figure.get("class") or "").split():
                continue
            number, text = (_words(caption, f"caption-{kind}") for kind in ("number", "text"))
            path = Path(image.get("src"))
            name = figure.get("id").split("--", 1)[1] + path.suffix
            rows.append({
                "file": name, "figure": number, "caption": text, "what is seen": image.get("alt"), "page": page.title,
                "address": f"book/{page.name}.html", "source": path,
            })  # fmt: skip
    return rows


def _words(caption, name: str) -> str:
    return " ".join(" ".join(element.text_content() for element in caption.find_class(name)).split())


def write_figures(pages: list[Page], path: Path) -> None:
    """Write the archive."""
    table = io.StringIO()
    columns = ["file", "figure", "caption", "what is seen", "page", "address", "width", "height", "licence"]
    writer = csv.DictWriter(table, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in stored_figures(pages):
            if row["source"].suffix == ".png":
                row["width"], row["height"] = Image.open(row["source"]).size
            writer.writerow(row | {"licence": "CC BY 4.0"})
            archive.write(row["source"], f"figures/{row['file']}")
        archive.writestr("figures.csv", table.getvalue())
        archive.writestr("README.txt", README)
        archive.write(ROOT / "LICENSE-TEXT.md", "LICENSE-TEXT.md")
