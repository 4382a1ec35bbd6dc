"""The page that says how everything is made again: nothing on it that is not there, and nothing missing."""

import re

from pages import BOOK, NOTEBOOKS, ROOT, cells, page_of, source

from aeutils.results import RESULTS_FOLDER

PAGE = (BOOK / "audit/reproduce.md").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
FILES = {path.name for path in RESULTS_FOLDER.glob("*.csv")}


def rows_of_files():
    """Name of each results file on the page, its commands and the labels of its pages."""
    for line in PAGE.splitlines():
        if match := re.match(r"\| `(\w+\.csv)` \| (.*) \| (.*) \|$", line):
            yield (
                match[1],
                set(re.findall(r"`make ([a-z-]+)`", match[2])),
                set(re.findall(r"{ref}`([\w-]+)`", match[3])),
            )


def test_every_command_on_the_page_is_a_target_of_the_makefile():
    named = set(re.findall(r"make ([a-z-]+)`", PAGE))
    assert named and named <= TARGETS


def test_every_target_that_makes_results_is_on_the_page():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipes = re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    making = {target for target, recipe in recipes if "-m experiments." in recipe or "-m benchmarks." in recipe}
    assert making and all(f"| `make {target}` |" in PAGE for target in making)


def test_every_results_file_is_on_the_page_and_every_file_on_the_page_is_there():
    assert [name for name, _, _ in rows_of_files()] and {name for name, _, _ in rows_of_files()} == FILES


def test_every_results_file_has_a_command_that_the_readme_beside_it_names_too():
    readme = (RESULTS_FOLDER / "README.md").read_text("utf-8")
    above = ""
    for name, commands, _ in rows_of_files():
        (row,) = [line for line in readme.splitlines() if line.startswith(f"| `{name}` |")]
        described = above if row.endswith("| the same |") else row
        assert commands and set(re.findall(r"make ([a-z-]+)", described)) & commands
        above = described


def test_the_pages_beside_a_file_are_those_that_load_it():
    code = {path: "\n".join(source(cell) for cell in cells(path, "code")) for path in NOTEBOOKS}
    for name, _, labels in rows_of_files():
        loading = {path for path, text in code.items() if f'load_results("{name.removesuffix(".csv")}")' in text}
        assert loading == {page_of(label) for label in labels}, name
