"""The book's structure: every promise of a page that can be checked without running it."""

import json
import re

import nbformat
import pytest
import yaml
from pages import CHAPTERS, NOTEBOOKS, PAGES, ROOT, cells, is_compared, numbers_in, numbers_shown, printed, source, tags

from tools.run_notebooks import code_checksum

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def test_the_table_of_contents_names_every_page_once():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    listed = [toc["root"], *(chapter["file"] for part in toc["parts"] for chapter in part["chapters"])]
    assert sorted(listed) == sorted(path.relative_to(ROOT).with_suffix("").as_posix() for path in PAGES)


@each_notebook
def test_a_notebook_is_small_enough_to_clone(path):
    assert path.stat().st_size <= 1.5e6


def test_the_setup_cell_is_the_same_everywhere():
    setups = {source(cells(path, "code")[0]) for path in NOTEBOOKS}
    assert len(setups) == 1
    setup = setups.pop()
    assert setup.startswith("# @title") and len(setup.splitlines()) <= 25


@each_notebook
def test_every_code_cell_was_run_in_order(path):
    counts = [cell["execution_count"] for cell in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1))


@each_notebook
def test_stored_outputs_hold_no_errors_warnings_paths_or_progress_bars(path):
    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr"
            assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {})
        assert not re.search(r"Warning|Traceback|it/s|(?<![\w.:/])/(home|root|tmp|usr|opt|Users)/", printed(cell))
        assert str(ROOT) not in printed(cell)


@each_notebook
def test_a_line_of_code_is_as_wide_as_the_page(path):
    assert [line for cell in cells(path, "code") for line in source(cell).splitlines() if len(line) > 80] == []


@each_chapter
def test_a_figure_comes_within_25_visible_lines_of_code(path):
    lines = 0
    for cell in cells(path, "code"):
        hidden = {"hide-input", "hide-cell", "remove-cell", "remove-input"} & set(tags(cell))
        lines += 0 if hidden else len(source(cell).splitlines())
        shown = [output.get("data", {}) for output in cell["outputs"]]
        if any("image/png" in data or "aeutils-live" in "".join(data.get("text/html", "")) for data in shown):
            break
    assert lines <= 25


@each_notebook
def test_every_figure_has_a_short_caption_a_name_and_a_text_of_what_is_seen(path):
    names = []
    for cell in cells(path, "code"):
        if not any("image/png" in output.get("data", {}) for output in cell["outputs"]):
            continue
        figure, alt = cell["metadata"]["mystnb"]["figure"], cell["metadata"]["mystnb"]["image"]["alt"]
        assert len(figure["caption"].split()) <= 15
        assert len(alt) > 40 and not alt.lower().startswith(("a plot of", "image of", "figure"))
        names.append(figure["name"])
    assert names and len(set(names)) == len(names)
    prose = "\n".join(source(cell) for cell in cells(path, "markdown"))
    for name in names:
        assert f"{{numref}}`{name}`" in prose, f"{name} stands on the page but the text never speaks of it"


@each_notebook
def test_a_cell_whose_output_is_not_compared_is_followed_by_an_assertion(path):
    code = cells(path, "code")
    for cell, *following in (code[i : i + 6] for i in range(len(code))):
        if not is_compared(cell) and "remove-output" not in tags(cell):
            assert any("assert " in source(after) for after in following)


def solutions_of(path):
    """The cells of each exercise's solution; those before it, back to the exercise, are the reader's to fill in."""
    notebook = json.loads(path.read_text("utf-8"))["cells"]
    found, given, label, inside = {}, {}, None, False
    for cell in notebook:
        if cell["cell_type"] == "code":
            if label:
                (found if inside else given)[label].append(cell)
            continue
        for mark, name in re.findall(r"(?m)^`{3,}\{(exercise|solution-start|solution-end)\}(.*)$", source(cell)):
            if mark == "exercise":
                (label,) = re.findall(rf"\{{exercise\}}{re.escape(name)}\n:label: (\S+)\n", source(cell))
                found[label], given[label], inside = [], [], False
            elif mark == "solution-start":
                assert name.strip() == label and not inside
                assert f"{{solution-start}} {label}\n:class: dropdown\n" in source(cell)  # folded
                inside = True
            else:
                assert inside
                label, inside = None, False
    assert label is None
    return found, given


@each_chapter
def test_every_exercise_has_a_folded_solution_that_checks_itself(path):
    if "{exercise}" in "".join(source(cell) for cell in cells(path, "markdown")):
        found, given = solutions_of(path)
        assert len(found) == 3
        for label, solution in found.items():
            assert any("assert " in source(cell) for cell in solution), label
            assert any("not yet" in printed(cell) for cell in given[label]), f"{label} has no check that answers"
            assert not any({"hide-cell", "remove-cell"} & set(tags(cell)) for cell in given[label])
        return
    notebook = json.loads(path.read_text("utf-8"))["cells"]
    exercises = [
        i for i, cell in enumerate(notebook) if re.match(r"(?s).*\*\*\d\. \((easy|medium|harder)\)", source(cell))
    ]
    assert len(exercises) == 3
    for start, end in zip(exercises, [*exercises[1:], len(notebook)], strict=True):
        solution = [cell for cell in notebook[start + 1 : end] if cell["cell_type"] == "code"]
        assert solution and all("hide-cell" in tags(cell) for cell in solution)
        assert any("assert " in source(cell) for cell in solution)


@each_notebook
def test_every_number_in_the_prose_stands_in_an_output_of_the_page(path):
    shown = numbers_shown(path)
    missing = []
    for cell in cells(path, "markdown"):
        text = re.sub(r"```\{math\}.*?```|`[^`]*`|\$[^$]*\$", "", source(cell), flags=re.DOTALL)
        text = re.sub(r"(?s)```\{admonition\} What the article's program does.*?```", "", text)
        missing += [number for number in numbers_in(text) if number not in shown]
    assert not missing


@each_chapter
def test_a_page_asks_before_it_answers_and_shows_a_failure(path):
    prose = "\n".join(source(cell) for cell in cells(path, "markdown"))
    for wanted in (
        "**You will learn**",
        "Predict first",
        "What Can Go Wrong",
        "## Summary",
        "## Exercises",
        "## Further",
    ):
        assert wanted in prose


@each_notebook
def test_the_stored_outputs_come_from_the_code_that_stands_there(path):
    notebook = nbformat.read(path, as_version=4)
    stored = notebook.metadata.get("code_sha256")
    assert stored == code_checksum(notebook), f"run: python -m tools.run_notebooks {path.relative_to(ROOT)}"
